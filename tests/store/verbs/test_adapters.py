"""Adapters: bound to their base, refused where they do not fit it, and kept out of stages that it is not in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store, Version
from mvtui.store.errors import ConflictError, GateError

from tests.store.knowledge.weights.written import safetensors

WIDE, RANK = 8, 2


def zeros(*shape: int, dtype: str = "F32") -> tuple[str, list[int], bytes]:
    count = 1
    for each in shape:
        count *= each
    return dtype, list(shape), bytes(count * (4 if dtype == "F32" else 1))


def base_files(root: Path, *, prefix: str = "", config: Any = None, **weights: Any) -> Path:
    """A base of two projections, an embedding and a Conv1D, which lies the other way round."""
    root.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"{prefix}layers.0.q_proj.weight": zeros(WIDE, WIDE),
        f"{prefix}layers.0.v_proj.weight": zeros(4, WIDE),
        f"{prefix}embed.weight": zeros(30, WIDE),
        f"{prefix}c_attn.weight": zeros(WIDE, 24),
    } | weights
    (root / "model.safetensors").write_bytes(safetensors(tensors))
    if config is not None:
        (root / "config.json").write_text(json.dumps(config))
    return root


def lora_files(root: Path, *, wide: int = WIDE, said: Any = None, modules: tuple[str, ...] = ()) -> Path:
    """LoRA matrices as PEFT saves them."""
    root.mkdir(parents=True, exist_ok=True)
    before = "base_model.model."
    tensors = {
        f"{before}layers.0.q_proj.lora_A.weight": zeros(RANK, wide),
        f"{before}layers.0.q_proj.lora_B.weight": zeros(wide, RANK),
        f"{before}layers.0.v_proj.lora_A.weight": zeros(RANK, wide),
        f"{before}layers.0.v_proj.lora_B.weight": zeros(4, RANK),
        f"{before}embed.lora_embedding_A": zeros(RANK, 30),
        f"{before}embed.lora_embedding_B": zeros(wide, RANK),
        f"{before}c_attn.lora_A.default.weight": zeros(RANK, wide),
        f"{before}c_attn.lora_B.default.weight": zeros(24, RANK),
        f"{before}head.weight": zeros(2, wide),  # saved whole: a head of its own
    }
    for module in modules:
        tensors |= {
            f"{before}{module}.lora_A.weight": zeros(RANK, wide),
            f"{before}{module}.lora_B.weight": zeros(wide, RANK),
        }
    (root / "adapter_model.safetensors").write_bytes(safetensors(tensors))
    config = {"peft_type": "LORA", "r": RANK, "lora_alpha": 16, "target_modules": ["q_proj", "v_proj"]}
    (root / "adapter_config.json").write_text(json.dumps(config | (said or {})))
    return root


@pytest.fixture
def based(store: Store, tmp_path: Path) -> Store:
    store.register("base", base_files(tmp_path / "base"), version="2.0.0")
    return store


def bound(store: Store, files: Path, **more: Any) -> Version:
    return store.register("lora", files, parents=["base@2.0.0"], **more).version


def test_it_is_bound_to_its_base_by_digest(based: Store, tmp_path: Path) -> None:
    made = bound(based, lora_files(tmp_path / "lora"))
    assert (made.kind, made.mismatch) == ("adapter", ())
    assert [(edge.type, edge.to) for edge in made.edges] == [("adapter-of", based.get("base").id)]
    said = based.adapter("lora")
    assert said is not None
    assert (said.rank, said.alpha, said.targets) == (2, 16, ("q_proj", "v_proj"))
    assert said.label == "LORA, rank 2, alpha 16, on q_proj, v_proj"
    assert based.adapter("base") is None
    with pytest.raises(ConflictError, match=r"is the base of lora@1\.0\.0"):
        based.delete("base@2.0.0", "tidy up")


@pytest.mark.parametrize("prefix", ["model.", "bert.encoder."])
def test_what_wraps_a_model_may_put_names_before_all_others(
    store: Store, tmp_path: Path, prefix: str
) -> None:
    store.register("base", base_files(tmp_path / "base", prefix=prefix), version="2.0.0")
    assert bound(store, lora_files(tmp_path / "lora")).mismatch == ()


@pytest.mark.parametrize(
    ("lora", "said"),
    [
        (
            {"wide": 16},
            "its shapes do not fit: layers.0.q_proj is 16 x 16 in the adapter and 8 x 8 in base@2.0.0, and 3 more",
        ),
        (
            {"modules": ("layers.7.q_proj", "other")},
            "2 of its 6 modules are not in base@2.0.0 (such as layers.7.q_proj)",
        ),
    ],
)
def test_shapes_that_do_not_fit_are_refused_and_flagged_if_forced(
    based: Store, tmp_path: Path, lora: Any, said: str
) -> None:
    files = lora_files(tmp_path / "lora", **lora)
    before = len(list(based.events()))
    with pytest.raises(ConflictError) as caught:
        bound(based, files)
    assert caught.value.message == f"the adapter does not fit its base: {said}"
    assert "--force" in caught.value.hint
    assert len(list(based.events())) == before
    assert bound(based, files, force=True).mismatch == (said,)
    assert based.get("lora").mismatch == (said,)
    assert said in based.gates("lora@1.0.0", "staging").notices


def test_an_adapter_of_another_model_altogether(store: Store, tmp_path: Path) -> None:
    weights = {"blocks.0.attn.weight": zeros(8, 8)}
    root = tmp_path / "base"
    root.mkdir()
    (root / "model.safetensors").write_bytes(safetensors(weights))
    store.register("base", root, version="2.0.0")
    with pytest.raises(ConflictError, match=r"none of its 4 modules is in base@2\.0\.0"):
        bound(store, lora_files(tmp_path / "lora"))


def test_several_at_once_are_checked_before_the_first_is_stored(based: Store, tmp_path: Path) -> None:
    good, bad = lora_files(tmp_path / "good"), lora_files(tmp_path / "bad", wide=16)
    with pytest.raises(ConflictError, match="does not fit"):
        based.register_each("lora", [good, bad], parents=["base@2.0.0"])
    assert [model.name for model in based.models()] == ["base"]


@pytest.mark.parametrize(
    ("config", "edges", "said", "problem"),
    [
        ({}, [], {"base_model_name_or_path": "org/llama"}, ""),  # nobody says what the base is
        ({"_name_or_path": "org/llama"}, [], {"base_model_name_or_path": "org/Llama"}, ""),
        ({"_name_or_path": "org/llama"}, [], {"base_model_name_or_path": "mirror/llama"}, ""),
        ({"_name_or_path": "org/llama"}, [], {"base_model_name_or_path": "./runs/7"}, ""),
        ({"_name_or_path": "org/llama"}, [], {"base_model_name_or_path": "/data/models/m"}, ""),
        ({"_name_or_path": "org/llama"}, [], {"base_model_name_or_path": "base"}, ""),  # its name here
        ({"_name_or_path": "/data/x"}, [], {"base_model_name_or_path": "org/llama"}, ""),
        (
            {"_name_or_path": "org/llama"},
            [],
            {"base_model_name_or_path": "roberta-base"},
            "it was made for roberta-base, and base@2.0.0 is base, org/llama",
        ),
        (
            None,
            [("fine-tuned-from", "hf:org/llama@4f2c9d1e")],
            {"base_model_name_or_path": "org/llama", "revision": "4f2c9d1"},
            "",
        ),
        (
            None,
            [("fine-tuned-from", "hf:org/llama@4f2c9d1e")],
            {"base_model_name_or_path": "org/llama", "revision": "main"},
            "",
        ),
        (
            None,
            [("fine-tuned-from", "hf:org/llama@4f2c9d1e")],
            {"base_model_name_or_path": "org/llama", "revision": "0000000"},
            "it was made for revision 0000000 of its base, and base@2.0.0 is 4f2c9d1e",
        ),
        (None, [], {"base_model_name_or_path": 7, "revision": [], "target_modules": {"a": 1}}, ""),
    ],
)
def test_names_and_revisions(
    store: Store, tmp_path: Path, config: Any, edges: Any, said: Any, problem: str
) -> None:
    store.register("base", base_files(tmp_path / "base", config=config), version="2.0.0", edges=edges)
    made = bound(store, lora_files(tmp_path / "lora", said=said), force=True)
    assert made.mismatch == ((problem,) if problem else ())


def test_what_can_not_be_compared_speaks_for_nothing(store: Store, tmp_path: Path) -> None:
    packed: dict[str, Any] = {
        "layers.0.q_proj.weight": zeros(32, 1, dtype="U8")
    }  # as bitsandbytes packs four bits
    store.register("base", base_files(tmp_path / "base", **packed), version="2.0.0")
    assert bound(store, lora_files(tmp_path / "lora")).mismatch == ()
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "model.safetensors").write_bytes(b"\x08" + bytes(7) + b"not json")
    store.register("base", broken, version="3.0.0")
    store.register("other", lora_files(tmp_path / "lora"), parents=["base@3.0.0"])
    nonsense = lora_files(tmp_path / "nonsense")
    (nonsense / "adapter_config.json").write_text("[")
    store.register("odd", nonsense, parents=["base@2.0.0"])
    assert store.adapter("odd") is None


def test_binding_it_afterwards_is_checked_too(based: Store, tmp_path: Path) -> None:
    made = based.register("lora", lora_files(tmp_path / "lora", wide=16)).version
    with pytest.raises(ConflictError, match="does not fit that base: its shapes do not fit"):
        based.link(made.ref, "adapter-of", "base@2.0.0")
    based.link(made.ref, "adapter-of", "hf:org/llama")
    fits = based.register("other", lora_files(tmp_path / "fits")).version
    assert based.link(fits.ref, "adapter-of", "base@2.0.0").edges[-1].to == based.get("base").id


# The gate


def outcome(store: Store, to: str = "production") -> tuple[str, str]:
    (result,) = (each for each in store.gates("lora@1.0.0", to).results if each.gate == "base-in-stage")
    return result.outcome, result.sentence


def test_no_adapter_enters_a_stage_that_its_base_is_not_in(based: Store, tmp_path: Path) -> None:
    bound(based, lora_files(tmp_path / "lora"))
    assert outcome(based) == ("fail", "its base base@2.0.0 is in no stage")
    with pytest.raises(GateError, match="base-in-stage fails"):
        based.promote("lora@1.0.0", "staging", reason="try it")
    based.promote("base@2.0.0", "staging", reason="so")
    assert outcome(based) == ("fail", "its base base@2.0.0 is in staging")
    based.promote("lora@1.0.0", "staging", reason="try it")
    based.promote("base@2.0.0", "production", reason="so")
    assert outcome(based) == ("pass", "its base base@2.0.0 is in production")
    done = based.promote("lora@1.0.0", "production", reason="go")
    assert [gate.gate for gate in done.transition.gates] == ["base-in-stage"]
    assert based.audit().ok


def test_a_base_that_is_past_the_stage_will_do_and_one_that_left_service_will_not(
    based: Store, tmp_path: Path
) -> None:
    bound(based, lora_files(tmp_path / "lora"))
    based.promote("base@2.0.0", "production", reason="so")
    assert outcome(based, "staging")[0] == "pass"
    based.promote("base@2.0.0", "archived", reason="old")
    assert outcome(based, "staging") == ("fail", "its base base@2.0.0 is in archived")


def test_a_base_that_is_asked_in_will_do(based: Store, tmp_path: Path) -> None:
    bound(based, lora_files(tmp_path / "lora"))
    based.request("base@2.0.0", "validation")
    assert outcome(based, "validation") == ("pass", "its base base@2.0.0 is asked into validation")
    assert outcome(based, "production")[0] == "fail"


def test_an_adapter_that_is_bound_to_nothing(store: Store, tmp_path: Path) -> None:
    store.register("lora", lora_files(tmp_path / "lora"))
    assert outcome(store) == ("fail", "nobody said what its base is; mvtui link binds it to a version")
    store.link("lora@1.0.0", "adapter-of", "hf:org/llama")
    assert outcome(store) == (
        "fail",
        "its base hf:org/llama is not in the store; mvtui link binds it to a version",
    )


def test_it_can_be_switched_off(based: Store, tmp_path: Path) -> None:
    bound(based, lora_files(tmp_path / "lora"))
    (based.root / "config.toml").write_text("[adapters]\nbase_in_stage = false\n")
    assert based.gates("lora@1.0.0", "staging").results == ()
    based.promote("lora@1.0.0", "staging", reason="alone")
    assert not based.policy().policy.base_in_stage
    assert based.audit().ok


def test_other_kinds_are_not_asked(based: Store) -> None:
    assert based.gates("base@2.0.0", "production").results == ()


def test_approvals_stand_whether_it_is_on_or_off(based: Store, tmp_path: Path) -> None:
    bound(based, lora_files(tmp_path / "lora"))
    gate = '[[gate]]\nstage = "staging"\napprovals = 1\nfour_eyes = false\n'
    (based.root / "config.toml").write_text(gate)
    assert based.approve("lora@1.0.0", "staging").counts
    (based.root / "config.toml").write_text(gate + "[adapters]\nbase_in_stage = false\n")
    based.promote("lora@1.0.0", "staging", reason="alone")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[adapters]\nbase = false\n", "unknown key adapters.base"),
        ("[adapters]\nbase_in_stage = 1\n", "adapters.base_in_stage = 1 is not allowed"),
        ("adapters = 3\n", "adapters is no table"),
    ],
)
def test_a_mistake_in_config_is_told_with_its_line(based: Store, text: str, said: str) -> None:
    from mvtui.store.errors import BadConfigError

    (based.root / "config.toml").write_text(text)
    with pytest.raises(BadConfigError, match=said) as caught:
        based.gates("base@2.0.0", "staging")
    assert f"line {text.count(chr(10))}" in caught.value.message


def test_doctor_sees_an_adapter_in_service_whose_base_is_not(based: Store, tmp_path: Path) -> None:
    bound(based, lora_files(tmp_path / "lora"))
    based.promote("base@2.0.0", "production", reason="so")
    based.promote("lora@1.0.0", "production", reason="so")
    assert not [finding for finding in based.doctor() if finding.topic == "service"]
    based.promote("base@2.0.0", "archived", reason="old")
    (finding,) = (finding for finding in based.doctor() if finding.topic == "service")
    assert finding.message == "lora@1.0.0 is in production, and its base base@2.0.0 is not"


# Bundles


def test_an_adapter_beside_another_base_is_refused_and_flagged_if_forced(
    based: Store, tmp_path: Path
) -> None:
    bound(based, lora_files(tmp_path / "lora"))
    files = base_files(tmp_path / "new", extra=zeros(1))
    based.register("base", files, version="3.0.0")
    members = {"model": "base@3.0.0", "adapter": "lora@1.0.0"}
    said = "adapter lora@1.0.0 was made for base@2.0.0, which is not in the bundle"
    with pytest.raises(ConflictError, match=said):
        based.bundle("agent", members)
    assert based.bundle("agent", members, force=True).version.mismatch == (said,)
    assert based.bundle("agent", members | {"model": "base@2.0.0"}).version.mismatch == ()
    assert based.bundle("agent", {"adapter": "lora@1.0.0"}).version.mismatch == ()
