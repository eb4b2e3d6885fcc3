"""Adapters that the real PEFT saved, bound to bases that the real Transformers saved."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from mvtui.store import Store
from mvtui.store.errors import ConflictError

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]

SMALL: dict[str, Any] = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 64,
    "vocab_size": 50,
}
GPT2: dict[str, Any] = {
    "n_embd": 32,
    "n_layer": 2,
    "n_head": 2,
    "vocab_size": 50,
    "bos_token_id": 0,
    "eos_token_id": 0,
}


@pytest.mark.parametrize(
    ("model", "config", "sizes", "other", "lora", "said"),
    [
        (
            "BertForSequenceClassification",
            "BertConfig",
            SMALL,
            {"hidden_size": 64},
            {"target_modules": ["query", "value"], "task_type": "SEQ_CLS"},  # its head is saved whole
            "its shapes do not fit",
        ),
        (
            "LlamaForCausalLM",
            "LlamaConfig",
            SMALL,
            {"num_hidden_layers": 1},
            {"target_modules": "all-linear"},
            "7 of its 14 modules are not in",
        ),
        (
            "LlamaForCausalLM",
            "LlamaConfig",
            SMALL,
            {"vocab_size": 60},
            {"target_modules": ["embed_tokens", "q_proj"]},
            "model.embed_tokens is 50 x 32 in the adapter and 60 x 32 in",
        ),
        (
            "GPT2LMHeadModel",
            "GPT2Config",
            GPT2,
            {"n_embd": 48},
            {"target_modules": ["c_attn"], "fan_in_fan_out": True, "use_dora": True},
            "its shapes do not fit",
        ),
    ],
)
def test_it_fits_the_base_that_it_was_made_for_and_no_other(
    store: Store,
    tmp_path: Path,
    model: str,
    config: str,
    sizes: dict[str, Any],
    other: dict[str, Any],
    lora: dict[str, Any],
    said: str,
) -> None:
    transformers, peft = pytest.importorskip("transformers"), pytest.importorskip("peft")
    make, configured = getattr(transformers, model), getattr(transformers, config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, changes in (("base", {}), ("other", other)):
            make(configured(**sizes | changes)).save_pretrained(tmp_path / name)
            store.register(name, tmp_path / name)
        adapted = peft.get_peft_model(make(configured(**sizes)), peft.LoraConfig(r=4, **lora))
        adapted.save_pretrained(tmp_path / "lora")
    with pytest.raises(ConflictError, match=said):
        store.register("lora", tmp_path / "lora", parents=["other"])
    made = store.register("lora", tmp_path / "lora", parents=["base"]).version
    assert (made.kind, made.mismatch) == ("adapter", ())
    told = store.adapter("lora")
    assert told is not None
    assert (told.method, told.rank, told.alpha) == ("LORA", 4, 8)
