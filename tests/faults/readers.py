"""A process of its own that serves what a live pointer leads to: ``python readers.py HOW POINTER``.

It loads again and again until its stdin ends, and then says as JSON how often, what it saw, and what was wrong. Every file
of a version begins with the version's number. No import of mvtui: serving code need not have it.
"""

from __future__ import annotations

import json
import os
import select
import sys
from collections import Counter
from collections.abc import Callable, Iterator

FILES = ("a.bin", "b/c.bin", "b/d/e.bin")


def by_descriptor(pointer: str) -> Iterator[bytes]:
    """Resolve the link once by opening the directory; open the files below that."""
    directory = os.open(pointer, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for name in ("version.json", *FILES):
            yield _read(os.open(name, os.O_RDONLY, dir_fd=directory))
    finally:
        os.close(directory)


def by_path(pointer: str) -> Iterator[bytes]:
    """Resolve the link once to a path; open the files below that."""
    target = os.path.realpath(pointer)
    for name in ("version.json", *FILES):
        yield _read(os.open(os.path.join(target, name), os.O_RDONLY))


def through(pointer: str) -> Iterator[bytes]:
    """Open each file through the link: it may be another version's each time, but is there, and whole."""
    for name in ("version.json", *FILES):
        yield _read(os.open(os.path.join(pointer, name), os.O_RDONLY))


def _read(fd: int) -> bytes:
    with open(fd, "rb") as file:
        return file.read()


WAYS: dict[str, Callable[[str], Iterator[bytes]]] = {
    way.__name__: way for way in (by_descriptor, by_path, through)
}


def load(how: str, pointer: str) -> tuple[str, str]:
    """Load all files once; return the version's number, and what was wrong or an empty text."""
    card, *contents = WAYS[how](pointer)
    said = json.loads(card)
    sizes = {entry["path"]: entry["size"] for entry in said["files"]}
    numbers = [content.split(b" ", 1)[0].decode() for content in contents]
    if how == "through":
        torn = [
            n
            for n, c in zip(numbers, contents, strict=True)
            if c.count(f"{n} ".encode()) * len(f"{n} ") != len(c)
        ]
        return numbers[0], f"torn: {torn}" if torn else ""
    if set(numbers) != {said["version"]}:
        return said["version"], f"mixed: {said['version']} with {numbers}"
    if [len(content) for content in contents] != [sizes[name] for name in FILES]:
        return said["version"], "a file has another size than version.json says"
    return said["version"], ""


def main(how: str, pointer: str) -> None:
    """Load until told to stop."""
    seen: Counter[str] = Counter()
    wrong: list[str] = []
    os.write(1, b"ready\n")
    while True:
        try:
            if set(os.listdir(os.path.dirname(pointer))) != {"production", ".versions"}:
                wrong.append("not one link")
            number, problem = load(how, pointer)
            seen[number] += 1
            wrong += [problem] if problem else []
        except (OSError, ValueError) as error:
            wrong.append(repr(error))
        if select.select([0], [], [], 0)[0]:
            break
    print(json.dumps({"seen": seen, "wrong": wrong[:10]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
