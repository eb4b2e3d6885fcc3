"""Changes made from the screen: each by its key, with what stands in the way told in its dialog."""

import asyncio
import os
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, errors, open_store
from mvtui.tui.app.dialogs.dialog import Dialog
from textual import events

from ..people import become
from .conftest import Opens, Session
from .staging import APPROVED, GATES, register, staged, write


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


def dialog(it: Session) -> Dialog:
    """The dialog that is open."""
    found = it.main.dialog
    assert isinstance(found, Dialog), it.text
    return found


def typed(it: Session) -> str:
    """What its field holds."""
    field = dialog(it).field
    assert field is not None
    return field.value


def closed(it: Session) -> bool:
    return it.main.dialog is None and it.app.screen is it.main


async def settled(it: Session) -> None:
    """Wait until the dialog is gone and what it did is shown."""
    await it.until(lambda: closed(it))
    await it.rest()


def stage(world: Path, ref: str) -> str | None:
    with open_store(world, read_only=True) as store:
        return store.get(ref).stage


def changes(world: Path) -> int:
    with open_store(world, read_only=True) as store:
        return len(list(store.events()))


def flat(text: str) -> str:
    return " ".join(text.replace("│", " ").split())


# -- promote ----------------------------------------------------------------------------------------


async def test_p_and_a_reason_promote_one_step(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "p")
        for told in (
            "Promote m@1.2.0",
            "◐ validation → ● production replaces ● 1.1.0 → ▪ archived",
            "✓ accuracy vs production 0.9 against 0.85 of 1.1.0: better",
            "● 1.1.0 ◐ 1.2.0",
            "▲ better +0.05",
            "mvtui promote m@1.2.0 --to production --reason WHY",
        ):
            assert told in flat(it.text), told
        await it.press(*"wins by five", "enter")
        await settled(it)
        assert "m@1.2.0 is in production now, 1.1.0 is archived; u undoes it" in it.text
        assert "● production" in it.seen("#versions").splitlines()[2]
        assert "● 1.2.0" in it.seen("#headline")
    with open_store(world) as store:
        last = store.transitions("m")[0]
    assert (last.version, last.reason, last.displaced) == ("1.2.0", "wins by five", "1.1.0")
    assert [result.outcome for result in last.gates] == ["pass"]


async def test_the_reason_has_the_cursor_and_enter_without_one_explains(world: Path, opened: Opens) -> None:
    before = changes(world)
    async with opened(world) as it:
        await it.press("j", "p")
        assert it.app.focused is dialog(it).field
        await it.press("enter")
        assert "say why first" in it.text
        await it.press(*"  ", "enter")
        assert "say why first" in it.text, "blanks are no reason"
        await it.press("x")
        assert "say why first" not in it.text
        await it.press("escape")
        assert closed(it)
    assert changes(world) == before


async def test_a_gate_in_the_way_is_told_and_nothing_changes(world: Path, opened: Opens) -> None:
    write(world, GATES + '[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.5\n')
    before = changes(world)
    async with opened(world) as it:
        await it.press("j", "p")
        assert "? f1" in it.text
        assert "f1 was not measured" in it.text
        assert "1 gate stops it: nothing will change" in it.text
        await it.press(*"please", "enter")
        assert "1 gate stops it: nothing will change" in it.text
        assert not closed(it)
        await it.press("escape")
        assert closed(it)
    assert changes(world) == before


async def test_who_may_overrules_a_gate_and_it_is_told_for_ever(world: Path, opened: Opens) -> None:
    gate = '[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.5\n'
    with open_store(world) as store:
        user = store.summary().user
    write(world, GATES + gate + f'[access]\noverride = ["{user}"]\n')
    async with opened(world) as it:
        await it.press("j", "p")
        assert "ctrl-o overrule" in it.text
        await it.press("ctrl+o")
        assert "! enter overrules 1 gate: told for ever as OVERRIDDEN" in it.text
        assert "--override --reason WHY" in it.text
        await it.press("ctrl+o")
        assert "1 gate stops it: nothing will change" in it.text
        await it.press("ctrl+o", "up", "down")  # another stage has other gates: not these
        assert "nothing will change" in it.text
        await it.press("ctrl+o", "enter")
        assert "reason" in it.text.lower()
        assert not closed(it)
        await it.press(*"must be", "enter")
        await settled(it)
        assert closed(it)
    with open_store(world) as store:
        last = store.transitions("m", limit=1)[0]
    assert (last.ref, last.target, last.overridden, last.reason) == ("m@1.2.0", "production", True, "must be")


