"""What became of the demo's versions: gates, and how each went through its stages, in the order of the story.

Four people work here, and whoever runs the demo is the fifth: may approve what waits, and overrule a gate.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .scene import ALICE, BOB, CAROL, Scene
from .scene import days as _days
from .story import AUTHORS

if TYPE_CHECKING:
    from ...store import Store

GATES = """
# -- the demo's own gates: mvtui gates MODEL@VERSION asks them, p on the screen goes through them ------

[[gate]]                 # nothing goes on whose data nobody can name
stage = ["staging", "production"]
model = ["sentiment", "langid", "ranker"]
require = ["dataset"]

[[gate]]
stage = ["validation", "production"]
model = ["sentiment", "langid"]
metric = "accuracy"
within = "1%"            # no worse than what is in production, by more

[[gate]]
stage = "production"
model = "ranker"
metric = "ndcg"
within = "0.5%"

[[gate]]
stage = "production"
model = "ranker"
metric = "precision_at_1"
within = 0.005           # in the metric's own unit

[[gate]]
stage = "production"
model = ["sentiment", "support-prompt"]
approvals = 1            # of someone other than its author
"""

_SLICE = """
[[gate]]                 # since 1.3.0: one good number is not enough
stage = "production"
model = "sentiment"
metric = "accuracy"
dataset = "reviews-held-out"
slice = "negated"
within = "5%"
"""

_ROOT = """\
four_eyes = false        # root made this demo, and may be anyone, its author too: otherwise only a signed approval
                         # of root's would count, as it does in a store of your own (README: Signing)
"""

_METRICS = "[metrics]"
_BETTER = 'higher = ["resolved"]\nlower = ["usd_per_1k"]\n'
_ACCESS = "[access]"
_OVERRIDE = "override = [{people}]    # who may overrule a gate; without this line nobody\n"
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""An account that can be written in config.toml as it is."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done: ``hours`` is how long ago the story has it, ``ref`` the version (a rollback: the model).

    ``to`` is the stage, or, of a verdict, the one it is about. ``guard`` adds a gate to those there were. ``by`` is who did
    it: left out, whose model it is.
    """

    hours: float
    what: Literal["promote", "override", "approve", "request", "rollback", "delete", "guard"]
    ref: str
    to: str = ""
    reason: str = ""
    by: str = ""

    def do(self, scene: Scene) -> str:
        """Do it."""
        with scene.playing(self.by or AUTHORS[self.ref.partition("@")[0]], self.hours):
            _DOING[self.what](scene.store, self)
        return ""


def _guard(store: Store, _act: Act) -> None:
    with (store.root / "config.toml").open("a", encoding="utf-8") as file:
        file.write(_SLICE)


_DOING: dict[str, Callable[[Store, Act], object]] = {
    "promote": lambda store, act: store.promote(act.ref, act.to, reason=act.reason),
    "override": lambda store, act: store.promote(act.ref, act.to, reason=act.reason, override=True),
    "approve": lambda store, act: store.approve(act.ref, act.to, reason=act.reason),
    "request": lambda store, act: store.request(act.ref, act.to, reason=act.reason),
    "rollback": lambda store, act: store.rollback(act.ref, reason=act.reason),
    "delete": lambda store, act: store.delete(act.ref, act.reason),
    "guard": _guard,
}


def config(template: str, user: str, *, is_root: bool = False) -> str:
    """Return a store's config.toml with the demo's rules in it; ``user`` is whoever runs it, perhaps as root.

    root's approval of what waits is to count as anyone's would, so that its gate says what it gives up for that.
    """
    people = ", ".join(f'"{name}"' for name in dict.fromkeys((BOB, user)) if _PLAIN_NAME.fullmatch(name))
    lines = template.splitlines(keepends=True)
    for table, said in ((_METRICS, _BETTER), (_ACCESS, _OVERRIDE.format(people=people))):
        place = next((at for at, line in enumerate(lines) if line.startswith(table)), len(lines))
        head = [] if place < len(lines) else [f"\n{table}\n"]
        lines[place + 1 : place + 1] = [*head, said]
    return "".join(lines) + GATES + (_ROOT if is_root else "")


def acts() -> list[Act]:
    """Return everything that was done, oldest first."""
    return sorted([*_sentiment(), *_langid(), *_ranker(), *_prompt()], key=lambda act: -act.hours)


def _released(days: float, ref: str, reason: str, seen: str = "", by: str = BOB) -> list[Act]:
    """Return an approval of somebody else's, and the promotion to production after it."""
    return [
        Act(_days(days, 1), "approve", ref, "production", seen, by),
        Act(_days(days), "promote", ref, "production", reason),
    ]


