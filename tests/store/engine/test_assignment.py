"""From keys to arms: as stated for other languages, uniform, stateless."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from blake3 import blake3
from mvtui.store.engine.assignment import Assignment, bucket_of
from mvtui.store.errors import BadInputError
from mvtui.store.knowledge.abtests.distributions import chi_square_above
from mvtui.store.nouns import buckets
from mvtui.store.nouns.ab_test import ABTestSpec, Arm

ID = "0123456789abcdef"
VECTORS = {"user-1": 2426, "user-2": 4431, "Zo\u00eb": 6531, "鍵": 7224}


def spec(shares: dict[str, int], identity: str = ID) -> ABTestSpec:
    arms = tuple(Arm(name, "1.0.0", "f" * 64, runs) for name, runs in buckets.first(shares).items())
    return ABTestSpec(
        name="t",
        id=identity,
        model="m",
        stage="production",
        control="a",
        arms=arms,
        since=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(("key", "bucket"), VECTORS.items())
def test_the_stated_vectors_hold(key: str, bucket: int) -> None:
    made = Assignment(spec({"a": bucket, "b": 1, "c": 9999 - bucket}))
    assert made.arm(key) == "b"
    assert bucket_of(made.hash_of(key)) == bucket
    # The algorithm as its docstring states it, written out apart.
    number = int.from_bytes(blake3(f"{ID}\n{key}".encode()).digest(8), "big")
    assert number * 10_000 // 2**64 == bucket
    assert str(bucket) in (ABTestSpec.__doc__ or "")


@pytest.mark.parametrize("form", ["user-{}", "{}", "{:032x}", "https://example.org/?id={}&x=1", "ключ {}"])
def test_keys_of_any_form_are_shared_out_evenly(form: str) -> None:
    count, made = 40_000, Assignment(spec({"a": 5000, "b": 3000, "c": 2000}))
    seen = dict.fromkeys("abc", 0)
    cells = [0] * 100
    for number in range(count):
        key = form.format(number)
        seen[made.arm(key)] += 1
        cells[bucket_of(made.hash_of(key)) // 100] += 1
    wanted = {"a": 0.5 * count, "b": 0.3 * count, "c": 0.2 * count}
    assert chi_square_above(sum((seen[arm] - wanted[arm]) ** 2 / wanted[arm] for arm in seen), 2) > 1e-4
    assert chi_square_above(sum((cell - count / 100) ** 2 / (count / 100) for cell in cells), 99) > 1e-4


def test_two_tests_share_out_their_keys_independently() -> None:
    one, other = (Assignment(spec({"a": 5000, "b": 5000}, identity)) for identity in (ID, ID[::-1]))
    same = sum(one.arm(f"u{n}") == other.arm(f"u{n}") for n in range(20_000))
    assert abs(same - 10_000) < 400


def test_arms_that_grow_keep_their_keys() -> None:
    before = spec({"a": 9000, "b": 1000})
    owned = buckets.moved({arm.name: arm.buckets for arm in before.arms}, {"a": 8000, "b": 2000})
    after = msgspec.structs.replace(
        before, arms=tuple(msgspec.structs.replace(arm, buckets=owned[arm.name]) for arm in before.arms)
    )
    old, new = Assignment(before), Assignment(after)
    pairs = [(old.arm(key), new.arm(key)) for key in (f"user-{n}" for n in range(50_000))]
    assert ("b", "a") not in pairs
    assert 0.09 < pairs.count(("a", "b")) / len(pairs) < 0.11


def test_keys_are_taken_as_they_are() -> None:
    made = Assignment(spec({"a": 5000, "b": 5000}))
    composed, decomposed = "Zo\u00eb", "Zoe\u0308"
    assert made.hash_of(composed) != made.hash_of(decomposed)
    assert made.hash_of("u") != made.hash_of("U") != made.hash_of("u ")
    assert made.arm("k\0\n\x1b[2J") in "ab"


@pytest.mark.parametrize("key", ["", None, 7, b"x", "\ud800"])
def test_what_is_no_key_is_refused(key: object) -> None:
    made = Assignment(spec({"a": 5000, "b": 5000}))
    for ask in (made.arm, made.hash_of):
        with pytest.raises(BadInputError):
            ask(key)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'"mvtui-ab-1"', b'"mvtui-ab-9"', "mvtui-ab-9"),
        (b"4999", b"5000", "is taken"),
        (b"4999", b"4998", "belongs to no arm"),
        (b"9999", b"99999", "is taken, or there is none"),
        (b'"arms"', b'"legs"', "not an A/B test file"),
        (b"{", b"[", "not an A/B test file"),
    ],
)
def test_a_test_file_that_is_not_right_is_refused(old: bytes, new: bytes, why: str) -> None:
    good = spec({"a": 5000, "b": 5000}).encode()
    assert ABTestSpec.decode(good) == spec({"a": 5000, "b": 5000})
    with pytest.raises(BadInputError, match=why):
        ABTestSpec.decode(good.replace(old, new, 1))
