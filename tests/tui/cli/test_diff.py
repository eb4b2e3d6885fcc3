from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from mvtui.store import DiffCell, DiffRow, DiffSection, Store
from mvtui.tui.cli.diff_grids import grids
from mvtui.tui.cli.grid import Grid, Piece

from .conftest import Run

HOSTILE = "\x1b]0;owned\x07[red]x[/red][@click=app.quit]\x1b[2J\u202e"


def lines(text: str) -> list[str]:
    return text.splitlines()


def test_a_pair(run: Run, two: Store) -> None:
    done = run("diff", "sentiment")
    assert done.code == 0
    assert done.err == ""
    assert lines(done.out) == [
        "sentiment@1.1.0 against sentiment@1.0.0 (the version before)",
        "",
        "what changed",
        "  model  model.bin changed · lr 0.1 → 0.2",
        "",
        "metrics  1 better",
        "               1.0.0  1.1.0",
        "  accuracy  ↑   0.90   0.91  +0.01  +1.1 %  ▲ better",
        "",
        "params  1 changed",
        "      1.0.0  1.1.0",
        "  lr    0.1    0.2  +0.1  +100.0 %  ≠ changed",
        "",
        "files  1 changed",
        "             1.0.0  1.1.0",
        "  model.bin   11 B   11 B  ≠ changed",
        "  model.bin  +1 -1 lines",
        "    - weights one",
        "    + weights two",
        "",
        "tags  1 removed",
        "         1.0.0  1.1.0",
        "  owner  bob    —      - removed",
        "",
        "version  1 removed · 4 same",
        "        1.0.0  1.1.0",
        "  note  first  —      - removed",
    ]


def test_the_same_content(run: Run, two: Store) -> None:
    done = run("diff", "sentiment", "sentiment@1.1.0")
    assert done.code == 0
    assert "  nothing  same content: the hash IDs are equal" in lines(done.out)
    assert "metrics  1 the same" in lines(done.out)
    bare = run("diff", "sentiment", "sentiment@1.1.0", "--only-differences").out
    assert lines(bare)[-1] == "  nothing  same content: the hash IDs are equal"


def test_several_have_signs_and_a_legend(run: Run, two: Store, model: Path) -> None:
    model.write_bytes(b"weights three")
    two.register("sentiment", model, metrics={"accuracy": 0.8, "f1": 0.5}, params={"lr": 0.2})
    out = lines(run("diff", "sentiment@1.0.0", "sentiment@1.1.0", "sentiment", "--section", "metrics").out)
    assert out == [
        "sentiment@1.1.0, 1.1.1 against sentiment@1.0.0",
        "",
        "metrics  2 differ",
        "               1.0.0  1.1.0           1.1.1",
        "  accuracy  ↑   0.90   0.91  ▲ +0.01   0.80  ▼ -0.10",
        "  f1        ↑   —      —               0.5   +",
    ]
    whole = lines(run("diff", "sentiment@1.0.0", "sentiment@1.1.0", "sentiment").out)
    assert whole[-1] == "▲ better  ▼ worse  ≠ changed  + added  - removed  = same"


def test_only_differences_and_sections(run: Run, two: Store, model: Path) -> None:
    model.write_bytes(b"weights three")
    two.register("sentiment", model, metrics={"accuracy": 0.91, "f1": 0.5}, params={"lr": 0.2, "n": 1})
    whole = run("diff", "sentiment").out
    assert "  lr    0.2    0.2          = same" in lines(whole) or "= same" in whole
    bare = run("diff", "sentiment", "--only-differences").out
    assert "= same" not in bare
    assert "+ added" in bare
    one = run("diff", "sentiment", "--section", "params", "--section", "files").out
    assert [line.split()[0] for line in lines(one) if line and not line.startswith(" ")] == [
        "sentiment@1.2.0",
        "params",
        "files",
    ]


