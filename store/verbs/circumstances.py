"""What a registration's event says besides the content: the capture of its surroundings, and its series.

Both become objects before the lock is taken; the event names them. They are no part of the version's identity.
"""

from __future__ import annotations

import functools
import os
from typing import Any

import msgspec

from ..engine.repository import Repository
from ..nouns.capture import Code, Part, parse_parts
from .request import Request

VARIABLE = "MVTUI_CAPTURE"
"""Environment variable that overrides config.toml: ``all``, ``none``, or names of parts with commas."""


class Circumstances:
    """The surroundings of one registration, or of several made at once: looked at when first needed, once.

    Raises:
        BadInputError: ``$MVTUI_CAPTURE`` can't be read: said before a byte is copied.
    """

    def __init__(self, repository: Repository, request: Request) -> None:
        self._repository = repository
        self._request = request
        self._parts = _wanted(repository, request)
        self.notices: tuple[str, ...] = ()
        """What could not be captured and will be missed, a sentence each; empty until ``captured`` has been asked for."""

    @functools.cached_property
    def captured(self) -> dict[str, Any]:
        """The capture as fields of an event; empty when nothing is to be captured.

        Looking never fails: what can't be found out is recorded as such.
        """
        if not self._parts:
            return {}
        from ..knowledge import capture
        from ..knowledge.capture import notices

        config = self._repository.config
        limits = capture.Limits(
            seconds=config.capture_timeout,
            patch_bytes=config.capture_patch_limit,
            command=self._request.command or None,
        )
        taken = capture.take(self._parts, limits=limits)
        put = self._repository.objects.put_bytes
        packages = put(taken.packages) if taken.packages else ""
        patch = put(taken.patch) if taken.patch else ""
        record = msgspec.structs.replace(taken.capture, packages=packages, patch=patch)
        self.notices = notices.notices(record, self._request.paths)
        digest = put(msgspec.json.encode(record, order="sorted"))
        fields: dict[str, Any] = {
            "capture": digest,
            "objects": [name for name in (digest, packages, patch) if name],
        }
        if taken.code:
            fields["code"] = msgspec.to_builtins(taken.code)
        return fields

    @property
    def code(self) -> Code | None:
        """Which code made the version, if that is known."""
        return msgspec.convert(self.captured["code"], Code) if "code" in self.captured else None

    @functools.cached_property
    def series(self) -> dict[str, Any]:
        """The series as fields of an event; empty without."""
        if not self._request.series:
            return {}
        from ..knowledge import series

        digest = self._repository.objects.put_bytes(series.encode(self._request.series))
        return {"series": digest, "objects": [digest]}


def joined(*parts: dict[str, Any]) -> dict[str, Any]:
    """Return several mappings of event fields as one; the objects they name add up."""
    objects = [name for part in parts for name in part.get("objects", ())]
    fields = {key: value for part in parts for key, value in part.items()}
    return fields | {"objects": objects} if objects else fields


def _wanted(repository: Repository, request: Request) -> tuple[Part, ...]:
    if request.capture is not None:
        parts: tuple[Part, ...] = tuple(request.capture)  # type: ignore[arg-type]  # names since request.checked
    elif stated := os.environ.get(VARIABLE, "").strip():
        parts = parse_parts(stated, f"${VARIABLE}")
    else:
        parts = repository.config.capture_parts
    # A command that was stated is kept, whatever is looked for besides.
    return (*parts, "command") if request.command and "command" not in parts else parts
