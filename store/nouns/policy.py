"""The policy of a store: its gates, and who may do what.

A person writes it in config.toml; the journal keeps each state of it that was ever acted on.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from .gate import BaseInStage, Gate, NoWorse
from .stage import GATED

Action: TypeAlias = Literal["register", "promote", "rollback", "delete", "override", "config"]
ACTIONS: tuple[Action, ...] = ("register", "promote", "rollback", "delete", "override", "config")

People: TypeAlias = tuple[str, ...]
"""Accounts by name; ``@name`` stands for the members of a Unix group."""

_encoder = msgspec.json.Encoder(order="sorted")


class Access(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who may do what; None means everyone who can write the store, an empty list nobody.

    ``promote`` holds one list for each stage that is limited: who may move a version into it, or out of it.
    Overriding a gate is for nobody unless someone is listed. ``shared`` are accounts that several people use: of them,
    as of root, only a signed approval tells who it was.
    """

    register: People | None = None
    promote: dict[str, People] = msgspec.field(default_factory=dict)
    rollback: People | None = None
    delete: People | None = None
    override: People = ()
    config: People | None = None
    shared: People = ()


class Policy(msgspec.Struct, frozen=True, omit_defaults=True):
    """Gates in the order of config.toml, and access. An empty one lets everyone do everything but override.

    ``higher`` and ``lower`` are what ``[metrics]`` says of which way is better: part of it where a gate compares, since
    whoever turns a metric round turns that gate round. ``base_in_stage`` says whether adapters are asked for their base
    (``nouns.gate.BaseInStage``).
    """

    gates: tuple[Gate, ...] = ()
    access: Access = Access()
    higher: tuple[str, ...] = ()
    lower: tuple[str, ...] = ()
    base_in_stage: bool = True

    def directed(self, higher: tuple[str, ...], lower: tuple[str, ...]) -> Policy:
        """Return it with what ``[metrics]`` says, if that makes a difference to its gates."""
        if not any(isinstance(gate.rule, NoWorse) for gate in self.gates):
            return self
        return msgspec.structs.replace(self, higher=higher, lower=lower)

    def guarding(self, model: str, stage: str | None, *, kind: str = "") -> tuple[Gate, ...]:
        """Return the gates that are asked before a version of ``model`` enters ``stage``; with ``kind`` those built in, too."""
        found = tuple(gate for gate in self.gates if gate.guards(model, stage))
        if kind == "adapter" and self.base_in_stage and stage in GATED:
            return (Gate(stage, BaseInStage()), *found)
        return found

    def encode(self) -> bytes:
        """Return canonical bytes: JSON, UTF-8, sorted keys. Equal policies give equal bytes; an empty one none."""
        return b"" if self == Policy() else _encoder.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> Policy:
        """Read canonical bytes.

        Raises:
            msgspec.DecodeError: they are of another form.
        """
        return msgspec.json.decode(data, type=cls) if data else cls()


def encode_rules(policy: Policy, model: str, stage: str | None) -> bytes:
    """Return canonical bytes of what gates ask before a version of ``model`` enters ``stage``; no gates give none.

    For the digest that an approval is bound to. Which models else a gate guards makes no difference to them, nor does the
    order in the file.
    """
    gates = policy.guarding(model, stage)
    asked = [_encoder.encode(gate.rule) for gate in gates]
    if (policy.higher or policy.lower) and any(isinstance(gate.rule, NoWorse) for gate in gates):
        asked.append(_encoder.encode({"higher": policy.higher, "lower": policy.lower}))
    return b"\n".join(sorted(asked))
