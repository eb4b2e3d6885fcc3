"""``adapter_config.json`` of PEFT: what an adapter is, and of which base (fields of ``peft.PeftConfig``)."""

from __future__ import annotations

from typing import Any

from ...nouns.inspection import Architecture, InspectedFile
from . import config, kept
from .json_text import whole
from .limits import Source

NAME = "adapter config"
FILES = ("adapter_config.json",)


_TARGETS = 12
"""Modules that are named."""


def sniff(head: bytes, size: int) -> bool:  # noqa: ARG001 - as every reader
    """Whether a file looks like the configuration of an adapter."""
    return head.lstrip().startswith(b"{") and b'"peft_type"' in head


def read(source: Source) -> InspectedFile:
    """Return what an adapter is.

    Raises:
        BadFileError: it is not a JSON object, or too large for a configuration.
    """
    said = config.load(source, NAME)
    kind = said.get("peft_type")
    family = f"{kept.printable(kind[:40])} adapter" if isinstance(kind, str) and kind else "adapter"
    return InspectedFile(
        source.path,
        source.size,
        NAME,
        metadata=kept.value(said),
        architecture=Architecture(family=family, said_by=source.path),
        notes=_notes(said),
    )


def _notes(said: dict[str, Any]) -> tuple[str, ...]:
    base, rank, alpha = (
        said.get("base_model_name_or_path"),
        whole(said.get("r")),
        whole(said.get("lora_alpha")),
    )
    notes = [f"it is of rank {rank}" + (f", alpha {alpha}" if alpha else "")] if rank else []
    targets = said.get("target_modules")
    if isinstance(targets, list) and targets:
        shown = ", ".join(kept.printable(str(each)[:60]) for each in targets[:_TARGETS])
        more = f" and {len(targets) - _TARGETS:,} more" if len(targets) > _TARGETS else ""
        notes.append(f"it adapts {shown}{more}")
    elif isinstance(targets, str) and targets:
        notes.append(f"it adapts what fits {kept.printable(targets[:200])}")
    if isinstance(base, str) and base:
        revision = said.get("revision")
        at = f", revision {kept.printable(revision[:60])}" if isinstance(revision, str) and revision else ""
        notes.append(f"its base is {kept.printable(base[:200])}{at}")
    return tuple(notes)
