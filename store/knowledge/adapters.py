"""Whether an adapter fits the base it is bound to: by what PEFT wrote beside it, and by the shapes of its matrices.

LoRA (https://arxiv.org/abs/2106.09685) adds ``B·A`` to a weight of ``out × in``: ``A`` is ``rank × in``, ``B`` is ``out × rank``.
PEFT calls them ``base_model.model.MODULE.lora_A.weight`` and so on, ``lora_embedding_A`` for embeddings, whose weight lies the other
way round, as do those of GPT-2's ``Conv1D``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any

from ..nouns.adapter import Adapter
from ..nouns.inspection import Inspection, Tensor
from .formats import adapter_config, dtypes

_MATRIX = re.compile(
    r"(?:base_model\.model\.)?(?P<module>.+)\.lora_(?P<embedding>embedding_)?(?P<side>[AB])(?:\..+)?",
    re.DOTALL,
)
_TOLD = 80
_LOCAL = re.compile(r"[./~]|.*[/\\].*[/\\]|[A-Za-z]:\\", re.DOTALL)
"""Beginnings of paths, and what has more slashes than a name on the Hugging Face hub: it says nothing of which model it is."""
_COMMIT = re.compile(r"[0-9a-f]{7,40}", re.ASCII)
_NOT_HELD = frozenset({"GGUF"})
"""Formats that call modules otherwise than the model does."""


def described(inspection: Inspection) -> Adapter | None:
    """Return what PEFT's configuration says of an adapter; None where there is none at the root."""
    file = next((f for f in inspection.files if f.format == adapter_config.NAME and "/" not in f.path), None)
    if file is None or file.problem:
        return None
    said = file.metadata
    targets = said.get("target_modules")
    return Adapter(
        method=_text(said.get("peft_type")),
        base=_text(said.get("base_model_name_or_path")),
        revision=_text(said.get("revision")),
        rank=_number(said.get("r")),
        alpha=_number(said.get("lora_alpha")),
        targets=_texts(targets),
    )


def misfits(
    adapter: Inspection, base: Inspection, called: Collection[str], revisions: Collection[str], ref: str
) -> tuple[str, ...]:
    """Say why an adapter was not made for a base, a sentence each; nothing where nothing speaks against it.

    ``called`` are names of what the base is (of a model on the hub, its configuration's), ``revisions`` commits of those, ``ref`` is
    what to call it. What can't be compared (weights in blocks, a base without readable tensors) speaks for nothing.
    """
    said = described(adapter)
    return (*_names(said, called, revisions, ref), *_shapes(adapter.tensors, base, ref))


def _names(
    said: Adapter | None, called: Collection[str], revisions: Collection[str], ref: str
) -> tuple[str, ...]:
    if said is None or not said.base or _LOCAL.match(said.base) or not called:
        return ()
    last = _last(said.base)
    if last not in {_last(name) for name in called}:
        others = ", ".join(sorted({name[:_TOLD] for name in called})[:3])
        return (f"it was made for {said.base[:_TOLD]}, and {ref} is {others}",)
    revision = said.revision
    if _COMMIT.fullmatch(revision) and revisions:
        held = [each for each in revisions if _COMMIT.fullmatch(each)]
        if held and not any(each.startswith(revision) or revision.startswith(each) for each in held):
            return (f"it was made for revision {revision[:12]} of its base, and {ref} is {held[0][:12]}",)
    return ()


def _last(name: str) -> str:
    return name.rpartition("/")[2].casefold()


