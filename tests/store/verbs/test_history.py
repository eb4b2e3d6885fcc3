"""The ledger: what happened to whom, the last first, read from the journal's end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from mvtui import open_store
from mvtui.store import LedgerEntry, Store
from mvtui.store.engine.journal import Journal
from mvtui.store.errors import BadInputError, NotFoundError
from mvtui.store.knowledge.when import parse_when

from ...conftest import MakeFile
from ...people import become
from .. import journals

GATES = (
    '[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.85\n'
    '[[gate]]\nstage = "production"\napprovals = 1\n[access]\noverride = ["ann"]\n'
)


@pytest.fixture
def lived(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> Store:
    """m@1.0.0 approved by bob and promoted, m@1.0.1 let in by an override, then back again; and another model."""
    become(monkeypatch, "ann")
    store.register("m", make_file(b"1"), metrics={"f1": 0.9})  # 2
    store.register("m", make_file(b"2"), metrics={"f1": 0.8})  # 3
    store.register("other", make_file(b"3"))  # 4
    (store.root / "config.toml").write_text(GATES)
    become(monkeypatch, "bob")
    store.approve("m@1.0.0", "production", reason="looks fine")  # 5 the policy, 6
    become(monkeypatch, "ann")
    store.promote("m@1.0.0", "production", reason="first")  # 7
    store.promote("m@1.0.1", "production", reason="must be", override=True)  # 8
    store.rollback("m", reason="f1 fell")  # 9
    store.alias("m@1.0.0", "champion")  # 10
    store.alias("m@1.0.1", "champion")  # 11
    return store


def seqs(store: Store, what: str | None = None) -> list[int]:
    return [entry.event.seq for entry in store.history(what)]


def entry(store: Store, seq: int) -> LedgerEntry:
    return next(entry for entry in store.history() if entry.event.seq == seq)


def test_everything_the_last_first(lived: Store) -> None:
    assert seqs(lived) == list(range(11, 0, -1))


def test_a_model_s_history_is_that_of_all_its_versions(lived: Store) -> None:
    assert seqs(lived, "m") == [11, 10, 9, 8, 7, 6, 3, 2]
    assert seqs(lived, "other") == [4]


def test_a_version_s_history_has_what_others_did_to_it(lived: Store) -> None:
    assert seqs(lived, "m@1.0.0") == [11, 10, 9, 8, 7, 6, 2]  # 8 displaced it, 11 took its alias
    assert seqs(lived, "m@1.0.1") == [11, 9, 8, 3]  # 9 went back from it


def test_a_version_is_named_in_any_way(lived: Store) -> None:
    identity = lived.get("m@1.0.1").id
    for ref in ("m@champion", f"id:{identity[:9]}", f"m@{identity[:9]}", "m@latest"):
        assert seqs(lived, ref) == [11, 9, 8, 3]


def test_a_deleted_version_has_a_past(lived: Store) -> None:
    lived.delete("other@1.0.0", "no good")
    assert seqs(lived, "other@1.0.0") == [12, 4]
    assert seqs(lived, "other") == [12, 4]


@pytest.mark.parametrize("what", ["nobody", "m@9.9.9", "id:0000"])
def test_what_is_not_there_is_an_error_at_once(lived: Store, what: str) -> None:
    with pytest.raises(NotFoundError):
        lived.history(what)


def test_what_is_no_limit_and_no_moment(lived: Store) -> None:
    assert list(lived.history(limit=0)) == []
    with pytest.raises(BadInputError):
        lived.history(limit=-1)
    with pytest.raises(BadInputError):
        lived.history(since=datetime(2026, 11, 1))  # noqa: DTZ001 - that is what is wrong with it
    with pytest.raises(BadInputError):
        lived.at(datetime(2026, 11, 1))  # noqa: DTZ001


def test_a_limit_and_a_date(lived: Store) -> None:
    assert [e.event.seq for e in lived.history(limit=2)] == [11, 10]
    since = entry(lived, 9).event.at
    assert [e.event.seq for e in lived.history(since=since)] == [11, 10, 9]
    assert list(lived.history(since=datetime.now(UTC) + timedelta(days=1))) == []


def test_a_clock_that_was_set_back_hides_nothing(lived: Store) -> None:
    def earlier(said: journals.Bodies) -> None:
        before = datetime.fromisoformat(said[8][1]["at"]) - timedelta(hours=20)
        said[9][1]["at"] = before.isoformat(timespec="microseconds").replace("+00:00", "Z")

    since = entry(lived, 8).event.at
    store = journals.rewrite(lived, earlier)
    assert [e.event.seq for e in store.history(since=since)] == [11, 9, 8]


def test_what_must_not_be_overlooked(lived: Store) -> None:
    plain, forced, back = (entry(lived, seq) for seq in (7, 8, 9))
    assert (plain.passed, plain.asked, plain.approved_by) == (2, 2, ("bob",))
    assert (plain.overridden, plain.rollback, plain.overruled) == (False, False, ())
    assert (forced.overridden, forced.overruled, forced.passed) == (True, ("f1", "approvals"), 0)
    assert forced.what == "moved it from none to production, replacing 1.0.0, overriding its gates"
    assert (back.rollback, back.overridden, back.overruled) == (True, False, ())
    assert back.what == "moved production back to it from 1.0.1"


def test_a_rollback_that_is_done_again_is_one(store: Store, make_file: MakeFile) -> None:
    for text in (b"1", b"2"):
        ref = store.register("m", make_file(text)).version.ref
        store.promote(ref, "production", reason="x")
    store.rollback("m", reason="x")
    store.undo()
    store.redo()
    last, undone, first = list(store.history(limit=3))
    assert (first.rollback, undone.rollback, last.rollback) == (True, False, True)
    assert undone.what.startswith("undid event 6: ")
    assert last.what.startswith("redid event 7: ")


def test_all_that_an_event_says_as_json(lived: Store) -> None:
    said = entry(lived, 8).as_dict()
    assert list(said) == [
        "seq", "at", "actor", "event", "model", "version", "what", "reason", "overridden", "rollback",
        "gates", "approved_by", "data", "hash", "prev", "partial",
    ]  # fmt: skip
    assert said["gates"] == {"passed": 0, "asked": 2, "overruled": ["f1", "approvals"]}
    assert said["actor"] == {
        "user": "ann",
        "uid": said["actor"]["uid"],
        "host": "box7",
        "ssh": "",
        "tool": "mvtui test",
    }
    assert said["data"]["displaced"] == "1.0.0"
    assert said["prev"] == entry(lived, 7).event.hash
    made = entry(lived, 1).as_dict()
    assert (made["model"], made["version"], made["gates"]) == (None, None, None)


def test_a_version_whose_first_event_was_lost_keeps_what_is_left(lived: Store) -> None:
    store = journals.flip(lived, 3, b'"actor"')
    store.repair()
    assert seqs(store, "m") == [12, 11, 10, 9, 8, 7, 6, 2]  # 12 is the repair that names it
    store.close()
    store = journals.flip(store, 4, b'"actor"')
    store.repair()
    assert seqs(store, "other") == [13]


def test_what_is_left_of_a_model_that_was_lost(lived: Store) -> None:
    lived.note("other", "seen")
    store = journals.flip(lived, 4, b'"actor"')
    store.repair()
    assert seqs(store, "other") == [13, 12]


def test_details_that_are_lost_are_said_to_be(lived: Store, make_file: MakeFile) -> None:
    lived.register("m", make_file(b"4"), metrics={f"name-{n}": n for n in range(500)})
    body = next(lived.history()).event.body
    (lived.root / "objects" / body[:2] / body[2:]).unlink()
    last = next(open_store(lived.root).history())
    assert last.event.partial
    assert last.subject == "m@1.0.2"


def test_the_last_few_cost_a_glance_at_the_end(
    lived: Store, monkeypatch: pytest.MonkeyPatch, no_sync: None
) -> None:
    for number in range(400):
        lived.tag("m@1.0.0", {"n": str(number)})
    read = []
    monkeypatch.setattr("mvtui.store.engine.backwards._CHUNK", 4096)
    real = Journal.fd.fget  # type: ignore[attr-defined]

    class Counting(Journal):
        @property
        def fd(self) -> int:
            read.append(1)
            return int(real(self))

    lived._repository.journal.__class__ = Counting
    assert len(list(lived.history(limit=3))) == 3
    assert len(read) < 20
    assert len(list(lived.history("m@1.0.0"))) == 407


def test_what_was_in_production_at_a_moment(lived: Store) -> None:
    """Before, at and after each change; the moment of a change is after it."""
    moved = [entry(lived, seq).event.at for seq in (7, 8, 9)]
    instant = timedelta(microseconds=1)
    found = [
        [held.version for held in lived.at(moment + shift, "m")]
        for moment in moved
        for shift in (-instant, instant * 0)
    ]
    assert found == [[], ["1.0.0"], ["1.0.0"], ["1.0.1"], ["1.0.1"], ["1.0.0"]]
    assert [held.since.seq for held in lived.at(datetime.now(UTC))] == [9]
    assert lived.at(datetime.now(UTC), "other") == ()
    with pytest.raises(NotFoundError):
        lived.at(datetime.now(UTC), "nobody")


def test_what_was_in_production_when_it_was_emptied_and_filled_again(lived: Store) -> None:
    lived.promote("m@1.0.0", "archived", reason="off")
    assert lived.at(datetime.now(UTC)) == ()
    lived.undo()
    (held,) = lived.at(datetime.now(UTC))
    assert (held.version, held.since.how) == ("1.0.0", "undo")


# -- dates ----------------------------------------------------------------------------------------


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose zone is UTC."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


NOW = datetime(2026, 11, 25, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-01", "2026-11-01T00:00:00+00:00", "2026-11-01T23:59:59.999999+00:00"),
        ("2026-10", "2026-10-01T00:00:00+00:00", "2026-10-31T23:59:59.999999+00:00"),
        ("yesterday", "2026-11-24T00:00:00+00:00", "2026-11-24T23:59:59.999999+00:00"),
        ("now", "2026-11-25T12:30:00+00:00", "2026-11-25T12:30:00.999999+00:00"),
        ("2026-11-01T14:30", "2026-11-01T14:30:00+00:00", "2026-11-01T14:30:59.999999+00:00"),
        ("2026-11-01 14:30:05Z", "2026-11-01T14:30:05+00:00", "2026-11-01T14:30:05.999999+00:00"),
        ("2026-11-01t14:30:05.25z", "2026-11-01T14:30:05.250000+00:00", "2026-11-01T14:30:05.250000+00:00"),
        (" 7d ", "2026-11-18T12:30:00+00:00", "2026-11-18T12:30:00.999999+00:00"),
    ],
)
def test_a_date_is_a_moment(text: str, first: str, last: str, utc: None) -> None:
    assert parse_when(text, now=NOW).isoformat() == first
    assert parse_when(text, end=True, now=NOW).isoformat() == last


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13-01", "2026-02-30", "2026-02-30T00:00:00.5Z", "7", "\x1b[2J", "x" * 10_000]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(BadInputError, match="is no date") as caught:
        parse_when(text)
    assert caught.value.hint
    assert len(caught.value.message) < 500
