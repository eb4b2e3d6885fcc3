"""A tiny classifier, its tokenizer and data, for the real Trainer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

WORDS = ["[PAD]", "[UNK]", "good", "bad", "film", "food"]
SENTENCES = [("good film", 1), ("bad film", 0), ("good food", 1), ("bad food", 0)] * 4


def tokenizer() -> Any:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import PreTrainedTokenizerFast

    words = Tokenizer(WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    words.pre_tokenizer = Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]", unk_token="[UNK]")


def classifier(seed: int = 0) -> Any:
    from transformers import BertConfig, BertForSequenceClassification, set_seed

    set_seed(seed)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=8,
        num_labels=2,
    )
    return BertForSequenceClassification(config)


def rows() -> list[dict[str, Any]]:
    words = tokenizer()
    return [{**words(text), "labels": label} for text, label in SENTENCES]


def trainer(place: Path, model: Any = None, compute_metrics: Any = None, **arguments: Any) -> Any:
    """A Trainer of six optimizer steps, three epochs of two."""
    from transformers import DataCollatorWithPadding, Trainer, TrainingArguments

    stated: dict[str, Any] = {
        "num_train_epochs": 3,
        "per_device_train_batch_size": 8,
        "learning_rate": 1e-2,
        "logging_steps": 1,
        "eval_strategy": "epoch",
        "save_strategy": "epoch",
        "report_to": [],
        "use_cpu": True,
        "disable_tqdm": True,
    }
    words = tokenizer()
    return Trainer(
        model=model if model is not None else classifier(),
        args=TrainingArguments(output_dir=str(place), **stated | arguments),
        train_dataset=rows(),
        eval_dataset=rows(),
        processing_class=words,
        data_collator=DataCollatorWithPadding(words),
        compute_metrics=compute_metrics,
    )
