"""What a prompt is besides its bytes: how its variables are written, and which there are.

Both are part of its manifest's parameters, as ``template`` and ``variables``: the same bytes read as another
language are another prompt, and what a prompt asks of its caller is its interface.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

TemplateLanguage = Literal["text", "format", "jinja"]
TEMPLATE_LANGUAGES: tuple[TemplateLanguage, ...] = ("text", "format", "jinja")
"""``text`` has no variables; ``format`` has ``{name}``, as f-strings and ``str.format``; ``jinja`` has ``{{ name }}``."""

TEMPLATE = "template"
VARIABLES = "variables"
"""The parameters of a prompt's manifest that mvtui writes itself."""

Message: TypeAlias = dict[str, object]
"""One message of a chat: ``role``, ``content``, and whatever else it has."""


class Variables(msgspec.Struct, frozen=True):
    """The names that a prompt takes, sorted: those that must be given, and those that it can do without."""

    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return them as the manifest has them: ``name, topic?``."""
        marks = dict.fromkeys(self.required, "") | dict.fromkeys(self.optional, "?")
        return ", ".join(f"{name}{marks[name]}" for name in sorted(marks))

    def joined(self, other: Variables) -> Variables:
        """Return the names of both; one that either must have is required."""
        required = {*self.required, *other.required}
        optional = {*self.optional, *other.optional} - required
        return Variables(tuple(sorted(required)), tuple(sorted(optional)))


def parse_variables(text: str) -> Variables:
    """Read what ``str(Variables)`` writes."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    return Variables(
        tuple(name for name in names if not name.endswith("?")),
        tuple(name[:-1] for name in names if name.endswith("?")),
    )


def changed_variables(before: str, after: str) -> str:
    """Say in a few words how the variables changed, both as the manifest has them; empty when they did not."""
    if before == after:
        return ""
    old, new = parse_variables(before), parse_variables(after)
    known, now = {*old.required, *old.optional}, {*new.required, *new.optional}
    told = []
    if added := sorted(now - known):
        told.append(f"{', '.join(added)} added")
    if removed := sorted(known - now):
        told.append(f"{', '.join(removed)} removed")
    if asked := sorted(set(new.required) & set(old.optional)):
        told.append(f"{', '.join(asked)} must be given now")
    if freed := sorted(set(new.optional) & set(old.required)):
        told.append(f"{', '.join(freed)} may be left out now")
    return "; ".join(told)
