"""What a registration asks for, checked before a byte is read."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from ..engine import durable
from ..errors import BadInputError, UsageError
from ..knowledge import values
from ..nouns import names
from ..nouns.capture import PARTS, Part
from ..nouns.dataset import DataSource
from ..nouns.lineage import Link
from ..nouns.manifest import KINDS, Kind
from ..nouns.metric import Series, all_stored
from ..nouns.semver import BUMPS, Bump, SemVer
from ..nouns.version import rfc3339

if TYPE_CHECKING:
    from ..knowledge.datasets.asked import Asked

FILE_KINDS = ("weights", "adapter", "prompt", "dataset")

ADAPTER_CONFIG = "adapter_config.json"
"""What PEFT writes beside an adapter's weights: https://huggingface.co/docs/peft/developer_guides/checkpoint."""


class Request(msgspec.Struct, frozen=True):
    """What to register; the fields are the arguments of ``Store.register``.

    ``links`` are the stated edges, resolved; ``datasets`` become edges, too, and keep their bytes with ``store_data``;
    ``tied`` tells of each what came of it.
    ``members`` of a bundle are references by role; ``mismatch`` says what does not fit together and was asked for all the same.
    ``template`` is a prompt's language, if someone said; ``reason`` says why it takes the place of what it replaces; ``force``
    registers what would be refused because of what is known of it (a hosted model that was retired).
    ``capture`` is None for what config.toml says. An ``external`` dataset's bytes stay where ``source`` says they are.
    """

    model: str
    paths: tuple[Path, ...]
    version: str | None = None
    bump: Bump | None = None
    kind: Kind = "weights"
    metrics: Mapping[str, object] = msgspec.field(default_factory=dict)
    series: Mapping[str, Series] = msgspec.field(default_factory=dict)
    params: Mapping[str, object] = msgspec.field(default_factory=dict)
    tags: Mapping[str, str] = msgspec.field(default_factory=dict)
    note: str = ""
    created: datetime | None = None
    move: bool = False
    follow: bool = False
    links: tuple[Link, ...] = ()
    capture: bool | Sequence[Part] | None = None
    command: str = ""
    redacted: tuple[str, ...] = ()
    source: DataSource | None = None
    external: bool = False
    datasets: tuple[Asked, ...] = ()
    store_data: bool = False
    tied: tuple[str, ...] = ()
    members: Mapping[str, str] = msgspec.field(default_factory=dict)
    mismatch: tuple[str, ...] = ()
    template: str | None = None
    reason: str = ""
    force: bool = False


