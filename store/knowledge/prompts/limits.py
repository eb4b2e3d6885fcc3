"""How much a prompt may be, and how much rendering one may take, whatever it says."""

from __future__ import annotations

from ...errors import BadInputError

MAX_SOURCE = 4 << 20
"""Largest prompt that is read, in bytes: some million tokens, more than any model takes."""
MAX_OUTPUT = 16 << 20
"""Longest text that rendering may come to, in characters, all that it throws away included."""
MAX_STEPS = 1_000_000
"""Most turns of loops, calls and operations of one rendering."""
MAX_SECONDS = 10.0
"""Longest that one rendering may take."""


def too_long() -> BadInputError:
    """Return the error for a text that grows without end."""
    return BadInputError(
        f"the prompt comes out longer than {MAX_OUTPUT:,} characters",
        hint="Give shorter values, or look for a loop in the template that is too long.",
    )


def too_much() -> BadInputError:
    """Return the error for a template that would go on and on."""
    return BadInputError(
        f"the template was stopped after {MAX_STEPS:,} steps or {MAX_SECONDS:g} seconds",
        hint="Look for a loop in it that is too long.",
    )
