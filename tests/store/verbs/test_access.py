"""[access] of config.toml: who may do what, and who may change that."""

from __future__ import annotations

import grp
import pwd
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mvtui import open_store
from mvtui.store import EventKind, Store
from mvtui.store.errors import (
    BadConfigError,
    ConflictError,
    GateError,
    NotAllowedError,
    ReadOnlyError,
    UsageError,
    VerificationError,
)

from tests.people import become

MakeFile = Callable[..., Path]
As = Callable[[str], None]


@pytest.fixture
def act_as(monkeypatch: pytest.MonkeyPatch) -> As:
    return lambda user: become(monkeypatch, user)


@pytest.fixture
def two(store: Store, make_file: MakeFile, act_as: As, no_sync: None) -> Store:
    """Two versions, each of which was in production; ann is at work."""
    act_as("ann")
    for content in (b"1", b"2"):
        version = store.register("m", make_file(content)).version
        store.promote(version.ref, "production", reason="so")
    return store


def config(store: Store, text: str) -> None:
    (store.root / "config.toml").write_text(text)


def kinds(store: Store) -> list[EventKind]:
    return [event.kind for event in store.events()]


def policies(store: Store) -> list[tuple[str, str, str, str]]:
    """What was journaled of gates and rules: old and new digest, by whom and why."""
    return [
        (event.data["old"], event.data["new"], event.actor.user, event.reason)
        for event in store.events()
        if event.kind is EventKind.POLICY and event.data["what"] == "policy"
    ]


ACTIONS: dict[str, tuple[str, Callable[[Store, MakeFile], object]]] = {
    "register": ("register = ", lambda s, make: s.register("m", make(b"3"))),
    "register known content": ("register = ", lambda s, make: s.register("m", make(b"1"), tags={"a": "b"})),
    "register each": ("register = ", lambda s, make: s.register_each("m", [make(b"3")])),
    "promote": ("promote = ", lambda s, _: s.promote("m@1.0.0", "staging", reason="x")),
    "promote to a limited stage": (
        "promote.validation = ",
        lambda s, _: s.promote("m@1.0.0", "validation", reason="x"),
    ),
    "archive": ("promote.archived = ", lambda s, _: s.promote("m@1.0.1", "archived", reason="x")),
    "take out of production": (
        "promote.production = ",
        lambda s, _: s.promote("m@production", "none", reason="x"),
    ),
    "step back from production": (
        "promote.production = ",
        lambda s, _: s.promote("m@production", "staging", reason="x"),
    ),
    "roll back": ("rollback = ", lambda s, _: s.rollback("m", reason="x")),
}


@pytest.mark.parametrize("action", ACTIONS)
def test_what_is_for_others_is_refused_and_changes_nothing(
    two: Store, make_file: MakeFile, act_as: As, action: str
) -> None:
    key, act = ACTIONS[action]
    before = kinds(two)
    for people in ('["bob", "@nobody-here"]', "[]"):
        config(two, f"[access]\n{key}{people}\n")
        with pytest.raises(NotAllowedError, match="ann may not") as caught:
            act(two, make_file)
        assert caught.value.exit_code == 12
        assert f"[access] {key.split()[0].replace('promote = ', 'promote')}" in caught.value.message
        assert caught.value.hint
    assert [kind for kind in kinds(two) if kind is not EventKind.POLICY] == before
    config(two, f'[access]\n{key}["bob"]\n')
    act_as("bob")
    act(two, make_file)


def test_deleting_is_for_those_listed(two: Store, make_file: MakeFile, act_as: As) -> None:
    two.register("m", make_file(b"3"))
    config(two, '[access]\ndelete = ["bob"]\n')
    with pytest.raises(NotAllowedError, match="delete versions here: it is for bob"):
        two.delete("m@1.0.2", "x")
    act_as("bob")
    assert two.delete("m@1.0.2", "x").deleted


