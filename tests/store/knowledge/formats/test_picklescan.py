"""What picklescan calls dangerous is never safe here; and there is much that it doesn't see."""

from __future__ import annotations

import io
import logging
from pathlib import Path

import pytest

from .test_verdicts import PLACES, SAFE, told, verdict
from .tricks import TRICKS

scanner = pytest.importorskip("picklescan.scanner", reason="pip install picklescan")


@pytest.fixture(autouse=True)
def _quiet() -> None:
    logging.getLogger("picklescan").setLevel(logging.CRITICAL)


def dangerous(data: bytes, path: str) -> bool:
    """Whether picklescan finds something dangerous in a file."""
    try:
        found = scanner.scan_bytes(io.BytesIO(data), path, Path(path).suffix)
    except Exception:  # noqa: BLE001 - it gives up on much that this does not
        return False
    return bool(found.issues_count)


@pytest.mark.parametrize("place", PLACES)
def test_what_it_calls_dangerous_is_unsafe_or_unknown(place: str) -> None:
    seen = 0
    for trick in TRICKS.values():
        path, data = PLACES[place](trick.data)
        if dangerous(data, path):
            seen += 1
            assert told(data, path) in ("unsafe", "unknown"), trick
    assert seen or place in _UNSEEN


_UNSEEN = {
    *("tar", "tar under PyTorch's name", "gzip", "zlib", "bzip2", "xz", "lzma"),
    *("an archive in an archive", "behind an array", "bytes of another pickle"),
}
"""Places where it finds nothing at all."""


def test_what_it_lists_as_dangerous_is_unsafe_or_unknown() -> None:
    """Every name on its list, one by one; of a whole module any name."""
    from mvtui.store.knowledge.formats.pickled.names import kind

    for module, names in scanner._unsafe_globals.items():
        for name in ["anything", "nothing"] if names == "*" else [names] if isinstance(names, str) else names:
            found = kind(module, name)
            assert found == "unsafe" or (module, found) == ("uuid", "unknown"), (module, name)


def test_what_is_safe_here_is_not_dangerous_there() -> None:
    for case, (path, data) in SAFE.items():
        assert told(data, path) == "safe"
        assert not dangerous(data, path), case


def test_it_sees_most_of_the_tricks_and_not_all() -> None:
    missed = [
        each
        for each, trick in TRICKS.items()
        if trick.verdict == "unsafe" and not dangerous(trick.data, "a.pkl")
    ]
    assert len(missed) < len(TRICKS) / 2
    for each in missed:
        found = verdict(TRICKS[each].data)
        assert found is not None
        assert found.verdict == "unsafe", each
