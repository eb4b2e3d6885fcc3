"""Prompts and hosted models on the screen: text with variables, cards with a countdown, differences, and warnings."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from mvtui.store import Hosted, HostedStatus, Prompt, Stretch, WordDiff, init_store, open_store
from mvtui.store.knowledge.prompts import read
from mvtui.tui import agents, prompt_text, word_lines
from mvtui.tui.app.asking import inspecting
from mvtui.tui.app.keys.pane import Pane

from tests.tui.conftest import Opens, Session

HOSTILE = "\x1b]0;owned\x07[red]x[/red][@click=app.quit]\u202e"
WIDE, NARROW = (160, 45), (80, 24)
TODAY = datetime.now(UTC).date()
SOON = (TODAY + timedelta(days=30)).isoformat()


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    inspecting._kept.clear()


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a prompt, a chat, hosted models and a bundle; not to be changed."""
    directory = tmp_path_factory.mktemp("agents")
    path = directory / "prompt.md"
    with init_store(directory / "store") as store:
        path.write_text("You answer for Acme.\n\nUse two sentences. Sign as {name}.\n")
        store.register("bot", path, capture=False)
        store.promote("bot", to="production", reason="first")
        path.write_text(
            f"You answer for Acme.\n\nUse three sentences. Sign as {{name}} of {{team}}. {HOSTILE}\n"
        )
        store.register("bot", path, capture=False, template="format")
        chat = directory / "chat.json"
        chat.write_text(
            '[{"role": "system", "content": "Be {tone}."}, {"role": "user", "content": [{"text": "{q}"}, {"type": "image_url"}]}]'
        )
        store.register("triage", chat, kind="prompt", capture=False)
        one = Hosted("acme", "one-2031-01-01", {"temperature": 0.2})
        store.register("chat", hosted=one, tags={"retires": SOON}, metrics={"accuracy": 0.81}, capture=False)
        store.promote("chat", to="production", reason="first")
        store.register(
            "chat",
            hosted=Hosted("acme", "two-latest", {"temperature": 0.2, "stop": ["a", "b"]}, "https://host/v1"),
            metrics={"accuracy": 0.86},
            replaces="chat@production",
            reason=f"fewer wrong answers {HOSTILE}",
            capture=False,
        )
        store.bundle("agent", {"model": "chat@1.0.0", "prompt": "bot@1.0.0"})
        store.promote("agent", to="production", reason="first")
    return directory / "store"


def pane(it: Session, name: str = "#inspect") -> str:
    return " ".join(it.seen(name).split())


async def go(it: Session, model: str) -> None:
    await it.press("colon", *model, "enter")
    await it.rest()


async def test_a_prompt_shows_its_text_and_how_it_differs_from_production(agent: Path, opened: Opens) -> None:
    async with opened(agent, NARROW) as it:
        await it.until(lambda: it.main.remarks.seen)
        await it.press("escape")
        await go(it, "bot@2.0.0")
        await it.press("6", "z")
        shown = pane(it)
        assert "bot@2.0.0 prompt," in shown
        assert "variables name, team (format)" in shown
        assert "▾ Text You answer for Acme." in shown
        assert "▾ Against bot@1.0.0 in production" in shown
        assert "Use [-two-]{+three+} sentences." in shown
        assert "\x1b]0;owned" not in shown


async def test_a_chat_shows_its_messages(agent: Path, opened: Opens) -> None:
    async with opened(agent, NARROW) as it:
        await go(it, "triage")
        await it.press("6")
        shown = pane(it)
        assert "2 messages, 13 characters" in shown
        assert "system Be {tone}. user {q} (image_url)" in shown


async def test_a_hosted_model_has_a_card(agent: Path, opened: Opens) -> None:
    async with opened(agent, WIDE) as it:
        await go(it, "chat@1.1.0")
        await it.press("6", "z")
        shown = pane(it)
        assert "model acme two-latest floating" in shown
        assert "endpoint https://host/v1" in shown
        assert "stop a, b" in shown
        assert "▾ Replaces chat@1.0.0" in shown
        assert "why fewer wrong answers" in shown
        assert "one-2031-01-01 → two-latest" in shown
        assert "0.81 → 0.86 ▲ better" in shown
        await go(it, "chat@1.0.0")
        await it.press("6")
        assert re.search(rf"retires {SOON}, in \d+ days source the tag retires", pane(it))


