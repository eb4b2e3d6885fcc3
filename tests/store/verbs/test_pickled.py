"""The verdict on a version's pickles: made when it is registered, kept in its event, asked by the gate ``safe-pickle``."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, open_store
from mvtui.store.errors import GateError
from mvtui.store.knowledge.formats import Source
from mvtui.store.knowledge.formats.pickled import search
from mvtui.store.nouns.pickles import Pickles
from mvtui.store.verbs import pickled as verb

from ...conftest import MakeFile
from ..knowledge.formats.assembly import LINEAR, LINEAR_DATA, call, new, ordered, pickled, torch_zip

GATE = '[[gate]]\nstage = "production"\nrequire = ["safe-pickle"]\n'
SAFE = torch_zip(ordered(LINEAR), LINEAR_DATA)
UNSAFE = torch_zip(call("os", "system", "id"))
UNKNOWN = torch_zip(new("shop.models", "Ranker", {"w": 1}))
CUT = pickled(ordered(LINEAR))[:-2]
KINDS = [
    ("model.pt", SAFE, "safe", (), "pass", "its pickles are safe"),
    ("model.pt", UNSAFE, "unsafe", ("os.system",), "fail", "unsafe: os.system"),
    ("model.pt", UNKNOWN, "unknown", ("shop.models.Ranker",), "unknown", "unknown: shop.models.Ranker"),
    (
        "model.pkl",
        CUT,
        "partial",
        ("it ends in the middle of a pickle",),
        "unknown",
        "partly inspected: it ends in the middle of a pickle",
    ),
    ("model.safetensors", b"\x02\0\0\0\0\0\0\0{}", "none", (), "pass", "there are no pickles"),
]


def gate_of(store: Store, ref: str = "m") -> tuple[str, str, dict[str, Any]]:
    (store.root / "config.toml").write_text(GATE)
    (result,) = store.gates(ref, "production").results
    assert result.gate == "safe-pickle"
    return result.outcome, result.sentence, dict(result.values)


@pytest.mark.parametrize(("name", "content", "verdict", "reasons", "outcome", "sentence"), KINDS)
def test_it_is_made_when_a_version_is_registered_and_asked_by_a_gate(
    name: str,
    content: bytes,
    verdict: str,
    reasons: tuple[str, ...],
    outcome: str,
    sentence: str,
    store: Store,
    make_file: MakeFile,
) -> None:
    version = store.register("m", make_file(content, name)).version
    assert (version.pickles, version.pickle_reasons) == (verdict, reasons)
    row = version.as_row()
    assert (row["pickles"], row["pickle_reasons"]) == (verdict, list(reasons))
    asked = gate_of(store)
    assert asked[:2] == (outcome, sentence)
    assert asked[2]["verdict"] == verdict
    assert asked[2].get("names") == (", ".join(reasons) or None)


def test_a_promotion_is_stopped_by_it(store: Store, make_file: MakeFile) -> None:
    (store.root / "config.toml").write_text(GATE)
    store.register("m", make_file(SAFE, "model.pt"))
    store.promote("m", "production", reason="x")
    for content, said in ((UNSAFE, "safe-pickle fails"), (UNKNOWN, "safe-pickle can't be told")):
        store.register("m", make_file(content, "model.pt"))
        with pytest.raises(GateError, match=said):
            store.promote("m", "production", reason="x")


def test_the_worst_of_several_files_counts(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "good.pt").write_bytes(SAFE)
    (out / "config.json").write_text("{}")
    assert store.register("m", out).version.pickles == "safe"
    (out / "odd.pkl").write_bytes(CUT)
    version = store.register("m", out).version
    assert (version.pickles, version.pickle_reasons) == (
        "partial",
        ("odd.pkl: it ends in the middle of a pickle",),
    )
    (out / "z.bin").write_bytes(UNSAFE)
    assert store.register("m", out).version.pickles == "unsafe"


def test_lists_show_it_without_opening_a_file(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file(UNSAFE, "model.pt"))
    shutil.rmtree(store.root / "objects")
    (store.root / "index.json").unlink(missing_ok=True)
    with open_store(store.root, read_only=True) as again:
        (version,) = again.versions("m")
        assert (version.pickles, version.pickle_reasons) == ("unsafe", ("os.system",))
        assert [found.ref for found in again.query("pickle:unsafe")] == [version.ref]
        assert not again.query("pickle:safe,none")


def test_versions_are_found_by_it(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, content, *_ in KINDS:
        store.register("m", make_file(content, name))
    monkeypatch.setattr(verb, "fields", lambda *_: {})
    store.register("m", make_file(b"of old"))

    def numbers(query: str) -> list[str]:
        return sorted(version.pickles for version in store.query(query))

    assert numbers("pickle:unsafe") == ["unsafe"]
    assert numbers("pickle:unsafe,unknown") == ["unknown", "unsafe"]
    assert numbers("pickle:none") == ["none"]
    assert numbers("-pickle:none pickle!=safe") == ["", "partial", "unknown", "unsafe"]


def test_registering_never_fails_for_it(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_words: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(search, "search", fails)
    version = store.register("m", make_file(SAFE, "model.pt")).version
    assert (version.pickles, version.pickle_reasons) == ("partial", ("it could not be looked into",))


def test_what_is_known_is_not_looked_into_again(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = make_file(SAFE, "model.pt")
    store.register("m", file)
    monkeypatch.setattr(verb, "fields", None)  # asked, it would fail
    again = store.register("m", file, tags={"a": "b"})
    assert not again.created
    assert again.version.pickles == "safe"


def test_a_file_that_is_no_pickle_costs_few_reads(store: Store, make_file: MakeFile) -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            Counting.taken += len(data)
            return data

    content = bytes(range(256)) * 4096
    assert search.search(Source(Counting(content), len(content), "weights.bin")) is None
    assert Counting.taken < 68 << 10  # the end of an archive may lie in its last 64 KiB


# -- versions registered before ---------------------------------------------------------------------


@pytest.fixture
def of_old(store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Versions that an mvtui registered which did not look into pickles: m is unsafe, safe@1.0.0 is safe."""
    with monkeypatch.context() as patch:
        patch.setattr(verb, "fields", lambda *_: {})
        store.register("m", make_file(UNSAFE, "model.pt"))
        store.register("safe", make_file(SAFE, "model.pt"))
    return store


