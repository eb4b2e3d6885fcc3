"""A prompt that is ready to be used: its variables are known, and ``render`` fills them in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from ...errors import VariablesError
from ...nouns.prompt import Message, TemplateLanguage, Variables
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED = 256
_NAMED = 20


class _Template(Protocol):
    @property
    def variables(self) -> Variables: ...
    def render(self, values: Mapping[str, object]) -> str: ...


class _Text:
    variables = Variables()

    def __init__(self, text: str) -> None:
        self._text = text

    def render(self, values: Mapping[str, object]) -> str:  # noqa: ARG002 — as every template
        return self._text


class Prompt:
    """A prompt, and which version it is.

    ``ref`` and ``id`` are the version's, empty for one read from a file that belongs to none. ``file`` is the name it is
    stored under, ``source`` its bytes as text, ``language`` how its variables are written. ``messages`` are those of a chat,
    not filled in; None for a text. ``required`` and ``optional`` name its variables, sorted.
    """

    def __init__(self, source: Source, *, ref: str = "", identity: str = "") -> None:
        """Parse a prompt.

        Raises:
            BadTemplateError: its template does not parse.
            MissingLibraryError: it is a Jinja template, and jinja2 is not installed.
        """
        self.ref, self.id, self.file = ref, identity, source.file
        self.source, self.language = source.text, source.language
        self.messages = source.messages
        self._templates = {text: _template(source.language, text, name) for name, text in source.templates()}
        self.variables = Variables()
        for template in self._templates.values():
            self.variables = self.variables.joined(template.variables)

    def __repr__(self) -> str:
        return f"Prompt({self.ref or self.file!r}, variables={str(self.variables)!r})"

    @property
    def required(self) -> tuple[str, ...]:
        """The variables that must be given."""
        return self.variables.required

    @property
    def optional(self) -> tuple[str, ...]:
        """The variables that may be left out: a Jinja template asks whether they are there, or has a default for them."""
        return self.variables.optional

    @property
    def characters(self) -> int:
        """The length of the template: of a chat, of the texts of all its messages."""
        return sum(len(text) for text in self.texts)

    @property
    def texts(self) -> tuple[str, ...]:
        """The template: one text, or those of a chat's messages in order."""
        source = Source(self.file, self.source, self.language, self.messages)
        return tuple(text for _, text in source.templates())

    def render(self, values: Mapping[str, object] | None = None, /, **named: object) -> str | list[Message]:
        """Return the prompt with its variables filled in: text, or the messages of a chat as mappings.

        Values are given by name, as a mapping, or both. What they hold is never read as a template itself. A Jinja
        template runs in a sandbox: it reads no files, calls no code, and is stopped when it takes too long or grows too large.

        Raises:
            VariablesError: a required variable is missing, or one is given that the prompt does not have.
            BadInputError: the template fails with these values, or takes too much.
        """
        given = {**(values or {}), **named}
        self._check(given)

        def fill(text: str) -> str:
            return self._templates[text].render(given)

        if self.messages is None:
            return fill(self.source)
        return [{**message, "content": _filled(message["content"], fill)} for message in self.messages]

    def _check(self, given: Mapping[str, object]) -> None:
        missing = [name for name in self.required if name not in given]
        unknown = sorted(str(name) for name in given if name not in {*self.required, *self.optional})
        if not missing and not unknown:
            return
        name = self.ref or self.file
        told = []
        if missing:
            told.append(f"{name} needs {', '.join(missing[:_NAMED])}")
        if unknown:
            told.append(f"{name} has no variable {', '.join(unknown[:_NAMED])}")
        has = str(self.variables) or "none"
        raise VariablesError(
            "; ".join(told),
            hint=f"Its variables are: {has}." if has != "none" else "It has no variables.",
            missing=missing,
            unknown=unknown,
        )


def _filled(content: object, fill: Callable[[str], str]) -> object:
    if isinstance(content, str):
        return fill(content)
    assert isinstance(content, list)
    return [_filled_part(part, fill) for part in content]


def _filled_part(part: Any, fill: Callable[[str], str]) -> Any:
    if isinstance(part, str | list):
        return _filled(part, fill)
    if isinstance(part, Mapping) and isinstance(part.get("text"), str | list):
        return {**part, "text": _filled(part["text"], fill)}
    return part


@lru_cache(_REMEMBERED)
def _template(language: TemplateLanguage, text: str, file: str) -> _Template:
    """Parse a template, once for those who render it again and again."""
    if language == "jinja":
        from .jinja import JinjaTemplate

        return JinjaTemplate(text, file)
    if language == "format":
        from .braces import BracesTemplate

        return BracesTemplate(text, file)
    return _Text(text)


def prompt_text(rendered: str | list[Message]) -> str:
    """Return what was rendered as it is sent: text as it is, messages as JSON."""
    if isinstance(rendered, str):
        return rendered
    return msgspec.json.format(msgspec.json.encode(rendered), indent=2).decode()
