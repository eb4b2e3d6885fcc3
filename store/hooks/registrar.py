"""What both frameworks' hooks do with a checkpoint once they have it, and what they never do: stop a training."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, TypedDict, Unpack

from .. import Store, open_store
from ..errors import BadInputError, MvtuiError, ReadOnlyError
from ..nouns import names
from ..nouns.lineage import is_outside_name
from .base import base_of
from .history import History

if TYPE_CHECKING:
    from ..nouns.capture import Part
    from ..nouns.manifest import Kind
    from ..nouns.reports import Registered

log = logging.getLogger("mvtui.hooks")

StrPath: TypeAlias = str | os.PathLike[str]

When = Literal["best", "end", "save"]
"""What to register: when training ends the best checkpoint (the final weights where the framework tracks no best),
when it ends the final weights, or each checkpoint when it is saved."""
WHENS: tuple[When, ...] = ("best", "end", "save")


class Options(TypedDict, total=False):
    """What the hooks of all frameworks can be told, by keyword.

    ``store`` is a store, its directory, or a directory that holds a ``.mvtui``; by default the one that ``open_store``
    finds when training begins. ``params`` add to those of the framework, and win. ``tags`` (key → text), ``note``,
    ``parents`` (references; one such as ``bert@latest`` means what it names when training begins), ``datasets``
    (role → source) and ``capture`` are as ``Store.register`` takes them. Without ``parents`` a Hugging Face model is
    linked to what ``from_pretrained`` was given; an empty list says that there are none. ``alias`` moves to each
    version registered.
    ``strict`` raises what goes wrong; else it is logged as a warning and training goes on.
    """

    store: StrPath | Store | None
    params: Mapping[str, object]
    tags: Mapping[str, str]
    note: str
    alias: str
    parents: Sequence[str] | None
    datasets: Mapping[str, StrPath]
    capture: bool | Sequence[Part] | None
    strict: bool


class Registrar:
    """Registers for one hook. No store is open between two calls, so that it can be pickled and forked."""

    def __init__(self, model: str, when: str, **options: Unpack[Options]) -> None:
        """Check what can be checked without a store.

        Raises:
            BadInputError and its kinds: a name, key or ``when`` that can't be.
        """
        self.model = names.check_model(model)
        if when not in WHENS:
            raise BadInputError(
                f"{when!r} is no moment to register", hint=f"Choose one of {', '.join(WHENS)}."
            )
        unknown = options.keys() - Options.__annotations__.keys()
        if unknown:
            raise TypeError(f"RegisterCallback has no argument {min(unknown)!r}")
        alias = options.get("alias", "")
        self._alias = names.check_alias(alias) if alias else ""
        self._tags = {names.check_tag_key(key): value for key, value in options.get("tags", {}).items()}
        store = options.get("store")
        self._store: StrPath | None = store.root if isinstance(store, Store) else store
        self._params = dict(options.get("params", {}))
        self._note = options.get("note", "")
        parents = options.get("parents")
        self._parents = tuple(parents or ())
        self._may_guess = parents is None
        self._base = ""
        self._datasets = dict(options.get("datasets", {}))
        self._capture = options.get("capture")
        self._strict = options.get("strict", False)
        self.registered: list[Registered] = []

    def begin(self, model: object = None) -> None:
        """Find the store and the parents now, when a mistake costs nothing, and hold on to them by their names.

        ``model`` is what is about to be trained; what it was loaded from is its parent if none is stated.
        """
        with self.guard("prepare to register"), open_store(self._store) as store:
            self._store = store.root
            if not store.writable:
                raise ReadOnlyError(
                    f"{store.root} can't be written by this user",
                    hint="Register to a store of your own: store=PATH",
                )
            self._parents = tuple(
                ref if is_outside_name(ref) else f"id:{store.get(ref).id}" for ref in self._parents
            )
            self._base = base_of(model, store) if self._may_guess else ""

    def register(
        self,
        paths: StrPath | Sequence[StrPath],
        *,
        step: int,
        history: History,
        params: Mapping[str, object],
        kind: Kind = "weights",
    ) -> str:
        """Register the checkpoint of an optimizer step; return its reference.

        Raises:
            MvtuiError: as ``Store.register``. Call it under ``guard``.
        """
        last = history.last_measured()
        if last is not None and last < step:
            log.info(
                "the last evaluation was at step %d: the weights of step %d have no metrics of it", last, step
            )
        with open_store(self._store) as store:
            done = store.register(
                self.model,
                paths,
                kind=kind,
                metrics=history.at(step),
                series=history.series(),
                params={**params, **self._params},
                tags={"step": str(step)} | self._tags,
                note=self._note,
                parents=self._bound_to(kind),
                datasets=self._datasets,
                capture=self._capture,
            )
            self.registered.append(done)
            ref = done.version.ref
            log.info("%s %s", "registered" if done.created else "already registered as", ref)
            if self._base and kind == "weights" and self._base != f"id:{done.version.id}":
                # Later and not at once: weights may be new and only their configuration be loaded from there.
                # Such an edge can be taken back, one that is part of the version's identity can't.
                with self.guard(f"say that {ref} came from {self._base} for"):
                    store.link(ref, "fine-tuned-from", self._base)
            if self._alias:
                with self.guard(f"move the alias {self._alias} of"):
                    store.alias(ref, self._alias)
            return ref

    def _bound_to(self, kind: Kind) -> tuple[str, ...]:
        """An adapter is useless without the very version it was trained on, so that is part of what it is."""
        in_store = self._base.startswith("id:")
        return (self._base,) if kind == "adapter" and in_store else self._parents

    def measure(self, ref: str, metrics: Mapping[str, float]) -> None:
        """Add what an evaluation after training came to.

        Raises:
            MvtuiError: as ``Store.log_metrics``. Call it under ``guard``.
        """
        if metrics:
            with open_store(self._store) as store:
                store.log_metrics(ref, metrics)

    @contextlib.contextmanager
    def guard(self, doing: str) -> Iterator[None]:
        """Log what goes wrong inside, unless ``strict``: a registry is no reason to lose a training."""
        try:
            yield
        except MvtuiError as error:
            if self._strict:
                raise
            log.warning("mvtui could not %s %s: %s. %s", doing, self.model, error.message, error.hint)
        except Exception:
            if self._strict:
                raise
            log.warning("mvtui could not %s %s", doing, self.model, exc_info=True)
