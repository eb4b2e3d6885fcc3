"""Registering: numbers, known content, and what it adds."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store
from mvtui.store.errors import ConflictError, MvtuiError

MakeFile = Callable[..., Path]


def test_what_changed_decides_the_number(store: Store, make_file: MakeFile) -> None:
    def number(content: bytes, name: str = "model.bin", **words: Any) -> str:
        return store.register("m", make_file(content, name), **words).version.version

    assert number(b"1") == "1.0.0"
    assert number(b"2") == "1.0.1"
    assert number(b"2", params={"lr": 0.1}) == "1.1.0"
    assert number(b"2", "model.onnx", params={"lr": 0.1}) == "2.0.0"
    assert number(b"3", "model-0300.onnx", params={"lr": 0.1}) == "2.0.1"  # a step in a lone file's name
    assert number(b"3", "model.onnx", kind="dataset") == "3.0.0"
    assert number(b"4", version="v9.0.0-rc.1") == "9.0.0-rc.1"
    assert number(b"5", bump="patch") == "3.0.1", "a pre-release is not what others build on"
    assert number(b"6", version="9.0.0") == "9.0.0"
    assert number(b"7", bump="minor") == "9.1.0"


def test_numbers_are_never_used_again(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(b"1"))
    last = store.register("m", make_file(b"2")).version
    store.delete(last.ref, "reason")
    store.gc(dry_run=False)
    again = store.register("m", make_file(b"2"))
    assert again.created
    assert again.version.version == "1.0.2"
    assert again.version.id == last.id
    with pytest.raises(ConflictError, match="never used again"):
        store.register("m", make_file(b"3"), version="1.0.1")


def test_known_content_is_found_and_gains_what_is_new(store: Store, make_file: MakeFile) -> None:
    first = store.register("m", make_file(), metrics={"a": 1.0}, tags={"x": "1"}, note="n")
    events = len(list(store.events()))
    same = store.register("m", make_file(), metrics={"a": 1.0}, tags={"x": "1"}, note="n")
    assert (same.created, same.added, same.stored) == (False, (), 0)
    assert same.version == first.version
    assert len(list(store.events())) == events
    more = store.register("m", make_file(), metrics={"a": 2.0, "b": 3}, tags={"y": "2"}, note="other")
    assert set(more.added) == {"metric a=2 (was 1, which is kept)", "metric b=3", "tag y=2", "note"}
    assert more.version.metrics == {"a": 2.0, "b": 3.0}
    assert more.version.tags == {"x": "1", "y": "2"}
    assert more.version.note == "other"


def test_a_number_that_would_be_too_long_is_refused_before_it_is_written(
    store: Store, make_file: MakeFile
) -> None:
    store.register("m", make_file(b"1"), version="9" * 60 + ".0.0")
    before = len(list(store.events()))
    with pytest.raises(ConflictError) as caught:
        store.register("m", make_file(b"2"), bump="major")
    assert caught.value.hint
    assert len(list(store.events())) == before
    assert store.register("m", make_file(b"2"), version="1.0.0").created


def test_each_path_is_a_version_dated_by_its_mtime(store: Store, make_file: MakeFile) -> None:
    paths = []
    for name, when in (("c", 3000), ("a", 1000), ("b", 2000)):
        paths.append(make_file(name.encode(), f"ckpt-{name}.bin"))
        os.utime(paths[-1], (when, when))
    done = store.register_each("m", paths)
    assert [(d.version.version, d.version.created.timestamp()) for d in done] == [
        ("1.0.0", 1000),
        ("1.0.1", 2000),
        ("1.0.2", 3000),
    ]


def test_hostile_surroundings_do_not_stop_a_registration(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "\udcff\x1b 1 2 3")
    monkeypatch.setenv("USER", "someone else")
    version = store.register("m", make_file()).version
    assert version.author != "someone else"


def test_what_is_added_to_known_content_is_added_whole_or_not_at_all(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store.register("m", make_file()).version
    append, calls = store._repository.journal.append, []

    def second_fails(body: dict[str, Any]) -> Any:
        calls.append(body)
        if len(calls) > 1:
            raise OSError(28, "No space left on device")
        return append(body)

    monkeypatch.setattr(store._repository.journal, "append", second_fails)
    try:
        done = store.register("m", make_file(), metrics={"a": 1}, tags={"b": "c"}, note="n").version
    except (MvtuiError, OSError):
        assert store.get("m") == before
    else:
        assert store.get("m") == done


def test_parameters_that_look_like_secrets_lose_their_values(store: Store, make_file: MakeFile) -> None:
    token = "hf_" + "aB3dE5gH7jK9mN1pQ3sT5vW7yZ"
    params = {
        "lr": 1e-4,
        "note": f"pulled with {token}",
        "hub": {"api_key": "x9Y8z7W6v5U4"},
        "eos_token": "</s>",
    }
    done = store.register("m", make_file(), params=params)
    assert done.redacted == ("note", "hub/api_key")
    assert done.version.params == {
        "lr": 1e-4,
        "note": "pulled with [redacted]",
        "hub/api_key": "[redacted]",
        "eos_token": "</s>",
    }
    written = b"".join(p.read_bytes() for p in store.root.rglob("*") if p.is_file())
    assert token.encode() not in written
    assert b"x9Y8z7W6v5U4" not in written
    assert not store.register("m", make_file(), params=params).created, "the same again is the same"


def test_metrics_that_are_not_finite_are_kept(store: Store, make_file: MakeFile) -> None:
    metrics = {"loss": math.nan, "perplexity": math.inf, "reward": -math.inf}
    store.register("m", make_file(), metrics=metrics)
    assert repr(store.get("m").metrics) == "{'loss': nan, 'perplexity': inf, 'reward': -inf}"
    assert not store.register("m", make_file(), metrics=metrics).added, "NaN is no news where NaN stands"
