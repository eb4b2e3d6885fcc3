"""What ``register``, ``bundle`` and the like say of the versions they made, or found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import output

if TYPE_CHECKING:
    from ...store import Registered, Version

_GUESSES_TOLD = 2
"""Guessed edges that are told; a model card may name many data sets."""
_MOST_TOLD = 20
"""Things added to a known version that are told: a run may bring thousands of metrics."""


def tell(done: Sequence[Registered], as_json: bool, *, several: bool) -> None:
    """Write what was registered: words for the person, references or JSON as data; a list if ``several`` were asked for."""
    for one in done:
        for path in one.left:
            output.warn(
                f"{path} stays where it is: it changed, or can't be removed", "its version is registered"
            )
    if done and done[0].redacted:
        output.warn(
            f"not kept, since they look like secrets: the values of {', '.join(done[0].redacted)}",
            "take them out of the parameters",
        )
    for sentence in done[0].datasets if done else ():
        output.talk(output.safe(f"dataset {sentence}", 500))
    if notices := next((one.notices for one in done if one.notices), ()):
        _tell_notices(done[0], notices)
    if as_json:
        rows = [_row(one) for one in done]
        output.print_json(rows if several else rows[0])
        return
    for one in done:
        output.talk(_sentence(one))
        _tell_pickles(one)
        _tell_mismatch(one)
        _tell_variables(one)
        _tell_guesses(one)
        output.result(one.version.ref)


def _tell_pickles(one: Registered) -> None:
    if one.created and one.version.pickles == "unsafe":
        named = output.safe(", ".join(one.version.pickle_reasons), 300)
        output.warn(f"loading it could run {named}", f"mvtui inspect {one.version.ref} shows what")


def _tell_notices(one: Registered, notices: Sequence[str]) -> None:
    if one.version.kind != "hosted":
        output.talk(output.safe(f"weak record: {'; '.join(notices)}", 500))
        return
    for sentence in notices:
        hint = "a snapshot stays what it is: name one, where the provider has one"
        if "retired" in sentence:
            hint = f"if that is wrong, a tag says otherwise: mvtui tag {one.version.ref} retires=2027-01-14"
        output.warn(sentence, hint)


def _tell_variables(one: Registered) -> None:
    """Tell what a prompt asks for, and how it was read: whoever meant otherwise sees it at once."""
    version = one.version
    if version.kind != "prompt" or not one.created:
        return
    variables = output.safe(str(version.params.get("variables", "")), 500)
    language = version.params.get("template")
    said = f"variables: {variables}" if variables else "no variables"
    output.talk(f"{said} (template: {language})")


def _hosted(version: Version) -> list[str]:
    """Return which hosted model a version is; nothing for any other."""
    if version.kind != "hosted":
        return []
    return [output.safe(f"{version.params.get('provider')} {version.params.get('model')}", 300)]


def _tell_mismatch(one: Registered) -> None:
    """Tell what does not fit together, and that nobody said what an adapter is of."""
    version = one.version
    if not one.created:
        return
    for sentence in version.mismatch:
        output.warn(sentence, f"it is flagged: mvtui show {version.ref}")
    if version.kind == "adapter" and all(edge.outside for edge in version.edges if edge.type == "adapter-of"):
        output.talk(
            f"it is bound to no version of this store, which it needs to enter a stage: mvtui link {version.ref} adapter-of=REF"
        )


def _tell_guesses(one: Registered) -> None:
    guesses = [edge for edge in one.version.edges if edge.guess] if one.created else []
    if guesses:
        told = ", ".join(f"{edge.type} {edge.to} ({edge.guess})" for edge in guesses[:_GUESSES_TOLD])
        left = len(guesses) - _GUESSES_TOLD
        more = f", and {left:,} more: mvtui link {one.version.ref}" if left > 0 else ""
        output.talk(f"guessed: {output.safe(told, 500)}{more}")
    for sentence in one.unread[:_MOST_TOLD]:
        output.talk(output.safe(f"no guess where it comes from by {sentence}", 500))


def _row(one: Registered) -> Mapping[str, Any]:
    return {
        **one.version.as_row(),
        "new": one.created,
        "added": list(one.added),
        "stored": one.stored,
        "bump": one.bump,
        "left": list(one.left),
        "redacted": list(one.redacted),
        "datasets": list(one.datasets),
        "unread": list(one.unread),
        "notices": list(one.notices),
    }


def _sentence(one: Registered) -> str:
    from ..words import plural, size

    version = one.version
    name = f"{version.ref} ({version.short_id})"
    if one.created:
        name += f" as {version.kind}," if version.kind != "weights" else ""
        facts = _hosted(version) or [size(version.size), plural(version.file_count, "file")]
        sentence = f"registered {name} {', '.join(facts)}"
        return f"{sentence}, {output.safe(one.bump)}" if one.bump else sentence
    if one.stored:
        return f"this is {name} already; {size(one.stored)} of its bytes were missing or damaged, and are good again"
    if one.added:
        told = ", ".join(output.safe(what, 200) for what in one.added[:_MOST_TOLD])
        more = f", and {len(one.added) - _MOST_TOLD:,} more" if len(one.added) > _MOST_TOLD else ""
        return f"this is {name} already; added {told}{more}"
    return f"this is {name} already; nothing to add"
