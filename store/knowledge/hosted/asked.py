"""A provider's model as someone asks for it, made into one that can be kept: plain names, and no secrets."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from ...errors import BadInputError
from ...nouns.hosted import RESERVED, Hosted
from ...nouns.manifest import Scalar
from .. import secrets
from ..values.flatten import MAX_DEPTH, flatten

_PROVIDER = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?", re.ASCII)
_LONGEST = 300
_SCHEMES = ("https", "http")


def checked(hosted: Hosted) -> tuple[Hosted, dict[str, Scalar]]:
    """Return a model as it is kept, and its parameters flat, nested names joined with ``/``.

    Raises:
        BadInputError: no provider or model, a name or endpoint that can't be one, a value that JSON doesn't have, or
            a secret anywhere: it would be kept for ever, and read by everyone.
    """
    provider = hosted.provider.strip().lower() if isinstance(hosted.provider, str) else ""
    if not _PROVIDER.fullmatch(provider) or len(provider) > _LONGEST:
        raise BadInputError(
            f"{hosted.provider!r} can't be a provider" if hosted.provider else "the provider is empty",
            hint="Write one word, such as openai, anthropic, google or your own: --provider NAME.",
        )
    model = _model(hosted.model)
    endpoint = _endpoint(hosted.endpoint)
    params = _plain(hosted.params)
    if taken := sorted(RESERVED & set(params)):
        raise BadInputError(
            f"{taken[0]} is no parameter of a call", hint=f"Say it by --{taken[0]} ({taken[0]}= in Python)."
        )
    flat = flatten(params, "param", "params")
    for name, value in flat.items():
        if secrets.redact_tree(value, name.rpartition("/")[2])[0] != value:
            raise BadInputError(
                f"the value of {name} looks like a secret, and would be kept for ever",
                hint="Keep it where the service runs, such as in its environment, and leave it out here.",
            )
    return Hosted(provider, model, params, endpoint), flat


def nested_params(values: Mapping[str, Scalar]) -> dict[str, Any]:
    """Return parameters as a provider's API nests them, from flat ones: ``response_format/type`` is an object's field.

    Text that is a JSON list or object is read as one.

    Raises:
        BadInputError: a name is both a value and a group of values.
    """
    nested: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split("/")
        inside = nested
        for group in groups:
            inside = inside.setdefault(group, {})
            if not isinstance(inside, dict):
                raise BadInputError(f"{group} is a value, and has values in it", hint="Leave one out.")
        if isinstance(inside.get(last), dict):
            raise BadInputError(f"{name} is a value, and has values in it", hint="Leave one out.")
        inside[last] = _decoded(value)
    return nested


def _decoded(value: Scalar) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def _model(model: object) -> str:
    if not isinstance(model, str) or not model.strip():
        raise BadInputError(
            "the model is empty", hint="Write the provider's exact name of it: --model gpt-4o-2024-08-06."
        )
    model = model.strip()
    if len(model) > _LONGEST or not model.isprintable() or any(sign.isspace() for sign in model):
        raise BadInputError(
            f"{model[:60]!r} can't be the name of a model",
            hint=f"It is one word of at most {_LONGEST} characters, as the provider writes it.",
        )
    if secrets.redact(model)[0] != model:
        raise BadInputError(
            "the name of the model looks like a secret", hint="Write the provider's name of it."
        )
    return model


def _endpoint(endpoint: object) -> str:
    """Return where a model is called.

    Raises:
        BadInputError: no address, or one with a password or key in it; the hint has it without.
    """
    if not isinstance(endpoint, str):
        raise BadInputError("the endpoint is no text", hint="Write an address: https://host/v1.")
    endpoint = endpoint.strip()
    if not endpoint:
        return ""
    try:
        parts = urlsplit(endpoint)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        parts, host = SplitResult("", "", "", "", ""), None
    if parts.scheme not in _SCHEMES or not host or not endpoint.isprintable() or " " in endpoint:
        raise BadInputError(
            f"{secrets.redact(endpoint[:80])[0]!r} is no address of an endpoint",
            hint="Write it as https://host/v1, without a key.",
        )
    clean = _without_credentials(parts)
    if clean != urlunsplit(parts):
        raise BadInputError(
            "the endpoint has credentials in it, which would be kept for ever and read by everyone",
            hint=f"Write {clean} and give the key to the service where it runs.",
        )
    return endpoint


def _without_credentials(parts: SplitResult) -> str:
    netloc = parts.netloc.rpartition("@")[2]
    query = parts.query
    if any(_is_secret(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True)):
        kept = [pair for pair in parts.query.split("&") if not _is_secret(*_pair(pair))]
        query = "&".join(kept)
    fragment = "" if _is_secret(*_pair(parts.fragment)) else parts.fragment
    path = parts.path if secrets.redact(parts.path)[0] == parts.path else secrets.redact(parts.path)[0]
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


_SECRET_NAME = re.compile(
    r"(?:.*[-_.])?(?:key|token|sig|signature|secret|password|pwd|auth|authorization|credential|code)s?",
    re.IGNORECASE,
)


def _is_secret(name: str, value: str) -> bool:
    """Whether a part of a query gives access: by its name, as Azure's ``code`` and ``api-key``, or by its form."""
    if not value:
        return False
    plain = name.lower().replace("apikey", "api-key")
    return bool(_SECRET_NAME.fullmatch(plain)) or secrets.redact_tree(value, name)[0] != value


def _plain(value: Any, depth: int = 0) -> Any:
    """Return a value of JSON's types, as JSON would give it back.

    Raises:
        BadInputError: it is none.
    """
    if depth > MAX_DEPTH:
        raise BadInputError("the parameters are nested too deeply", hint="Flatten them.")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInputError("a parameter is no finite number", hint="A provider's API takes none.")
    if value is None or isinstance(value, str | bool | int | float):
        return value
    raise BadInputError(
        f"a parameter is a {type(value).__name__}, which JSON has not", hint="Write it as text or a number."
    )
