"""How one file differs between two versions: value by value for JSON, line by line for other text."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import msgspec

FileForm: TypeAlias = Literal["values", "lines", "bytes"]
"""``values``: both are JSON, compared by what they say; ``lines``: both are text; ``bytes``: they can't be told apart in words."""

ValueOutcome: TypeAlias = Literal["added", "removed", "changed"]


class ValueChange(msgspec.Struct, frozen=True):
    """A value of a JSON file that is not the same in both.

    ``key`` is where it is (``rope_scaling.factor``, ``architectures[0]``, ``["a key with.signs"]``; empty for the whole file). ``before``
    and ``after`` are it as JSON, None where it isn't; long ones are cut, and end in ``…``.
    """

    key: str
    outcome: ValueOutcome
    before: str | None = None
    after: str | None = None


class DiffLine(msgspec.Struct, frozen=True):
    """A line of a diff: removed (``-``), added (``+``), the same in both (a blank); ``@`` stands where equal lines were left out.

    ``before`` and ``after`` are its numbers in both files, counted from 1, None where it isn't there.
    """

    sign: Literal["-", "+", " ", "@"]
    text: str = ""
    before: int | None = None
    after: int | None = None


class FileDiff(msgspec.Struct, frozen=True):
    """How a file differs between two versions; both sides may be missing it, but not both at once.

    ``before`` and ``after`` are the sizes in bytes, None where the version has no such file. ``values`` and ``lines`` are the
    changes, in the order of the newer file, one of the two by ``form``; ``added`` and ``removed`` count lines, or values.
    ``changed`` counts values of both that differ. ``left`` is how many changes were left out; ``note`` says what else there is to
    know: that only the writing differs, why nothing can be told.
    """

    path: str
    form: FileForm
    before: int | None
    after: int | None
    values: tuple[ValueChange, ...] = ()
    lines: tuple[DiffLine, ...] = ()
    added: int = 0
    removed: int = 0
    changed: int = 0
    left: int = 0
    note: str = ""

    @property
    def same(self) -> bool:
        """Whether nothing differs but perhaps the writing."""
        return self.form != "bytes" and not (self.added or self.removed or self.changed)

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON types."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        unused = {"values", "lines"} - {self.form}
        return {name: value for name, value in found.items() if name not in unused}
