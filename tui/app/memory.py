"""What is remembered of a person from one start to the next: queries, actions used last, hints seen, columns chosen.

Files are read and written by a thread of its own, so that a slow home directory never holds up the screen. Nothing
here is worth an error: what can't be read counts as not there, what can't be written is forgotten at the end.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TypeAlias

from ..text import visible

QUERIES, ACTIONS, HINTS = "queries", "actions", "hints"
"""What is remembered: lists of texts, each in a file of its own."""

COLUMNS = "columns"
"""What is chosen, of something by its name: the columns of a model's versions."""

MOST = 200
"""As many texts are kept in each list; those used last."""

LONGEST = 500
"""Characters of a text that are kept."""

_LONGEST_CHOICE = 50_000
"""Characters of a choice, as it is written, that are kept."""

_LARGEST = 1 << 20
"""Bytes of a file that are read: ours are smaller."""

_LEAVING_SECONDS = 0.5
"""How long the end of the program waits for what was noted last."""


Choice: TypeAlias = "tuple[str, ...] | None"
"""What was chosen, as texts of others; None for nothing in particular."""


class Memory:
    """Lists of texts, each text once, the one noted last at the end; and choices. Without a directory nothing outlives it."""

    def __init__(self, directory: str | None = None) -> None:
        self._directory = directory
        self._lists: dict[str, list[str]] = {QUERIES: [], ACTIONS: [], HINTS: []}
        self._lock = Lock()
        self._choices: dict[str, Choice] = {}
        self._work: SimpleQueue[tuple[str, str] | None] = SimpleQueue()
        self._thread: Thread | None = None

    def start(self, told: Callable[[], object]) -> None:
        """Begin to read what is kept; ``told`` is called in another thread when that is done."""
        if self._directory is not None and self._thread is None:
            self._thread = Thread(target=self._run, args=(told,), name="mvtui-memory", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End; what was noted last is written if that takes no time."""
        if self._thread is not None:
            self._work.put(None)
            self._thread.join(_LEAVING_SECONDS)

    def recall(self, name: str) -> list[str]:
        """Return a list, the text noted last at its end."""
        with self._lock:
            return list(self._lists[name])

    def note(self, name: str, text: str) -> None:
        """Put a text at the end of a list."""
        text = text.strip()
        if text and len(text) <= LONGEST:
            with self._lock:
                self._lists[name] = _joined(self._lists[name], [text])
            self._work.put((name, text))

    def chosen(self, of: str) -> Choice:
        """Return what was chosen for something; None for nothing in particular."""
        with self._lock:
            return self._choices.get(of)

    def choose(self, of: str, choice: Choice) -> None:
        """Keep what was chosen for something."""
        if len(line := _written(of, choice)) <= _LONGEST_CHOICE:
            with self._lock:
                self._choices[of] = choice
            self._work.put((COLUMNS, line))

    # -- in the thread -----------------------------------------------------------------------------

    def _run(self, told: Callable[[], object]) -> None:
        for name in (QUERIES, ACTIONS, HINTS):
            kept = self._read(name)
            with self._lock:
                self._lists[name] = _joined(kept, self._lists[name])
        choices = self._read_choices()
        with self._lock:
            self._choices = choices | self._choices
        told()
        while (noted := self._work.get()) is not None:
            name, text = noted
            if name == COLUMNS:
                self._write_choice(text)
            else:
                self._write(name, text)

    def _path(self, name: str) -> str:
        return os.path.join(self._directory or "", f"{name}.jsonl")

    def _lines(self, name: str) -> list[bytes]:
        try:
            with open(self._path(name), "rb") as file:
                return file.read(_LARGEST).splitlines()
        except OSError:
            return []

    def _read(self, name: str) -> list[str]:
        return _joined([], [text for line in self._lines(name) if (text := _text(line))])

    def _read_choices(self) -> dict[str, Choice]:
        return dict(found for line in self._lines(COLUMNS) if (found := _choice(line)))

    def _write(self, name: str, text: str) -> None:
        """Add to what is kept by now: another mvtui may have noted something since."""
        import json

        self._replace(name, [json.dumps(each) + "\n" for each in _joined(self._read(name), [text])])

    def _write_choice(self, line: str) -> None:
        """Put a choice in the place of what is kept by now for the same thing."""
        if (found := _choice(line.encode())) is None:
            return
        kept = self._read_choices()
        kept.pop(found[0], None)
        if found[1] is not None:
            kept[found[0]] = found[1]
        self._replace(COLUMNS, [_written(*each) + "\n" for each in list(kept.items())[-MOST:]])

    def _replace(self, name: str, lines: list[str]) -> None:
        path = self._path(name)
        temporary = f"{path}.{os.getpid()}"
        try:
            os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
            # What people look for is nobody else's business.
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with open(descriptor, "w", encoding="ascii") as file:
                file.writelines(lines)
            os.replace(temporary, path)
        except OSError:
            return


def _joined(texts: list[str], later: list[str]) -> list[str]:
    """Return texts and later ones, each once, as many as are kept."""
    found = dict.fromkeys(reversed([*texts, *later]))
    return list(found)[:MOST][::-1]


def _written(of: str, choice: Choice) -> str:
    import json

    return json.dumps([of, None if choice is None else list(choice)])


def _choice(line: bytes) -> tuple[str, Choice] | None:
    """Return the choice of a line, which anyone may have written: names as they are, to be made safe where they are shown."""
    import json

    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match found:
        case [str(of), None]:
            return of, None
        case [str(of), [*texts]] if all(isinstance(text, str) for text in texts):
            return of, tuple(texts)
    return None


def _text(line: bytes) -> str:
    """Return the text of a line, which anyone may have written; nothing for none. A field draws what it holds as it is."""
    import json

    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    return visible(found, LONGEST).strip() if isinstance(found, str) else ""
