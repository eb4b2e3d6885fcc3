import signal
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mvtui.tui.app.terminal.driver import _CONTROLS, DiffDriver, _Survivor
from mvtui.tui.app.terminal.screenful import Screenful

WIDTH, HEIGHT = 12, 4
STYLES = ("", "1", "31", "1;31", "38;2;1;2;3", "38;2;1;2;3;48;2;9;9;9", "44", "7", "38;5;9;1")


def frame(cells: list[list[tuple[str, str]]]) -> str:
    """A frame as Textual writes it: each line whole, a style and a reset for each piece."""
    out = []
    for y, row in enumerate(cells):
        out.append(f"\x1b[{y + 1};1H")
        out += [f"\x1b[{style}m{char}\x1b[0m" if style else char for char, style in row]
    return "".join(out) + "\x1b[1;1H"


@st.composite
def frames(draw: st.DrawFn) -> str:
    rows = []
    for _ in range(HEIGHT):
        row: list[tuple[str, str]] = []
        left = WIDTH
        while left:
            char = draw(st.sampled_from("ab  ─日é") if left > 1 else st.sampled_from("ab ─é"))
            row.append((char, draw(st.sampled_from(STYLES))))
            left -= 2 if char == "日" else 1
        rows.append(row)
    return frame(rows)


def terminal() -> tuple[pyte.Screen, pyte.Stream]:
    screen = pyte.Screen(WIDTH, HEIGHT)
    screen.reset_mode(pyte.modes.DECAWM)
    return screen, pyte.Stream(screen)


def seen(screen: pyte.Screen, height: int = HEIGHT) -> list[list[tuple[object, ...]]]:
    out: list[list[tuple[object, ...]]] = []
    for y in range(height):
        line = [screen.buffer[y][x] for x in range(WIDTH)]
        # The right half of a wide character has no look of its own.
        out.append([(c.data, c.fg, c.bg, c.bold, c.reverse) if c.data else ("",) for c in line])
    return out


@given(st.lists(frames(), min_size=1, max_size=4))
def test_the_terminal_ends_up_the_same_as_with_whole_frames(sequence: list[str]) -> None:
    whole, whole_stream = terminal()
    lean, lean_stream = terminal()
    screenful = Screenful(WIDTH, HEIGHT)
    for each in sequence:
        whole.reset()
        whole.reset_mode(pyte.modes.DECAWM)
        whole_stream.feed(each)
        lean_stream.feed(screenful.update(each))
        assert seen(lean) == seen(whole)


TALL = 9


@st.composite
def scrolling(draw: st.DrawFn) -> list[str]:
    """Frames of a list under a heading, as someone moves in it: whole ones, and ones of some rows only."""
    texts = draw(st.lists(st.text("ab ─日é", min_size=0, max_size=6), min_size=4, max_size=24))
    styles = draw(st.lists(st.sampled_from(STYLES), min_size=len(texts), max_size=len(texts)))
    first = draw(st.integers(0, 2))
    out = []
    for top in draw(st.lists(st.integers(-2, 20), min_size=2, max_size=6)):
        cursor = draw(st.integers(0, TALL))
        lines = [f"\x1b[1;1H{top:<{WIDTH}}"]
        for y in range(first, TALL - 1):
            if draw(st.integers(0, 9)) == 0:
                continue  # a row that this frame leaves as it was
            place = top + y
            text, style = (texts[place], styles[place]) if 0 <= place < len(texts) else ("", "")
            if y == cursor:
                style = "7"
            text += " " * (WIDTH - sum(2 if char == "日" else 1 for char in text))
            lines.append(f"\x1b[{y + 2};1H\x1b[{style}m{text}\x1b[0m" if style else f"\x1b[{y + 2};1H{text}")
        out.append("".join(lines) + "\x1b[1;1H")
    return out


@settings(max_examples=400, deadline=None)
@given(scrolling())
def test_lines_that_the_terminal_moves_end_up_where_a_repaint_puts_them(sequence: list[str]) -> None:
    whole, lean = pyte.Screen(WIDTH, TALL), pyte.Screen(WIDTH, TALL)
    for screen in (whole, lean):
        screen.reset_mode(pyte.modes.DECAWM)
    whole_stream, lean_stream = pyte.Stream(whole), pyte.Stream(lean)
    blank = "".join(f"\x1b[{y + 1};1H{' ' * WIDTH}" for y in range(TALL))
    screenful = Screenful(WIDTH, TALL)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mvtui.tui.app.terminal.screenful._WORTH_CELLS", 1)  # as often as it can
        for each in (blank, *sequence):
            whole_stream.feed(each)
            lean_stream.feed(screenful.update(each))
            assert seen(lean, TALL) == seen(whole, TALL)