async def test_a_bundle_is_a_tree_of_its_members(tmp_path: Path, opened: Opens) -> None:
    (tmp_path / "bot.md").write_text("Sign as {name}.\n")
    (tmp_path / "agent.yaml").write_text("temperature: 1\n")
    with init_store(tmp_path / "store") as store:
        store.register("bot", tmp_path / "bot.md", kind="prompt", capture=False)
        hosted = Hosted("acme", "one-2031-01-01")
        store.register("chat", hosted=hosted, tags={"retires": SOON}, capture=False)
        parts = {"model": "chat@1.0.0", "config": str(tmp_path / "agent.yaml")}
        store.bundle("agent", parts)
        store.promote("agent@1.0.0", to="production", reason="first")
        store.bundle("agent", parts | {"prompt": "bot@1.0.0"})
        store.bundle("both", {"agent": "agent@2.0.0", "other": "bot@1.0.0"})
    async with opened(tmp_path / "store", WIDE) as it:
        await go(it, "both@1.0.0")
        await it.press("6", "z")
        shown = pane(it)
        assert "both@1.0.0 bundle," in shown
        assert "├─ agent agent@2.0.0" in shown
        assert re.search(r"│ ├─ model chat@1.0.0 │ │ acme one-2031-01-01 │ │ retires in \d+ days", shown)
        assert "│ └─ prompt bot@1.0.0 │ variables name (format)" in shown
        assert "└─ other bot@1.0.0" in shown
        assert "Against" not in shown
        await go(it, "agent@2.0.0")
        await it.press("6")
        shown = pane(it)
        assert "├─ prompt bot@1.0.0" in shown
        assert "└─ config/agent.yaml 15 B" in shown
        assert "▾ Against agent@1.0.0 in production prompt bot@1.0.0 added" in shown


async def test_overview_and_stages_tell_when_it_ends(agent: Path, opened: Opens) -> None:
    async with opened(agent, WIDE) as it:
        await go(it, "chat@1.0.0")
        await it.press("5", "z")
        assert re.search(rf"retires {SOON}, in \d+ days", pane(it, "#overview"))
        await it.press("z", "4", "z")
        assert re.search(r"! retires in \d+ days: acme one-2031-01-01", pane(it, "#stages"))
        await go(it, "agent@1.0.0")
        await it.press("4")
        told = pane(it, "#stages")
        assert "agent@1.0.0 in production stands on chat@1.0.0, which retires in" in told


async def test_production_that_ends_is_warned_of_once(agent: Path, opened: Opens) -> None:
    async with opened(agent, NARROW) as it:
        await it.until(lambda: it.main.remarks.seen)
        bar = " ".join(it.seen("#remarks").split())
        assert re.search(r"! chat@1.0.0 in production retires in \d+ days: acme one-2031-01-01", bar)
        assert bar.endswith(" esc hides"), "also where there is little room"
        told = list(it.main.remarks._warnings)
        await it.press("slash", *"1.0", "enter")
        assert "esc clears" in it.seen("#filter-count")
        await it.press("3")
        assert "esc clears" not in it.text, "here it doesn't"
        await it.press("1", "escape")
        assert it.main.remarks.seen
        assert not it.main.selection.filters[Pane.VERSIONS], "what is further in goes first"
        await it.press("Y", "escape")
        assert "q quits" not in it.seen("#footer"), "a notice costs no esc"
        assert not it.main.remarks.seen
        with open_store(agent) as other:
            other.note("triage", "another change")
        await it.rest()
        it.main.remarks.warnings(told)
        assert not it.main.remarks.seen, "what was taken away stays away"
        it.main.remarks.warnings([*told, "another"])
        assert it.main.remarks.seen
        it.main.remarks.warnings([])
        assert not it.main.remarks.seen, "what is no more is told no more"


async def test_a_store_without_hosted_models_says_nothing(tmp_path: Path, opened: Opens) -> None:
    with init_store(tmp_path / "store") as store:
        (tmp_path / "prompt.md").write_text("{{ name }} {topic}")
        store.register("bot", tmp_path / "prompt.md", template="text", capture=False)
    async with opened(tmp_path / "store", NARROW) as it:
        await it.press("6")
        assert "variables none (text)" in pane(it)
        assert "Against" not in pane(it)


