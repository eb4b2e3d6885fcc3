"""Dialogs that gates or access rules stop: each says why, in sight, who or what leads on, and offers nothing that can't act."""

from __future__ import annotations

from pathlib import Path

import pytest
from mvtui.store import open_store

from ..people import become
from .conftest import Opens, Session
from .staging import GATES, staged, write

F1 = '[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.5\n'
APPROVAL = '[[gate]]\nstage = "production"\napprovals = 1\n'


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


def closed(it: Session) -> bool:
    return it.main.dialog is None and it.app.screen is it.main


async def settled(it: Session) -> None:
    """Wait until the dialog is gone and what it did is shown."""
    await it.until(lambda: closed(it))
    await it.rest()


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


def in_production(world: Path) -> str:
    with open_store(world, read_only=True) as store:
        return store.get("m@production").version


# -- undo ---------------------------------------------------------------------------------------------


async def test_undo_that_gates_stop_is_not_promised_and_leads_to_the_rollback_that_works(
    world: Path, opened: Opens
) -> None:
    write(world, GATES + F1 + APPROVAL)
    async with opened(world, (80, 24)) as it:
        await it.press("R", *"bad", "enter")
        await settled(it)
        told = flat(it.text)
        assert "u would not undo it, 2 gates stop that: R leads back to 1.1.0, chosen with the arrows" in told
        assert "u undoes it" not in told
        await it.press("u")
        told = flat(it.text)
        assert "it goes through the gates, and 2 stop it" in told
        assert "? f1 f1 was not measured" in told
        assert "✗ approvals 0 of 1" in told
        assert "mvtui rollback m --to m@1.1.0" in told
        assert "  Undo  " not in it.text, "a button that can't act"
        await it.press("y")
        assert "can't undo: gates stop it" in it.text
        assert not closed(it)
        await it.press("R")
        assert "▪ 1.1.0 → ● production" in flat(it.text)
        await it.press(*"was fine", "enter")
        await settled(it)
    assert in_production(world) == "1.1.0"