def rows_of(first: int, count: int, columns: int = 80) -> str:
    texts = [f"row {n * 7919} {n**9} {n**11} {n**13}"[:columns] for n in range(first, first + count)]
    return "".join(f"\x1b[{y + 3};1H{text:<{columns}}" for y, text in enumerate(texts))


@pytest.mark.parametrize("step", [1, -1, 5, -5])
def test_a_list_that_scrolls_is_moved_not_written_again(step: int) -> None:
    screenful = Screenful(80, 24)
    screenful.update("".join(f"\x1b[{y + 1};1H{'.' * 80}" for y in range(24)))
    screenful.update(rows_of(100, 18))
    sent = screenful.update(rows_of(100 + step, 18))
    assert f"\x1b[{abs(step)}{'M' if step > 0 else 'L'}" in sent
    assert sent.count("row") == abs(step)
    assert len(sent) < 60 + 100 * abs(step)
    # The margins are taken back before anything else is written.
    assert sent.index("\x1b[r") < sent.index("row")


def test_a_blank_line_that_comes_in_is_written_whole() -> None:
    """Terminals differ about the background of lines they make."""
    screenful = Screenful(80, 24)
    screenful.update("".join(f"\x1b[{y + 1};1H{' ' * 80}" for y in range(24)))
    screenful.update(rows_of(100, 18))
    assert " " * 80 in screenful.update(rows_of(101, 17) + f"\x1b[20;1H{' ' * 80}")


def test_nothing_moves_for_a_few_cells_or_beside_another_pane() -> None:
    screenful = Screenful(80, 24)
    few = ["".join(f"\x1b[{y + 1};1H{(y + n) % 10:<80}" for y in range(24)) for n in range(2)]
    screenful.update(few[0])
    assert "\x1b[r" not in screenful.update(few[1])
    beside = [
        "".join(f"\x1b[{y + 1};1H{'model ' + str(y):<30}{f'version {y + n} ' * 4:<50}" for y in range(24))
        for n in range(2)
    ]
    screenful.update(beside[0])
    assert "\x1b[r" not in screenful.update(beside[1])


def test_lines_of_which_a_part_is_not_known_stay() -> None:
    screen = pyte.Screen(80, 24)
    stream = pyte.Stream(screen)
    for y in range(24):
        stream.feed(f"\x1b[{y + 1};71Htail {y}")
    screenful = Screenful(80, 24)  # knows nothing of the tails
    stream.feed(screenful.update(rows_of(100, 18, 60)))
    stream.feed(screenful.update(rows_of(101, 18, 60)))
    assert [line[70:].strip() for line in screen.display] == [f"tail {y}" for y in range(24)]


def test_after_lines_were_moved_the_cursor_is_placed_anew() -> None:
    screen = pyte.Screen(80, 24)
    stream = pyte.Stream(screen)
    screenful = Screenful(80, 24)
    for frame in (
        "".join(f"\x1b[{y + 1};1H{' ' * 80}" for y in range(24)),
        rows_of(100, 18),
        "\x1b[1;1Habcd",
        "\x1b[1;1Habcdef" + rows_of(101, 18),
    ):
        stream.feed(screenful.update(frame))
    assert screen.display[0].rstrip() == "abcdef"


@given(frames())
def test_the_same_frame_again_costs_nothing(each: str) -> None:
    screenful = Screenful(WIDTH, HEIGHT)
    screenful.update(each)
    assert screenful.update(each) == ""
    screenful.forget()
    assert screenful.update(each) != ""


@pytest.mark.parametrize(
    "hostile",
    [
        "\x1b]0;owned\x07",
        "\x1b]52;c;aGFjaw==\x07",
        "\x1b]8;;http://evil\x1b\\",
        "\x1bP1$r\x1b\\",
        "\x1b[2J",
        "\x1b[?1049l",
        "\x1bc",
        "\x9b2J",
        "\x07",
        "\x0e",
        "\x9d0;owned\x9c",
    ],
)
def test_escapes_that_got_into_a_frame_are_dropped_whole(hostile: str) -> None:
    sent = Screenful(40, 1).update(f"\x1b[1;1Ha{hostile}b")
    assert sent.replace("\x1b[1H", "") == "\x1b[mab"