def as_paths(paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> tuple[Path, ...]:
    """Return one path or several as a tuple.

    Raises:
        BadInputError: an empty path.
    """
    several = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if any(os.fspath(path) == "" for path in several):
        raise BadInputError("a path is empty", hint="Name a file or directory.")
    return tuple(Path(durable.absolute(path)) for path in several)


def check_made_of(kind: Kind, paths: Sequence[Path], *, is_hosted: bool) -> None:
    """Make sure that a version is made of files, or is a hosted model.

    Raises:
        UsageError: it is both.
        BadInputError: it is neither.
    """
    if is_hosted and paths:
        raise UsageError(
            "a hosted model is not made of files", hint="Leave the paths out, or the provider and model."
        )
    if is_hosted and kind != "hosted":
        raise UsageError(
            f"a provider's model is hosted, not {kind}", hint="Leave out the kind, or the provider and model."
        )
    if not paths and kind not in ("hosted", "bundle"):
        raise BadInputError("there is nothing to register", hint="Name a file or directory.")


def kind_of(paths: Sequence[Path], *, each: bool = False, prompts: bool = False) -> Kind:
    """Return what files are when nobody says.

    An adapter if PEFT's configuration is at their root; a prompt if it is one text file that is called so
    (``prompt.md``, ``a.jinja``), or continues a line of ``prompts``; else weights. With ``each`` the paths are versions of their own.

    Raises:
        UsageError: several versions are of different kinds.
    """
    if each and len(paths) > 1:
        kinds = {kind_of([path], prompts=prompts) for path in paths}
        if len(kinds) > 1:
            some, *others = (kind if kind == "weights" else f"{kind}s" for kind in sorted(kinds))
            raise UsageError(
                f"some of these are {some}, others are {' or '.join(others)}",
                hint="Register them one after the other, or say what they are: --kind KIND.",
            )
        return kinds.pop()
    # A single directory's files become the root; of several paths each keeps its own name.
    roots = [paths[0] / ADAPTER_CONFIG] if len(paths) == 1 and os.path.isdir(paths[0]) else paths
    adapter = any(path.name == ADAPTER_CONFIG and os.path.isfile(path) for path in roots)
    if adapter:
        return "adapter"
    return "prompt" if len(paths) == 1 and _is_prompt(paths[0], prompts) else "weights"


def _is_prompt(path: Path, prompts: bool) -> bool:
    if os.path.isdir(path):
        return False
    from ..knowledge.prompts import source

    return source.is_prompt_name(path.name) or (prompts and source.may_be_template(path.name))


def checked(request: Request, *, kinds: Collection[str] = FILE_KINDS) -> Request:
    """Return the request with its values in the form they are kept; it is for a version of one of these kinds.

    Parameters that look like secrets lose their values; ``redacted`` names them.

    Raises:
        BadInputError and its kinds, UsageError: see the message.
    """
    names.check_model(request.model)
    if not isinstance(request.tags, Mapping):
        raise BadInputError("tags are not a mapping", hint='Write {"owner": "alice"}.')
    if request.version is not None and request.bump is not None:
        raise UsageError("a version and a bump were both given", hint="Leave one out: --version or --bump.")
    if request.bump is not None and request.bump not in BUMPS:
        raise BadInputError(f"{request.bump!r} is not a bump", hint=f"Choose one of {', '.join(BUMPS)}.")
    _check_kind(request.kind, kinds)
    if request.template is not None and request.kind != "prompt":
        raise UsageError(
            f"a template is a prompt's, and this is {request.kind}", hint="Say that it is one: --kind prompt."
        )
    for key, value in request.tags.items():
        names.check_tag_key(key)
        names.check_text(value, f"the tag {key!r}")
    _check_created(request.created)
    params, redacted = _without_secrets(values.flatten(request.params, "param", "params"))
    return msgspec.structs.replace(
        request,
        version=str(SemVer.parse(request.version)) if request.version is not None else None,
        metrics=all_stored(values.flatten(request.metrics, "metric", "metrics")),  # type: ignore[arg-type]  # numbers
        series=_series(request.series),
        params=params,
        note=names.check_text(request.note, "the note"),
        reason=names.check_reason(request.reason),
        capture=_parts(request.capture),
        command=names.check_text(request.command, "the command"),
        redacted=redacted,
    )


def _check_kind(kind: str, kinds: Collection[str]) -> None:
    if kind not in KINDS:
        raise BadInputError(f"{kind!r} is not a kind", hint=f"Choose one of {', '.join(FILE_KINDS)}.")
    if kind not in kinds:
        other = _INSTEAD.get(kind, f"Choose one of {', '.join(FILE_KINDS)}.")
        raise BadInputError(f"a {kind} version is not made of files", hint=other)


_INSTEAD = {
    "bundle": "mvtui bundle makes one.",
    "hosted": "Say which model it is: --provider openai --model gpt-4o-2024-08-06 (hosted= in Python).",
}


def _check_created(created: object) -> None:
    if created is None:
        return
    try:
        if not isinstance(created, datetime):
            raise TypeError
        rfc3339(created)
    except (OverflowError, TypeError, ValueError):
        raise BadInputError(f"created = {created!r} is not a moment", hint="Give a datetime.") from None


def _series(given: Mapping[str, Series]) -> dict[str, Series]:
    if not given:
        return {}
    from ..knowledge import series

    return series.checked(given)


def _without_secrets(params: Mapping[str, object]) -> tuple[dict[str, object], tuple[str, ...]]:
    from ..knowledge import secrets

    kept = {name: secrets.redact_tree(value, name.rpartition("/")[2])[0] for name, value in params.items()}
    return kept, tuple(name for name, value in kept.items() if value != params[name])


def _parts(capture: bool | Sequence[Part] | None) -> tuple[Part, ...] | None:
    """Return which parts to capture; None for what the environment or config.toml says."""
    if capture is None or isinstance(capture, bool):
        return None if capture is None else PARTS if capture else ()
    several = isinstance(capture, Collection) and not isinstance(capture, str)
    wrong = [part for part in capture if part not in PARTS] if several else [capture]
    if wrong:
        raise BadInputError(
            f"{wrong[0]!r} can't be captured", hint=f"Choose among {', '.join(PARTS)}, or True or False."
        )
    return tuple(part for part in PARTS if part in capture)
