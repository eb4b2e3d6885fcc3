"""``mvtui diff``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...words import plural
from .. import output
from ..group import command as make_command
from ..options import complete_reference, json_option, store_option
from ..session import open_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem

    from ....store import Comparison, FileDiff

_ROLES = ("production", "parent", "base", "replaced")
_SECTIONS = (
    *("metrics", "params", "environment", "packages", "git"),
    *("datasets", "files", "tags", "lineage", "about"),
)


def _complete_against(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a role, or a reference."""
    from click.shell_completion import CompletionItem

    roles = [CompletionItem(role) for role in _ROLES if role.startswith(incomplete)]
    return [*roles, *complete_reference(ctx, param, incomplete)]


@make_command(
    examples=[
        "mvtui diff sentiment",
        "mvtui diff sentiment@1.3.2 sentiment@1.4.0",
        "mvtui diff sentiment@1.4.0 --against parent --only-differences",
        "mvtui diff sentiment@1.3.2 sentiment@1.4.0 sentiment@1.5.0 --section metrics",
        "mvtui diff sentiment@1.3.2 sentiment@1.4.0 --tensors",
        "mvtui diff sentiment@1.3.2 sentiment@1.4.0 --files",
        "mvtui diff support-bot@1.0.0 support-bot@1.0.1 --words",
        "mvtui diff chat --against replaced",
        "mvtui diff sentiment --json | jq '.changes[].classes[].of'",
    ]
)
@click.argument("refs", nargs=-1, required=True, metavar="REF...", shell_complete=complete_reference)
@click.option(
    "--against",
    metavar="REF",
    shell_complete=_complete_against,
    help="Compare with this version, or the one that is production, parent, base or replaced by it.",
)
@click.option("--only-differences", is_flag=True, help="Leave out what is the same.")
@click.option(
    "--section", "sections", type=click.Choice(_SECTIONS), multiple=True, help="Show only this; repeatable."
)
@click.option("--tensors", is_flag=True, help="Compare the tensors of two versions, number by number.")
@click.option(
    "--files", is_flag=True, help="Show all that differs in the text files of two versions, and nothing else."
)
@click.option(
    "--words", is_flag=True, help="Show what differs in them word by word, as for prompts, and nothing else."
)
@store_option
@json_option
def command(
    refs: tuple[str, ...],
    against: str | None,
    only_differences: bool,
    sections: tuple[str, ...],
    tensors: bool,
    files: bool,
    words: bool,
    as_json: bool,
) -> None:
    """Say how versions differ, and of what sort the change is.

    The first REF is what the others, up to five, are compared with. One REF alone is compared with what is in
    production, else with the version before it. With --tensors it tells which tensors differ and how far they are apart (L2 distance,
    relative change, largest change, cosine); the numbers need NumPy (pip install 'mvtui[tensors]'). Of text files that changed the first
    values or lines that differ are shown: JSON is compared value by value. With --files all are, with the lines around them. Differences are no failure: the exit code is 0 either way.
    """
    from ....store import errors
    from .. import file_report

    alone = [
        name for name, asked in (("--tensors", tensors), ("--files", files), ("--words", words)) if asked
    ]
    if len(alone) > 1:
        raise errors.UsageError(f"{' and '.join(alone)} contradict each other", hint="Leave one of them out.")
    if words and sections:
        raise errors.UsageError("--words and --section contradict each other", hint="Leave one of them out.")
    if words:
        _words(refs, against, as_json)
        return
    if tensors:
        _tensors(refs, against, sections, as_json)
        return
    if files and sections:
        raise errors.UsageError("--files and --section contradict each other", hint="Leave one of them out.")
    history = not sections or "git" in sections
    with open_store(read_only=True) as store:
        comparison = store.diff(*refs, against=against, history=history)
        wanted = files or (not as_json and (not sections or "files" in sections))
        diffs = file_report.of(store, comparison, whole=files) if wanted else {}
    if files:
        _files(comparison, diffs, as_json)
    elif as_json:
        output.print_json(comparison.as_dict(only_differences=only_differences, sections=sections))
    else:
        from ..diff_report import write

        write(comparison, only_differences=only_differences, sections=sections, files=diffs)


def _words(refs: tuple[str, ...], against: str | None, as_json: bool) -> None:
    from ....store import errors
    from .. import word_report

    with open_store(read_only=True) as store:
        comparison = store.diff(*refs, against=against)
        if len(comparison.versions) != 2:
            raise errors.UsageError(
                "--words compares two versions", hint="Name two: mvtui diff REF REF --words."
            )
        found = word_report.of(store, comparison)
    if as_json:
        output.print_json([diff.as_dict() for diff in found])
    else:
        word_report.write(comparison, found)


def _files(comparison: Comparison, diffs: Mapping[str, FileDiff], as_json: bool) -> None:
    from ....store import errors
    from .. import file_report

    if len(comparison.versions) != 2:
        raise errors.UsageError("--files compares two versions", hint="Name two: mvtui diff REF REF --files.")
    if as_json:
        output.print_json([diff.as_dict() for diff in diffs.values()])
        return
    base, other = comparison.base.ref, comparison.others[0].ref
    count = plural(len(diffs), "file")
    output.data(f"{output.paint(f'{other} against {base}', 'bold')}  {count} changed")
    file_report.write(diffs, whole=True)


def _tensors(refs: tuple[str, ...], against: str | None, sections: tuple[str, ...], as_json: bool) -> None:
    from ....store import errors
    from ..progress import meter

    if sections:
        raise errors.UsageError(
            "--tensors and --section contradict each other", hint="Leave one of them out."
        )
    if len(refs) + (against is not None) > 2:
        raise errors.UsageError(
            "--tensors compares two versions", hint="Name two: mvtui diff REF REF --tensors."
        )
    # Not read-only: what was worked out is kept where the store can be written, and read the next time.
    with open_store(warn=False) as store, meter() as progress:
        if len(refs) == 2:
            before, after = refs
        else:
            before, after = (version.ref for version in store.diff(*refs, against=against).versions)
        found = store.diff_tensors(before, after, progress=progress)
    if as_json:
        output.print_json(found.as_dict())
        return
    from .. import tensor_report

    tensor_report.write(found)