async def test_who_may_not_overrule_is_told_so(world: Path, opened: Opens) -> None:
    write(world, GATES + '[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.5\n')
    before = changes(world)
    async with opened(world) as it:
        await it.press("j", "p")
        assert "ctrl-o overrule" not in it.text
        await it.press("ctrl+o")
        assert "you may not overrule gates here" in it.text
        await it.press(*"please", "enter")
        assert not closed(it)
    assert changes(world) == before


@pytest.mark.parametrize("leave", ["escape", "ctrl+c"])
async def test_leaving_is_always_safe(world: Path, opened: Opens, leave: str) -> None:
    before = changes(world)
    async with opened(world) as it:
        for key in ("p", "R", "a", "u", "U"):
            await it.press(key, leave)
            assert closed(it), key
        assert it.app.is_running
    assert changes(world) == before


async def test_another_stage_can_be_chosen(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "p", "down")
        assert "Archive m@1.2.0" in it.text
        assert "no gate is asked" in it.text
        await it.press("down")
        assert "Take m@1.2.0 out" in it.text
        await it.press("down")
        assert "Move back m@1.2.0" in it.text
        assert "--to staging" in it.text
        await it.press(*"again", "enter")
        await settled(it)
    assert stage(world, "m@1.2.0") == "staging"


async def test_of_what_is_in_production_no_stage_is_taken_for_granted(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "j", "p")
        assert "no stage comes after production" in it.text
        await it.press(*"why", "enter")
        assert not closed(it)
        await it.press("up", "up")
        assert "Archive m@1.1.0" in it.text
        assert "nothing will be in production" in it.text
        await it.press("enter")
        await settled(it)
    assert stage(world, "m@1.1.0") == "archived"


async def test_what_changed_meanwhile_is_told_and_asked_again(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "p", *"mine")
        with open_store(world) as other:
            other.promote("m@1.2.0", "staging", reason="not yet")
        await it.until(lambda: "has changed since you looked" in it.text)
        assert "○ staging" in flat(it.text)
        await it.press("enter")
        assert "enter once more to promote" in it.text
        assert stage(world, "m@1.2.0") == "staging"
        await it.press("enter")
        await settled(it)
    assert stage(world, "m@1.2.0") == "production", "it was asked again, and answered"


async def test_a_change_that_nobody_saw_coming_is_refused_and_shown(world: Path, opened: Opens) -> None:
    """The other one is faster than the screen, which reads the store only now and then."""
    async with opened(world, poll=60) as it:
        await it.press("j", "p", *"mine")
        with open_store(world) as other:
            other.promote("m@1.2.0", "staging", reason="not yet")
        await it.press("enter")
        await it.until(lambda: "m@1.2.0 has changed since you looked: it is in staging" in flat(it.text))
        assert typed(it) == "mine", "what was typed stays"
        await it.press("escape")
    assert stage(world, "m@1.2.0") == "staging"


