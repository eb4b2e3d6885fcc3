"""What doctor says of live pointers, gates and people."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Finding, Store

from ...conftest import MakeFile
from ...people import become

APPROVED = '[[gate]]\nstage = "production"\napprovals = {count}\nby = {by}\n'


def configure(store: Store, text: str) -> None:
    (store.root / "config.toml").write_text(text)


def said(store: Store, topic: str) -> list[tuple[str, str]]:
    return [(finding.level, finding.message) for finding in store.doctor() if finding.topic == topic]


def fixes(store: Store, topic: str) -> list[str]:
    return [finding.fix for finding in store.doctor() if finding.topic == topic]


@pytest.fixture
def measured(store: Store, make_file: MakeFile) -> Store:
    store.register("m", make_file(), metrics={"accuracy": 0.9, "my_index": 3.0}, params={"lr": 0.1})
    store.log_metrics("m", {"accuracy": 0.8}, dataset="test")
    return store


def test_live_pointers_that_lead_astray_are_named(store: Store, make_file: MakeFile) -> None:
    assert said(store, "live") == []
    for number in range(5):
        store.register(f"m{number}", make_file())
        store.promote(f"m{number}", "production", reason="x")
    assert said(store, "live") == [("ok", "5 live pointers lead where the journal says")]
    for number in range(5):
        os.unlink(store.root / "live" / f"m{number}" / "production")
    found = said(store, "live")
    assert [level for level, _ in found] == ["bad"] * 4
    assert found[0][1] == f"{store.root}/live/m0/production does not lead where the journal says"
    assert found[3][1] == "nor do 2 more"
    store.verify()
    assert said(store, "live")[0][0] == "ok"


def test_a_store_without_gates_has_nothing_to_say_of_them(measured: Store) -> None:
    assert not [f for f in measured.doctor() if f.topic in ("gates", "policy", "people")]


def test_gates_that_can_be_passed_are_well(measured: Store) -> None:
    configure(
        measured,
        '[[gate]]\nstage = ["staging", "production"]\nmetric = "accuracy"\ndataset = "test"\nmin = 0.7\nwithin = "2%"\n'
        'metrics = ["accuracy", "my_index"]\nparams = ["lr"]\nrequire = ["clean-git"]\nverified = "24h"\n',
    )
    assert said(measured, "gates") == [("ok", "14 gates, and none that nothing could pass")]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            'metric = "acuracy"\nmin = 0.9',
            "nothing could pass the gate acuracy for production: acuracy was measured of no version; accuracy was",
        ),
        (
            'metric = "accuracy"\ndataset = "tset"\nmin = 0.9',
            "nothing could pass the gate accuracy[tset] for production: accuracy[tset] was measured of no version; accuracy[test] was",
        ),
        (
            'metric = "my_index"\nwithin = 0.1',
            "nothing could pass the gate my_index vs production for production: nobody says which way my_index is better",
        ),
        (
            'metrics = ["f1"]',
            "nothing could pass the gate metric f1 for production: no version has that metric",
        ),
        (
            'params = ["batch"]',
            "nothing could pass the gate param batch for production: no version has that param",
        ),
        ('model = "n"\nmetric = "accuracy"\nmin = 0.9', "no model here is called n: accuracy for production"),
    ],
)
def test_a_gate_that_nothing_could_pass_is_named(measured: Store, rule: str, message: str) -> None:
    configure(measured, f'[[gate]]\nstage = "production"\n{rule}\n')
    assert said(measured, "gates") == [("warn", message)]


def test_only_versions_that_a_gate_guards_count(measured: Store, make_file: MakeFile) -> None:
    measured.register("other", make_file(b"2"), metrics={"f1": 0.9})
    measured.register("other", make_file(b"3"))
    configure(measured, '[[gate]]\nstage = "production"\nmodel = "m"\nmetric = "f1"\nmin = 0.9\n')
    assert "f1 was measured of no version" in said(measured, "gates")[0][1]
    configure(measured, '[[gate]]\nstage = "production"\nmetric = "f1"\nmin = 0.9\n')
    assert said(measured, "gates")[0][0] == "ok"
    measured.delete("other@1.0.0", "bad")
    assert said(measured, "gates")[0][0] == "warn"


def test_an_empty_store_is_not_blamed_for_its_gates(store: Store) -> None:
    configure(store, '[[gate]]\nstage = "production"\nmodel = "m"\nmetric = "f1"\nmin = 0.9\n')
    assert said(store, "gates")[0][0] == "ok"


def test_people_who_are_not_known_here_are_named(measured: Store) -> None:
    configure(
        measured,
        '[access]\ndelete = ["root", "no-such-one"]\npromote = { production = ["@no-such-group", "@4294967"] }\n'
        + APPROVED.format(count=1, by='["no-such-one", "no-such-two"]'),
    )
    assert said(measured, "people") == [
        ("warn", "[access] delete in config.toml: no-such-one is not known here"),
        (
            "warn",
            "[access] promote.production in config.toml: @no-such-group, @4294967 are not known here: so it is for nobody",
        ),
        (
            "warn",
            "the approvals for production in config.toml: no-such-one, no-such-two are not known here: so it is for nobody",
        ),
    ]


def test_a_config_that_is_wrong_is_told_as_such(measured: Store) -> None:
    configure(measured, APPROVED.format(count=2, by='["root"]'))
    ((level, message),) = said(measured, "policy")
    assert level == "bad"
    assert "config.toml, line 3" in message


def test_signatures_that_nobody_can_give_are_named(
    measured: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(measured, APPROVED.format(count=1, by='["root"]') + "signed = true\n")
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/ssh-keygen")
    assert said(measured, "gates") == [
        ("warn", "signed approvals are asked for, and no key is known to check them with")
    ]
    (measured.root / "allowed_signers").write_text("root ssh-ed25519 AAAA\n")
    assert said(measured, "gates")[0][0] == "ok"
    monkeypatch.setattr("shutil.which", lambda _name: None)
    assert "no ssh-keygen here" in said(measured, "gates")[0][1]


def test_a_change_that_waits_is_told(measured: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, "ann")
    configure(measured, '[access]\nconfig = ["ann"]\n')
    measured.promote("m", "staging", reason="brings the policy into force")
    become(monkeypatch, "bob")
    configure(measured, "")
    (measured.root / "allowed_signers").write_text("bob ssh-ed25519 AAAA\n")
    with open_store(measured.root) as fresh:
        (first, second) = said(fresh, "policy")
        assert first[0] == "warn"
        assert "stay in force until one of ann accepts the change" in first[1]
        assert "allowed_signers has other keys" in second[1]
        assert set(fixes(fresh, "policy")) == {'mvtui config --accept --reason "…"'}


def test_a_policy_that_can_not_be_read_is_bad(measured: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(measured, '[access]\nconfig = ["ann"]\n')
    measured.promote("m", "staging", reason="x")
    digest = measured.policy().digest
    configure(measured, "")
    (measured.root / "objects" / digest[:2] / digest[2:]).unlink()
    with open_store(measured.root) as fresh:
        assert said(fresh, "policy")[0][0] == "bad"
    assert isinstance(measured.doctor()[0], Finding)
