"""Registering files as a version: a form. The path completes from a list, and what is there is told."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from textual import events

from ... import words
from ...text import paragraph, visible
from ..asking.places import Choices, Entry
from ..changing.changes import Change
from ..changing.prospects import Request
from ..changing.registering import Register
from ..changing.stated import Stated, read_datasets, read_stated, split
from ..changing.transfers import Candidate, ToRegister
from ..facts import Line
from .dialog import Dialog
from .picker import ROWS, Picker, shows
from .tags import read_tags

if TYPE_CHECKING:
    from ..screens.main import MainScreen

_LABEL = 10
_ROWS = ("path", "model", "kind", "number", "parent", "data", "metrics", "params", "note", "tags")
_HELP = {
    "path": "files of the model: one file, or a directory",
    "model": "the model's name; a new one begins a new model",
    "kind": "empty: by what is there",
    "number": "empty: by what changed; or major, minor, patch, or a number such as 1.4.0",
    "parent": "what it was made from: a version, or a name outside the store such as hf:org/name",
    "data": "what it learned from: train=data/train.csv test=reviews@1.0.0 …; files, versions, .dvc files",
    "metrics": "accuracy=0.93 f1=0.9 …, or a file that has them, such as out/trainer_state.json",
    "params": "lr=3e-4 epochs=2 …, or a file that has them, such as config.yaml",
    "note": "a line that says what is new",
    "tags": "key=value …; quotes hold blanks together",
}
_OTHER_LINES = 7
"""Rows of a window that are neither the form's nor the list's, nor those below it: frame, keys, a margin."""

_LIST_LINES = 12
"""Rows of a window that the form leaves to the list and what is around it; then it shows only rows near the cursor."""

_FEWEST = 4


class RegisterDialog(Dialog):
    """Stores files as a version of a model."""

    prompt = "Path"

    def __init__(self, main: MainScreen, model: str) -> None:
        super().__init__(main)
        self.values = dict.fromkeys(_ROWS, "")
        self.values["model"] = model if shows(model) else ""
        self.row = "path"
        self.picker = Picker()

    @property
    def verb(self) -> str:  # type: ignore[override]  # from the path it goes on
        """What enter does here."""
        if self.picker.chosen is not None:
            return "take it"
        return "go on" if self.row == "path" else "register"

    @property
    def heading(self) -> str:
        """What it is for."""
        return "Register a version"

    # -- what is filled in -------------------------------------------------------------------------

    def value(self, row: str) -> str:
        """What a row holds."""
        return self.typed if row == self.row and self.field else self.values[row]

    def request(self) -> Request:
        """Ask what is at the path, and how names could go on."""
        found, path = self._found, self.value("path")
        known = found.contents if found and found.place.typed == path else None
        return ToRegister(path, self.value("model"), self.value("parent"), known)

    @property
    def _found(self) -> Candidate | None:
        found: Candidate | None = self.prospect
        return found

    @property
    def _looked(self) -> bool:
        """Whether it is known what is at the path that is typed now."""
        return self._found is not None and self._found.place.typed == self.value("path")

    def essence(self, prospect: Candidate) -> object:
        """What lies at the path is read when it is registered: nothing decided rests on how it looked."""
        del prospect
        return ()

    @property
    def choices(self) -> Choices | None:
        """What can be chosen in this row."""
        found, typed = self._found, self.typed
        if self.row in ("kind", "number"):
            from ....store import BUMPS, KINDS

            names = [name for name in (KINDS if self.row == "kind" else BUMPS) if name.startswith(typed)]
            return Choices(tuple(Entry(name) for name in names), len(names))
        if found is None:
            return None
        if self.row == "path":
            return found.place.choices if self._looked else None
        return {"model": found.models, "parent": found.parents}.get(self.row)

    def lacks(self, typed: str) -> str:
        """Say what is missing, or can't be."""
        del typed
        if why := self._path_lacks():
            return why
        if not self.value("model"):
            return "name the model that it is a version of"
        from ....store import KINDS

        if (kind := self.value("kind")) and kind not in KINDS:
            return f"{kind} is no kind: it is one of {', '.join(KINDS)}"
        tags = read_tags(self.value("tags"))
        return (
            read_datasets(self.value("data"))[1]
            or self._stated("metric").problem
            or self._stated("param").problem
            or tags.problem
            or ("tags are set here, not removed" if tags.remove else "")
        )

    def _stated(self, what: Literal["metric", "param"]) -> Stated:
        return read_stated(self.value(f"{what}s"), what)

    def _path_lacks(self) -> str:
        if not self.value("path"):
            return "type the path of the files first"
        if self._looked and self._found and self._found.place.state in ("nothing", "other"):
            return "there is no file and no directory at that path"
        return ""

    def change(self, typed: str) -> Change:
        """Register it."""
        del typed
        from ....store import BUMPS

        number = self.value("number")
        return Register(
            model=self.value("model"),
            path=self.value("path"),
            kind=self.value("kind"),
            bump=number if number in BUMPS else "",
            version="" if number in BUMPS else number,
            parent=self.value("parent"),
            note=self.value("note"),
            tags=read_tags(self.value("tags")).add,
            metrics=self._stated("metric"),
            params=self._stated("param"),
            datasets=read_datasets(self.value("data"))[0],
        )

    def command(self) -> str:
        """The same on the command line."""
        from ....store import BUMPS

        path, number = self.value("path"), self.value("number")
        shown = "~/" + shlex.quote(path[2:]) if path.startswith("~/") and path[2:] else shlex.quote(path)
        given = {
            "kind": self.value("kind"),
            "bump" if number in BUMPS else "version": number,
            "parent": self.value("parent"),
            "note": self.value("note"),
        }
        parts = [
            shlex.quote(self.value("model")) if self.value("model") else "MODEL",
            shown if path else "PATH",
        ]
        parts += [f"--{name} {shlex.quote(value)}" for name, value in given.items() if value]
        parts += [f"--{option} {shlex.quote(word)}" for option, word in self._words()]
        return f"mvtui register {' '.join(parts)}"

    def _words(self) -> Iterator[tuple[str, str]]:
        """Yield the words of rows that hold several, each with its option."""
        for word in split(self.value("data"))[0]:
            yield "dataset", word
        for what in ("metric", "param"):
            for word in split(self.value(f"{what}s"))[0]:
                yield (what if "=" in word else f"{what}s-file"), word
        for key, value in read_tags(self.value("tags")).add.items():
            yield "tag", f"{key}={value}"

    # -- keys --------------------------------------------------------------------------------------

    def go_to_row(self, row: str) -> None:
        """Give the cursor to a row."""
        self.values[self.row] = self.typed
        self.row = row
        self.picker.chosen = None
        self.prompt_view.show(([(f" {row.capitalize()}".ljust(_LABEL), "accent")], []))
        self._put(self.values[row])
        self.say("")

    def _step(self, step: int) -> None:
        self.go_to_row(_ROWS[(_ROWS.index(self.row) + step) % len(_ROWS)])

    def _put(self, text: str) -> None:
        if self.field:
            self.field.value = text
            self.field.cursor_position = len(text)

    def typed_anew(self) -> None:
        """Look what is there now, where that matters."""
        super().typed_anew()
        self.picker.chosen = None
        if self.row in ("path", "model", "parent"):
            self.ask()
        self.show()

    def choose(self, step: int) -> bool:
        """Choose from the list, up from its top back to the row; where there is no list, and up from the row, go to another row."""
        listed, chosen = bool(self.choices and self.choices.entries), self.picker.chosen
        if step < 0 and chosen == 0:
            self.picker.chosen = None
            self.say("")
        elif listed and not (step < 0 and chosen is None and self.row != _ROWS[0]):
            self.picker.move(self.choices, step)
            self.say("")
        else:
            self._step(step)
        return False

    def other_hints(self) -> Iterable[tuple[str, str]]:
        """Keys of the form."""
        yield "tab", "next"
        yield "shift+tab", "back"
        yield "up", "choose"

    async def other_key(self, event: events.Key) -> bool:
        """Complete what is typed, or go to the next row; go to the row before."""
        if event.key == "shift+tab":
            self._step(-1)
        elif event.key == "tab":
            self._complete()
        else:
            return False
        return True

    def _complete(self) -> None:
        """Go on with what is typed; to the next row where there is no more to it."""
        if self.row == "path" and self.typed and not self._looked:
            return  # pressed before it is known what is there: the next row is not what is wanted
        longer = self.picker.taken(self.choices, self.typed)
        if longer is None and self.row in ("path", "parent"):
            longer = self.picker.completed(self.choices, self.typed)
        if longer in (None, self.typed):
            self._step(1)
        else:
            self._put(longer or "")
            self.typed_anew()

    async def enter(self) -> None:
        """Take what is chosen; without that go on from the path, and else register."""
        if (longer := self.picker.taken(self.choices, self.typed)) is not None:
            self._put(longer)
            self.typed_anew()
        elif self.row == "path" and not self._path_lacks():
            self._step(1)
        else:
            await super().enter()

    # -- lines -------------------------------------------------------------------------------------

    def _lines(self, columns: int) -> Sequence[Line]:
        rows = self._near
        before = rows[: rows.index(self.row)]
        return [[], *(line for row in before for line in self._row(row, columns))]

    @property
    def _near(self) -> tuple[str, ...]:
        """The rows that are shown: all, or those around the cursor's where the window is low."""
        count = max(_FEWEST, min(len(_ROWS), self.app.size.height - _LIST_LINES))
        first = max(0, min(_ROWS.index(self.row) - count // 2, len(_ROWS) - count))
        return _ROWS[first : first + count]

    def _told(self, columns: int) -> list[Line]:
        ascii_only = self.main.ascii_only
        lines: list[Line] = [[(" ", ""), *self._inside(columns)]] if self.row == "path" else []
        near = self._near
        for row in near[near.index(self.row) + 1 :]:
            lines += [[(" ", ""), *line] for line in self._row(row, columns)]
        below = super()._told(columns)
        if self.prospect is None and self.problem:
            told = paragraph(self.problem, columns, 2, ascii_only=ascii_only)
            below = [[], *([(" " + text, "warning")] for text in told), *below]
        rows = min(ROWS, self.app.size.height - _OTHER_LINES - len(near) - len(below))
        rows += "path" not in near  # it has a line more than the others
        if rows > 0:
            lines += [[], *([(" ", ""), *line] for line in self._list(columns - 1, rows))]
        return [*lines, *below]

    def _list(self, columns: int, rows: int) -> Sequence[Line]:
        """What can be chosen in this row, or what it is for."""
        found, ascii_only = self.choices, self.main.ascii_only
        if found and (found.entries or found.problem):
            return self.picker.lines(found, columns, none="", ascii_only=ascii_only, rows=rows)
        texts = paragraph(_HELP[self.row], columns - 2, rows, ascii_only=ascii_only)
        return [*([("  " + text, "muted")] for text in texts), *([[]] * (rows - len(texts)))]

    def _row(self, row: str, columns: int) -> list[Line]:
        text, room = self.values[row], columns - _LABEL
        shown = visible(text, room, ascii_only=self.main.ascii_only)
        line: Line = [(row.capitalize().ljust(_LABEL - 1), "muted"), (shown, "")]
        if not text:
            line[-1] = (visible(self._instead(row), room, ascii_only=self.main.ascii_only), "muted")
        return [line, self._inside(columns)] if row == "path" else [line]

    def _instead(self, row: str) -> str:
        """What a row means that is left empty."""
        found, dash = self._found, self.main.signs.dash
        if row == "kind" and found and found.contents:
            return f"{found.contents.kind}, by what is there"
        if row == "number":
            return f"by what changed since {found.latest}" if found and found.latest else "1.0.0, the first"
        return dash

    def _inside(self, columns: int) -> Line:
        """What lies at the path, under it."""
        signs, found = self.main.signs, self._found
        indent = (" " * (_LABEL - 1), "")
        if not self.value("path"):
            return []
        if not self._looked or found is None:
            return [indent, ("reading" + signs.ellipsis, "muted")]
        inside = found.contents
        if inside is None:
            return [indent, ("nothing is there", "muted")]
        files = words.plural(inside.files, "file")
        parts = [f"{'more than ' if inside.more else ''}{files}, {words.size(inside.size)}"]
        parts += [inside.format] if inside.format else []
        if inside.parameters:
            from ...inspection import amount

            parts.append(f"{amount(inside.parameters)} parameters")
        parts += [inside.problem] if inside.problem else []
        told = visible(f" {signs.dot} ".join(parts), columns - _LABEL, ascii_only=self.main.ascii_only)
        return [indent, (told, "warning" if inside.problem else "accent")]