def test_they_are_looked_into_when_a_gate_asks_or_someone_does(of_old: Store) -> None:
    version = of_old.get("m")
    assert (version.pickles, version.pickle_reasons) == ("", ())
    assert version.as_row()["pickles"] is None
    assert gate_of(of_old)[:2] == ("fail", "unsafe: os.system")
    assert gate_of(of_old, "safe")[:2] == ("pass", "its pickles are safe")
    assert of_old.inspect("m").pickles == Pickles(
        "unsafe", ("os.system",), ("os.system",), calls=("os.system('id')",)
    )
    of_old.promote("safe", "production", reason="x")
    with pytest.raises(GateError, match="safe-pickle fails"):
        of_old.promote("m", "production", reason="x")


def test_what_can_not_be_looked_into_can_not_be_told(of_old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "_looks", {})
    digest = of_old.show("m").files[0].digest
    (of_old.root / "objects" / digest[:2] / digest[2:]).unlink()
    outcome, sentence, values = gate_of(of_old)
    assert (outcome, values["verdict"]) == ("unknown", "partial")
    assert "partly inspected" in sentence


def test_a_verdict_by_older_rules_is_made_anew(
    store: Store, make_file: MakeFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(verb, "fields", lambda *_: {"pickles": "safe"})  # a trick that they did not know
        patch.setattr(verb, "RULES", 1)
        store.register("m", make_file(UNSAFE, "model.pt"))
        assert gate_of(store)[0] == "pass"
    assert store.get("m").pickles == "unknown"
    assert [len(list(store.query(f"pickle:{word}"))) for word in ("safe", "unknown")] == [0, 1]
    monkeypatch.setattr(verb, "RULES", 2)
    assert gate_of(store)[:2] == ("fail", "unsafe: os.system")
    store.register("m", make_file(UNKNOWN, "model.pt"))
    (event,) = [event for event in store.events() if event.data.get("pickles") == "unknown"]
    assert event.data["pickle_rules"] == 2
    monkeypatch.setattr(verb, "_looks", None)  # asked for what was kept, it would fail
    assert gate_of(store)[:2] == ("unknown", "unknown: shop.models.Ranker")


def test_data_whose_bytes_stay_where_they_are(store: Store, make_file: MakeFile) -> None:
    rows = make_file(pickled(call("os", "system", "id")), "rows.pkl")
    store.register("m", make_file(b"1"), datasets={"train": rows})
    data = store.get("rows")
    assert (data.pickles, data.external) == ("", True)
    assert gate_of(store, "rows")[:2] == ("unknown", "partly inspected: its bytes are not in the store")
    store.register("m", make_file(b"1"), datasets={"train": rows}, store_data=True)
    taken = store.get("rows")
    assert (taken.external, taken.pickles, taken.id) == (False, "unsafe", data.id)
    with open_store(store.root) as again:
        assert again.get("rows") == taken


def test_names_are_kept_short_and_few(store: Store, make_file: MakeFile) -> None:
    names = [call("m" * 500, f"f{at}") for at in range(20)]
    version = store.register("m", make_file(pickled(names), "a.pkl")).version
    assert version.pickles == "unknown"
    assert len(version.pickle_reasons) == 8
    assert max(map(len, version.pickle_reasons)) == 120
