"""What each field finds, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store.knowledge.query.words import quoted, quoted_name

from .documents import FewNames, document, find, fits

BERT, IMDB = "b" * 64, "1" * 64
EDGES = [
    {"type": "fine-tuned-from", "to": BERT},
    {"type": "trained-on", "to": IMDB, "role": "train"},
    {"type": "evaluated-on", "to": "hf:org/SQuAD@4f2c", "role": "test"},
]
CODE = {"commit": "4f2c9a" + "0" * 34, "branch": "main", "dirty": True}
NAMES = FewNames(identities={"bert": {BERT}, "imdb@1.0.0": {IMDB}, "sentiment@production": {BERT}})

METRICS = {
    "f1": 0.8,
    "f1[test:fr]": 0.7,
    "loss": "NaN",
    "worst": "Infinity",
    "least": "-Infinity",
    "odd": "later",
    "Acc": 0.5,
}


@pytest.mark.parametrize(
    ("facts", "found", "left"),
    [
        (
            {"stage": "production"},
            ["stage:production", "stage:*", "stage:staging,production", "stage!=none", "STAGE:Production", "stage:prod*"],
            ["stage:none", "stage:staging", "stage!=production", "-stage:*"],
        ),
        ({}, ["stage:none", "stage!=production", "-stage:*"], ["stage:*", "stage:production", "stage:*tion"]),
        ({"model": "sentiment"}, ["model:sentiment", "model:SENT*", "model:*t"], ["model:sent", "model:*x"]),
        ({"kind": "prompt"}, ["kind:prompt", "kind!=weights", "kind:p*"], ["kind:weights", "-kind:prompt"]),
        ({"author": "Ann B"}, ['author:"ann b"', "author:ann*", "author!=ann"], ["author:ann"]),
        ({"author": "Ann B"}, ["author:me", "author:bob,ME"], ["author!=me", "-author:me", "author:m*"]),
        ({"author": "bob"}, ["author!=me"], ["author:me"]),
        ({"author": "me"}, ["author:me"], ["author!=me"]),
        ({"host": "gpu7.lan"}, ["host:gpu*", "host:*.lan", "host:g*7*n"], ["host:gpu", "host:*.lan.*"]),
        (
            {"aliases": ["champion", "best"]},
            ["alias:best", "alias:champ*", "alias:*", "alias!=x"],
            ["alias:champ", "alias!=best", "-alias:*"],
        ),
        ({}, ["-alias:*", "alias!=best"], ["alias:*"]),
        ({"note": "Longer  Context"}, ["note:longer", 'note:"r  c"', "note:l*t", "note:*"], ["note:longest"]),
        ({}, ["-note:*"], ["note:*", "note:x"]),
        ({"id": "9f8a" + "0" * 60}, ["id:9f8a", "id:9", "id:9F8A", "id:1,9"], ["id:f8", "id!=9f8a"]),
        ({"deleted": True}, ["deleted:yes", "deleted!=no"], ["deleted:no", "-deleted:yes"]),
        ({"external": True}, ["external:yes", "external:yes,no"], ["external:no"]),
        (
            {"rolled_back": True},
            ["rolled-back:yes", "Rolled-Back:yes", "rolled-back!=no", "-rolled-back:no"],
            ["rolled-back:no", "-rolled-back:yes"],
        ),
        ({}, ["rolled-back:no", "-rolled-back:yes", "overridden:no"], ["rolled-back:yes", "overridden:yes"]),
        ({"overridden": ["production"]}, ["overridden:yes", "-overridden:no"], ["overridden:no"]),
    ],
)  # fmt: skip
def test_facts_as_text(facts: dict[str, Any], found: list[str], left: list[str]) -> None:
    assert [query for query in found + left if fits(query, **facts)] == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("version:1.4.0", True),
        ("version:v1.4.0", True),
        ("version=1.4", True),
        ("version:1", True),
        ("version:1.40", False),
        ("version:1.4.*", True),
        ("version:v1.*", True),
        ("version:v1.4", True),
        ("version:*.0", True),
        ("version!=1.4.0", False),
        ("version!=1.3", True),
        ("version:2,1.4", True),
        ("version>=1.4", True),
        ("version>1.4", False),
        ("version>1.4.0-rc.1", True),
        ("version<1.10", True),
        ("version<=1.3.99", False),
        ("version>0", True),
    ],
)
def test_version_numbers(query: str, found: bool) -> None:
    assert fits(query, number="1.4.0") is found


def test_the_beginning_of_a_number_ends_at_a_point() -> None:
    assert not fits("version:1.4", number="1.40.0")
    assert not fits("version:1", number="10.0.0")


def test_the_beginning_of_a_number_finds_its_prereleases() -> None:
    assert fits("version:1.4", number="1.4.0-rc.1")
    assert not fits("version>=1.4", number="1.4.0-rc.1")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("metric.f1>0.79", True),
        ("metric.f1>=0.8", True),
        ("metric.f1>0.8", False),
        ("metric.f1<=0.8", True),
        ("metric.f1=0.8", True),
        ("metric.f1=0.80", True),
        ("metric.f1:8e-1", True),
        ("metric.f1:>0.5", True),
        ("metric:f1>0.5", True),
        ("metric.f1=0.1,0.8", True),
        ("metric.f1!=0.8", False),
        ("metric.f1!=0.7", True),
        ("metric.F1>0", False),
        ("metric.f1[test:fr]<0.75", True),
        ('metric."f1[test:fr]"<0.75', True),
        ("metric.f1*<0.75", True),
        ("metric.*>100", True),
        ("metric:f1", True),
        ("metric:f1[*", True),
        ("metric:F*", False),
        ("metric:A*", True),
        ("metric.f1:*", True),
        ("metric:f2,f1", True),
        ("metric:f2", False),
        ("metric:*", True),
        ("metric.f2<1", False),
        ("-metric.f2>=1", True),
        ("metric.f2!=1", False),
        ("metric.loss>0", False),
        ("metric.loss<=0", False),
        ("metric.loss=0", False),
        ("metric.loss!=0", False),
        ("metric.loss=nan", True),
        ("metric.loss!=nan", False),
        ("metric.f1!=nan", True),
        ("metric.f1=nan", False),
        ("metric:loss", True),
        ("metric.worst>1e300", True),
        ("metric.worst=inf", True),
        ("metric.least<-1", True),
        ("metric.least=-Infinity", True),
        ("metric.odd>0", False),
        ("metric.odd=nan", True),
    ],
)
def test_metrics(query: str, found: bool) -> None:
    assert fits(query, metrics=METRICS) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("param.lr<=1e-4", True),
        ("param.lr=1e-4", True),
        ("param.lr=0.0001", True),
        ("param.lr!=0.0001", False),
        ("param.lr>1", False),
        ("param.optimizer=adam", True),
        ("param.optimizer=Adam*", True),
        ("param.optimizer!=sgd", True),
        ("param.optimizer>0", False),
        ("param.layers=12", True),
        ("param.layers=12.0", True),
        ("param.layers=1*", True),
        ("param.fp16=true", True),
        ("param.fp16=1", False),
        ("param.fp16>0", False),
        ("param.stop=null", True),
        ("param.seed=7", True),
        ("param.seed<8", False),
        ("param.net/dim>=64", True),
        ("param:lr", True),
        ("param:momentum", False),
        ("param.momentum!=1", False),
        ("-param.momentum=1", True),
    ],
)
def test_parameters(query: str, found: bool) -> None:
    params = {
        "lr": 1e-4, "optimizer": "adam", "layers": 12, "fp16": True, "stop": None, "seed": "7", "net/dim": 64,
    }  # fmt: skip
    assert fits(query, params=params) is found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag:owner", True),
        ("tag:owner=ann*", True),
        ('tag:owner="Ann B"', True),
        ('tag.owner:"ann b"', True),
        ("tag:owner=ann", False),
        ("tag:owner!=bob", True),
        ("tag:team!=x", False),
        ("-tag:team=x", True),
        ("tag:o*", True),
        ("tag:o*=*b", True),
        ("tag:Owner", False),
        ("tag:url=https://x/*", True),
    ],
)
def test_tags(query: str, found: bool) -> None:
    assert fits(query, tags={"owner": "Ann B", "url": "https://x/y"}) is found


NAMED = st.text(min_size=1, max_size=12)


@given(NAMED, NAMED)
def test_any_name_and_value_can_be_asked_for_in_quotes(name: str, value: str) -> None:
    query = f"tag:{quoted_name(name)}={quoted(value)}"
    assert fits(query, tags={name: value, "other": "x"})
    assert not fits(query, tags={name: value + "x"})
    assert fits(f"metric.{quoted_name(name)}>1", metrics={name: 2.0})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("parent:bert", True),
        ("parent:sentiment@production", True),
        ("parent:bbbb", True),
        ("parent:bbb", False),
        ("parent:*", True),
        ("parent:imdb@1.0.0", False),
        ("dataset:imdb@1.0.0", True),
        ("dataset:1111", True),
        ("dataset:squad", True),
        ("dataset:hf:org/squad*", True),
        ("dataset:train", True),
        ("dataset:validation", False),
        ("dataset:bert", False),
        ("dataset!=squad", False),
        ("-dataset:mnist", True),
    ],
)
def test_lineage(query: str, found: bool) -> None:
    assert fits(query, NAMES, edges=EDGES) is found


def test_without_lineage() -> None:
    assert fits("-dataset:* -parent:* dataset!=imdb")
    assert not fits("dataset:*")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("git:4f2c9a", True),
        ("git:4F2C", True),
        ("git:f2c9", False),
        ("git:main", True),
        ("git:ma", False),
        ("git:m*n", True),
        ("git:*", True),
        ("git!=main", False),
        ("git!=dev", True),
        ("dirty:yes", True),
        ("dirty:no", False),
        ("dirty!=no", True),
    ],
)
def test_code(query: str, found: bool) -> None:
    assert fits(query, code=CODE) is found


def test_without_code_nothing_is_clean_or_dirty() -> None:
    assert fits("-git:* -dirty:yes -dirty:no")
    assert fits("dirty:no", code={"commit": "a" * 40})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("size>1GB", True),
        ("size>=1.5GB", True),
        ("size>1.5GB", False),
        ("size>1.4GiB", False),
        ("size<1.4gib", True),
        ("size:>1g", True),
        ("size=1500000000", True),
        ("size!=1500000000", False),
        ("files>3", False),
        ("files=3", True),
        ("files:2,3", True),
        ("files<=3", True),
    ],
)
def test_amounts(query: str, found: bool) -> None:
    assert fits(query, size=1_500_000_000, files=3) is found


@pytest.mark.parametrize("fraction", ["", ".000001", ".5"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("since:2026-11-20", True),
        ("since:2026-11-21", False),
        ("since:2026-11-20T12:00", True),
        ("since:2026-11-20T12:00:00", True),
        ("since:2026-11-20T12:00:01", False),
        ("since:2026-11-20T13:00+01:00", True),
        ("since:3d", False),
        ("since:4d", True),
        ("since:1mo", True),
        ("since:yesterday", False),
        ("until:2026-11-20", True),
        ("until:2026-11-19", False),
        ("until:2026-11-20T12:00:00Z", True),
        ("before:2026-11-20", False),
        ("before:2026-11-20T12:00:00Z", False),
        ("before:2026-11-21", True),
        ("before:2h", True),
        ("age<4d", True),
        ("age<3d", False),
        ("age>3d", True),
        ("age>=74h", True),
        ("age:>2d", True),
        ("created:2026-11-20", True),
        ("created:2026-11", True),
        ("created:2026-11-20T12:00", True),
        ("created:2026-11-20T12:00:00", True),
        ("created:2026-11-20T11:59:59", False),
        ("created:2026-10,2026-11", True),
        ("created!=2026-11", False),
        ("created>2026-11-20", False),
        ("created>2026-11-19", True),
        ("created>=2026-11-20", True),
        ("created<2026-11-20", False),
        ("created<=2026-11-20", True),
        ("registered>=2026-11-22", True),
        ("registered:today", False),
        ("created:today", False),
    ],
)
def test_moments(query: str, found: bool, fraction: str) -> None:
    dates: dict[str, Any] = {
        "created": f"2026-11-20T12:00:00{fraction}Z",
        "registered": "2026-11-22T08:00:00Z",
    }
    assert fits(query, **dates) is found


def test_a_day_is_one_of_this_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert fits("created:2026-11-21", created="2026-11-20T15:30:00Z")
        assert not fits("created:2026-11-20", created="2026-11-20T15:30:00Z")
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_was_never_created_was_created_when_registered() -> None:
    assert fits("created:2026-11-20 since:2026-11-20", registered="2026-11-20T12:00:00Z")


def test_the_ends_of_a_pattern_do_not_overlap() -> None:
    assert not fits("host:ab*ba", host="aba")
    assert fits("host:ab*ba", host="abba")


def test_a_pattern_full_of_gaps_takes_no_time() -> None:
    assert not find("note:" + "a*" * 300 + "b", [document(note="a" * 5000)])
