"""A prompt as it lies in a file: text, or the messages of a chat, in one of the template languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from os.path import splitext
from typing import Any

import msgspec

from ...errors import BadInputError
from ...nouns.prompt import TEMPLATE_LANGUAGES, Message, TemplateLanguage
from ..values.reading import parse
from . import detect
from .limits import MAX_SOURCE

_JINJA_ENDINGS = frozenset({".j2", ".jinja", ".jinja2"})
_CHAT_ENDINGS = frozenset({".json", ".yaml", ".yml"})
_TEXT_ENDINGS = frozenset({"", ".md", ".markdown", ".txt", ".prompt", *_JINJA_ENDINGS, *_CHAT_ENDINGS})
_PROMPT_ENDINGS = frozenset({".prompt", *_JINJA_ENDINGS})
_DEEPEST = 16


class Source(msgspec.Struct, frozen=True):
    """A prompt that was read: ``file`` is its name, ``text`` what is in it, ``language`` how its variables are written.

    ``messages`` are those of a chat, None for a text.
    """

    file: str
    text: str
    language: TemplateLanguage
    messages: tuple[Message, ...] | None = None

    def templates(self) -> Iterator[tuple[str, str]]:
        """Yield each piece of text that may hold variables, with what to call it in complaints."""
        if self.messages is None:
            yield self.file, self.text
            return
        for at, message in enumerate(self.messages, 1):
            for text in _texts(message["content"]):
                yield f"{self.file}, message {at}", text


def read(
    data: bytes, file: str, *, stated: str | None = None, before: TemplateLanguage | None = None
) -> Source:
    """Read a prompt's bytes. ``stated`` is its language if someone said; ``before`` that of the version before it.

    It is in the language of the version before where that can't be told, or where there are braces and nothing that reads as a variable.

    A ``.json`` or ``.yaml`` file whose content is a list of messages (``role`` and ``content``), or a mapping with
    such ``messages``, is a chat; any other content is text.

    Raises:
        BadInputError: it is too large, not UTF-8, a chat whose messages are none, or in what language it is can't be told.
    """
    if stated is not None and stated not in TEMPLATE_LANGUAGES:
        raise BadInputError(
            f"{stated!r} is not a language of templates",
            hint=f"Choose one of {', '.join(TEMPLATE_LANGUAGES)}.",
        )
    text = _decoded(data, file)
    messages = _messages(text, file) if splitext(file)[1].lower() in _CHAT_ENDINGS else None
    found = Source(file, text, "text", messages)
    language: TemplateLanguage = stated or _language(found, before)
    return msgspec.structs.replace(found, language=language)


def _language(source: Source, before: TemplateLanguage | None) -> TemplateLanguage:
    if splitext(source.file)[1].lower() in _JINJA_ENDINGS:
        return "jinja"
    text = "\n".join(text for _, text in source.templates())
    found = detect.language(text) or before
    if found == "text" and before is not None and not {"{", "}"}.isdisjoint(text):
        return before  # a typo in the last variable shall be an error, not the end of all variables
    if found is None:
        jinja, braces = detect.signs(text)
        raise BadInputError(
            f"{source.file} has both {jinja} and {braces}: variables are written one way or the other",
            hint="Say which it is: --template jinja, format or text (template= in Python).",
        )
    return found


def is_prompt_name(path: str) -> bool:
    """Say whether a file is a prompt by its name: ``prompt.md``, ``system_prompt.txt``, ``a.prompt``, ``a.jinja``."""
    stem, suffix = splitext(path.rpartition("/")[2].lower())
    if suffix in _PROMPT_ENDINGS:
        return True
    return suffix in _TEXT_ENDINGS and (stem == "prompt" or stem.endswith(("_prompt", "-prompt", ".prompt")))


def may_be_template(path: str) -> bool:
    """Say whether a file of a prompt that has several is one to be filled in, by the ending of its name."""
    return splitext(path)[1].lower() in _TEXT_ENDINGS


def too_large(file: str, size: int) -> BadInputError:
    """Return the error for a file that is no prompt by its size in bytes."""
    return BadInputError(
        f"{file} has {size:,} bytes; a prompt has {MAX_SOURCE:,} at most",
        hint="Register data as a dataset: --kind dataset.",
    )


def _decoded(data: bytes, file: str) -> str:
    if len(data) > MAX_SOURCE:
        raise too_large(file, len(data))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInputError(
            f"{file} is not text in UTF-8: byte {error.start:,} is 0x{data[error.start]:02x}",
            hint="Save it as UTF-8; what is no text is no prompt.",
        ) from None
    if "\0" in text:
        raise BadInputError(
            f"{file} is not text: character {text.index(chr(0)):,} is NUL",
            hint="What is no text is no prompt.",
        )
    return text


def _messages(text: str, file: str) -> tuple[Message, ...] | None:
    """Return the messages of a chat; None when it is something else.

    Raises:
        BadInputError: it is no JSON or YAML, or a message in it is none.
    """
    tree = parse(text, file)
    if isinstance(tree, Mapping) and "messages" in tree:
        tree = tree["messages"]
    elif not (isinstance(tree, Sequence) and any(isinstance(one, Mapping) and "role" in one for one in tree)):
        return None
    if not isinstance(tree, list) or not tree:
        raise BadInputError(f"{file}: its messages are no list with one or more in it", hint=_MESSAGE)
    return tuple(_message(one, f"{file}, message {at}") for at, one in enumerate(tree, 1))


_MESSAGE = 'A message is a mapping such as {"role": "user", "content": "Hello {name}"}.'


def _message(one: Any, where: str) -> Message:
    if not isinstance(one, Mapping) or not all(isinstance(key, str) for key in one):
        raise BadInputError(f"{where} is no mapping", hint=_MESSAGE)
    if not isinstance(one.get("role"), str):
        raise BadInputError(f"{where} has no role", hint=_MESSAGE)
    if not isinstance(one.get("content"), str | list):
        raise BadInputError(f"{where} has no content that is text, or a list of parts", hint=_MESSAGE)
    return dict(one)


def _texts(content: object, depth: int = 0) -> Iterator[str]:
    """Yield the texts in a message's content: itself, or the ``text`` of its parts."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, list) and depth < _DEEPEST:
        for part in content:
            yield from _texts(part.get("text") if isinstance(part, Mapping) else part, depth + 1)
