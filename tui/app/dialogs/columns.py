"""Which columns the versions of a model have, in what order, and which metric comes first. The list behind follows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import events
from textual.widget import Widget

from ... import words
from ...text import fit, paragraph, visible, width
from ..changing.prospects import Request
from ..facts import Line
from ..finding import fitness
from ..finding import words as words_of
from ..screens.column_choice import Chosen
from ..tables.column_makers import DELTA, METRIC
from .dialog import Dialog
from .parts import STEPS

if TYPE_CHECKING:
    from ..screens.main import MainScreen
    from ..tables.version_columns import VersionColumns
    from ..widgets.field import Field

_WIDE = 46
_SHARE = 5
"""In wide windows two of so many parts of the width."""

_TOLD = 2
"""Lines for what is said, or for a name that is longer than its line."""

_VALUE = 12
_HEADLINE = " first"
_MOVES = {
    **dict.fromkeys(("J", "shift+down", "ctrl+down", "alt+down"), 1),
    **dict.fromkeys(("K", "shift+up", "ctrl+up", "alt+up"), -1),
}
_FRONT, _END = "less_than_sign", "greater_than_sign"
_KEYS = (
    (("space", "show, hide"), ("/", "find"), ("J K", "move")),
    (("< >", "to the front, the end"), ("s", "sort")),
    (("m", "metric that comes first"), ("d", "default")),
)
_FINDING = (
    (("enter", "there"), ("space", "show, hide")),
    (("up down", "others like it"),),
    (("esc", "back"),),
)
"""What keys do here, in lines: more than fit into the last one."""


class ColumnsDialog(Dialog):
    """A list of all columns there can be, those that are seen first and in their order."""

    verb = "keep"
    has_line = False

    def __init__(self, main: MainScreen) -> None:
        super().__init__(main)
        self._version = main.version
        self._model = main.version.model if main.version else ""
        self._before = main.selection.chosen.of(self._model)
        self._chosen = self._before
        self._values: dict[str, str] = {}
        self._at = 0
        self._sought: str | None = None
        """What is looked for while it is typed."""
        self._before_search = 0
        self._list()
        self.prospect = self._names
        main.selection.name_columns()

    @property
    def _offered(self) -> VersionColumns:
        return self.main.selection.offered

    @property
    def heading(self) -> str:
        """Of which model."""
        return f"Columns of {self._model}"

    @property
    def columns(self) -> int:
        """How many cells a line has: few, so that the list is seen beside it."""
        return min(super().columns, max(_WIDE, self.app.size.width * 2 // _SHARE))

    def make_field(self) -> Field | None:
        """There is nothing to type."""
        return None

    def request(self) -> Request | None:
        """It looks at no change."""
        return None

    # -- what there is -----------------------------------------------------------------------------

    def _list(self) -> None:
        """Put what is seen before what has no room, and that before what isn't chosen."""
        names = self.main.selection.chosen.names(self._model, self._offered)
        inside = [name for name in self._in_window if name in names] if self._chosen.names is None else []
        seen = [*inside, *(name for name in names if name not in inside)]
        rest = [name for name in self._offered.every() if name not in seen]
        self._names = [*seen, *rest]
        self._seen = set(seen)

    @property
    def _in_window(self) -> list[str]:
        """The columns that are seen in the list behind, from left to right."""
        return [column.name for column in self.main.version_table.seen_columns]

    def columns_named(self) -> None:
        """Add the names that only older versions have, where they are no hindrance: at the end."""
        self._names += [name for name in self._offered.every() if name not in self._names]
        self.show()

    @property
    def _headline(self) -> str:
        return self._offered.headline(self._chosen.headline)

    def _try_out(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self.main.selection.chosen.try_out(self._model, chosen)
        self.main.selection.show_columns()
        self.show()
        self._keep_in_sight()

    def _try_names(self) -> None:
        here = self._names[self._at]
        names = tuple(name for name in self._names if name in self._seen)
        self._try_out(Chosen(names, self._chosen.headline))
        table = self.main.version_table
        beside = (
            self.query_one("#dialog", Widget).region.x - table.region.x - 1
        )  # the dialog lies over the rest
        table.bring_column(here, beside if beside > 0 else table.size.width)

    # -- keys --------------------------------------------------------------------------------------

    async def other_key(self, event: events.Key) -> bool:
        """Show or hide, move, sort, find, or go to another line."""
        key = event.key
        if self._sought is not None:
            self._type_sought(event)
        elif key == "slash":
            self._sought, self._before_search = "", self._at
            self.say("")
        elif key in (_FRONT, _END):
            self._to_end(front=key == _FRONT)
        elif key == "space":
            self._toggle()
        elif key in _MOVES:
            self._move(_MOVES[key])
        elif key == "m":
            self._bring_forward()
        elif key == "s":
            self._sort()
        elif key == "d":
            self._back_to_default()
        elif step := STEPS.get(key):
            self.choose(step)
        elif key == "q":
            self.leave()
        return True

    # -- finding -------------------------------------------------------------------------------------

    def _type_sought(self, event: events.Key) -> None:
        """Take a key while a name is looked for: the cursor goes along."""
        if event.key == "space":
            self._sought = None
            self._toggle()
            return
        if event.key == "backspace":
            self._sought = (self._sought or "")[:-1]
        elif event.is_printable and event.character:
            self._sought = (self._sought or "") + event.character
        self._at = next(iter(self._found), self._before_search)
        self.say("")
        self._keep_in_sight()

    @property
    def _found(self) -> list[int]:
        """The lines whose names fit what is looked for, those that fit best first."""
        wanted = words_of(self._sought or "")
        fits = [
            (fitness(wanted, name.partition(".")[2] or name, name), at) for at, name in enumerate(self._names)
        ]
        return [at for fit_, at in sorted(fits, key=lambda each: -each[0]) if fit_]

    def _is_left_by(self, event: events.Key | events.Paste) -> bool:
        if self._sought is not None and isinstance(event, events.Key) and event.key == "escape":
            self._sought, self._at = None, self._before_search
            self.say("")
            self._keep_in_sight()
            return True
        return super()._is_left_by(event)

    def choose(self, step: int) -> bool:
        """Go to another line; while a name is looked for, to another that fits."""
        if self._sought and (found := self._found):
            place = found.index(self._at) if self._at in found else 0
            step = found[max(0, min(place + step, len(found) - 1))] - self._at
        self._at = max(0, min(self._at + step, len(self._names) - 1))
        self.say("")
        self._keep_in_sight()
        return False

    def page(self, pages: int) -> None:
        """Go on by as many lines as are seen."""
        self.choose(pages * max(self.body_view.page - 2, 1))

    def _keep_in_sight(self) -> None:
        view = self.body_view
        line, room = (
            self._at + 1,
            view.page - 1,
        )  # the first line is blank, the last may say that there is more
        if line <= view.top:
            view.step(line - 1 - view.top)
        elif line >= view.top + room:
            view.step(line - view.top - room + 1)

    def _toggle(self) -> None:
        name = self._names[self._at]
        if self._seen == {name}:
            self.say("one column must be left", "warning")
            return
        self._seen ^= {name}
        self._said = ("", "")
        if name in self._seen:
            self._bring_into_window()
            before = next((each for each in self._names[self._at - 1 :: -1] if each in self._seen), "")
            if self._at and before:
                self._said = (f"{name} is shown, behind {before}", "accent")
        self._try_names()

    def _bring_into_window(self) -> None:
        """Put the column that was just chosen where it is seen: behind the last that has room, unless it stands before that."""
        inside = [self._names.index(each) for each in self._in_window if each in self._seen]
        place = max(inside, default=-1) + 1
        if self._at > place:
            self._names.insert(place, self._names.pop(self._at))
            self._at = place

    def _to_end(self, *, front: bool) -> None:
        """Put a column behind the first one, and from there before it; or behind all that are chosen. It is chosen then."""
        name = self._names[self._at]
        self._seen |= {name}
        others = [each for each in self._names if each != name]
        chosen = [at for at, each in enumerate(others) if each in self._seen]
        if not front:
            place = max(chosen, default=-1) + 1
        else:
            place = 0 if self._at <= 1 or not chosen else chosen[0] + 1
        others.insert(place, name)
        self._names, self._at = others, place
        self._try_names()

    def _move(self, step: int) -> None:
        """Move a column past the next one that is seen, whatever is between them."""
        name, at = self._names[self._at], self._at + step
        while name in self._seen and 0 <= at < len(self._names) and self._names[at] not in self._seen:
            at += step
        if 0 <= at < len(self._names):
            self._names.insert(at, self._names.pop(self._at))
            self._at = at
            self._try_names()

    def _bring_forward(self) -> None:
        """Let the metric under the cursor be the one that versions are judged by first."""
        name = self._names[self._at]
        metric = next((name.removeprefix(each) for each in (METRIC, DELTA) if name.startswith(each)), "")
        if not metric:
            self.say("only a metric can come first", "warning")
            return
        names = self._chosen.names
        if names is not None:
            names = _with_headline(names, self._headline, metric)
        self._try_out(Chosen(names, metric))
        self._list()
        self._at = self._names.index(METRIC + metric)
        self.show()
        self._keep_in_sight()

    def _back_to_default(self) -> None:
        self._try_out(Chosen())
        self._list()
        self._at = 0
        self.say("those that tell most, or that your settings name")
        self._keep_in_sight()

    def _sort(self) -> None:
        name = self._names[self._at]
        column = next(iter(self._offered.columns([name], self.main.look)), None)
        if column is None or not column.key:
            self.say(f"nothing can be sorted by {name}", "warning")
            return
        self.say(self.main.selection.sort_by(column), "accent")

    async def enter(self) -> None:
        """Keep it; or stay at what was found."""
        if self._sought is not None:
            self._sought = None
            self.say("")
            return
        changed = self._chosen != self._before
        self.main.selection.chosen.keep(self._model)
        self.close()
        self.main.views.follow(from_top=False)  # the metric that comes first is the one that is drawn
        if changed:
            self.main.say("the columns are kept for this model")

    def leave(self) -> None:
        """Put back what was so before."""
        self.main.selection.chosen.put_back(self._model)
        self.main.selection.show_columns()
        self.close()

    async def on_click(self, event: events.Click) -> None:
        """Show or hide the column under the mouse."""
        at = self.body_view.top + event.y - 1
        if event.widget is self.body_view and 0 <= at < len(self._names):
            self._at = at
            self._toggle()

    # -- lines -------------------------------------------------------------------------------------

    def body(self, columns: int) -> Sequence[Line]:
        """A line for each column: whether it is seen, what it is called, what it says of the selected version."""
        return [self._line(at, name, columns) for at, name in enumerate(self._names)]

    def _line(self, at: int, name: str, columns: int) -> Line:
        ascii_only = self.main.ascii_only
        here, seen = at == self._at, name in self._seen
        first = _HEADLINE if name == METRIC + self._headline else ""
        room = self._room(name, columns)
        label = _both_ends(name, room, ascii_only=ascii_only)
        return [
            (f"{self.main.signs.cursor if here else ' '} ", "accent"),
            ("[x] " if seen else "[ ] ", "key" if seen else "muted"),
            (label, "title" if here else "" if seen else "muted"),
            (first, "accent"),
            (" " * (room - width(label)), ""),
            (" " + fit(self._value(name), _VALUE, "right", ascii_only=ascii_only), "muted"),
        ]

    def _room(self, name: str, columns: int) -> int:
        """Return how many cells a name has."""
        first = _HEADLINE if name == METRIC + self._headline else ""
        return columns - 2 - 4 - len(first) - _VALUE - 1

    def _value(self, name: str) -> str:
        """Return what a column says of the selected version."""
        if name not in self._values and self._version is not None:
            look = self.main.look
            column = next(iter(self._offered.columns([name], look)), None)
            self._values[name] = column.text(self._version, look) if column else ""
        return self._values.get(name, "")

    def _told(self, columns: int) -> list[Line]:
        ascii_only = self.main.ascii_only
        text, style = self._said
        name = self._names[self._at]
        if not text and self._sought is not None:
            found = len(self._found) if self._sought else 0
            told = f"   {found} like that" if found else "   nothing is called that" if self._sought else ""
            text, style = f"/{self._sought}{told}", "accent"
        elif not text and width(name) > self._room(name, columns):
            text, style = name, "muted"
        texts = paragraph(text, columns - 1, _TOLD, ascii_only=ascii_only)
        texts += [""] * (_TOLD - len(texts))
        lines: list[Line] = [[], *([(f" {each}", style)] for each in texts)]
        for keys in _KEYS if self._sought is None else _FINDING:
            line: Line = []
            for key, does in keys:
                line += [(("   " if line else " ") + key, "key"), (f" {does}", "muted")]
            lines.append(line)
        return [*lines, []]


def _with_headline(names: tuple[str, ...], before: str, metric: str) -> tuple[str, ...]:
    """Return names with a metric and its difference in the places of the one that came first before."""
    new, old = [METRIC + metric, DELTA + metric], (METRIC + before, DELTA + before)
    at = min((names.index(name) for name in old if name in names), default=len(names))
    rest = [(place, name) for place, name in enumerate(names) if name not in new and name != old[1]]
    ahead = [name for place, name in rest if place < at]
    return (*ahead, *new, *(name for place, name in rest if place >= at))


def _both_ends(name: str, room: int, *, ascii_only: bool) -> str:
    """Return a name made safe and no longer than there is room for: both its ends tell it from others."""
    whole = visible(name, 512, ascii_only=ascii_only)
    if width(whole) <= room or not whole.isascii():
        return visible(whole, room, ascii_only=ascii_only)
    tail = room // 2
    return whole[: room - tail - 1] + words.signs(ascii_only).ellipsis + whole[-tail:]
