"""The view of stages: pipeline, standing, gates with their reasons, approvals, history."""

from datetime import timedelta
from pathlib import Path

import pytest
from mvtui.store import Store, init_store, open_store
from mvtui.tui.app.keys.pane import Pane

from ..people import become
from .conftest import Opens, Session
from .staging import GATES, staged, write


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


async def turned(it: Session, *keys: str) -> str:
    """Move as the keys say, give the view all the room there is beside the lists, and return what it shows."""
    await it.press(*keys, "4" if it.main.arranged.narrow else "right_square_bracket")
    return it.seen("#stages")


def flat(text: str) -> str:
    """Return text as if the pane had no end."""
    return " ".join(text.split())


async def test_it_says_who_is_where_and_what_the_next_stage_asks(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 45)) as it:
        shown = await turned(it, "j")
        assert it.main.arranged.seen == (Pane.MODELS, Pane.VERSIONS, Pane.STAGES)
        assert "4 Stages · next: ● production" in it.text
        lines = [line.split() for line in shown.splitlines()]
        assert ["·", "none", "1"] in lines
        assert ["▸", "◐", "validation", "1", "1.2.0"] in lines
        assert ["●", "production", "1", "1.1.0"] in lines
        assert ["▪", "archived", "1", "1.0.0"] in lines
        assert "m@1.2.0" in shown
        assert "Next  ● production   1 of 1 pass" in shown
        assert "✓ accuracy vs production" in shown
        assert "0.9 against 0.85 of 1.1.0: better" in shown
        assert "way back   1.0.0, left production" in shown


async def test_where_there_is_room_the_stages_stand_in_a_line_with_arrows(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 45)) as it:
        await turned(it, "j")
        await it.press("4", "z")
        first, second, *_ = (line for line in it.seen("#stages").splitlines() if line)
        assert first.split("──▸")[2].split() == ["▸", "◐", "validation", "1"]
        for stage, number in (("validation", "1.2.0"), ("production", "1.1.0"), ("archived", "1.0.0")):
            assert second.index(number) == first.index(stage) - 2, "below its stage"
        await it.pilot.resize_terminal(80, 24)
        await it.rest()
        assert "▸ ◐ validation  1  1.2.0" in it.seen("#stages"), "else one below the other"


async def test_what_stops_a_version_is_told_with_its_sign_and_why(world: Path, opened: Opens) -> None:
    write(world, GATES + '[[gate]]\nstage = "staging"\nmetric = "f1"\nmin = 0.5\nmetrics = ["f1"]\n')
    async with opened(world, (120, 45)) as it:
        shown = await turned(it)
        assert "Next  ○ staging   0 of 2 pass" in shown
        assert "? f1  f1 was not measured" in shown
        assert "✗ metric f1  it was not measured" in shown


async def test_the_own_changes_stand_out_in_the_history(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 45)) as it:
        shown = await turned(it, "j", "j")
        history = shown[shown.index("History") :]
        own = [line for line in history.splitlines() if line.startswith(" ▸")]
        assert len(own) == 1
        assert "1.1.0  · → ● production" in own[0]
        assert "replaces 1.0.0" in history
        assert '"better still"' in history


async def test_a_rollback_an_override_and_what_was_undone_are_told_in_words(
    world: Path, opened: Opens
) -> None:
    write(world, GATES + '[access]\noverride = ["ann"]\n')
    with pytest.MonkeyPatch.context() as patched, open_store(world) as store:
        become(patched, "ann")
        store.rollback("m", reason="it fell on French")
        store.promote("m@1.3.0", "production", reason="the demo is at nine", override=True)
        store.promote("m@1.2.0", "archived", reason="a mistake")
        store.undo()
    async with opened(world, (120, 60)) as it:
        shown = await turned(it)
        assert "↩ ROLLBACK from 1.1.0 by ann" in flat(shown), "before who did it, where lines are short"
        assert "! OVERRIDDEN accuracy vs production by ann" in flat(shown)
        assert "UNDONE: the change of 1.2.0" in flat(shown)
        assert '"it fell on French"' in flat(shown)
        assert "! OVERRIDDEN: past gates of production" in flat(shown), "on the version itself, for ever"
        await it.press("j", "j")
        assert "stage      ↩ rolled back" in it.seen("#stages")
        listed = it.seen("#versions")
        assert "↩ rolled back" in listed
        assert "● production !" in listed