def _shapes(tensors: Sequence[Tensor], base: Inspection, ref: str) -> tuple[str, ...]:
    modules = _modules(tensors)
    if not modules or not base.tensors or base.problems or base.format in _NOT_HELD:
        return ()
    known = _Weights(base.tensors)
    missing: list[str] = []
    unfit: list[str] = []
    for module, sides in modules.items():
        found = known.find(module)
        if found is None:
            missing.append(module)
        elif (wanted := _weight(sides)) and not _fits(wanted, found):
            shape = " x ".join(map(str, wanted))
            held = " x ".join(map(str, found.shape))
            unfit.append(f"{module[:_TOLD]} is {shape} in the adapter and {held} in {ref}")
    said = []
    if len(missing) == len(modules):
        none = f"none of its {len(modules):,} modules is" if len(modules) > 1 else "its only module is not"
        said.append(f"{none} in {ref} (such as {missing[0][:_TOLD]})")
    elif missing:
        said.append(
            f"{len(missing):,} of its {len(modules):,} modules are not in {ref} (such as {missing[0][:_TOLD]})"
        )
    if unfit:
        more = f", and {len(unfit) - 1:,} more" if len(unfit) > 1 else ""
        said.append(f"its shapes do not fit: {unfit[0]}{more}")
    return tuple(said)


def _modules(tensors: Sequence[Tensor]) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return the shapes of the matrices of each module that is adapted, by their sides: A, B, EA and EB for embeddings."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for tensor in tensors:
        match = _MATRIX.fullmatch(tensor.name)
        if match and len(tensor.shape) >= 2:
            side = ("E" if match["embedding"] else "") + match["side"]
            found.setdefault(match["module"], {})[side] = tensor.shape
    return found


def _weight(sides: Mapping[str, tuple[int, ...]]) -> tuple[int, int] | None:
    """Return the shape of the weight that matrices are for, out and in; None where one of the two is missing."""
    if "A" in sides and "B" in sides:
        return sides["B"][0], sides["A"][1]
    if "EA" in sides and "EB" in sides:
        return sides["EA"][1], sides["EB"][0]
    return None


def _fits(wanted: tuple[int, int], tensor: Tensor) -> bool:
    if len(tensor.shape) < 2 or not _is_plain(tensor):
        return True  # packed by a quantisation: its shape is not that of the weight
    return tensor.shape[:2] in (wanted, wanted[::-1])


def _is_plain(tensor: Tensor) -> bool:
    return dtypes.BITS.get(tensor.dtype, 0) >= 8 and tensor.dtype[0] in "FB" and tensor.dtype != "BOOL"


class _Weights:
    """The weights of a base by the modules they lie in. What wraps a model may put names before all of them, or leave some out."""

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._exact: dict[str, Tensor] = {}
        for tensor in tensors:
            module = _module_of(tensor.name)
            if module is not None:
                self._exact.setdefault(module, tensor)

    def find(self, module: str) -> Tensor | None:
        """Return the weight of a module; None where the base has none."""
        return next((self._exact[name] for name in _unwrapped(module) if name in self._exact), None) or (
            self._wrapped.get(module)
        )

    @cached_property
    def _wrapped(self) -> dict[str, Tensor]:
        """The weights by their names without the first ones."""
        found: dict[str, Tensor] = {}
        for module, tensor in islice(self._exact.items(), _MOST):
            for name in _unwrapped(module):
                found.setdefault(name, tensor)
        return found


def _unwrapped(module: str) -> Iterator[str]:
    """Yield the name of a module, then without its first name, its first two, and so on."""
    for _ in range(_WRAPPERS):
        if not module:
            return
        yield module
        module = module.partition(".")[2]


_MOST = 200_000
"""Most modules of a base that are looked up by a part of their names."""
_WRAPPERS = 5
"""What wraps a model puts fewer names than that before its own (``bert.encoder.``); a hostile file has thousands."""
_WEIGHTS = (".weight", ".qweight", ".weight_packed", ".base_layer.weight")


def _module_of(name: str) -> str | None:
    return next((name.removesuffix(end) for end in reversed(_WEIGHTS) if name.endswith(end)), None)


def _text(found: Any) -> str:
    return found[:200] if isinstance(found, str) else ""


def _number(found: Any) -> float | None:
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def _texts(found: Any) -> tuple[str, ...]:
    if isinstance(found, str):
        return (_text(found),)
    return tuple(_text(each) for each in found) if isinstance(found, list) else ()