def test_who_may_register_is_asked_again_when_it_is_written(
    two: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hashing gigabytes takes a while: the rules may be others by then."""
    from mvtui.store.verbs import register

    store_files = register._store

    def and_meanwhile(*given: Any) -> Any:
        config(two, '[access]\nregister = ["bob"]\n')
        return store_files(*given)

    monkeypatch.setattr(register, "_store", and_meanwhile)
    with pytest.raises(NotAllowedError, match="register versions here: it is for bob"):
        two.register("m", make_file(b"3"))
    assert len(two.versions("m")) == 2


def test_what_is_not_limited_is_for_everyone(two: Store, make_file: MakeFile, act_as: As) -> None:
    config(
        two, '[access]\nrollback = ["bob"]\npromote.production = ["bob"]\nregister = ["bob"]\ndelete = []\n'
    )
    act_as("eve")
    two.promote("m@1.0.0", "staging", reason="x")
    two.note("m@1.0.0", "x")
    two.tag("m@1.0.0", {"a": "b"})
    two.alias("m@1.0.0", "x")
    two.log_metrics("m@1.0.0", {"a": 1})
    two.approve("m@1.0.0")
    two.undo()
    assert two.verify().ok
    two.gc(dry_run=False)


def test_overriding_is_for_nobody_unless_listed(two: Store, act_as: As) -> None:
    gate = '[[gate]]\nstage = "staging"\nparams = ["lr"]\n'
    config(two, gate)
    with pytest.raises(NotAllowedError, match="override gates here: it is for nobody"):
        two.promote("m@1.0.0", "staging", reason="x", override=True)
    config(two, gate + '[access]\noverride = ["bob"]\n')
    with pytest.raises(NotAllowedError, match="it is for bob"):
        two.promote("m@1.0.0", "staging", reason="x", override=True)
    act_as("bob")
    assert two.promote("m@1.0.0", "staging", reason="x", override=True).transition.overridden


def test_a_group_means_its_members(two: Store, monkeypatch: pytest.MonkeyPatch, act_as: As) -> None:
    """Those listed in it, and those whose own group it is; a group or account that is unknown here means nobody."""
    groups = {"leads": SimpleNamespace(gr_name="leads", gr_gid=4001, gr_mem=["lea"])}
    users = {"lea": 1, "leo": 4001, "eve": 2}

    def grouped(name: str, group: int) -> list[int]:
        return [group]

    monkeypatch.setattr(grp, "getgrnam", lambda name: groups[name])
    monkeypatch.setattr(pwd, "getpwnam", lambda name: SimpleNamespace(pw_gid=users[name]))
    monkeypatch.setattr("os.getgrouplist", grouped)
    config(two, '[access]\npromote = ["@leads", "@gone"]\n')
    for user, may in (("lea", True), ("leo", True), ("eve", False), ("stranger", False), ("leads", False)):
        act_as(user)
        if may:
            two.promote("m@1.0.0", "staging", reason="x")
            two.undo()
        else:
            with pytest.raises(NotAllowedError, match="it is for @leads, @gone"):
                two.promote("m@1.0.0", "staging", reason="x")


def test_config_is_read_anew_by_a_store_that_is_open(two: Store, act_as: As) -> None:
    with open_store(two.root) as other:
        two.promote("m@1.0.0", "staging", reason="x")
        config(two, '[access]\npromote = ["bob"]\n')
        for store in (two, other):
            with pytest.raises(NotAllowedError):
                store.promote("m@1.0.0", "validation", reason="x")
        config(two, "[access]\npromote = 3\n")
        for store in (two, other):
            with pytest.raises(BadConfigError, match="line 2"):
                store.promote("m@1.0.0", "validation", reason="x")
            with pytest.raises(BadConfigError):
                store.policy()
        assert other.get("m@1.0.0").stage == "staging"  # reading goes on
        (two.root / "config.toml").unlink()
        other.promote("m@1.0.0", "validation", reason="x")


# -- what governs is journaled -------------------------------------------------------------------

FIRST = '[access]\nrollback = ["ann"]\n'
SECOND = '[access]\nrollback = ["bob"]\n'


def test_each_policy_is_journaled_when_it_is_first_acted_on(two: Store, make_file: MakeFile) -> None:
    assert policies(two) == []
    assert (two.policy().digest, two.policy().accepted) == ("", 0)
    config(two, FIRST)
    first = two.policy()
    assert (first.accepted, first.waiting) == (0, ())
    assert policies(two) == []
    two.register("m", make_file(b"3"))
    assert policies(two) == [("", first.digest, "ann", "")]
    two.promote("m@1.0.2", reason="x")
    assert len(policies(two)) == 1
    governing = two.policy()
    assert (governing.accepted > 0, governing.by) == (True, "ann")
    config(two, "")
    two.promote("m@1.0.2", reason="x")
    config(two, FIRST + "# another comment, but the same rules\n")
    two.promote("m@1.0.2", reason="x")
    assert [(old, new) for old, new, *_ in policies(two)] == [
        ("", first.digest),
        (first.digest, ""),
        ("", first.digest),
    ]
    assert two.why(first.digest) != ()
    two.gc(dry_run=False)
    assert two.verify().ok


def test_which_way_a_metric_is_better_is_part_of_a_gate_that_compares(two: Store, act_as: As) -> None:
    """Else whoever turns it round loosens the gate unseen."""
    gate = '[[gate]]\nstage = "production"\nmetric = "loss"\nwithin = 0\n'
    two.log_metrics("m@1.0.0", {"loss": 0.9})
    two.log_metrics("m@1.0.1", {"loss": 0.1})
    config(two, gate + '[access]\nconfig = ["bob"]\n')
    act_as("eve")
    two.approve("m@1.0.0", "production")
    with pytest.raises(GateError):
        two.promote("m@1.0.0", "production", reason="x")
    agreed = two.policy()
    rules = two.gates("m@1.0.0", "production").rules
    config(two, gate + '[access]\nconfig = ["bob"]\n[metrics]\nhigher = ["loss"]\n')
    assert two.policy().waiting == ("config.toml",)
    with pytest.raises(GateError):
        two.promote("m@1.0.0", "production", reason="x")
    act_as("bob")
    two.accept_policy("it is a gain, whatever it is called")
    assert two.policy().digest != agreed.digest
    assert two.gates("m@1.0.0", "production").rules != rules
    two.promote("m@1.0.0", "production", reason="x")


def test_directions_are_no_matter_where_no_gate_compares(two: Store, make_file: MakeFile) -> None:
    config(two, FIRST)
    two.register("m", make_file(b"3"))
    config(two, FIRST + '[metrics]\nhigher = ["loss"]\n')
    two.register("m", make_file(b"4"))
    assert len(policies(two)) == 1


# -- who may change what governs -----------------------------------------------------------------

GUARDED = '[[gate]]\nstage = "staging"\nparams = ["lr"]\n[access]\nconfig = ["bob", "@leads"]\n'
LOOSE = '[access]\nconfig = ["bob", "@leads"]\n'


@pytest.fixture
def guarded(two: Store, make_file: MakeFile) -> Store:
    """A store whose gates only bob and the leads may change; acted on once."""
    config(two, GUARDED)
    two.register("m", make_file(b"3"))
    return two


@pytest.mark.parametrize("change", [LOOSE, "", None, GUARDED.replace('"bob"', '"eve"')])
def test_a_change_waits_until_it_is_accepted(guarded: Store, act_as: As, change: str | None) -> None:
    agreed = guarded.policy()
    if change is None:
        (guarded.root / "config.toml").unlink()
    else:
        config(guarded, change)
    with open_store(guarded.root) as fresh:
        for user in ("ann", "bob", "eve"):
            act_as(user)
            for store in (guarded, fresh):
                assert store.policy().waiting == ("config.toml",)
                assert store.policy().policy == agreed.policy
                with pytest.raises(GateError):
                    store.promote("m@1.0.2", reason="x")
        assert len(policies(fresh)) == 1
    moved = guarded.promote("m@1.0.1", "archived", reason="not gated")
    assert "until one of bob, @leads accepts the change: mvtui config --accept" in moved.notices[0]
    for user in ("ann", "eve"):
        act_as(user)
        with pytest.raises(NotAllowedError, match="change the gates or access rules"):
            guarded.accept_policy("because")
    act_as("bob")
    with pytest.raises(UsageError):
        guarded.accept_policy("  ")
    now = guarded.accept_policy("we agreed")
    assert now.waiting == ()
    assert policies(guarded)[1:] == [(agreed.digest, now.digest, "bob", "we agreed")]
    with pytest.raises(ConflictError, match="no change waits"):
        guarded.accept_policy("again")


def test_a_change_that_is_taken_back_waits_no_more(guarded: Store) -> None:
    config(guarded, LOOSE)
    assert guarded.policy().waiting == ("config.toml",)
    config(guarded, GUARDED)
    assert guarded.policy().waiting == ()
    assert len(policies(guarded)) == 1


def test_what_was_accepted_is_what_governs_even_if_it_changes_again(guarded: Store, act_as: As) -> None:
    config(guarded, LOOSE)
    act_as("bob")
    guarded.accept_policy("loosened")
    config(guarded, GUARDED)
    assert guarded.policy().waiting == ("config.toml",)
    guarded.promote("m@1.0.2", reason="no gate yet")


def test_other_settings_need_no_one_to_accept_them(guarded: Store) -> None:
    config(guarded, GUARDED + '[lock]\ntimeout = "1s"\n[gc]\ngrace = "1d"\n')
    assert guarded.policy().waiting == ()


def test_whoever_may_not_change_gates_may_not_change_whose_keys_count(guarded: Store, act_as: As) -> None:
    (guarded.root / "allowed_signers").write_text("eve ssh-ed25519 AAAA\n")
    assert guarded.policy().waiting == ("allowed_signers",)
    with pytest.raises(NotAllowedError):
        guarded.accept_policy("mine")
    act_as("bob")
    governing = guarded.accept_policy("hers, indeed")
    assert governing.waiting == ()
    assert governing.signers
    assert guarded.why(governing.signers) != ()


def test_a_read_only_store_accepts_nothing(guarded: Store, act_as: As) -> None:
    config(guarded, LOOSE)
    act_as("bob")
    with open_store(guarded.root, read_only=True) as reader:
        assert reader.policy().waiting == ("config.toml",)
        with pytest.raises(ReadOnlyError):
            reader.accept_policy("x")


# -- a damaged policy ----------------------------------------------------------------------------


def object_of(store: Store, digest: str) -> Path:
    return store.root / "objects" / digest[:2] / digest[2:]


@pytest.mark.parametrize("how", ["missing", "damaged"])
def test_an_agreed_policy_that_is_lost_is_mended_from_config(
    guarded: Store, make_file: MakeFile, how: str
) -> None:
    path = object_of(guarded, guarded.policy().digest)
    path.chmod(0o644)
    whole = path.read_bytes()
    path.write_bytes(b"{}")
    if how == "missing":
        path.unlink()
    assert not guarded.verify().ok
    config(guarded, LOOSE)
    for act in (
        guarded.policy,
        lambda: guarded.rollback("m", reason="x"),
        lambda: guarded.register("m", make_file(b"4")),
        lambda: guarded.accept_policy("x"),
    ):
        with pytest.raises(VerificationError, match="that were agreed on can't be read") as caught:
            act()
        assert "Put config.toml back as it was" in caught.value.hint
    config(guarded, GUARDED)
    guarded.rollback("m", reason="3 a.m.")
    assert path.read_bytes() == whole
    assert guarded.verify().ok
    config(guarded, LOOSE)
    assert guarded.policy().waiting == ("config.toml",)


def test_a_full_disk_does_not_keep_a_lost_policy_from_being_worked_under(
    guarded: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_of(guarded, guarded.policy().digest).unlink()

    def full(_self: Any, size: int) -> None:
        from mvtui.store.errors import NoSpaceError

        raise NoSpaceError(f"no room for {size}")

    monkeypatch.setattr("mvtui.store.engine.objects.Objects._check_room", full)
    guarded.rollback("m", reason="3 a.m.")


BROKEN = "oops = [\n"


def test_a_broken_config_leaves_what_was_agreed_on_in_force(two: Store, act_as: As) -> None:
    config(two, '[access]\npromote = ["bob"]\n')
    act_as("bob")
    two.promote("m@1.0.0", "staging", reason="the policy is acted on")
    config(two, BROKEN)
    with open_store(two.root) as opened:
        assert "config.toml" in opened.config_problem
        assert opened.get("m@1.0.0").stage == "staging"
        moved = opened.promote("m@1.0.0", "production", reason="bob still may")
        assert any("stay in force" in notice for notice in moved.notices)
        act_as("ann")
        with pytest.raises(NotAllowedError):
            opened.promote("m@1.0.1", "production", reason="ann still may not")
        with pytest.raises(BadConfigError):
            opened.gc(dry_run=True)


def test_no_mistake_in_config_stops_a_rollback_or_serving(two: Store) -> None:
    for number in ("1.0.0", "1.0.1"):
        two.promote(f"m@{number}", "production", reason="x")
    config(two, BROKEN)
    with open_store(two.root) as opened:
        with pytest.raises(BadConfigError):
            opened.promote("m@1.0.0", "staging", reason="nothing was agreed on yet")
        assert opened.path("m@production").is_dir()
        assert opened.rollback("m", reason="at three in the morning").version.version == "1.0.0"
