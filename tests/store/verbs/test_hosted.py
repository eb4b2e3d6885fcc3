"""Hosted models through the public verbs: registered, replaced, promoted, read, and warned of."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from mvtui.store import Hosted, Store, errors
from mvtui.tui.entry import main

SOON = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
LATER = (datetime.now(UTC).date() + timedelta(days=400)).isoformat()
PAST = "2020-01-01"


def acme(model: str = "one-2031-01-01", **params: object) -> Hosted:
    """A model of a provider that no list knows."""
    return Hosted("acme", model, dict(params))


def test_a_model_without_bytes_is_a_version_like_any_other(store: Store, tmp_path: Path) -> None:
    done = store.register("chat", hosted=acme(temperature=0.2, stop=["a"]), metrics={"resolved": 0.8})
    version = done.version
    assert (version.ref, version.kind, version.file_count) == ("chat@1.0.0", "hosted", 1)
    assert version.params == {
        "provider": "acme",
        "model": "one-2031-01-01",
        "temperature": 0.2,
        "stop": '["a"]',
    }
    assert store.hosted("chat") == acme(temperature=0.2, stop=["a"])
    again = store.register("chat", hosted=acme(stop=["a"], temperature=0.2), metrics={"resolved": 0.9})
    assert (again.created, again.version.id) == (False, version.id)
    store.promote("chat", to="production", reason="first")
    served = json.loads(Path(store.path("chat@production"), "hosted.json").read_text())
    assert served == {
        "provider": "acme",
        "model": "one-2031-01-01",
        "endpoint": None,
        "params": {"temperature": 0.2, "stop": ["a"]},
    }
    assert (store.checkout("chat", tmp_path / "out") / "hosted.json").is_file()
    assert store.verify().bad == ()


@pytest.mark.parametrize(
    ("hosted", "number", "why"),
    [
        (acme("two"), "1.1.0", "minor: model one-2031-01-01 → two"),
        (Hosted("other", "one-2031-01-01"), "2.0.0", "major: provider acme → other"),
        (
            Hosted("acme", "one-2031-01-01", {}, "https://host/v1"),
            "1.1.0",
            "minor: endpoint default → https://host/v1",
        ),
        (acme(temperature=0.1), "1.1.0", "minor: parameters changed"),
    ],
)
def test_the_number_says_what_changed(store: Store, hosted: Hosted, number: str, why: str) -> None:
    store.register("chat", hosted=acme())
    done = store.register("chat", hosted=hosted)
    assert (done.version.version, done.bump) == (number, why)


def test_an_upgrade_says_what_it_replaces_and_why(store: Store) -> None:
    store.register("chat", hosted=acme(), metrics={"resolved": 0.8})
    store.promote("chat", to="production", reason="first")
    done = store.register("chat", hosted=acme("two"), replaces="chat@production", reason="cheaper and better")
    (edge,) = done.version.edges
    assert (edge.type, edge.to, edge.reason) == (
        "replaces",
        store.get("chat@1.0.0").id,
        "cheaper and better",
    )
    store.log_metrics("chat@1.1.0", {"resolved": 0.9})
    comparison = store.diff("chat@1.1.0", against="replaced")
    assert (comparison.base.ref, comparison.chosen) == ("chat@1.0.0", "replaced")
    (row,) = comparison.section("metrics").rows
    assert (row.cells[0].value, row.cells[1].value) == (0.8, 0.9)
    assert [change.of for change in comparison.changes[0]] == ["model"]
    assert [one.name for one in comparison.changes[0][0].evidence] == ["model"], "not the descriptor's bytes"
    assert "cheaper and better" in [entry.event.reason for entry in store.history("chat@1.1.0")]
    store.promote("chat@1.1.0", to="production", reason="better")
    store.rollback("chat", reason="worse")
    assert store.hosted("chat@production").model == "one-2031-01-01"
    with pytest.raises(errors.NotFoundError, match="replaces nothing"):
        store.diff("chat@1.0.0", against="replaced")


def test_a_replacement_needs_both_what_and_why(store: Store) -> None:
    store.register("chat", hosted=acme())
    with pytest.raises(errors.UsageError, match="why does it replace"):
        store.register("chat", hosted=acme("two"), replaces="chat")
    with pytest.raises(errors.UsageError, match="why something is replaced"):
        store.register("chat", hosted=acme("two"), reason="because")
    with pytest.raises(errors.NotFoundError):
        store.register("chat", hosted=acme("two"), replaces="chat@9.0.0", reason="because")
    assert len(store.versions("chat")) == 1


def test_one_that_ended_is_refused_unless_forced(store: Store) -> None:
    with pytest.raises(errors.ConflictError, match=f"was retired on {PAST}") as caught:
        store.register("chat", hosted=acme(), tags={"retires": PAST})
    assert "--force" in caught.value.hint
    with pytest.raises(errors.ConflictError, match=r"developers\.openai\.com") as caught:
        store.register("chat", hosted=Hosted("openai", "gpt-4-0314"))
    assert store.models() == []
    done = store.register("chat", hosted=acme(), tags={"retires": PAST}, force=True)
    assert done.created
    assert PAST in done.notices[0]
    soon = store.register("soon", hosted=acme(), tags={"retires": SOON})
    assert "will be retired in 30 days" in soon.notices[0]
    assert store.register("late", hosted=acme(), tags={"retires": LATER}).notices == ()


def test_a_day_that_is_none_is_refused(store: Store) -> None:
    with pytest.raises(errors.BadInputError, match="no day"):
        store.register("chat", hosted=acme(), tags={"retires": "soon"})
    store.register("chat", hosted=acme())
    with pytest.raises(errors.BadInputError, match="no day"):
        store.tag("chat", {"retires": "next year"})
    store.tag("chat", {"retires": PAST})
    assert store.hosted_status("chat").retires == date(2020, 1, 1), "that it has ended may be noted any time"


def test_what_production_stands_on_is_warned_of(store: Store) -> None:
    store.register("late", hosted=acme(), tags={"retires": LATER})
    store.register("soon", hosted=acme("soon"), tags={"retires": SOON})
    store.register("gone", hosted=acme("gone"), tags={"retires": PAST}, force=True)
    assert store.endings() == (), "nothing is in production"
    for model in ("late", "soon", "gone"):
        store.promote(model, to="production", reason="x")
    assert [each.version.model for each in store.endings()] == ["gone", "soon"]
    told = {finding.topic: finding for finding in store.doctor() if finding.topic == "hosted"}
    levels = [finding.level for finding in store.doctor() if finding.topic == "hosted"]
    assert levels == ["bad", "warn"]
    assert told
    store.tag("soon", {"retires": LATER})
    assert [each.version.model for each in store.endings()] == ["gone"]


def test_a_bundle_in_production_stands_on_its_members(store: Store) -> None:
    store.register("chat", hosted=acme(), tags={"retires": SOON})
    store.bundle("agent", {"model": "chat"})
    assert store.endings() == ()
    store.promote("agent", to="production", reason="x")
    (ending,) = store.endings()
    assert (ending.version.ref, ending.hosted.ref) == ("agent@1.0.0", "chat@1.0.0")
    (told,) = [finding.message for finding in store.doctor() if finding.topic == "hosted"]
    assert "agent@1.0.0 is in production (in it: chat@1.0.0)" in told


def test_a_bundle_in_a_bundle_is_looked_into_and_promoting_says_what_ends(store: Store) -> None:
    store.register("chat", hosted=acme(), tags={"retires": SOON})
    store.bundle("agent", {"model": "chat@1.0.0"})
    store.bundle("desk", {"agent": "agent@1.0.0"})
    foretold = store.promote("desk", to="production", reason="first", dry_run=True)
    done = store.promote("desk", to="production", reason="first")
    (told,) = done.notices
    assert foretold.notices == done.notices
    assert told.startswith("in it chat@1.0.0: acme one-2031-01-01 will be retired in 30 days, on ")
    (ending,) = store.endings()
    assert (ending.version.ref, ending.hosted.ref) == ("desk@1.0.0", "chat@1.0.0")
    assert store.promote("chat", to="staging", reason="too").notices[0].startswith("acme one-2031-01-01 will")
    assert store.promote("chat", to="archived", reason="out").notices == ()


def test_a_list_of_the_stores_own_counts_at_once(store: Store) -> None:
    store.register("chat", hosted=acme())
    store.promote("chat", to="production", reason="x")
    assert store.hosted_status("chat").retires is None
    (store.root / "hosted.toml").write_text(f'[acme.models]\n"one-2031-01-01" = {{ retires = {SOON} }}\n')
    (ending,) = store.endings()
    assert str(ending.status.retires) == SOON
    assert "hosted.toml" in ending.status.source
    (store.root / "hosted.toml").write_text("[acme\n")
    assert store.endings() == (), "a list with a mistake says nothing, and stops nothing"
    (problem,) = [f for f in store.doctor() if f.topic == "hosted"]
    assert (problem.level, "hosted.toml" in problem.message) == ("warn", True)
    store.register("chat", hosted=acme("two"))


def test_gates_that_ask_about_files_find_nothing_amiss(store: Store) -> None:
    (store.root / "config.toml").write_text(
        '[[gate]]\nstage = "production"\nrequire = ["safe-pickle"]\nverified = "24h"\n'
    )
    store.register("chat", hosted=acme())
    store.promote("chat", to="production", reason="x")
    assert store.get("chat").stage == "production"


def test_what_contradicts_itself_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"a")
    for said, problem in (
        ({"hosted": acme(), "paths": path}, "not made of files"),
        ({"hosted": acme(), "kind": "prompt"}, "hosted, not prompt"),
        ({"kind": "hosted"}, "not made of files"),
        ({"hosted": Hosted("", "m")}, "provider is empty"),
        ({"hosted": Hosted("acme", "")}, "model is empty"),
    ):
        with pytest.raises(errors.MvtuiError, match=problem):
            store.register("chat", **said)
    assert store.models() == []
    store.register("w", path)
    for call in (store.hosted, store.hosted_status):
        with pytest.raises(errors.BadInputError, match="no hosted model but weights"):
            call("w")


def test_what_it_was_evaluated_on_is_an_edge_of_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "tickets.jsonl").write_text("{}\n")
    tickets = store.register("tickets", tmp_path / "tickets.jsonl", kind="dataset").version
    done = store.register("chat", hosted=acme(), datasets={"test": "tickets@1.0.0"})
    assert [(edge.type, edge.role, edge.to) for edge in done.version.edges] == [
        ("evaluated-on", "test", tickets.id)
    ]
    other = store.register("chat", hosted=acme(), datasets={"test": tmp_path / "tickets.jsonl"})
    assert other.version.ref == done.version.ref


def test_it_can_be_registered_again_by_the_commands_that_are_told(store: Store) -> None:
    store.register("chat", hosted=acme())
    params = {
        "temperature": 0.2,
        "seed": "7",
        "user": "a b'c",
        "flag": True,
        "none": None,
        "stop": ["x", "y"],
    }
    params["response_format"] = {"type": "json_object"}
    hosted = Hosted("acme", "two", params, "https://host/v1")
    version = store.register(
        "chat", hosted=hosted, tags={"retires": PAST}, replaces="chat", reason='it\'s "better"', force=True
    ).version
    recipe = store.reproduce(version.ref)
    assert recipe.missing == ()
    (step,) = recipe.steps
    (line,) = step.lines
    words = shlex.split(line)
    assert words[:2] == ["mvtui", "register"]
    assert main(words[1:]) == 0
    assert len(store.versions("chat")) == 2, "the same content is the same version"
    assert store.doctor(version.ref)


@pytest.mark.parametrize(("day", "level"), [(LATER, "ok"), (SOON, "warn"), (PAST, "bad")])
def test_doctor_of_one_version_weighs_its_end(store: Store, day: str, level: str) -> None:
    store.register("chat", hosted=acme(), tags={"retires": day}, force=True)
    assert [found.level for found in store.doctor("chat") if found.topic == "hosted"] == [level]
