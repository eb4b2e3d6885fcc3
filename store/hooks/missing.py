"""What to say when a framework is not there."""

from __future__ import annotations

from ..errors import MissingLibraryError


def missing(library: str, error: ImportError, *, also: str = "") -> MissingLibraryError:
    """Return the error to raise from ``error``, which importing ``library`` raised.

    ``also`` is one more thing to try. The hint is a note of the exception too: who imports a hook has no command
    line to print it.
    """
    if isinstance(error, ModuleNotFoundError) and (error.name or "").partition(".")[0] == library:
        found = MissingLibraryError(
            f"this hook needs {library}, which is not installed here", hint=f"pip install {library}{also}"
        )
    else:
        found = MissingLibraryError(
            f"{library} can't be imported: {error}", hint=f'Try it alone: python -c "import {library}"'
        )
    found.add_note(found.hint)
    return found