async def test_a_version_on_its_way_again_is_still_marked(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        store.rollback("m", reason="bad")
        store.promote("m@1.1.0", "staging", reason="mended?")
    async with opened(world, (120, 45)) as it:
        shown = await turned(it, "j", "j")
        assert "stage      ○ staging ↩" in shown
        assert "↩ production went back from it" in shown
    async with opened(world, (80, 24)) as it:
        await it.press("j", "j")
        assert "↩ production went back from it" in it.seen("#summary")


async def test_approvals_that_no_longer_count_say_why(world: Path, opened: Opens) -> None:
    asked = GATES + '[[gate]]\nstage = "production"\napprovals = 2\nby = ["bob", "eve", "joe"]\n'
    write(world, asked)
    with pytest.MonkeyPatch.context() as patched, open_store(world) as store:
        become(patched, "bob")
        store.approve("m@1.2.0", reason="fine by me")
        write(world, asked.replace("0.01", "0.02"))
        become(patched, "eve")
        store.approve("m@1.2.0")
        become(patched, "joe")
        store.reject("m@1.2.0", reason="not before Monday")
    async with opened(world, (120, 60)) as it:
        shown = await turned(it, "j")
        assert "✗ approvals" in shown
        assert "1 of 2 (eve), and 1 person against it" in flat(shown)
        assert "… 1 missing; asked of bob" in flat(shown)
        assert "bob approves" in shown
        assert "doesn't count: the gates have changed" in flat(shown)
        assert "✓ eve approves" in shown
        assert "✗ joe REJECTS" in shown
        assert '"not before' in shown


async def test_an_archived_version_and_one_in_production_have_no_next_stage(
    world: Path, opened: Opens
) -> None:
    async with opened(world, (120, 45)) as it:
        assert "none comes after it" in await turned(it, "j", "j")
        await it.press("j")
        assert "archived: p moves it to any stage" in it.seen("#stages")


async def test_a_mistake_in_config_is_said_and_the_rest_is_shown(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 60)) as it:
        write(world, '[[gate]]\nstage = "produktion"\nmetric = "accuracy"\nmin = 1\n')
        shown = await turned(it, "j")
        assert "the gates can't be asked:" in shown
        assert "produktion" in shown
        assert "History" in shown
        assert it.main.banner.display is False, "it is no trouble with the store"


async def test_a_model_whose_versions_have_no_stage(own: Store, opened: Opens) -> None:
    async with opened(own.root, (80, 24)) as it:
        shown = await turned(it)
        assert "no version was put in a stage yet" in shown
        assert "way back" not in shown
        assert "no gate guards it" in shown


async def test_what_others_do_appears_by_itself(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 45)) as it:
        await turned(it, "j")
        with open_store(world) as other:
            other.promote("m@1.2.0", reason="done elsewhere")
        await it.until(lambda: "done elsewhere" in it.seen("#stages").replace("\n", " "))
        await it.until(lambda: "▸ ● production  1  1.2.0" in it.seen("#stages"))
        assert ["▸", "●", "m", "1.2.0"] in [line.split() for line in it.seen("#models").splitlines()]


async def test_hostile_reasons_and_names_are_shown_harmlessly(world: Path, opened: Opens) -> None:
    evil = "[@click=app.quit]x[/] \x1b]0;owned\x07 \u202eback"
    write(world, '[[gate]]\nstage = "production"\nmetric = "[/foo]\\u001b[2J"\nmin = 1\n')
    with open_store(world) as store:
        store.promote("m@1.3.0", "staging", reason=evil)
    for size in ((80, 24), (120, 60)):
        async with opened(world, size) as it:
            shown = await turned(it, "j") + it.text
            await it.press("4", "z", "j")
            shown += it.text
            assert "\x1b" not in shown
            assert "\u202e" not in shown
            assert "[/foo]" in shown
            assert it.app.is_running


async def test_it_is_drawn_in_ascii(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 60), ascii_only=True) as it:
        await turned(it, "j")
        assert "+ accuracy vs production" in it.text
        assert it.text.isascii()


async def test_a_long_history_is_cut_and_says_where_the_rest_is(tmp_path: Path, opened: Opens) -> None:
    with init_store(tmp_path / "s") as store:
        (tmp_path / "w").write_bytes(b"w")
        store.register("m", tmp_path / "w", capture=False)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("mvtui.store.engine.platform.sync_fd", lambda fd: None)
            for number in range(260):
                store.promote("m", "staging", reason=f"on {number}")
                store.promote("m", "none", reason=f"off {number}")
        async with opened(store.root, (120, 45)) as it:
            await turned(it)
            await it.press("4", "G")
            assert "older changes: mvtui history m" in it.seen("#stages")


def test_ages_are_those_of_the_journal(world: Path) -> None:
    with open_store(world) as store:
        first = store.transitions("m")[-1]
        assert abs(first.at - store.get("m@1.0.0").registered) < timedelta(minutes=5)
