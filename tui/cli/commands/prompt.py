"""``mvtui prompt``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from .. import output
from ..group import command as make_command
from ..options import PATH, complete_file_or_reference, json_option, store_option
from ..targets import is_path, store_of

if TYPE_CHECKING:
    from ....store import Prompt


@make_command(
    examples=[
        "mvtui prompt support-bot@production",
        "mvtui prompt support-bot --var name=Ann --var team=billing",
        "mvtui prompt support-bot --vars-file case.yaml --tokenizer chat@2.1.0",
        "mvtui prompt prompt.md --var name=Ann",
        "mvtui prompt support-bot --json | jq .variables",
    ]
)
@click.argument("target", metavar="FILE|REF", shell_complete=complete_file_or_reference)
@click.option("--var", "variables", multiple=True, metavar="K=V", help="A variable's value. Repeatable.")
@click.option("--vars-file", type=PATH, metavar="FILE", help="Values in JSON, YAML or TOML; - is stdin.")
@click.option("--file", metavar="NAME", help="Which of several templates.")
@click.option("--render", is_flag=True, help="Fill it in although no variable is given.")
@click.option(
    "--tokenizer",
    metavar="FILE|REF",
    shell_complete=complete_file_or_reference,
    help="Count tokens with this tokenizer.json, or that of a version. Default: that of a version it came from.",
)
@store_option
@json_option
def command(
    target: str,
    variables: tuple[str, ...],
    vars_file: str | None,
    file: str | None,
    render: bool,
    tokenizer: str | None,
    as_json: bool,
) -> None:
    """Print a prompt, or fill it in.

    With --var or --vars-file (or --render) its variables are filled in and the text, or the messages of a chat as JSON, go
    to stdout. All that it needs must be given, and nothing that it doesn't have. Without, it prints the template, and tells its
    variables and size. A path that exists comes before a version of that name. Tokens are counted with the tokenizers library
    (pip install 'mvtui[tokens]') where a tokenizer is at hand.
    """
    prompt = _read(target, file)
    values = _values(variables, vars_file)
    filled = prompt.render(values) if values or render else None
    count = _tokens(target, prompt, filled, tokenizer)
    if as_json:
        output.print_json(_as_json(prompt, filled, count))
        return
    from ....store import prompt_text

    text = prompt_text(filled) if filled is not None else prompt.source
    if output.is_tty(sys.stdout):
        for line in output.safe_lines(text.removesuffix("\n").replace("\t", "    ")):
            output.data(line)
    else:  # byte for byte: it is to be sent on
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    _tell(prompt, filled is not None, len(text), count)


def _read(target: str, file: str | None) -> Prompt:
    from ....store import load_prompt

    if is_path(target):
        return load_prompt(target, file=file)
    with store_of(target) as store:
        return store.prompt(target, file=file)


def _values(words: tuple[str, ...], file: str | None) -> dict[str, Any]:
    """Return the variables' values: of a file with their own types, of words as text."""
    from ....store import parse_pairs, read_tree

    read = read_tree(file) if file is not None else {}
    return {str(name): value for name, value in read.items()} | parse_pairs(words, "tag")


def _tokens(target: str, prompt: Prompt, filled: Any, tokenizer: str | None) -> int | None:
    """Return how many tokens it has; None where no tokenizer is at hand and none was named."""
    from ....store import errors, load_tokenizer

    try:
        if tokenizer is not None and is_path(tokenizer):
            found = load_tokenizer(tokenizer)
        elif tokenizer is not None:
            with store_of(tokenizer) as store:
                found = store.tokenizer(tokenizer)
        elif is_path(target):
            return None
        else:
            with store_of(target) as store:
                at_hand = store.tokenizer_of(target)
            if at_hand is None:
                return None
            found = at_hand
        return found.count(prompt.texts if filled is None else filled)
    except errors.MissingLibraryError as error:
        if tokenizer is not None:
            raise
        output.talk(output.safe(f"tokens are not counted: {error.hint}", 500))
        return None


def _as_json(prompt: Prompt, filled: Any, count: int | None) -> dict[str, Any]:
    return {
        "ref": prompt.ref or None,
        "id": prompt.id or None,
        "file": prompt.file,
        "template": prompt.language,
        "variables": list(prompt.required),
        "optional": list(prompt.optional),
        "characters": prompt.characters,
        "tokens": count,
        "source": prompt.source,
        "messages": list(prompt.messages) if prompt.messages is not None else None,
        "rendered": filled,
    }


def _tell(prompt: Prompt, filled: bool, length: int, count: int | None) -> None:
    from ...words import plural

    facts = [plural(length if filled else prompt.characters, "character")]
    if count is not None:
        facts.append(plural(count, "token"))
    if prompt.messages is not None:
        facts.append(plural(len(prompt.messages), "message"))
    if not filled:
        facts.append(
            f"variables: {output.safe(str(prompt.variables), 500) or 'none'} (template: {prompt.language})"
        )
    output.talk(f"{output.safe(prompt.ref or prompt.file)}: {', '.join(facts)}")
