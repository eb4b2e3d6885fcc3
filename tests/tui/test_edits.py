"""Note, tags, aliases, archiving and deleting from the screen: each by its key, with what stands in the way."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from mvtui.store import Store, Version, open_store
from mvtui.tui.app import longform
from textual import events

from ..people import become
from .conftest import Opens, Session
from .staging import staged
from .test_dialogs import changes, closed, dialog, flat, settled, stage, typed

EVIL = "[/b][@click=app.quit]x\x1b[2J\u202e"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return staged(tmp_path)


def version(world: Path, ref: str) -> Version:
    with open_store(world, read_only=True) as store:
        return store.get(ref)


async def emptied(it: Session) -> None:
    """Take away what the field holds."""
    await it.press("end", "ctrl+u")
    assert typed(it) == ""


# -- note -------------------------------------------------------------------------------------------


async def test_e_and_a_line_make_a_note(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("e")
        assert "Note of m@1.3.0" in it.text
        assert "no note yet" in it.text
        await it.press(*"it's worse")
        assert """mvtui note m@1.3.0 'it'"'"'s worse'""" in it.text
        await it.press("enter")
        await settled(it)
        assert "m@1.3.0: note saved; u undoes it" in it.text
        assert it.main.version is not None
        assert it.main.version.note == "it's worse", "the list has it at once"
        await it.press("e")
        assert typed(it) == "it's worse", "the note there is can be gone on with"
        await it.press("enter")
        assert "that is what it says already" in it.text
        await it.press("!", "enter")
        await settled(it)
        assert version(world, "m@1.3.0").note == "it's worse!"
        await it.press("u", "y")
        await settled(it)
    assert version(world, "m@1.3.0").note == "it's worse"


async def test_an_empty_line_takes_a_note_away(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        store.note("m@1.3.0", "x")
    async with opened(world) as it:
        await it.press("e", "backspace", "enter")
        await settled(it)
        assert "note taken away" in it.text
        await it.press("e", "enter")
        assert "type a note" in it.text
    assert version(world, "m@1.3.0").note == ""


async def test_a_long_or_hostile_note_is_never_put_in_the_field_nor_lost_by_enter(
    world: Path, opened: Opens
) -> None:
    for note in ("two\nlines", EVIL, "x" * 10_000):
        with open_store(world) as store:
            store.note("m@1.3.0", note)
        for size in ((80, 24), (120, 35)):
            async with opened(world, size) as it:
                await it.press("e")
                assert typed(it) == ""
                assert "\x1b" not in it.text
                assert "\u202e" not in it.text
                await it.press("enter")
                assert "type a line to take the place of all of it" in flat(it.text)
                await it.press("escape")
                assert closed(it)
        assert version(world, "m@1.3.0").note == note
    async with opened(world) as it:
        await it.press("e", *"short", "enter")
        await settled(it)
    assert version(world, "m@1.3.0").note == "short"


async def test_a_note_written_by_someone_else_meanwhile_is_told(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("e", *"mine")
        with open_store(world) as other:
            other.note("m@1.3.0", "theirs")
        await it.until(lambda: "has changed since you looked" in it.text)
        assert "theirs" in it.text
        await it.press("enter")
        assert "enter once more to save" in it.text
        await it.press("enter")
        await settled(it)
    assert version(world, "m@1.3.0").note == "mine"


async def test_a_note_that_changed_faster_than_the_screen_sees_is_not_overwritten(
    world: Path, opened: Opens
) -> None:
    async with opened(world, poll=60) as it:
        await it.press("e", *"mine")
        with open_store(world) as other:
            other.note("m@1.3.0", "theirs")
        await it.press("enter")
        await it.until(lambda: "the note of m@1.3.0 has changed since you looked" in flat(it.text))
        assert typed(it) == "mine", "what was typed stays"
        assert version(world, "m@1.3.0").note == "theirs"


@contextmanager
def _given_away() -> Iterator[None]:
    yield


def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    """Let $EDITOR be this, and let the terminal be lent to it."""
    file = tmp_path / "my editor"
    file.write_text("#!/bin/sh\n" + script)
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"'{file}' --wait")


async def test_ctrl_e_opens_the_editor_on_the_whole_note_and_leaving_it_saves(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with open_store(world) as store:
        store.note("m@1.3.0", "one\ntwo")
    editor(
        monkeypatch, tmp_path, 'test "$1" = --wait && cat "$2" > "$2.seen" && printf "three\\n\\n" >> "$2"\n'
    )
    async with opened(world) as it:
        monkeypatch.setattr(it.app, "suspend", _given_away)
        await it.press("e", "ctrl+e")
        await settled(it)
        assert "m@1.3.0: note saved; u undoes it" in it.text
    assert version(world, "m@1.3.0").note == "one\ntwo\nthree"


async def test_an_editor_that_changes_nothing_changes_nothing(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor(monkeypatch, tmp_path, "true\n")
    before = changes(world)
    async with opened(world) as it:
        monkeypatch.setattr(it.app, "suspend", _given_away)
        await it.press("e", "ctrl+e")
        assert "the note is as it was" in it.text
        await it.press("escape")
        assert closed(it)
    assert changes(world) == before


async def test_what_the_editor_gave_is_not_lost_when_it_can_t_be_saved(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    editor(monkeypatch, tmp_path, 'echo "long work" > "$2"\n')
    note = Store.note

    def broken(*_: object, **__: object) -> None:
        raise OSError("the disk is on fire")

    monkeypatch.setattr(Store, "note", broken)
    async with opened(world) as it:
        monkeypatch.setattr(it.app, "suspend", _given_away)
        await it.press("e", "ctrl+e")
        await it.until(lambda: "the disk is on fire" in it.text)
        assert "written  long work" in flat(it.text).replace("written ", "written  ")
        monkeypatch.setattr(Store, "note", note)
        await it.press("enter")
        await settled(it)
    assert version(world, "m@1.3.0").note == "long work"


@pytest.mark.parametrize(
    ("script", "told"), [("exit 3\n", "ended with 3: nothing was changed"), (None, "can't be started")]
)
async def test_an_editor_that_fails_says_so(
    world: Path,
    opened: Opens,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    script: str | None,
    told: str,
) -> None:
    editor(monkeypatch, tmp_path, script or "")
    if script is None:
        monkeypatch.setenv("EDITOR", "/no/such/editor")
    async with opened(world) as it:
        monkeypatch.setattr(it.app, "suspend", _given_away)
        await it.press("e", *"kept", "ctrl+e")
        assert told in flat(it.text)
        assert typed(it) == "kept"
        assert it.app.is_running


async def test_without_a_terminal_to_lend_it_is_said(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("e", "ctrl+e")
        assert "there is no editor to be had" in it.text


def test_visual_comes_before_editor_and_vi_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "code --wait")
    monkeypatch.setenv("EDITOR", "nano")
    assert longform.editor() == ["code", "--wait"]
    monkeypatch.delenv("VISUAL")
    assert longform.editor() == ["nano"]
    monkeypatch.setenv("EDITOR", " ")
    assert longform.editor() == ["vi"]
    monkeypatch.setenv("EDITOR", "'")
    with pytest.raises(longform.EditorError):
        longform.editor()


def test_text_comes_back_whole_and_no_file_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    editor(monkeypatch, tmp_path, "true\n")
    for text in ("", "a\r\nb", "ü\n\n c", "\udcff"):
        assert longform.write(text) == text.replace("\udcff", "\ufffd")
    assert os.listdir(tmp_path / "t") == []
    editor(monkeypatch, tmp_path, 'head -c 2000000 /dev/zero > "$2"\n')
    with pytest.raises(longform.EditorError, match="too long"):
        longform.write("")
    monkeypatch.setattr("tempfile.tempdir", None)


# -- tags ---------------------------------------------------------------------------------------------


async def test_t_sets_and_removes_tags_and_shows_what_they_will_be(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        store.tag("m@1.3.0", {"team": "a", "old": "1", "kept": "yes"})
    async with opened(world) as it:
        await it.press("t")
        assert "Tags of m@1.3.0" in it.text
        await it.press(*"team=search -old 'by=two words'")
        for told in ("+ by=two words", "~ team=a → search", "- old=1 removed", "kept=yes"):
            assert told in flat(it.text), told
        assert "mvtui tag m@1.3.0 team=search 'by=two words' --remove old" in it.text
        await it.press("enter")
        await settled(it)
        assert "m@1.3.0: team=search, by=two words, old removed; u undoes it" in it.text
    assert version(world, "m@1.3.0").tags == {"team": "search", "by": "two words", "kept": "yes"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "type key=value"),
        ("team", "it has no value"),
        ("-none", "there is no tag none to remove"),
        ("kept=yes", "the tags are that already"),
        ("a=1 a=2", "given twice"),
        ("'a=1", "a quotation mark is not closed"),
        ("kept=no -kept", "kept is both set and removed"),
        ("/=1", "tag"),
    ],
)
async def test_tags_that_are_none_say_why(world: Path, opened: Opens, words: str, told: str) -> None:
    with open_store(world) as store:
        store.tag("m@1.3.0", {"kept": "yes"})
    async with opened(world) as it:
        await it.press("t", *words, "enter")
        await it.until(lambda: told in flat(it.text))
        assert not closed(it)
        await it.press("escape")
        assert closed(it)
    assert version(world, "m@1.3.0").tags == {"kept": "yes"}


# -- aliases --------------------------------------------------------------------------------------------


async def test_a_capital_a_gives_moves_and_takes_an_alias_away(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        store.alias("m@1.1.0", "champion")
    async with opened(world) as it:
        await it.press("A", *"best")
        assert "Alias for m@1.3.0" in it.text
        assert "best 1.3.0" in flat(it.text)
        assert "mvtui alias m@1.3.0 best" in it.text
        await it.press("enter")
        await settled(it)
        assert "m@best is 1.3.0 now; u undoes it" in it.text
        await it.press("A", "down", "down")
        assert typed(it) == "champion", "those there are can be taken"
        assert "champion 1.1.0 → 1.3.0" in flat(it.text)
        await it.press("enter")
        await settled(it)
        assert "m@champion is 1.3.0 now, it was 1.1.0" in it.text
        await it.press("A", *"champion", "enter")
        assert "it is champion already; -champion takes that away" in it.text
        await it.press("home", "-")
        assert "mvtui alias --remove m@champion" in it.text
        await it.press("enter")
        await settled(it)
        assert "m@champion is no more; u undoes it" in it.text
        assert version(world, "m@1.3.0").aliases == ("best",)
        await it.press("u", "y")
        await settled(it)
    assert version(world, "m@champion").version == "1.3.0"


@pytest.mark.parametrize(
    ("words", "told"),
    [("", "type a name"), ("-x", "there is no alias x"), ("production", "stage"), ("a b", "alias")],
)
async def test_aliases_that_are_none_say_why(world: Path, opened: Opens, words: str, told: str) -> None:
    before = changes(world)
    async with opened(world) as it:
        await it.press("A", *words, "enter")
        await it.until(lambda: told in flat(it.text))
        assert not closed(it)
    assert changes(world) == before


async def test_an_alias_that_moved_meanwhile_is_not_taken_from_there(world: Path, opened: Opens) -> None:
    async with opened(world, poll=60) as it:
        await it.press("A", *"best")
        with open_store(world) as other:
            other.alias("m@1.0.0", "best")
        await it.press("enter")
        await it.until(lambda: "best has changed since you looked: it is 1.0.0" in flat(it.text))
        assert version(world, "m@best").version == "1.0.0"
        await it.until(lambda: "best 1.0.0 → 1.3.0" in flat(it.text))
        await it.press("enter", "enter")
        await settled(it)
    assert version(world, "m@best").version == "1.3.0"


# -- archiving and deleting --------------------------------------------------------------------------------


async def test_d_archives_for_a_reason(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await it.press("d")
        assert "Archive m@1.3.0" in it.text
        assert "mvtui promote m@1.3.0 --to archived --reason WHY" in it.text
        await it.press("enter")
        assert "say why first" in it.text
        await it.press(*"too weak", "enter")
        await settled(it)
        assert "m@1.3.0 is archived now; u undoes it" in it.text
        assert "▪ archived" in it.seen("#versions")
        await it.press("d")
        assert "it is in archived already" in flat(it.text)
    assert stage(world, "m@1.3.0") == "archived"


async def test_a_capital_d_deletes_only_after_a_reason_and_the_other_button(
    world: Path, opened: Opens
) -> None:
    before = changes(world)
    async with opened(world) as it:
        await it.press("D")
        assert "Delete m@1.3.0" in it.text
        assert "mvtui delete m@1.3.0 --reason WHY" in it.text
        await it.press("enter")
        assert "say why first" in it.text
        await it.press(*"wrong split", "enter")
        assert "Cancel Delete" in flat(it.text)
        await it.press("enter")
        assert closed(it), "Cancel has the focus"
        assert changes(world) == before
        await it.press("D", *"wrong split", "enter", "x", "tab", "enter")
        await settled(it)
        assert "m@1.3.0 is deleted; u undoes it" in it.text
        assert "1.3.0" not in it.seen("#versions")
        await it.press("u", "y")
        await settled(it)
        assert "1.3.0" in it.seen("#versions")
    assert not version(world, "m@1.3.0").deleted


async def test_y_and_n_answer_the_deletion_and_backspace_goes_back_to_the_reason(
    world: Path, opened: Opens
) -> None:
    async with opened(world) as it:
        await it.press("D", *"xy", "enter", "backspace", "backspace")
        assert typed(it) == "x"
        await it.press("enter", "n")
        assert closed(it)
        await it.press("D", *"yes", "enter")
        assert typed(it) == "yes"
        await it.press("y")
        await settled(it)
    with open_store(world) as store:
        deleted = next(v for v in store.versions("m", deleted=True) if v.version == "1.3.0")
    assert (deleted.deleted, deleted.deleted_reason) == (True, "yes")


@pytest.mark.parametrize(
    ("down", "told"),
    [(1, "m@1.2.0 is in validation"), (3, "is one of the versions that production could go back")],
)
async def test_what_is_needed_says_why_it_can_t_be_deleted(
    world: Path, opened: Opens, down: int, told: str
) -> None:
    before = changes(world)
    async with opened(world) as it:
        await it.press(*["j"] * down, "D")
        assert told in flat(it.text)
        await it.press(*"why", "enter")
        assert told in flat(it.text)
        assert "Cancel" not in it.text
        await it.press("escape")
        assert closed(it)
    assert changes(world) == before


async def test_what_becomes_needed_meanwhile_is_not_deleted(world: Path, opened: Opens) -> None:
    async with opened(world, poll=60) as it:
        await it.press("D", *"why", "enter")
        with open_store(world) as other:
            other.alias("m@1.3.0", "champion")
        await it.press("y")
        await it.until(lambda: "held by the alias 'champion'" in flat(it.text))
        assert not closed(it)
    assert not version(world, "m@1.3.0").deleted


async def test_what_was_made_from_it_is_named(world: Path, opened: Opens, tmp_path: Path) -> None:
    with open_store(world) as store:
        (tmp_path / "q").write_bytes(b"q")
        store.register("q", tmp_path / "q", parents=["m@1.3.0"], capture=False)
    async with opened(world) as it:
        await it.press("0", "k", "enter")
        await it.until(lambda: it.selected == "m@1.3.0")
        await it.press("D")
        assert "made from it: q@1.0.0" in flat(it.text)


async def test_the_store_s_rules_for_deleting_hold_here(
    world: Path, opened: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    (world / "config.toml").write_text('[access]\ndelete = ["bob"]\n')
    become(monkeypatch, "ann")
    async with opened(world) as it:
        await it.press("D")
        assert "may not delete versions here: it is for bob" in flat(it.text)


# -- all of them --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["e", "t", "A", "d", "D"])
async def test_where_nothing_can_be_changed_they_say_why(world: Path, opened: Opens, key: str) -> None:
    async with opened(world, read_only=True) as it:
        await it.press(key)
        assert closed(it)
        assert "mvtui was started with --read-only" in it.text


async def test_leaving_is_always_safe(world: Path, opened: Opens) -> None:
    before = changes(world)
    async with opened(world) as it:
        for key in ("e", "t", "A", "d", "D"):
            for leave in ("escape", "ctrl+c"):
                await it.press(key, "x", leave)
                assert closed(it), key
        assert it.app.is_running
    assert changes(world) == before


async def test_hostile_text_is_harmless_in_each(world: Path, opened: Opens) -> None:
    with open_store(world) as store:
        store.note("m@1.3.0", EVIL)
        store.tag("m@1.3.0", {"t": EVIL, "wide": "字" * 10_000})
    for size in ((80, 24), (120, 35), (160, 45)):
        async with opened(world, size) as it:
            for key in ("e", "t", "A", "d", "D"):
                await it.press(key)
                it.app.post_message(events.Paste(f"k={EVIL}"))
                await it.rest()
                assert "\x1b" not in it.text
                assert "\u202e" not in it.text
                await it.press("escape")
            assert it.app.is_running
            assert closed(it)


async def test_a_narrow_window_holds_each(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 24), ascii_only=True) as it:
        for key in ("e", "t", "A", "d", "D"):
            await it.press(key)
            assert "esc cancel" in it.text, key
            assert "mvtui " in it.text
            assert it.text.isascii()
            assert dialog(it).columns <= 74
            await it.press("escape")