def test_json_keeps_types_and_tells_missing_from_null(run: Run, store: Store, model: Path) -> None:
    store.register("m", model, params={"a": None, "n": 1, "t": True})
    store.register("m", model, params={"n": 2, "t": True, "s": "1"})
    found = run("diff", "m", "--json").json
    assert found["base"] == "m@1.0.0"
    assert found["chosen"] == "before"
    assert found["changes"][0]["classes"][0]["of"] == "model"
    (params,) = (section for section in found["sections"] if section["section"] == "params")
    cells = {row["name"]: row["cells"] for row in params["rows"]}
    assert cells["a"] == [{"value": None, "outcome": "same"}, {"outcome": "removed"}]
    assert cells["n"][1] == {"value": 2, "outcome": "changed", "delta": 1, "percent": 100.0}
    assert cells["t"][1] == {"value": True, "outcome": "same"}
    assert cells["s"][1] == {"value": "1", "outcome": "added"}
    less = run("diff", "m", "--json", "--only-differences", "--section", "params").json
    assert [section["section"] for section in less["sections"]] == ["params"]
    assert [row["name"] for row in less["sections"][0]["rows"]] == ["a", "n", "s"]
    assert less["sections"][0]["same"] == 1


def test_long_texts_are_shown_by_their_lines(run: Run, store: Store, model: Path) -> None:
    prompt = "You are a careful assistant.\nAnswer in one word.\nNever explain.\n"
    store.register("m", model, params={"system": prompt, "same": "x" * 100})
    store.register("m", model, params={"system": prompt.replace("Never", "Always"), "same": "x" * 100})
    out = lines(run("diff", "m", "--section", "params").out)
    assert out[-4:] == [
        "  system  ≠ changed",
        "      Answer in one word.",
        "    - Never explain.",
        "    + Always explain.",
    ]
    (same,) = (line for line in out if line.startswith("  same"))
    assert len(same) < 110


def test_three_thousand_metrics_are_all_there(run: Run, store: Store, model: Path) -> None:
    names = [f"layer.{at}.attention.{'q' * 60}" for at in range(3000)]
    store.register("m", model, metrics=dict.fromkeys(names, 0.5))
    model.write_bytes(b"two")
    store.register("m", model, metrics=dict.fromkeys(names, 0.25))
    out = run("diff", "m").out
    assert all(name in out for name in names)


@pytest.mark.parametrize("flags", [(), ("--only-differences",), ("--section", "params"), ("--json",)])
def test_hostile_text_never_arrives_raw(run: Run, store: Store, model: Path, flags: tuple[str, ...]) -> None:
    params = {HOSTILE: HOSTILE, "long": HOSTILE * 20, "lines": f"{HOSTILE}\n{HOSTILE}"}
    store.register("m", model, params=params, note=HOSTILE, tags={"t": HOSTILE}, metrics={HOSTILE: 1.0})
    store.register("m", model, params={"long": "x\ny", "lines": "\r\x9b"}, parents=[f"name:x{'y' * 300}"])
    done = run("diff", "m", *flags)
    assert done.code == 0
    for bad in ("\x1b", "\x07", "\x9b", "\u202e", "\r"):
        assert bad not in done.out, repr(bad)
    if "--json" not in flags:
        assert "[red]x[/red]" in done.out, "it is text, not markup"


def test_against_roles_and_their_absence(run: Run, two: Store, model: Path) -> None:
    missing = run("diff", "sentiment", "--against", "production")
    assert (missing.code, missing.out) == (3, "")
    assert "nothing in production" in missing.err
    assert run("diff", "sentiment", "--against", "parent").code == 3
    model.write_bytes(b"child")
    two.register("child", model, parents=["sentiment@1.0.0"])
    assert lines(run("diff", "child", "--against", "parent").out)[0] == (
        "child@1.0.0 against sentiment@1.0.0 (its parent)"
    )
    assert run("diff", "child", "sentiment").out.startswith("sentiment@1.1.0 against child@1.0.0\n")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("diff",), 2),
        (("diff", *["sentiment"] * 7), 2),
        (("diff", "nothing"), 3),
        (("diff", "sentiment", "--section", "weather"), 2),
        (("diff", "sentiment@1.0.0"), 3),
    ],
)
def test_mistakes(run: Run, two: Store, words: tuple[str, ...], code: int) -> None:
    done = run(*words)
    assert (done.code, done.out) == (code, "")
    assert any(word in done.err for word in ("hint:", "did you mean:"))