async def test_a_prompt_that_can_not_be_read_says_why(tmp_path: Path, opened: Opens) -> None:
    with init_store(tmp_path / "store") as store:
        (tmp_path / "several").mkdir()
        for name in ("system.md", "user.md"):
            (tmp_path / "several" / name).write_text("Hello {name}\n")
        store.register("bot", tmp_path / "several", kind="prompt", capture=False)
    async with opened(tmp_path / "store", NARROW) as it:
        await it.press("6")
        shown = pane(it)
        assert "2 templates" in shown
        assert "system.md" in shown
        assert "user.md" in shown


async def test_damage_of_what_it_is_compared_with_hides_nothing(tmp_path: Path, opened: Opens) -> None:
    with init_store(tmp_path / "store") as store:
        for text in ("One {name}\n", "Two {name}\n"):
            (tmp_path / "prompt.md").write_text(text)
            store.register("bot", tmp_path / "prompt.md", capture=False)
        store.promote("bot@1.0.0", to="production", reason="first")
        (entry,) = store.show("bot@1.0.0").files
        path = store.root / "objects" / entry.digest[:2] / entry.digest[2:]
    path.chmod(0o644)
    path.write_bytes(b"Bad {name}\n")
    async with opened(tmp_path / "store", NARROW) as it:
        await it.press("6")
        shown = pane(it)
        assert "Two {name}" in shown
        assert "is damaged" in shown
        await it.press("1", "j", "6")
        shown = pane(it)
        assert "bot@1.0.0" in shown
        assert "is damaged" in shown


def test_variables_stand_apart_in_the_text() -> None:
    def pieces(text: str, language: str) -> list[tuple[str, str]]:
        prompt = Prompt(read(text.encode(), "a.md", stated=language))
        return [piece for line in prompt_text.lines(prompt) for piece in line if piece[0]]

    assert pieces("Hi {name}, {{x}}\nyou", "format") == [
        ("Hi ", ""),
        ("{name}", "code-key"),
        (", ", ""),
        ("{{", ""),
        ("x", ""),
        ("}}", ""),
        ("you", ""),
    ]
    assert pieces("{name}", "text") == [("{name}", "")]


def test_lines_that_came_or_went_are_marked() -> None:
    diff = WordDiff(
        "p", (Stretch(" ", "a\n"), Stretch("+", "\nb\n"), Stretch("@"), Stretch("-", "c")), 1, 1, 2
    )
    shown = ["".join(piece.marked for piece in line) for line in word_lines.lines(diff)]
    assert shown == ["a", "{++}", "{+b+}", "…", "[-c-]", "2 more pieces"]
    assert word_lines.tally(diff) == "+1 -1 words"
    assert word_lines.tally(WordDiff("p", note="it is not text")) == "it is not text"


def test_what_stands_on_one_model_is_told_in_one_sentence(agent: Path) -> None:
    with open_store(agent) as store:
        endings = store.endings()
    assert [each.version.ref for each in endings] == ["agent@1.0.0", "chat@1.0.0"]
    told = "chat@1.0.0 in production retires in 30 days: acme one-2031-01-01; agent@1.0.0 too"
    assert agents.endings_text(endings, TODAY) == [told]
    alone = "agent@1.0.0 in production stands on chat@1.0.0, which retires in 30 days: acme one-2031-01-01"
    assert agents.endings_text(endings[:1], TODAY) == [alone]


async def test_a_newcomer_is_told_the_keys_all_the_same(agent: Path, opened: Opens) -> None:
    async with opened(agent, NARROW) as it:
        await it.until(lambda: bool(it.main.remarks._warnings))
        it.main.remarks._keys_left = 3
        it.main.remarks.warnings([*it.main.remarks._warnings, "another"])
        await it.rest()
        first, second = it.seen("#remarks").splitlines()
        assert "1 more: mvtui doctor" in first
        assert "New here?" in second


def test_the_countdown_is_in_words() -> None:
    status = HostedStatus("acme", "m", retires=TODAY)
    for days, told in (
        (-1, "retires in 1 day"),
        (-40, "retires in 40 days"),
        (0, "RETIRED today"),
        (2, "RETIRED 2 days ago"),
    ):
        assert agents.countdown(status, TODAY + timedelta(days=days)) == told
    assert agents.countdown(HostedStatus("acme", "m"), TODAY) == ""
    assert (
        agents.flags(HostedStatus("acme", "m", floating=True, retires=TODAY), TODAY)
        == "floating · RETIRED today"
    )
    assert agents.flags(HostedStatus("acme", "m", floating=False), TODAY) == ""
