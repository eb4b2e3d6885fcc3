from __future__ import annotations

from decimal import Decimal

import pytest
from mvtui.store.knowledge.values.numbers import describe


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (object(), "an object"),
        (Decimal(1), "a Decimal"),
        (type("Epoch", (), {})(), "an Epoch"),
        ([1], "a list"),
        (None, "nothing"),
        (True, "the word true"),
        ("high", "the text 'high'"),
        ("x" * 50, f"the text '{'x' * 40}…'"),
    ],
)
def test_what_is_no_number_is_named(value: object, said: str) -> None:
    assert describe(value) == said
