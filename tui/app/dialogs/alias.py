"""Aliases: names that can move, such as champion. A name gives it to the version, ``-name`` takes it away."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ...text import fit, visible
from ..changing.changes import Change
from ..changing.edits import Alias
from ..changing.prospects import Annotated, Request, ToAnnotate
from ..facts import Line
from .dialog import Dialog

if TYPE_CHECKING:
    from ....store import Version
    from ..screens.main import MainScreen

_NAME = 24


class AliasDialog(Dialog):
    """Gives a version an alias, or takes one away from its model."""

    verb = "save"
    prompt = "Alias"

    def __init__(self, main: MainScreen, version: Version) -> None:
        super().__init__(main)
        self.version = version

    @property
    def heading(self) -> str:
        """Which version."""
        return f"Alias for {self.version.ref}"

    def request(self) -> Request:
        """Ask what the aliases are now."""
        return ToAnnotate(self.version.ref)

    def essence(self, prospect: Annotated) -> object:
        """A decision rests on what each alias means."""
        return prospect.version.id, prospect.aliases

    @property
    def _aliases(self) -> dict[str, str]:
        return self.prospect.aliases if self.prospect else {}

    @property
    def wanted(self) -> str:
        """The alias that is typed."""
        return self.typed.removeprefix("-").removeprefix(f"{self.version.model}@")

    @property
    def _removes(self) -> bool:
        return self.typed.startswith("-")

    def choose(self, step: int) -> bool:
        """Take another of the aliases there are."""
        names = sorted(self._aliases)
        if names and self.field:
            at = names.index(self.wanted) + step if self.wanted in names else 0 if step > 0 else -1
            self.field.value = visible(names[at % len(names)])
            self.field.cursor_position = len(self.field.value)
            self.typed_anew()
        return False

    def lacks(self, typed: str) -> str:
        """Say what makes it no change; whether the name will do is for the store to say."""
        del typed
        name = self.wanted
        if not name:
            return "type a name, such as champion"
        if self._removes:
            return "" if name in self._aliases else f"there is no alias {name} to take away"
        if self._aliases.get(name) == self.version.version:
            return f"it is {name} already; -{name} takes that away"
        return ""

    def change(self, typed: str) -> Change:
        """Let it mean this version, if it still means what was shown."""
        del typed
        return Alias(self.version.ref, self.wanted, self._aliases.get(self.wanted, ""), remove=self._removes)

    def command(self) -> str:
        """The same on the command line."""
        name = self.wanted
        if self._removes:
            return f"mvtui alias --remove {shlex.quote(f'{self.version.model}@{name}')}"
        return f"mvtui alias {shlex.quote(self.version.ref)} {shlex.quote(name) if name else 'NAME'}"

    def typed_anew(self) -> None:
        """Show what the aliases will mean."""
        super().typed_anew()
        self.show()

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys to take one that there is."""
        if self._aliases:
            yield "up", "one there is"

    def body(self, columns: int) -> Sequence[Line]:
        """Each alias of the model, and what it will mean."""
        name, wide = self.wanted, min(_NAME, columns // 3)
        lines: list[Line] = []
        for alias in sorted({*self._aliases, *([name] if name and not self._removes else [])}):
            before = self._aliases.get(alias)
            line: Line = [(fit(alias, wide, ascii_only=self.main.ascii_only) + "  ", "")]
            if alias != name:
                line.append((self._number(before, columns), "muted"))
            elif self._removes:
                line += [(self._number(before, columns), "muted"), ("  taken away", "warning")]
            elif before != self.version.version:
                if before:
                    line += [
                        (self._number(before, columns), "muted"),
                        (f" {self.main.signs.arrow} ", "muted"),
                    ]
                line.append((self._number(self.version.version, columns), "accent"))
            else:
                line.append((self._number(before, columns), ""))
            lines.append(line)
        help_: Line = [("a name gives it to this version, -name takes it away", "muted")]
        return [*(lines or [[("no aliases yet", "muted")]]), [], help_]

    def _number(self, number: str | None, columns: int) -> str:
        return visible(number or "", columns // 3, ascii_only=self.main.ascii_only)