def test_only_textual_s_own_controls_pass() -> None:
    for control in ("\x1b[?1049h", "\x1b[?2026$p", "\x1b[>25u", "\x1b[<u", "\x1b]52;c;aGk=\x07", "\x07"):
        assert _CONTROLS.fullmatch(control)
    for other in ("\x1b]0;x\x07", "\x1b[2J", "x\x1b[?1049h", "\x1b]52;c;\x1b[2J\x07"):
        assert not _CONTROLS.fullmatch(other)


def test_the_cursor_is_left_where_something_is_typed() -> None:
    screenful = Screenful(WIDTH, HEIGHT)
    assert screenful.update("\x1b[1;1Hab\x1b[3;5H").endswith("\x1b[3;5H")


def test_half_a_wide_character_that_was_overwritten_is_drawn_again() -> None:
    screenful = Screenful(WIDTH, HEIGHT)
    screenful.update("\x1b[1;1H日b")
    screenful.update("\x1b[1;2Hx")  # terminals blank the other half by themselves
    assert "日" in screenful.update("\x1b[1;1H日b")


SYNC, SYNCED = "\x1b[?2026h", "\x1b[?2026l"


class Driven:
    """A driver without a terminal, and what it sends."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.driver = DiffDriver(cast(Any, SimpleNamespace(size=(WIDTH, HEIGHT))), size=(WIDTH, HEIGHT))
        self.driver._writer_thread = cast(Any, SimpleNamespace(write=self.sent.append))

    def write(self, *parts: str) -> str:
        self.sent.clear()
        for part in parts:
            self.driver.write(part)
        return "".join(self.sent)


@pytest.fixture
async def driven(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Driven]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    monkeypatch.setattr("sys.__stdin__", SimpleNamespace(fileno=lambda: 0, isatty=lambda: True))
    monkeypatch.setenv("TERM", "xterm-256color")
    yield Driven()
    for number, handler in before.items():
        signal.signal(number, handler)


async def test_a_synchronised_update_is_announced_only_when_something_changes(driven: Driven) -> None:
    assert driven.write(SYNC, SYNCED) == ""
    first = driven.write(SYNC, "\x1b[1;1Hab", SYNCED)
    assert first.startswith(SYNC)
    assert first.endswith(SYNCED)
    assert "ab" in first
    assert driven.write(SYNC, "\x1b[1;1Hab", SYNCED) == ""


@pytest.mark.parametrize("how", ["invalidate", "another screen", "another size"])
async def test_all_is_sent_again_when_nobody_knows_what_the_terminal_shows(driven: Driven, how: str) -> None:
    assert "ab" in driven.write("\x1b[1;1Hab")
    assert driven.write("\x1b[1;1Hab") == ""
    if how == "invalidate":
        driven.driver.invalidate()
    elif how == "another screen":
        assert driven.write("\x1b[?1049h") == "\x1b[?1049h"
    else:
        cast(Any, driven.driver._app).size = (WIDTH + 1, HEIGHT)
    assert "ab" in driven.write("\x1b[1;1Hab")


@pytest.mark.parametrize("term", ["linux", "vt220"])
@pytest.mark.usefixtures("driven")
async def test_a_simple_terminal_is_asked_nothing(monkeypatch: pytest.MonkeyPatch, term: str) -> None:
    monkeypatch.setenv("TERM", term)
    simple = Driven()
    assert simple.write("\x1b[?2026$p", "\x1b[>25u", "\x1b[<u") == ""
    assert simple.write("\x1b[?25l", "\x1b[?1049h") == "\x1b[?25l\x1b[?1049h"
    assert "ub" in simple.write("\x1b[1;1Hub")


@pytest.mark.parametrize("error", [OSError("gone"), ValueError("closed")])
def test_a_terminal_that_vanished_is_written_to_no_more(error: Exception) -> None:
    tried = []

    def fail(*text: str) -> None:
        tried.append(text)
        raise error

    stream = _Survivor(cast(Any, SimpleNamespace(write=fail, flush=fail)))
    stream.write("a")
    stream.write("b")
    stream.flush()
    assert tried == [("a",)]