async def test_bytes_are_hashed_with_progress_and_can_be_stopped(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate wants the bytes hashed now: that is no obstacle, but something to wait for, or to stop."""
    write(world, '[[gate]]\nstage = "production"\nverified = "now"\n')
    before = changes(world)
    hashing, go_on = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    promote = Store.promote

    def slowly(self: Store, ref: str, to: str | None = None, **options: Any) -> Any:
        progress = options["progress"]

        def told(report: Any) -> None:
            loop.call_soon_threadsafe(hashing.set)
            asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result()
            progress(report)

        return promote(self, ref, to, **{**options, "progress": told})

    monkeypatch.setattr(Store, "promote", slowly)
    async with opened(world) as it:
        await it.press("j", "p")
        assert "promoting hashes them first" in flat(it.text)
        await it.pilot.press(*"ok", "enter")
        await it.until(hashing.is_set)
        await it.pilot.press("x", "enter")
        assert "esc stop" in flat(it.text)
        await it.pilot.press("escape")
        await it.until(lambda: "stopping" in it.text)
        go_on.set()
        await settled(it)
        assert "stopped: nothing was changed" in it.text
    assert changes(world) == before
    monkeypatch.setattr(Store, "promote", promote)
    async with opened(world) as it:
        await it.press("j", "p", *"ok", "enter")
        await settled(it)
    assert stage(world, "m@1.2.0") == "production"


async def test_progress_is_drawn_as_a_bar(world: Path, opened: Opens) -> None:
    from mvtui.tui.app.asking.messages import ChangeProgressed
    from mvtui.tui.app.changing.errand import Errand

    async with opened(world) as it:
        await it.press("j", "p")
        open_one = dialog(it)
        open_one._errand = Errand(open_one.change("x"), it.main.worker.post)
        open_one.progressed(ChangeProgressed(1_500_000, 6_000_000))
        await it.pilot.pause()
        assert "█░" in it.text
        assert "1.5 MB of 6.0 MB, 25 %" in it.text


async def test_whoever_may_not_is_told_by_whom_it_may_be_done(world: Path, opened: Opens) -> None:
    write(world, GATES + '[access]\npromote = { production = ["carol"] }\n')
    async with opened(world) as it:
        await it.press("j", "p", *"please", "enter")
        await it.until(lambda: "it is for carol" in flat(it.text))
        assert not closed(it)
    assert stage(world, "m@1.2.0") == "validation"


async def test_a_mistake_in_config_is_said_in_the_dialog(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        write(world, '[[gate]]\nstage = "moon"\nmetric = "x"\nmin = 1\n')
        await it.press("j", "p")
        assert "moon" in it.text
        await it.press(*"why", "enter")
        assert not closed(it)


# -- what is typed ------------------------------------------------------------------------------------


async def test_keys_that_come_before_the_dialog_stands_are_for_it(world: Path, opened: Opens) -> None:
    """A reason typed at once holds q, R and u: none of them may act."""
    async with opened(world) as it:
        await it.press("j")
        for key in ("p", *"qRu", "space", *"pa"):
            it.app.post_message(events.Key(key, " " if key == "space" else key))
        await it.rest()
        await it.until(lambda: it.main.dialog is not None and it.main.dialog.field is not None)
        await it.rest()
        assert typed(it) == "qRu pa"
        assert it.app.is_running


async def test_a_pasted_reason_is_taken_and_hostile_text_shown_harmlessly(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "p")
        it.app.post_message(events.Paste("[@click=app.quit]x[/]\x1b]0;owned\x07\nsecond line"))
        await it.rest()
        assert "\x1b" not in it.text
        await it.press("enter")
        await settled(it)
        assert it.app.is_running
    with open_store(world) as store:
        assert "second line" not in store.transitions("m")[0].reason


async def test_hostile_gates_and_reasons_of_others_are_harmless(world: Path, opened: Opens) -> None:
    evil = "[/b]\x1b[2J\u202e"
    write(world, APPROVED + '[[gate]]\nstage = "production"\nmetric = "[/x]\\u001b[2J"\nmin = 1\n')
    with open_store(world) as store:
        store.request("m@1.2.0", "production", reason=evil)
        store.note("m@1.2.0", evil)
    for size in ((80, 24), (120, 35), (160, 45)):
        async with opened(world, size) as it:
            for keys in (("j", "p"), ("a",), ("i",), ("R",), ("u",)):
                await it.press(*keys)
                assert "\x1b" not in it.text
                assert "\u202e" not in it.text
                await it.press("escape")
            assert it.app.is_running


async def test_a_dialog_fits_a_small_window_and_scrolls(world: Path, opened: Opens) -> None:
    write(world, GATES + "".join(f'[[gate]]\nstage = "production"\nmetrics = ["f{n}"]\n' for n in range(30)))
    async with opened(world, (80, 24)) as it:
        await it.press("j", "p")
        assert "Reason" in it.text
        assert "30 gates stop it" in it.text
        assert "esc cancel" in it.text
        assert "page down" in it.text
        assert "metric f29" not in it.text
        for _ in range(9):
            await it.press("pagedown")
        assert "accuracy" in it.text
        await it.pilot.resize_terminal(60, 16)
        await it.rest()
        assert "Reason" in it.text
        assert "esc cancel" in it.text
        await it.pilot.resize_terminal(40, 10)
        await it.rest()
        assert "too small" in it.text
        await it.pilot.resize_terminal(120, 35)
        await it.rest()
        assert "metric f9" in it.text
        await it.press("escape")
        assert closed(it)


# -- roll back ----------------------------------------------------------------------------------------


async def test_a_capital_r_and_a_reason_roll_back(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("R")
        for told in (
            "Roll back m",
            "● 1.1.0 → ▪ archived, marked ↩ rolled back",
            "▪ 1.0.0 → ● production",
            "1.0.0 held production for",
            "▼ worse -0.05",
            "mvtui rollback m --reason WHY",
        ):
            assert told in flat(it.text), told
        await it.press("enter")
        assert "say why first" in it.text
        await it.press(*"fr fell", "enter")
        await settled(it)
        assert "m@1.0.0 is in production again, 1.1.0 is rolled back; u undoes it" in it.text
        assert "↩ rolled back" in it.seen("#versions")
        assert "● m         1.0.0" in it.seen("#models")


async def test_without_a_version_to_go_back_to_it_says_why_and_offers_others(
    world: Path, opened: Opens
) -> None:
    with open_store(world) as store:
        store.rollback("m", reason="bad")
    async with opened(world) as it:
        await it.press("R")
        assert "1.1.0 was rolled back from" in flat(it.text)
        await it.press(*"so", "enter")
        assert not closed(it)
        await it.press("down")
        assert "--to 1.1.0" in it.text
        assert "↩ it was rolled back from itself" in it.text
        await it.press("enter")
        await settled(it)
    assert stage(world, "m@1.1.0") == "production"


async def test_a_model_never_in_production_can_t_be_rolled_back(own: Store, opened: Opens) -> None:
    async with opened(own.root) as it:
        await it.press("R", "x", "enter")
        assert "nothing in production, and never had" in flat(it.text)
        assert not closed(it)


async def test_a_rollback_is_not_the_one_that_was_shown_any_more(world: Path, opened: Opens) -> None:
    async with opened(world, poll=60) as it:
        await it.press("R", *"mine")
        with open_store(world) as other:
            other.promote("m@1.2.0", reason="faster")
        await it.press("enter")
        await it.until(lambda: "production has changed since you looked" in flat(it.text))
        await it.until(lambda: "● 1.2.0 → ▪ archived" in flat(it.text))
        assert stage(world, "m@1.2.0") == "production"
        await it.press("enter")
        await it.until(lambda: "enter once more to roll back" in it.text)
        await it.press("enter")
        await settled(it)
    assert stage(world, "m@1.1.0") == "production"


async def test_damaged_bytes_stop_a_rollback_in_words(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        digest = store.show("m@1.0.0").files[0].digest
    file = world / "objects" / digest[:2] / digest[2:]
    file.chmod(0o644)
    file.write_bytes(b"rotten!")
    async with opened(world) as it:
        await it.press("R", *"why", "enter")
        await it.until(lambda: "can't be trusted" in flat(it.text))
        assert not closed(it)
    assert stage(world, "m@1.1.0") == "production"


# -- undo and redo ------------------------------------------------------------------------------------


async def test_undo_shows_what_it_takes_back_and_cancel_has_the_focus(world: Path, opened: Opens) -> None:
    before = changes(world)
    async with opened(world) as it:
        await it.press("u")
        assert "m@1.2.0: moved it from none to validation" in flat(it.text)
        assert "m@1.2.0 back from validation to none" in flat(it.text)
        await it.press("enter")
        assert closed(it)
        assert changes(world) == before
        await it.press("u", "tab", "enter")
        await settled(it)
        assert "undone: m@1.2.0 back from validation to none; U redoes it" in it.text
        await it.press("U", "y")
        await settled(it)
        assert "redone:" in it.text
    assert stage(world, "m@1.2.0") == "validation"


async def test_promote_roll_back_and_undo_both(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "p", *"one", "enter")
        await settled(it)
        await it.press("R", *"two", "enter")
        await settled(it)
        assert stage(world, "m@1.1.0") == "production"
        await it.press("u", "y")
        await settled(it)
        assert stage(world, "m@1.2.0") == "production"
        await it.press("u", "y")
        await settled(it)
    assert (stage(world, "m@1.2.0"), stage(world, "m@1.1.0")) == ("validation", "production")


async def test_undo_of_what_someone_else_changed_since_says_so(world: Path, opened: Opens) -> None:
    with pytest.MonkeyPatch.context() as patched, open_store(world) as store:
        become(patched, "eve")
        store.promote("m@1.2.0", "staging", reason="mine")
    async with opened(world) as it:
        await it.press("u")
        assert "eve changed the same thing since" in flat(it.text)
        await it.press("y")
        assert not closed(it)
        await it.press("n")
        assert closed(it)


async def test_undo_takes_back_only_what_was_shown(world: Path, opened: Opens) -> None:
    async with opened(world, poll=60) as it:
        await it.press("u")
        with open_store(world) as other:
            other.note("m@1.0.0", "typed elsewhere, by the same person")
        await it.press("y")
        await it.until(lambda: "what would be taken back is now event" in flat(it.text))
        assert stage(world, "m@1.2.0") == "validation"


async def test_nothing_to_undo_or_redo_is_said(own: Store, opened: Opens) -> None:
    async with opened(own.root) as it:
        await it.press("u")
        assert "has changed nothing here that can be undone" in flat(it.text)
        await it.press("escape", "ctrl+r")
        assert "there is nothing to redo" in flat(it.text)


# -- approve, and what waits ----------------------------------------------------------------------------


async def test_a_approves_and_the_gate_opens(world: Path, opened: Opens) -> None:
    write(world, APPROVED)
    async with opened(world) as it:
        await it.press("j", "p")
        assert "an approval is missing: nothing will change" in it.text
        await it.press("escape", "a")
        assert "▸ approve" in it.text
        await it.press(*"fine", "enter")
        await settled(it)
        assert "approved m@1.2.0 for production" in it.text
        await it.press("p")
        assert "✓ approvals" in it.text
        await it.press(*"go", "enter")
        await settled(it)
    assert stage(world, "m@1.2.0") == "production"


async def test_a_rejection_needs_a_reason_and_is_withdrawn_again(world: Path, opened: Opens) -> None:
    write(world, APPROVED)
    async with opened(world) as it:
        await it.press("j", "a", "down")
        assert "▸ reject" in it.text
        await it.press("enter")
        assert "say why you reject it" in it.text
        await it.press(*"no", "enter")
        await settled(it)
        await it.press("p")
        assert "it was rejected: nothing will change" in it.text
        await it.press("escape", "a", "up")
        assert "▸ withdraw" in it.text
        await it.press("enter")
        await settled(it)
        assert "withdrew your verdict" in it.text


async def test_an_approval_that_doesn_t_count_is_told_why(world: Path, opened: Opens) -> None:
    write(world, APPROVED.replace("four_eyes = false", ""))
    with pytest.MonkeyPatch.context() as patched:
        with open_store(world) as store:
            become(patched, store.get("m@1.2.0").author, 1234)
        async with opened(world) as it:
            await it.press("j", "a", "enter")
            await settled(it)
            assert "doesn't count: it is the author's own" in it.text


async def test_no_gate_asks_for_approvals(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "a")
        assert "no gate of production asks for approvals" in flat(it.text)
        await it.press("tab")
        assert "◐ validation → ○ staging" in flat(it.text)


async def test_what_waits_for_me_is_counted_listed_and_leads_to_the_version(
    world: Path, opened: Opens
) -> None:
    write(world, APPROVED)
    async with opened(world, (160, 45)) as it:
        assert "for you" not in it.seen("#headline")
        await it.press("i")
        assert "can't open the inbox: nothing waits for you" in it.text
        await it.press("j", "p", *"look", "ctrl+r")
        await settled(it)
        assert "asked for approval of m@1.2.0 for production" in it.text
        await it.until(lambda: "1 waits for you (i)" in it.seen("#headline"))
        await it.press("G", "i")
        assert '"look"' in it.text
        await it.press("enter")
        assert closed(it)
        await it.rest()
        assert it.selected == "m@1.2.0"
        await it.press("G", "i", "a")
        assert "Approve m@1.2.0" in it.text
        assert "asks for your approval" in it.text
        await it.press("enter")
        await settled(it)
        await it.until(lambda: "for you" not in it.seen("#headline"))


async def test_a_request_of_another_model_leads_there(world: Path, opened: Opens, tmp_path: Path) -> None:
    write(world, APPROVED)
    with open_store(world) as store:
        store.request("m@1.3.0", "production")
        (tmp_path / "z").write_bytes(b"z")
        store.register("z", tmp_path / "z", capture=False)
    async with opened(world) as it:
        assert it.selected.startswith("z@")
        await it.press("slash", *"nothing here", "enter", "i", "enter")
        await it.rest()
        await it.until(lambda: it.selected == "m@1.3.0")


# -- where nothing can be changed -----------------------------------------------------------------------


@pytest.mark.parametrize("key", ["p", "R", "a", "u", "U"])
async def test_read_only_keys_stay_and_say_why(world: Path, opened: Opens, key: str) -> None:
    async with opened(world, read_only=True) as it:
        assert "p promote" in it.seen("#footer")
        await it.press(key)
        assert closed(it)
        assert "mvtui was started with --read-only" in it.text


async def test_a_store_that_can_t_be_written_says_so(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    from msgspec.structs import replace

    summary = Store.summary
    monkeypatch.setattr(Store, "summary", lambda self, **o: replace(summary(self, **o), writable=False))
    async with opened(world) as it:
        await it.press("p")
        assert "can't promote: your account may not write this store" in it.text


async def test_a_store_that_went_away_is_told_in_the_dialog(
    world: Path, opened: Opens, tmp_path: Path
) -> None:
    async with opened(world, poll=60) as it:
        await it.press("j", "p", *"why")
        os.rename(world, tmp_path / "elsewhere")
        await it.press("enter")
        await it.until(lambda: "the store is gone" in flat(it.text))
        assert not closed(it)
        await it.press("escape")
        assert closed(it)
        os.rename(tmp_path / "elsewhere", world)


async def test_an_unexpected_error_is_told_and_the_screen_lives(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is on fire")

    async with opened(world) as it:
        await it.press("j", "p", *"why")
        monkeypatch.setattr(Store, "promote", broken)
        await it.press("enter")
        await it.until(lambda: "the disk is on fire" in it.text)
        await it.press("escape", "j")
        assert it.app.is_running


async def test_a_version_that_was_deleted_meanwhile(world: Path, opened: Opens) -> None:
    async with opened(world, poll=60) as it:
        await it.press("p", *"why")
        with open_store(world) as other:
            other.delete("m@1.3.0", "gone")
        await it.press("enter")
        await it.until(lambda: "deleted" in flat(it.text))
        await it.press("escape")
        assert it.app.is_running


async def test_one_enter_makes_one_change(world: Path, opened: Opens) -> None:
    before = changes(world)
    async with opened(world) as it:
        await it.press("j", "p", *"once")
        await it.pilot.press("enter", "enter", "enter")
        await settled(it)
        await it.rest()
    assert changes(world) <= before + 2, "the transition, and the gates used for the first time"


async def test_a_click_does_what_a_key_does(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("j", "p")
        shown = it.seen("#dialog-keys")
        await it.pilot.click("#dialog-keys", offset=(shown.index("esc"), 0))
        await it.rest()
        assert closed(it)


async def test_what_a_dialog_does_appears_in_the_views_at_once(
    world: Path, opened: Opens, tmp_path: Path
) -> None:
    with open_store(world) as store:
        register(store, tmp_path, 4, 0.95)
    async with opened(world, (120, 45)) as it:
        await it.press("right_square_bracket", "p", *"first look", "enter")
        await settled(it)
        assert "▸ ○ staging" in it.seen("#stages")
        assert '"first look"' in it.seen("#stages")


def test_each_error_of_the_store_is_one_sentence_or_two() -> None:
    from mvtui.tui.app.changing.prospects import said

    assert said(errors.ConflictError("it is so", hint="Look again.")) == "it is so. Look again."
    assert said(errors.ConflictError("it is so")) == "it is so"
