"""[[gate]] and [access] of config.toml: what each key means, and what is said of one that is wrong."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mvtui.store import errors
from mvtui.store.engine import config
from mvtui.store.nouns import gate as rules
from mvtui.store.nouns.gate import Gate
from mvtui.store.nouns.policy import Access, Policy, encode_rules


def load(tmp_path: Path, text: str) -> Policy:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(str(path)).policy or Policy()


def of_one(tmp_path: Path, text: str) -> list[Any]:
    """The rules of one gate for production."""
    policy = load(tmp_path, f'[[gate]]\nstage = "production"\n{text}\n')
    assert all(gate.stage == "production" for gate in policy.gates)
    return [gate.rule for gate in policy.gates]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ('metric = "a"\nmin = 0.9', [rules.MetricBound("a", min=0.9)]),
        ('metric = "a"\nmax = 3', [rules.MetricBound("a", max=3.0)]),
        ('metric = "a"\nmin = -1\nmax = 1', [rules.MetricBound("a", min=-1.0, max=1.0)]),
        (
            'metric = "a"\ndataset = "test"\nslice = "fr"\nmin = 0',
            [rules.MetricBound("a", "test", "fr", min=0.0)],
        ),
        ('metric = "a"\nwithin = 0.005', [rules.NoWorse("a", 0.005)]),
        ('metric = "a"\nwithin = 0', [rules.NoWorse("a", 0.0)]),
        ('metric = "a"\nwithin = "2%"', [rules.NoWorse("a", 0.02, relative=True)]),
        ('metric = "a"\nwithin = "2.5 %"', [rules.NoWorse("a", 0.025, relative=True)]),
        (
            'metric = "a"\nmin = 1\nwithin = "0%"',
            [rules.MetricBound("a", min=1.0), rules.NoWorse("a", 0.0, relative=True)],
        ),
        ('metrics = ["f1", "bleu"]', [rules.Named("metric", "f1"), rules.Named("metric", "bleu")]),
        ('metrics = "f1"', [rules.Named("metric", "f1")]),
        ('params = ["lr"]', [rules.Named("param", "lr")]),
        ('require = ["dataset", "clean-git"]', [rules.Recorded("dataset"), rules.Recorded("clean-git")]),
        ('require = "parent"', [rules.Recorded("parent")]),
        ('require = ["rollback-target"]', [rules.RollbackTarget()]),
        ('require = ["safe-pickle"]', [rules.Contained("safe-pickle")]),
        ('require = ["finite-weights"]', [rules.Contained("finite-weights")]),
        ('verified = "now"', [rules.Verified(0)]),
        ('verified = "24h"', [rules.Verified(86400)]),
        ('waited = "2d"', [rules.Waited(172800)]),
        ("approvals = 1", [rules.Approvals(1)]),
        (
            'approvals = 2\nby = ["ann", "@ml-leads"]\nfour_eyes = false\nsigned = true',
            [rules.Approvals(2, ("ann", "@ml-leads"), four_eyes=False, signed=True)],
        ),
        ('approvals = 3\nby = ["@leads"]', [rules.Approvals(3, ("@leads",))]),
    ],
)
def test_each_key_means_a_rule(tmp_path: Path, text: str, meant: list[Any]) -> None:
    assert of_one(tmp_path, text) == meant


def test_a_gate_guards_the_stages_and_models_it_names(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        '[[gate]]\nstage = ["staging", "production"]\nmodel = ["sentiment", "ranker-*"]\nparams = ["lr"]\n'
        '[[gate]]\nstage = "production"\nmetrics = ["f1"]\n',
    )
    assert [gate.stage for gate in policy.gates] == ["staging", "production", "production"]
    asked = {
        (model, stage): len(policy.guarding(model, stage))
        for model in ("sentiment", "ranker-7", "ranker", "other")
        for stage in ("staging", "validation", "production", "archived", None)
    }
    assert {place: count for place, count in asked.items() if count} == {
        ("sentiment", "staging"): 1,
        ("sentiment", "production"): 2,
        ("ranker-7", "staging"): 1,
        ("ranker-7", "production"): 2,
        ("ranker", "production"): 1,
        ("other", "production"): 1,
    }


def test_access_lists_people_for_actions(tmp_path: Path) -> None:
    text = (
        '[access]\nregister = ["ann", "@trainers"]\nrollback = []\ndelete = ["ann"]\noverride = ["ann"]\n'
        'config = ["root"]\nshared = ["ml"]\npromote = { production = ["@leads"], archived = ["ann"] }\n'
    )
    assert load(tmp_path, text).access == Access(
        register=("ann", "@trainers"),
        promote={"production": ("@leads",), "archived": ("ann",)},
        rollback=(),
        delete=("ann",),
        override=("ann",),
        config=("root",),
        shared=("ml",),
    )
    everywhere = load(tmp_path, '[access]\npromote = ["ann"]\n').access.promote
    assert everywhere == dict.fromkeys(("staging", "validation", "production", "archived"), ("ann",))
    dotted = load(tmp_path, '[access.promote]\nstaging = ["ann", "ann", "BOB.x-1", "DOM\\\\eve$"]\n')
    assert dotted.access.promote == {"staging": ("ann", "BOB.x-1", "DOM\\eve$")}


def test_no_gates_and_no_rules_are_no_policy(tmp_path: Path) -> None:
    for text in ("", "[access]\n", "gate = []\n", config.TEMPLATE, '[lock]\ntimeout = "1s"\n[access]\n'):
        (tmp_path / "config.toml").write_text(text)
        assert config.load(str(tmp_path / "config.toml")).policy is None
    assert Policy().encode() == b""
    assert Policy.decode(b"") == Policy()


BAD: list[tuple[str, str, str]] = [
    ("min = 1", "min", "without a metric"),
    ('dataset = "test"\nparams = "lr"', "dataset", "without a metric"),
    ('slice = "fr"\nmetrics = "lr"', "slice", "without a metric"),
    ('metric = "a"', "metric", "say min, max or within"),
    ('metric = ""\nmin = 1', "metric", "a text that isn't empty"),
    ("metric = 3\nmin = 1", "metric", "a text that isn't empty"),
    ('metric = ["a"]\nmin = 1', "metric", "a text that isn't empty"),
    ('metric = "a"\nmin = "1"', "min", "a number"),
    ('metric = "a"\nmin = nan', "min", "a number"),
    ('metric = "a"\nmax = inf', "max", "a number"),
    ('metric = "a"\nmax = true', "max", "a number"),
    ('metric = "a"\nmin = 1' + "0" * 400, "min", "a number"),
    ('metric = "a"\nmin = 0x' + "f" * 5000, "min", "such a number is not allowed"),
    ('metric = "a"\nmin = 2\nmax = 1', "min", "nothing could pass"),
    ('metric = "a"\nmin = 07:32:00', "min", "a number"),
    ('metric = "a"\nwithin = -1', "within", "not negative"),
    ('metric = "a"\nwithin = "2"', "within", 'a share such as "2%"'),
    ('metric = "a"\nwithin = "-2%"', "within", 'a share such as "2%"'),
    ('metric = "a"\nwithin = "٢%"', "within", 'a share such as "2%"'),
    ('metric = "a"\nwithin = [1]', "within", "a number"),
    ('metric = "a"\nwithin = 1' + "0" * 400, "within", "a number"),
    ("metrics = []", "metrics", "a list of texts"),
    ('metrics = [""]', "metrics", "a list of texts"),
    ("metrics = [1]", "metrics", "a list of texts"),
    ("params = 1", "params", "a list of texts"),
    ('params = { lr = "x" }', "params", "a list of texts"),
    ('require = ["datasets"]', "require", "dataset, clean-git, parent, rollback-target"),
    ("require = [true]", "require", "a list of texts"),
    ('verified = "soon"', "verified", 'or "now"'),
    ("verified = 24", "verified", 'or "now"'),
    ('verified = "1y"', "verified", "s, m, h, d, w"),
    ('waited = "now"', "waited", 'such as "30s" or "14d"'),
    ("waited = true", "waited", 'such as "30s" or "14d"'),
    ('waited = "٢d"', "waited", 'such as "30s" or "14d"'),
    ("approvals = 0", "approvals", "a whole number from 1 on"),
    ("approvals = 100", "approvals", "a whole number from 1 on"),
    ("approvals = 1.0", "approvals", "a whole number from 1 on"),
    ("approvals = true", "approvals", "a whole number from 1 on"),
    ('approvals = 2\nby = ["ann"]', "approvals", "list as many"),
    ('approvals = 1\nby = "ann"', "by", "a list of account names"),
    ('approvals = 1\nby = [""]', "by", "a list of account names"),
    ('approvals = 1\nby = ["@"]', "by", "a list of account names"),
    ('approvals = 1\nby = ["ann smith"]', "by", "a list of account names"),
    ('approvals = 1\nby = ["a\\nb"]', "by", "a list of account names"),
    ("approvals = 1\nfour_eyes = 1", "four_eyes", "true or false"),
    ('approvals = 1\nsigned = "yes"', "signed", "true or false"),
    ('by = ["ann"]\nparams = "lr"', "by", "say how many"),
    ('four_eyes = true\nparams = "lr"', "four_eyes", "say how many"),
    ('signed = true\nparams = "lr"', "signed", "say how many"),
    ('model = []\nparams = "lr"', "model", "a list of texts"),
    ('model = 3\nparams = "lr"', "model", "a list of texts"),
    ('metrik = "a"\nmin = 1', "metrik", "known in [[gate]]: stage, model, metric"),
    ('"a b" = 1', "a b", "known in [[gate]]"),
]


@pytest.mark.parametrize(("text", "key", "said"), BAD, ids=[f"{key}: {said}" for _, key, said in BAD])
def test_a_bad_value_names_file_line_and_what_is_allowed(
    tmp_path: Path, text: str, key: str, said: str
) -> None:
    """In the second of three gates, so that the line is its own."""
    before = '# min, max\n[[gate]]\nstage = "staging"\nmetric = "a"\nmin = 0\nmax = 1\nwithin = 0\n\n'
    after = '\n[[gate]]\nstage = "staging"\nparams = ["x"]\napprovals = 1\nby = ["ann"]\n'
    whole = f'{before}[[gate]]\nstage = "production"\n{text}{after}'
    with pytest.raises(errors.BadConfigError) as caught:
        load(tmp_path, whole)
    offset = before.count("\n") + 2
    within = next(n for n, line in enumerate(text.splitlines(), 1) if line.strip('"').startswith(key))
    assert f"config.toml, line {offset + within}: " in caught.value.message
    assert said in caught.value.message
    assert len(caught.value.message) < 700
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[gate]]\nparams = "lr"\n', 1, "name one: staging, validation, production"),
        ('[[gate]]\nstage = "archived"\nparams = "lr"\n', 2, "staging, validation, production"),
        ('[[gate]]\nstage = ["staging", "live"]\nparams = "lr"\n', 2, "staging, validation, production"),
        ('[[gate]]\nstage = []\nparams = "lr"\n', 2, "staging, validation, production"),
        ('[[gate]]\nstage = "Production"\nparams = "lr"\n', 2, "staging, validation, production"),
        ('[[gate]]\nstage = "staging"\n', 2, "a gate that asks nothing"),
        ('[[gate]]\nstage = "staging"\nmodel = "m"\n', 2, "a gate that asks nothing"),
        ('\n[gate]\nstage = "staging"\nparams = "lr"\n', 2, "write [[gate]]"),
        ("gate = 3\n", 1, "write [[gate]]"),
        ("gate = [3]\n", 1, "write [[gate]]"),
        ("access = 3\n", 1, "write [access]"),
        ('[access]\nregister = ["ann"]\npromotes = ["ann"]\n', 3, "known in [access]: register, promote"),
        ('[access]\nregister = "ann"\n', 2, "a list of account names"),
        ("[access]\n\nrollback = [1]\n", 3, "a list of account names"),
        ('[access]\npromote = "ann"\n', 2, "or such a list for each of"),
        ('[access]\npromote = { live = ["ann"] }\n', 2, "or such a list for each of"),
        ('[access]\npromote = { none = ["ann"] }\n', 2, "or such a list for each of"),
        ('[access]\npromote = { production = "ann" }\n', 2, "a list of account names"),
        ('[access]\nshared = ["@"]\n', 2, "a list of account names"),
        ('[[gates]]\nstage = "staging"\n', 1, "[gate]"),
    ],
)
def test_a_bad_table_names_file_line_and_what_is_allowed(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(errors.BadConfigError) as caught:
        load(tmp_path, text)
    assert f"config.toml, line {line}: " in caught.value.message
    assert said in caught.value.message


@pytest.mark.parametrize(
    "text",
    [
        "min = ",
        "[[gate]\n",
        "a = " + "9" * 5000 + "\n",
        "a = " + "[" * 3000 + "]" * 3000 + "\n",
        "a = 2026-13-45\n",
        'a = "\\uD800"\n',
        "a\0 = 1\n",
    ],
)
def test_what_is_no_toml_is_said_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(errors.BadConfigError) as caught:
        load(tmp_path, text)
    assert "config.toml" in caught.value.message


# -- anything at all -----------------------------------------------------------------------------

_KEYS = (
    *("stage", "model", "metric", "dataset", "slice", "min", "max", "within", "metrics", "params", "require"),
    *("verified", "waited", "approvals", "by", "four_eyes", "signed", "register", "promote", "rollback"),
    *("delete", "override", "config", "shared", "production", "nonsense"),
)
_WORDS = st.sampled_from(
    (
        *(
            "staging",
            "production",
            "archived",
            "m",
            "accuracy",
            "now",
            "2d",
            "2%",
            "ann",
            "@leads",
            "dataset",
        ),
        *("clean-git", "rollback-target", "", "é", "a\nb", "99999999999w", "999999999w", "x" * 500),
    )
)
_PLAIN = st.one_of(
    _WORDS, st.integers(-3, 120), st.integers(), st.floats(), st.booleans(), st.text(max_size=8)
)
_VALUES = st.recursive(
    _PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=3),
    max_leaves=5,
)
_TABLES = st.dictionaries(st.sampled_from(_KEYS), _VALUES, max_size=3)
_GOOD: list[dict[str, Any]] = [
    {"stage": "staging", "metric": "a", "min": 0.1, "max": 3, "within": "2%", "dataset": "d", "slice": "s"},
    {"stage": ["production"], "verified": "now", "waited": "2d", "model": ["m"], "params": ["lr"]},
    {"stage": "validation", "approvals": 2, "by": ["ann", "bob"], "four_eyes": True, "signed": False},
    {"stage": "production", "require": ["dataset", "rollback-target"], "metrics": "f1"},
]
_ALMOST = st.tuples(st.sampled_from(_GOOD), _TABLES).map(lambda both: both[0] | both[1])


def _toml(value: Any) -> str:
    """One value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value.encode("utf-8", "replace").decode()).replace("\x7f", "\\u007f")
    return repr(value)


