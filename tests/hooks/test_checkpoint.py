from __future__ import annotations

import json
from pathlib import Path

import pytest
from mvtui.errors import UsageError
from mvtui.store.hooks import checkpoint

MODEL = ["config.json", "model.safetensors", "tokenizer.json"]
STATE = [
    "optimizer.pt",
    "rng_state.pth",
    "rng_state_1.pth",
    "scaler.pt",
    "scheduler.pt",
    "trainer_state.json",
]


def made(place: Path, *names: str) -> Path:
    for name in names:
        file = place / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
    return place


def names(place: Path, *, training_state: bool = False) -> list[str]:
    return [path.name for path in checkpoint.model_files(place, training_state=training_state)]


def test_the_model_without_what_resuming_needs(tmp_path: Path) -> None:
    made(tmp_path, *MODEL, *STATE, "training_args.bin", "1_Pooling/config.json")
    assert names(tmp_path) == ["1_Pooling", *MODEL]


def test_all_but_the_pickled_arguments_on_request(tmp_path: Path) -> None:
    made(tmp_path, *MODEL, *STATE, "training_args.bin")
    assert names(tmp_path, training_state=True) == sorted([*MODEL, *STATE])


def test_deepspeed_leaves_its_shards_out_when_the_model_was_gathered(tmp_path: Path) -> None:
    made(tmp_path, *MODEL, "global_step500/zero_pp_rank_0_model_states.pt", "latest", "zero_to_fp32.py")
    assert names(tmp_path) == MODEL


def test_what_alone_holds_the_weights_is_kept(tmp_path: Path) -> None:
    made(
        tmp_path,
        "config.json",
        "global_step500/zero_pp_rank_0_model_states.pt",
        "latest",
        "training_args.bin",
    )
    assert names(tmp_path) == ["config.json", "global_step500", "latest"]


def test_shards_of_fsdp_are_weights(tmp_path: Path) -> None:
    made(tmp_path, "config.json", "pytorch_model_fsdp_0/__0_0.distcp", "optimizer_0/__0_0.distcp")
    assert names(tmp_path) == ["config.json", "pytorch_model_fsdp_0"]


def test_an_adapter_is_known_by_its_configuration(tmp_path: Path) -> None:
    made(tmp_path, "adapter_model.safetensors")
    assert checkpoint.kind_of(tmp_path) == "weights"
    assert checkpoint.adapter_settings(tmp_path) == {}
    written = {"r": 8, "lora_alpha": 16, "target_modules": ["v", "q"], "use_dora": False, "revision": None}
    (tmp_path / "adapter_config.json").write_text(json.dumps(written))
    assert checkpoint.kind_of(tmp_path) == "adapter"
    assert checkpoint.adapter_settings(tmp_path) == {
        "peft/r": 8,
        "peft/lora_alpha": 16,
        "peft/target_modules": ["q", "v"],
    }


def test_a_model_that_cant_save_itself_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="dict has no save_pretrained") as caught:
        checkpoint.write([{}], tmp_path)
    assert "save_strategy" in caught.value.hint