@pytest.mark.parametrize(
    ("room", "columns"),
    [
        (None, ["+0.5", "+100.0 %"]),
        (53, ["+0.5", "+100.0 %"]),
        (52, ["+0.5"]),
        (43, ["+0.5"]),
        (42, []),
        (5, []),
    ],
)
def test_where_room_is_short_the_percent_goes_then_the_delta(room: int | None, columns: list[str]) -> None:
    cells = (DiffCell(0.5), DiffCell(1.0, outcome="better", delta=0.5, percent=100.0))
    section = DiffSection("metrics", (DiffRow("accuracy", cells, direction="higher"),))
    (grid,) = grids(section, section.rows, ["1.0.0", "1.1.0"], room)
    told = [piece.text.strip() for piece in grid.rows[1]]
    assert told == ["accuracy", "↑", "0.5", "1.0", *columns, "▲ better"]


def test_a_grid_leaves_out_blank_columns_and_aligns_the_others() -> None:
    grid = Grid(
        [[Piece("a"), Piece(" "), Piece("日本")], [Piece("bcd"), Piece(""), Piece("x")]], frozenset({2})
    )
    shown = grid.without_blank_columns()
    assert shown.lines() == ["  a    日本", "  bcd  x"]
    assert shown.folding == {1}
    assert (shown.natural_width(), shown.least_width()) == (11, 11)
    deeper = Grid([[Piece("x" * 50), Piece("y" * 50)]], frozenset({0}), depth=2)
    assert (deeper.natural_width(), deeper.least_width()) == (106, 65)


@pytest.fixture
def code(store: Store, model: Path) -> Path:
    """The working directory as a repository, with versions of its first and its thirteenth commit."""
    _git("init", "-q", "-b", "main")
    for at in range(13):
        Path(f"f{at}.py").write_text("x\n" * (at + 1))
        _git("add", f"f{at}.py")
        _git("commit", "-q", "-m", f"commit {at} \x1b[31m")
        if at in (0, 12):
            model.write_bytes(b"%d" % at)
            store.register("m", model, capture=["git"])
    return Path.cwd()


def _git(*words: str) -> None:
    who = {f"GIT_{role}_{field}": "a@b" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")}
    subprocess.run(["git", *words], check=True, env=os.environ | who)


def test_the_commits_between_are_listed_and_counted(run: Run, code: Path) -> None:
    out = lines(run("diff", "m", "--section", "git").out)
    at = out.index("  12 commits")
    assert out[at + 1].endswith("  commit 12 ␛[31m")
    assert out[at + 11] == "    and 2 more"
    assert out[at + 12] == "  12 files changed"
    assert out[at + 13] == "    f1.py   +2"
    assert out[-1] == "    and 2 more"
    back = lines(run("diff", "m", "m@1.0.0", "--section", "git").out)
    assert "  12 commits back" in back


def test_commits_that_are_not_here_are_said_not_to_be(
    run: Run, code: Path, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code / ".git").rename(tmp_path / "gone")
    done = run("diff", "m", "--section", "git")
    assert done.code == 0
    assert lines(done.out)[-1] == "  the commits between can't be told: this is not a git repository"
    assert run("diff", "m", "--json").json["histories"][0]["problem"] == "this is not a git repository"


def test_git_is_not_asked_for_other_sections(run: Run, code: Path) -> None:
    assert run("diff", "m", "--section", "metrics", "--json").json["histories"] == []
