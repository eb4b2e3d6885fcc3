import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.tui.app.driver import _CONTROLS, Screenful

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


def seen(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    out: list[list[tuple[object, ...]]] = []
    for y in range(HEIGHT):
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
