import pytest
from mvtui.tui import preflight


class Stream:
    def __init__(self, tty: bool = True) -> None:
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


GOOD = {"input": Stream(), "output": Stream(), "error output": Stream()}
XTERM = {"TERM": "xterm-256color"}


def test_a_usual_terminal_is_fine() -> None:
    assert preflight.check(XTERM, GOOD, (80, 24)) is None
    assert preflight.check(XTERM, GOOD, (preflight.MIN_COLUMNS, preflight.MIN_ROWS)) is None


@pytest.mark.parametrize("name", list(GOOD))
@pytest.mark.parametrize("stream", [None, Stream(tty=False)])
def test_each_stream_must_be_a_terminal(name: str, stream: Stream | None) -> None:
    problem = preflight.check(XTERM, {**GOOD, name: stream}, (80, 24))
    assert problem is not None
    assert name in problem.message
    assert "mvtui ls" in problem.hint
    assert problem.exit_code == 2


@pytest.mark.parametrize("environ", [{}, {"TERM": "dumb"}, {"TERM": ""}])
def test_terminals_without_a_screen_are_refused(environ: dict[str, str]) -> None:
    problem = preflight.check(environ, GOOD, (80, 24))
    assert problem is not None
    assert "TERM" in problem.message


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (1, 1)])
def test_small_windows_are_refused_with_both_sizes(size: tuple[int, int]) -> None:
    problem = preflight.check(XTERM, GOOD, size)
    assert problem is not None
    assert f"{size[0]}x{size[1]}" in problem.message
    assert "60x16" in problem.message


def test_gnu_screen_is_not_taken_for_the_terminal_around_it() -> None:
    around = {"TERM": "screen", "COLORTERM": "truecolor"}
    for environ, kept in (
        (around, True),
        (around | {"STY": "1.pts"}, False),
        (around | {"STY": "1", "TMUX": "x"}, True),
    ):
        seen = dict(environ)
        preflight.correct(seen)
        assert ("COLORTERM" in seen) == kept
