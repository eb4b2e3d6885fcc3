"""Reading what is inside prompts and hosted models. For the worker's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....store.errors import MvtuiError, NotFoundError
from ... import agents, prompt_text
from .inside import Agent, Inside

if TYPE_CHECKING:
    from ....store import Comparison, FileEntry, Prompt, Store, Version, WordDiff


def prompt(store: Store, version: Version, files: tuple[FileEntry, ...]) -> Inside:
    """Return what a prompt says and asks for, and how it differs from what is in production, else from the one before.

    Raises:
        MvtuiError: its bytes can't be read.
    """
    problem, found = "", None
    try:
        found = store.prompt(version.ref)
    except (
        MvtuiError
    ) as error:  # such as a missing library, or several templates: the files can still be looked at
        problem = f"{error.message}. {error.hint}" if error.hint else error.message
    facts = [("variables", agents.variables_text(version) or "not known")]
    text: tuple[prompt_text.Raw, ...] = ()
    if found is not None:
        text = tuple(prompt_text.lines(found))
        facts.append(("size", _size(store, version, found)))
    against = compared(store, version)
    words: tuple[WordDiff, ...] = ()
    if against is not None and against.base.kind == "prompt":
        rows = against.section("files").rows
        changed = [row.name for row in rows if row.cells[1].outcome in ("changed", "added", "removed")]
        try:
            words = tuple(store.diff_words(against.base.ref, version.ref, path) for path in changed)
        except MvtuiError as error:  # of the other version: this one can still be read
            problem = problem or error.message
    base = against.base.ref if against is not None else ""
    role = against.chosen if against is not None else ""
    return Inside(files, problem=problem, text=text, agent=Agent(tuple(facts), None, base, role, words=words))


def _size(store: Store, version: Version, found: Prompt) -> str:
    from ...words import plural

    told = plural(found.characters, "character")
    if found.messages is not None:
        told = f"{plural(len(found.messages), 'message')}, {told}"
    try:
        tokenizer = store.tokenizer_of(version.ref)
    except MvtuiError:  # no library to count with, or a tokenizer that is none
        return told
    return f"{told}, {plural(tokenizer.count(found.texts), 'token')}" if tokenizer is not None else told


def hosted(store: Store, version: Version, files: tuple[FileEntry, ...]) -> Inside:
    """Return which model it is, when it ends, and what it replaces and why.

    Raises:
        MvtuiError: its descriptor can't be read.
    """
    status = store.hosted_status(version)
    params = store.hosted(version.ref).params
    edge = next((each for each in version.edges if each.type == "replaces" and not each.outside), None)
    against = compared(store, version, "replaced" if edge else None)
    base = against.base.ref if against is not None else ""
    role = against.chosen if against is not None else ""
    reason = edge.reason if edge is not None else ""
    return Inside(files, agent=Agent((), status, base, role, reason, params=params, comparison=against))


def compared(store: Store, version: Version, role: str | None = None) -> Comparison | None:
    """Return a version compared with what it replaces, or what is in production, or the one before; None without any."""
    try:
        return store.diff(version.ref, against=role)
    except NotFoundError:  # what it replaced is gone, or there is nothing to compare it with
        return None if role is None else compared(store, version)