@given(st.lists(_ALMOST | _TABLES, max_size=3), _TABLES)
@example([{"stage": "staging", "waited": "999999999w"}], {})
def test_whatever_it_says_is_a_policy_or_a_bad_config(
    tmp_path: Path, gates: list[dict[str, Any]], access: dict[str, Any]
) -> None:
    lines = []
    for table in gates:
        lines += ["[[gate]]", *(f"{key} = {_toml(value)}" for key, value in table.items())]
    lines += ["[access]", *(f"{key} = {_toml(value)}" for key, value in access.items())]
    try:
        policy = load(tmp_path, "\n".join(lines) + "\n")
    except errors.BadConfigError:
        return
    assert Policy.decode(policy.encode()) == policy
    for gate in policy.gates:
        assert gate.rule.label
        assert gate.rule.asks


@given(st.text(max_size=80))
def test_no_text_at_all_is_a_traceback(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(f"[[gate]]\n{text}".encode("utf-8", "surrogatepass"))
    with contextlib.suppress(errors.BadConfigError, errors.StorageError):
        config.load(str(path))


# -- what approvals are bound to -----------------------------------------------------------------

_RULES = st.sampled_from(
    [
        rules.MetricBound("a", min=0.9),
        rules.MetricBound("a", min=0.8),
        rules.NoWorse("a", 0.1),
        rules.NoWorse("a", 0.1, relative=True),
        rules.Named("param", "lr"),
        rules.Approvals(1),
        rules.RollbackTarget(),
    ]
)


def _bytes(gates: list[Gate]) -> bytes:
    return encode_rules(Policy(tuple(gates)), "m", "production")


@given(st.lists(_RULES, max_size=5), st.randoms())
def test_what_rules_ask_is_told_apart_and_their_order_is_not(asked: list[Any], random: Any) -> None:
    gates = [Gate("production", rule) for rule in asked]
    shuffled = [Gate("production", rule, ("m",)) for rule in asked]
    random.shuffle(shuffled)
    others = [Gate("staging", rules.Waited(1)), Gate("production", rules.Waited(1), ("x",))]
    assert _bytes(gates) == _bytes([*others, *shuffled])
    for at in range(len(gates)):
        assert _bytes(gates[:at] + gates[at + 1 :]) != _bytes(gates)
    assert bool(_bytes(gates)) == bool(gates)


def test_which_way_is_better_belongs_to_a_gate_that_compares(tmp_path: Path) -> None:
    turned = '[metrics]\nhigher = ["loss"]\n'
    compares = '[[gate]]\nstage = "production"\nmetric = "loss"\nwithin = 0\n'
    bounds = '[[gate]]\nstage = "staging"\nmetric = "loss"\nmax = 1\n'
    assert load(tmp_path, bounds) == load(tmp_path, bounds + turned)
    plain, other = load(tmp_path, compares + bounds), load(tmp_path, compares + bounds + turned)
    assert (plain.higher, other.higher, other.lower) == ((), ("loss",), ())
    assert plain.encode() != other.encode()
    assert Policy.decode(other.encode()) == other
    for stage, same in (("production", False), ("staging", True), ("validation", True)):
        assert (encode_rules(plain, "m", stage) == encode_rules(other, "m", stage)) == same


def test_each_setting_changes_the_policy_that_is_journaled(tmp_path: Path) -> None:
    texts = [
        *(f'[[gate]]\nstage = "production"\n{text}\n' for text, _ in _each_rule()),
        '[[gate]]\nstage = "staging"\nparams = ["lr"]\n',
        '[[gate]]\nstage = "staging"\nmodel = "m"\nparams = ["lr"]\n',
        *(f'[access]\n{action} = ["ann"]\n' for action in ("register", "rollback", "delete", "override")),
        *(f'[access]\n{action} = ["ann"]\n' for action in ("config", "shared", "promote")),
        "[access]\nregister = []\n",
    ]
    seen = [load(tmp_path, text).encode() for text in texts]
    assert len(set(seen)) == len(texts)
    assert b"" not in seen


def _each_rule() -> list[tuple[str, Any]]:
    (marks,) = (mark for mark in test_each_key_means_a_rule.pytestmark if mark.name == "parametrize")
    found: dict[str, tuple[str, Any]] = {}
    for text, meant in marks.args[1]:
        found[repr(meant)] = (text, meant)
    return list(found.values())