def _sentiment() -> list[Act]:
    return [
        Act(_days(23, 2), "promote", "sentiment@1.0.0", "staging", "something to measure against"),
        *_released(22, "sentiment@1.0.0", "anything beats reading every review by hand", "a start"),
        Act(_days(20, 8), "promote", "sentiment@1.1.0", "staging", "two points better"),
        *_released(20, "sentiment@1.1.0", "better on plain reviews, which most are"),
        Act(_days(16, 5), "promote", "sentiment@1.2.0", "staging", "ten points better"),
        *_released(15, "sentiment@1.2.0", "more reviews helped most where words are rare"),
        Act(
            _days(14, 22),
            "promote",
            "sentiment@1.3.0",
            "staging",
            "another seven points, from two more epochs?",
        ),
        *_released(14, "sentiment@1.3.0", "the numbers are great"),
        Act(
            _days(13),
            "rollback",
            "sentiment",
            reason="the numbers were too great: the held-out reviews were in its training set",
            by=CAROL,
        ),
        Act(
            _days(12, 20),
            "delete",
            "sentiment@1.3.0",
            reason="the held-out reviews were in the training set",
        ),
        Act(_days(12), "guard", "sentiment"),
        Act(_days(9, 3), "promote", "sentiment@2.0.0-rc.1", "staging", "for those who write loaders"),
        Act(_days(6, 1), "promote", "sentiment@2.0.0", "staging", "the release of the pair model"),
        Act(_days(5, 12), "promote", "sentiment@2.0.0", "validation", "loaders read the new vocabulary"),
        *_released(
            5, "sentiment@2.0.0", "wins on every metric, no slice lost", "read 50 reviews side by side"
        ),
        Act(_days(4, 23), "promote", "sentiment@2.0.0-rc.1", "archived", "2.0.0 is out"),
        Act(1.9, "promote", "sentiment@2.1.0", "staging", "relabelled data, same recipe"),
        Act(1.5, "promote", "sentiment@2.1.0", "validation", "two points better"),
        Act(
            1.2,
            "request",
            "sentiment@2.1.0",
            "production",
            "two points better in all; please look at the negated reviews before it goes out",
        ),
    ]


def _langid() -> list[Act]:
    return [
        Act(_days(20, 1), "promote", "langid@1.0.0", "production", "a start, so that callers can be written"),
        Act(_days(17), "promote", "langid@1.1.0", "production", "pairs of letters: 13 points better"),
        Act(_days(12, 2), "promote", "langid@1.2.0", "validation", "the best so far"),
        Act(
            _days(11),
            "promote",
            "langid@1.2.0",
            "production",
            "the best so far, in a day of shadow traffic, too",
        ),
        Act(_days(8), "promote", "langid@2.0.0", "staging", "callers get six outputs instead of four"),
        Act(
            _days(7),
            "override",
            "langid@2.0.0",
            "production",
            "six languages are harder than four: its accuracy can't be compared with 1.2.0's",
        ),
        Act(_days(1, 2), "promote", "langid@2.1.0", "staging", "as good, on a fresh sample"),
    ]


def _ranker() -> list[Act]:
    return [
        Act(_days(18), "promote", "ranker@1.0.0", "production", "a ranking at last"),
        Act(
            _days(14, 2), "promote", "ranker@1.1.0", "production", "twice the searches, and within the gates"
        ),
        Act(
            _days(12),
            "rollback",
            "ranker",
            reason="people scroll further than before: it learned which rank is clicked, not which result",
            by=ALICE,
        ),
        Act(_days(10, 20), "promote", "ranker@1.2.0", "staging", "weighs that bias out"),
        Act(_days(10), "promote", "ranker@1.2.0", "production", "less scrolling than with 1.0.0"),
        Act(_days(7, 5), "promote", "ranker@1.3.0", "staging", "best ndcg so far"),
        Act(_days(6), "promote", "ranker@1.3.0", "production", "best on every metric"),
        Act(_days(3), "promote", "ranker@1.4.0", "staging", "weekly retraining"),
        Act(9.0, "promote", "ranker@1.5.0", "staging", "slower steps: is it worth the hours?"),
        Act(8.0, "promote", "ranker@1.5.0", "validation", "a wash so far; let us see what people click"),
    ]


def _prompt() -> list[Act]:
    return [
        *_released(9, "support-prompt@1.0.0", "good enough for the support desk", by=ALICE),
        *_released(4, "support-prompt@1.1.0", "no more promises", "tried it on last week's reviews", ALICE),
        Act(31.0, "approve", "support-prompt@1.2.0", "production", "for a fifth of the tickets", ALICE),
    ]
