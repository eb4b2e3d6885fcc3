"""What the demo's models learn from: reviews, words of six languages, and clicks on search results.

Everything is generated from a seed, so that each run trains the very same models.
"""

# Repeatable is what these numbers must be, not secret.
# ruff: noqa: S311

from __future__ import annotations

import math
import random
from dataclasses import dataclass

# -- reviews --------------------------------------------------------------------------------------

_THINGS = (
    "battery screen keyboard camera sound case charger manual support price delivery box hinge fan "
    "speaker cable app software design weight zip strap lens motor handle"
).split()
_GOOD = (
    "good great excellent lovely solid quick reliable bright sharp comfortable sturdy quiet generous superb "
    "accurate elegant"
).split()
_BAD = (
    "bad poor awful flimsy slow unreliable dim blurry painful loud stingy broken cheap inaccurate ugly "
    "useless"
).split()
_VERBS = "is looks feels seems was turned-out".split()
_DEGREES = ("", "", "", "very", "really", "rather", "quite")
_OPENINGS = (
    "",
    "",
    "i bought this in may and",
    "second one we own:",
    "for the money",
    "honestly",
    "my wife says",
)
_JOINS = (", and", ", but", "; also", ", though")

Review = tuple[list[str], int]
"""Words, and 1 for praise or 0 for a complaint."""


def reviews(count: int, seed: int, mislabelled: float = 0.0) -> list[Review]:
    """Return reviews of one to three clauses, some of them negated; a share has the wrong label."""
    rng = random.Random(seed)
    found: list[Review] = []
    while len(found) < count:
        opening = rng.choice(_OPENINGS).split()
        words, feeling = list(opening), 0
        for clause in range(rng.randint(1, 3)):
            if clause:
                words += rng.choice(_JOINS).replace(",", " ,").replace(";", " ;").split()
            good, negated = rng.random() < 0.5, rng.random() < 0.12
            degree = rng.choice(_DEGREES)
            words += ["the", rng.choice(_THINGS), rng.choice(_VERBS)]
            words += ["not"] * negated + [degree] * bool(degree) + [rng.choice(_GOOD if good else _BAD)]
            feeling += 1 if good != negated else -1
        if feeling:
            label = int(feeling > 0)
            found.append((words, 1 - label if rng.random() < mislabelled else label))
    return found


# -- languages ------------------------------------------------------------------------------------

_WORDS: dict[str, str] = {
    "en": "the and that have with this from they would there their what about which when make like time "
    "just know take people into year your good some could them other than then look only come over think "
    "also back after work first well even want because these give most through thought weather although",
    "de": "und die der nicht sich auch werden haben eine noch nach einer über wenn nur oder aber vor zur bis "
    "mehr durch man sein wurde sei jahr ihre würde diese gegen vom können schon wenn habe unter wir soll "
    "ich eines zwei jahren sehr schließlich zwischen möglich gesellschaft straße müssen wirklich",
    "fr": "les des est dans que une pour qui par sur pas plus avec tout faire être deux même aussi leur bien "
    "sans peut cette tous très nous comme mais vous elle donc temps fait autre toujours jamais beaucoup "
    "quelque pendant aujourd'hui maison chose votre français après première peut-être longtemps",
    "es": "que los del las una por con para como más pero sus este entre cuando muy sin sobre también hasta "
    "hay donde quien desde todo nos durante todos uno les contra otros ese eso había ante ellos esto antes "
    "algunos qué unos otro otras otra mañana nosotros español siempre después mientras gobierno hacer",
    "it": "che della sono con una per non come più anche dalla nella questo alla gli degli essere suo stato "
    "ancora molto fatto quando dopo perché tutti delle dello quella sempre ogni senza prima tempo bene "
    "allora quindi oggi città giorno parte nostro italiano ragazzo famiglia soltanto abbastanza",
    "nl": "het een van dat niet zijn voor met ook maar aan door naar over uit worden heeft hebben deze nog "
    "geen meer werd wordt omdat kunnen veel zich tussen waar onder alleen tegen jaar moeten haar zou tijd "
    "goed nieuwe eerste eigen altijd mensen nederlands misschien gewoon natuurlijk terwijl",
}
LANGUAGES = tuple(_WORDS)

Phrase = tuple[str, str]
"""Text and its language."""


def phrases(languages: tuple[str, ...], count: int, seed: int, *, held_out: bool) -> list[Phrase]:
    """Return phrases of two to five words; a quarter of the words in held-out ones is new to training."""
    rng = random.Random(seed)
    # Every fourth word is kept back for measuring.
    words = {
        language: [word for i, word in enumerate(_WORDS[language].split()) if held_out or i % 4 != 3]
        for language in languages
    }
    return [
        (" ".join(rng.choices(words[language], k=rng.randint(2, 5))), language)
        for language in (rng.choice(languages) for _ in range(count))
    ]


# -- clicks ---------------------------------------------------------------------------------------

FEATURES = ("text_match", "title_match", "freshness", "popularity", "price", "noise")
_TASTE = (2.2, 1.4, 0.8, 0.5, -0.9, 0.0)
RANKS = 8
_SEEN: tuple[float, ...] = tuple(1.0 / (rank + 1) ** 0.9 for rank in range(RANKS))


@dataclass(frozen=True, slots=True)
class Result:
    """A search result as it was shown: its features, rank, true relevance, and whether it was clicked."""

    features: tuple[float, ...]
    rank: int
    relevance: float
    clicked: int


def searches(count: int, seed: int) -> list[list[Result]]:
    """Return result lists. People look at the first ranks most, so clicks say less about relevance than they seem.

    The old ranking that chose the order liked popular things, whatever people wanted.
    """
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        candidates = [tuple(rng.random() for _ in FEATURES) for _ in _SEEN]
        candidates.sort(key=lambda features: -features[3])
        page = []
        for rank, features in enumerate(candidates):
            score = sum(weight * (value - 0.5) for weight, value in zip(_TASTE, features, strict=True))
            relevant = rng.random() < 1 / (1 + math.exp(-2.5 * score))
            clicked = relevant and rng.random() < _SEEN[rank]
            page.append(Result(features, rank, float(relevant), int(clicked)))
        found.append(page)
    return found


def chance_seen(rank: int) -> float:
    """Return how likely a person looks at this rank at all."""
    return _SEEN[rank]
