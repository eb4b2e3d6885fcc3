"""Which model of a provider's can be asked for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.hosted.asked import checked, nested_params
from mvtui.store.nouns.hosted import Hosted

KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


def test_a_model_is_kept_as_it_is_called() -> None:
    params = {
        "temperature": 0.2,
        "stop": ["a", "b"],
        "response_format": {"type": "json_object"},
        "seed": None,
    }
    kept, flat = checked(Hosted(" OpenAI ", "gpt-4o-2024-08-06", params, "https://host/v1"))
    assert kept == Hosted("openai", "gpt-4o-2024-08-06", params, "https://host/v1")
    assert flat == {
        "temperature": 0.2,
        "stop": '["a", "b"]',
        "response_format/type": "json_object",
        "seed": None,
    }
    said = json.loads(kept.encode())
    assert said == {
        "provider": "openai",
        "model": "gpt-4o-2024-08-06",
        "endpoint": "https://host/v1",
        "params": params,
    }
    assert Hosted.decode(kept.encode()) == kept
    assert nested_params(flat) == params


def test_the_order_of_parameters_means_nothing() -> None:
    one, other = (
        checked(Hosted("a", "m", dict(pairs)))[0] for pairs in ([("x", 1), ("y", 2)], [("y", 2), ("x", 1)])
    )
    assert one.encode() == other.encode()


@pytest.mark.parametrize(
    ("provider", "model", "problem"),
    [
        ("", "m", "provider is empty"),
        ("two words", "m", "can't be a provider"),
        ("a\x1b[2J", "m", "can't be a provider"),
        ("a", "", "model is empty"),
        ("a", "  ", "model is empty"),
        ("a", "x y", "can't be the name"),
        ("a", "x\ny", "can't be the name"),
        ("a", "m" * 301, "can't be the name"),
        ("a", KEY, "secret"),
    ],
)
def test_names_that_can_be_none(provider: str, model: str, problem: str) -> None:
    with pytest.raises(errors.BadInputError, match=problem):
        checked(Hosted(provider, model))


@pytest.mark.parametrize(
    ("endpoint", "clean"),
    [
        ("https://user:pass@host/v1", "https://host/v1"),
        ("https://host/v1?api-key=abc", "https://host/v1"),
        (
            "https://host/v1?api-version=2024-02-01&api-key=1&b=2",
            "https://host/v1?api-version=2024-02-01&b=2",
        ),
        ("https://host/v1?code=x&a=1", "https://host/v1?a=1"),
        ("https://host/v1?apikey=x", "https://host/v1"),
        ("https://host/v1#token=abc", "https://host/v1"),
        (f"https://host/{KEY}/v1", "https://host/[redacted]/v1"),
    ],
)
def test_credentials_in_an_endpoint_are_refused_and_never_repeated(endpoint: str, clean: str) -> None:
    with pytest.raises(errors.BadInputError, match="credentials") as caught:
        checked(Hosted("a", "m", {}, endpoint))
    assert f"Write {clean} " in caught.value.hint
    assert KEY not in f"{caught.value} {caught.value.hint}"
    assert "pass" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize(
    "endpoint", ["host/v1", "ftp://host", "https://", "https://h:99999/", "https://a b/", "\x1b"]
)
def test_what_is_no_address_is_refused(endpoint: str) -> None:
    with pytest.raises(errors.BadInputError, match="no address"):
        checked(Hosted("a", "m", {}, endpoint))


@pytest.mark.parametrize(
    "endpoint", ["https://host/v1?", "HTTPS://Host/v1?api-version=1", "http://localhost:8000/v1"]
)
def test_other_addresses_are_kept_as_they_are(endpoint: str) -> None:
    assert checked(Hosted("a", "m", {}, endpoint))[0].endpoint == endpoint


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"api_key": KEY}, "api_key looks like a secret"),
        ({"headers": {"Authorization": "Bearer abcdefghijkl1234567"}}, "headers/Authorization looks like"),
        ({"model": "x"}, "model is no parameter"),
        ({"t": float("nan")}, "no finite number"),
        ({"t": object()}, "JSON has not"),
        ({"n": 2**70}, "64 bits"),
    ],
)
def test_parameters_that_can_not_be_kept(params: dict[str, Any], problem: str) -> None:
    with pytest.raises(errors.BadInputError, match=problem) as caught:
        checked(Hosted("a", "m", params))
    assert KEY not in f"{caught.value} {caught.value.hint}"


def test_a_value_that_has_values_in_it_is_refused() -> None:
    for words in ({"a": 1, "a/b": 2}, {"a/b": 2, "a": 1}):
        with pytest.raises(errors.BadInputError, match="has values in it"):
            nested_params(words)


def test_what_is_no_descriptor_is_no_descriptor() -> None:
    for data in (b"", b"[]", b'{"provider": "a"}', b"\xff", b"[" * 100_000):
        with pytest.raises(errors.FormatError):
            Hosted.decode(data)
