"""An adapter as PEFT's configuration describes it: of which base, and how it was made."""

from __future__ import annotations

import msgspec

_TARGETS = 8
"""Modules that are named; ``all-linear`` lists each of them."""


class Adapter(msgspec.Struct, frozen=True):
    """What ``adapter_config.json`` says (fields of ``peft.PeftConfig`` and ``LoraConfig``); empty and None where it doesn't.

    ``base`` is a name on the Hugging Face hub or a path, ``revision`` a commit or branch of it, ``targets`` are names of the modules that
    are adapted, or one pattern of such.
    """

    method: str = ""
    base: str = ""
    revision: str = ""
    rank: float | None = None
    alpha: float | None = None
    targets: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """It in a few words: ``LORA, rank 8, alpha 16, on q_proj, v_proj``."""
        parts = [self.method]
        parts += [
            f"{name} {value:g}" for name, value in (("rank", self.rank), ("alpha", self.alpha)) if value
        ]
        if self.targets:
            more = f" and {len(self.targets) - _TARGETS:,} more" if len(self.targets) > _TARGETS else ""
            parts.append(f"on {', '.join(self.targets[:_TARGETS])}{more}")
        return ", ".join(part for part in parts if part)