async def test_undo_that_works_is_promised(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("R", *"bad", "enter")
        await settled(it)
        assert "1.1.0 is rolled back; u undoes it" in it.text
        await it.press("u", "y")
        await settled(it)
        assert "U redoes it" in it.text
    assert in_production(world) == "1.1.0"


async def test_redo_of_what_was_overruled_is_not_promised(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        write(world, GATES + F1 + f'[access]\noverride = ["{store.summary().user}"]\n')
        store.promote("m@1.2.0", "production", reason="must be", override=True)
    async with opened(world) as it:
        await it.press("u", "y")
        await settled(it)
        assert "U would not redo it, 1 gate stops that" in it.text


# -- promote --------------------------------------------------------------------------------------------


async def test_enter_says_what_stops_it_and_brings_it_into_sight(world: Path, opened: Opens) -> None:
    write(world, GATES + "".join(F1.replace("f1", f"f{number}") for number in range(1, 31)))
    async with opened(world, (80, 24)) as it:
        await it.press("j", "p", *"why", "pagedown")
        assert "? f1 " not in it.text
        assert "can't promote" not in it.text
        await it.press("enter")
        assert "? f1 " in it.text, "what stops it"
        assert "can't promote: 30 gates stop it" in it.text
        await it.press("x")
        assert "can't promote" not in it.text, "it was of what was typed before"


async def test_what_stops_it_comes_first_and_what_passes_takes_a_line_where_room_is_short(
    world: Path, opened: Opens
) -> None:
    more = '[[gate]]\nstage = "production"\nmetrics = ["accuracy"]\n'
    write(world, GATES + more + F1 + APPROVAL)
    async with opened(world, (80, 20)) as it:
        await it.press("j", "p")
        told = flat(it.text)
        assert "✓ 2 pass: accuracy vs production, metric accuracy" in told
        assert told.index("? f1") < told.index("✗ approvals") < told.index("✓ 2 pass")
    async with opened(world, (120, 45)) as it:
        await it.press("j", "p")
        told = flat(it.text)
        assert "2 pass" not in told
        assert told.index("? f1") < told.index("✗ approvals") < told.index("✓ accuracy vs production")


async def test_who_may_overrule_is_named_to_those_who_may_not(world: Path, opened: Opens) -> None:
    write(world, GATES + F1 + '[access]\noverride = ["bob", "@leads"]\n')
    async with opened(world) as it:
        await it.press("j", "p")
        assert "1 gate stops it: nothing will change; bob, @leads may overrule it" in it.text
        await it.press("ctrl+o")
        assert "you may not overrule gates here: bob, @leads may" in flat(it.text)


async def test_what_enter_overrules_stands_at_its_key_and_at_each_gate(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        write(world, GATES + F1 + f'[access]\noverride = ["{store.summary().user}"]\n')
    async with opened(world, (80, 24)) as it:
        await it.press("j", "p")
        assert "ctrl-o overrule" in it.text
        await it.press("ctrl+o")
        assert "enter promote past 1 gate" in it.text
        assert "! f1" in it.text


@pytest.mark.parametrize("typed", ["overr", "sign"])
async def test_the_palette_leads_to_what_only_a_dialog_can(world: Path, opened: Opens, typed: str) -> None:
    async with opened(world) as it:
        await it.press("colon", *typed)
        assert {"overr": "ctrl-o overrules", "sign": "ctrl-s signs"}[typed] in it.text


# -- approve --------------------------------------------------------------------------------------------


async def test_an_approval_that_will_not_count_is_told_before_with_what_makes_it_count(
    opened: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    become(monkeypatch, "alice")
    world = staged(tmp_path, GATES + APPROVAL)
    with open_store(world) as store:
        store.request("m@1.2.0", "production")
    become(monkeypatch, "root", 0)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("MVTUI_SSH_KEY", raising=False)
    async with opened(world, (80, 24)) as it:
        assert "1 waits for you" in it.seen("#headline")
        await it.press("j", "a")
        told = flat(it.text)
        assert "it won't count: root may be anyone: only a signed approval tells who it is" in told
        assert "✗ approvals 0 of 1" in told, "the evidence stands above the fold"
        assert "ctrl-s signs it; you have no SSH key yet" in told
        assert "ssh-keygen -t ed25519; echo root $(cat ~/.ssh/id_ed25519.pub) >>" in told
        await it.press("down")
        assert "won't count" not in it.text, "a rejection counts"
        await it.press("up", "enter")
        await settled(it)
        told = flat(it.text)
        assert "doesn't count: root may be anyone: only a signed approval tells who it is" in told
        await it.until(lambda: "waits for you" not in it.seen("#headline"))


async def test_a_key_that_is_not_listed_is_told_with_how_to_list_it(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(world, GATES + APPROVAL + "signed = true\n")
    become(monkeypatch, "bob")
    key = tmp_path / "key"
    key.write_text("private")
    key.with_suffix(".pub").write_text("ssh-ed25519 AAAAbob bob@box7\n")
    monkeypatch.setenv("MVTUI_SSH_KEY", str(key))
    async with opened(world) as it:
        await it.press("j", "a")
        told = flat(it.text)
        assert "won't count" not in told, "it is signed unless told otherwise"
        assert "It counts once allowed_signers lists that key" in told
        assert "echo bob $(cat" in told
        await it.press("ctrl+s")
        assert "it won't count: it is not signed" in it.text
        await it.press("escape")
        (world / "allowed_signers").write_text("bob ssh-ed25519 AAAAbob\n")
        await it.press("a")
        told = flat(it.text)
        assert "signed with" in told
        assert "allowed_signers" not in told


async def test_a_message_takes_the_lines_that_it_needs_and_gives_them_back(
    world: Path, opened: Opens
) -> None:
    async with opened(world, (80, 24)) as it:
        it.main.say("word " * 30 + "end")
        await it.rest()
        assert it.app.screen.query_one("#footer").size.height == 2
        assert "end" in it.seen("#footer")
        it.main.say("short")
        await it.rest()
        assert it.app.screen.query_one("#footer").size.height == 1
        assert "q quit" in it.seen("#footer")
