"""Tags of a version: ``key=value`` sets one, ``-key`` removes it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ....store.errors import MvtuiError
from ...text import visible
from ..changing.changes import Change
from ..changing.edits import Tag
from ..changing.prospects import Annotated, Request, ToAnnotate, said
from ..facts import Line
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen


class Tags(NamedTuple):
    """What was typed: tags to set, tags to remove, or the ``problem`` that makes it neither."""

    add: dict[str, str]
    remove: tuple[str, ...]
    problem: str = ""


def read_tags(typed: str) -> Tags:
    """Read words such as ``team=search -old 'by=two words'``."""
    from ....store import parse_pairs

    try:
        words = shlex.split(typed)
        removed = [word[1:] for word in words if word.startswith("-") and "=" not in word]
        pairs = parse_pairs([word for word in words if not word.startswith("-") or "=" in word], "tag")
    except ValueError:
        return Tags({}, (), "a quotation mark is not closed")
    except MvtuiError as error:
        return Tags({}, (), said(error))
    add = {key: str(value) for key, value in pairs.items()}
    both = next((key for key in removed if key in add), None)
    if both is not None:
        return Tags({}, (), f"{both} is both set and removed")
    return Tags(add, tuple(dict.fromkeys(removed)))


class TagDialog(Dialog):
    """Sets and removes tags, and shows what they will be while that is typed."""

    verb = "save"
    prompt = "Tags"

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Tags of {self.version.ref}"

    def request(self) -> Request:
        """Ask what they are now."""
        return ToAnnotate(self.version.ref)

    def essence(self, prospect: Annotated) -> object:
        """A decision rests on the tags there are."""
        return prospect.version.id, prospect.version.tags

    @property
    def _now(self) -> dict[str, str]:
        return self.prospect.version.tags if self.prospect else self.version.tags

    def lacks(self, typed: str) -> str:
        """Say what is wrong with what was typed, or that it changes nothing."""
        if not typed:
            return "type key=value to set a tag, -key to remove one"
        tags, now = read_tags(typed), self._now
        if tags.problem:
            return tags.problem
        if missing := [key for key in tags.remove if key not in now]:
            return f"there is no tag {missing[0]} to remove"
        if not tags.remove and all(now.get(key) == value for key, value in tags.add.items()):
            return "the tags are that already"
        return ""

    def change(self, typed: str) -> Change:
        """Set and remove them."""
        tags = read_tags(typed)
        return Tag(self.version.ref, tags.add, tags.remove)

    def command(self) -> str:
        """The same on the command line."""
        tags = read_tags(self.typed)
        pairs = [f"{key}={value}" for key, value in tags.add.items()]
        removed = [word for key in tags.remove for word in ("--remove", key)]
        given = shlex.join([*pairs, *removed]) or "KEY=VALUE"
        return f"mvtui tag {shlex.quote(self.version.ref)} {given}"

    def typed_anew(self) -> None:
        """Show what the tags will be."""
        super().typed_anew()
        self.show()

    def body(self, columns: int) -> Sequence[Line]:
        """Each tag: as it is, as it will be, or that it goes."""
        tags, now = read_tags(self.typed), self._now
        both = {key: tags.add.get(key, value) for key, value in now.items()} | tags.add
        lines = [self._line(key, value, tags, columns) for key, value in sorted(both.items())]
        help_: Line = [("key=value sets, -key removes, quotes hold blanks together", "muted")]
        return [*(lines or [[("no tags yet", "muted")]]), [], help_]

    def _line(self, key: str, value: str, tags: Tags, columns: int) -> Line:
        signs, half = self.main.signs, (columns - 8) // 3

        def shown(text: str, cells: int = half) -> str:
            return visible(text, cells, ascii_only=self.main.ascii_only)

        before = self._now.get(key)
        if key in tags.remove:
            return [("- ", "warning"), (f"{shown(key)}={shown(value)}", "muted"), ("  removed", "warning")]
        if before is None:
            return [("+ ", "better"), (f"{shown(key)}={shown(value, 2 * half)}", "")]
        if before != value:
            return [
                ("~ ", "accent"),
                (f"{shown(key)}={shown(before)}", "muted"),
                (f" {signs.arrow} ", "muted"),
                (shown(value), ""),
            ]
        return [("  ", ""), (f"{shown(key)}={shown(value, 2 * half)}", "")]
