"""The commands of the lifecycle on a real terminal: what folds, colour or none, ASCII, hostile text."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mvtui.store import Store, init_store
from mvtui.tui.text import width

from tests.people import become
from tests.system.terminal import Terminal, clean_environment

PROGRAM = "import sys; from mvtui.tui.entry import main; sys.exit(main(sys.argv[1:]))"
HOSTILE = "x\x1b]0;pwned\x07\x1b[2J\u202eb\nsecond line " + "z" * 1500
CONFIG = """
[[gate]]
stage = "production"
model = "sentiment"
metric = "latency_ms"
within = "5%"
require = ["parent", "safe-pickle"]
approvals = 2
by = ["ann", "bob", "carol", "@ml-leads", "@people-of-the-review-board"]
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """1.0.0 was in production, 1.1.0 is; of 1.2.0 people said what they think."""
    become(monkeypatch, "ann")
    made = init_store(tmp_path / "store")
    model = tmp_path / "model.bin"
    for at in range(3):
        model.write_bytes(b"w%d" % at)
        made.register(
            "sentiment",
            model,
            metrics={"accuracy": 0.9 + at / 100, "latency_ms": 10.0 + at},
            version=f"1.{at}.0",
        )
    for number in ("1.0.0", "1.1.0"):
        made.promote(f"sentiment@{number}", "production", reason="x")
    (made.root / "config.toml").write_text(CONFIG)
    for person, reason in (("bob", "read the errors"), ("mal\x1b[31mlory", HOSTILE)):
        become(monkeypatch, person)
        made.approve("sentiment@1.2.0", "production", reason=reason)
    made.request("sentiment@1.2.0", "production", reason=HOSTILE)
    return made


def show(store: Store, *words: str, code: int = 0, columns: int = 80, **environ: str) -> Terminal:
    python = [sys.executable, "-c", PROGRAM, *words, "--store", str(store.root)]
    path = {"PYTHONPATH": str(Path(__file__).parents[2] / ".src")}
    terminal = Terminal(python, columns, 200, clean_environment(**environ, **path))
    assert terminal.ends() == code, terminal.text
    terminal.close()
    return terminal


GATES = ("gates", "sentiment@1.2.0", "--to", "production")
ALL = [
    (GATES, 11),
    (("promote", "sentiment@1.2.0", "--to", "production", "--reason", "x"), 11),
    (("config",), 0),
    (("rollback", "sentiment", "--dry-run"), 0),
    (("inbox", "--person", "carol"), 0),
    (("show", "sentiment@1.2.0"), 0),
    (("ls", "sentiment"), 0),
]


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize(("words", "code"), ALL)
def test_hostile_text_is_harmless_and_takes_little_room(
    words: tuple[str, ...], code: int, columns: int, store: Store
) -> None:
    seen = show(store, *words, code=code, columns=columns)
    for escape in (b"\x1b]0;", b"\x1b[2J", b"\x1b[31mlory", "\u202e".encode()):
        assert escape not in seen.sent
    assert len(seen.text.rstrip().split("\n")) < 60


@pytest.mark.parametrize("columns", [50, 80, 140])
def test_what_a_gate_says_folds_beside_its_name(columns: int, store: Store) -> None:
    rows = show(store, *GATES, code=11, columns=columns).text.rstrip().split("\n")
    assert max(map(width, rows)) <= columns
    whole = " ".join(" ".join(rows).split())
    assert "12 against 11 of 1.1.0: 9.09 % worse, 5 % allowed" in whole
    assert 'bob approves now "read the errors"' in whole
    assert "could still approve: carol, @ml-leads, @people-of-the-review-board" in whole.replace("- ", "-")
    asked = "".join(show(store, "config", columns=columns).text.split())
    assert "2byann,bob,carol,@ml-leads,@people-of-the-review-board;notitsauthor" in asked


def test_an_error_stands_below_the_answers(store: Store) -> None:
    seen = show(store, "promote", "sentiment@1.2.0", "--to", "production", "--reason", "x", code=11)
    text = seen.text
    assert text.index("✗ latency_ms vs production") < text.index("✓ safe-pickle") < text.index("error: ")
    assert text.index("error: ") < text.index("hint: ")
    assert b"\x1b[31m" in seen.sent


@pytest.mark.parametrize(("words", "code"), ALL)
@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_only_where_it_is_wanted(
    environ: dict[str, str], words: tuple[str, ...], code: int, store: Store
) -> None:
    assert b"\x1b" not in show(store, *words, code=code, columns=80, **environ).sent


@pytest.mark.parametrize(("words", "code"), ALL)
def test_a_terminal_of_the_c_locale_gets_ascii(words: tuple[str, ...], code: int, store: Store) -> None:
    seen = show(store, *words, code=code, LC_ALL="C")
    assert seen.sent.isascii()


def test_a_rollback_is_told_on_the_terminal_once(store: Store) -> None:
    seen = show(store, "rollback", "sentiment", "--reason", "accuracy fell")
    lines = seen.text.rstrip().split("\n")
    assert lines[0] == "sentiment: ● 1.1.0 → ↩ rolled back; ▪ 1.0.0 → ● production"
    assert lines[-3] == "mvtui undo would not take it back: 3 gates stop that"
    assert lines[-2].startswith("A rollback asks no gate: mvtui rollback sentiment --to sentiment@1.1.0 ")
    assert sum(line.startswith("sentiment@1.0.0") for line in lines) == 1
