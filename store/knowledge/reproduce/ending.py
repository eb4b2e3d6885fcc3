"""What surrounds the steps in the script: the directory must be new; in the end it says how to compare."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ...nouns.manifest import FileEntry
from .shell import inside

_MOST = 1000  # files whose digests are in the script


def beginning(name: str) -> list[str]:
    """Return lines that stop unless the directory to work in is new: no step can be done twice."""
    return [
        "set -eu",
        f"work=${{1:-{shlex.quote(name)}}}",
        'if [ -e "$work" ] && [ -n "$(ls -A -- "$work")" ]; then',
        """  printf '%s\\n' "$work is not empty: name a new directory" >&2""",
        "  exit 1",
        "fi",
        'mkdir -p -- "$work"',
        'work=$(cd -- "$work" && pwd)',
    ]


def ending(files: Sequence[FileEntry]) -> list[str]:
    """Return lines that tell how to compare what was made with what was registered.

    The digests are written as b3sum(1) checks them. Where training wrote its files nobody knows, so that is left to
    the reader; and training on GPUs seldom makes the same bytes twice.
    """
    if not files or len(files) > _MOST:
        return []
    sums = [shlex.quote(_line(file)) for file in files]
    return [
        "",
        "# how to compare",
        f"printf '%s\\n' {' '.join(sums)} > {inside('registered.b3')}",
        "echo 'Done. To compare, go where it wrote its files and run:' >&2",
        """printf '  b3sum --check %s\\n' "'$work/registered.b3'" >&2""",
    ]


def _line(file: FileEntry) -> str:
    """Return a line of checksums; a name with a line break or a backslash is escaped, as all such programs do."""
    name = file.path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{chr(92) if name != file.path else ''}{file.digest}  {name}"
