"""live/<model>/ab/<test>/: what serving code opens of an A/B test while it runs.

There are ``test.json``, which tells the arm of each key (see ``ABTestSpec``), and a symlink for each arm, swapped and mended as
the live pointer is; the arm that is in Production has that pointer, and none here. The directory comes with the test and goes with it.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from . import durable

if TYPE_CHECKING:
    from ..nouns.ab_test import ABTestSpec
    from .documents import Document
    from .live import Live

CARD = "test.json"
_HOME = "ab"


class Arms:
    """The arms of one store's tests, beside the live pointers of ``live``."""

    def __init__(self, live: Live, *, temp_dir: str) -> None:
        self._live, self._temp_dir = live, temp_dir

    def _home(self, model: str) -> str:
        return os.path.join(self._live.directory, model, _HOME)

    def directory(self, model: str, test: str) -> str:
        """Return where a test's files lie, there or not."""
        return os.path.join(self._home(model), test)

    def card(self, spec: ABTestSpec) -> str:
        """Return where a test's file lies, there or not."""
        return os.path.join(self.directory(spec.model, spec.name), CARD)

    def path(self, spec: ABTestSpec, arm: str) -> str:
        """Return where the files of an arm are read while the test runs."""
        return os.path.join(self._live.directory, spec.model, *spec.arm(arm).path.split("/"))

    def models(self) -> list[str]:
        """Return the models that have tests here, by name."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(
                name for name in os.listdir(self._live.directory) if os.path.isdir(self._home(name))
            )
        return []

    def _tests(self, model: str) -> list[str]:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            return sorted(os.listdir(self._home(model)))
        return []

    def _links(self, spec: ABTestSpec, versions: Mapping[str, Document]) -> dict[str, str]:
        """Return the symlinks of a test, by path, and where each leads."""
        found = {}
        for arm in spec.arms:
            link = self.path(spec, arm.name)
            if arm.path.startswith(_HOME):
                tree = self._live.tree(versions[arm.version])
                found[link] = os.path.relpath(tree, os.path.dirname(link))
        return found

    def is_settled(
        self, model: str, wanted: Mapping[str, ABTestSpec], versions: Mapping[str, Document]
    ) -> bool:
        """Whether a model's tests are here as they should be, and no other. ``versions`` are the arms', by number."""
        if not wanted:
            return not os.path.lexists(self._home(model))
        if self._tests(model) != sorted(wanted):
            return False
        return all(self._is_right(spec, versions) for spec in wanted.values())

    def _is_right(self, spec: ABTestSpec, versions: Mapping[str, Document]) -> bool:
        try:
            with open(self.card(spec), "rb") as file:
                if file.read() != spec.encode():
                    return False
            links = self._links(spec, versions)
            return all(os.readlink(link) == target and os.path.isdir(link) for link, target in links.items())
        except OSError:
            return False

    def settle(self, model: str, wanted: Mapping[str, ABTestSpec], versions: Mapping[str, Document]) -> None:
        """Make a model's tests be here as they should be; the trees of the arms are prepared. Under the writers' lock.

        Raises:
            OSError: the disk refused, or something that is not ours is in the way.
        """
        for name in self._tests(model):
            if name not in wanted:
                self._remove(os.path.join(self._home(model), name))
        for spec in wanted.values():
            if not self._is_right(spec, versions):
                self._place(spec, self._links(spec, versions))
        if not wanted:
            with contextlib.suppress(OSError):  # none here, or someone's own in it
                os.rmdir(self._home(model))

    def _place(self, spec: ABTestSpec, links: Mapping[str, str]) -> None:
        durable.make_dirs(self.directory(spec.model, spec.name))
        for link, target in links.items():
            if os.path.lexists(link) and not os.path.islink(link):
                raise FileExistsError(errno.EEXIST, "it is no symlink", link)
            durable.point(link, target, aside=self._live.aside(spec.model))
        # The last: who finds it finds all arms that it names.
        durable.replace_file(self.card(spec), spec.encode(), temp_dir=self._temp_dir)

    def _remove(self, directory: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(directory, CARD))  # first: who reads it sees that the test is over
        with contextlib.suppress(FileNotFoundError):
            for name in os.listdir(directory):
                link = os.path.join(directory, name)
                if not os.path.islink(link):
                    raise FileExistsError(errno.EEXIST, "it is no symlink", link)
                os.unlink(link)
            os.rmdir(directory)
        durable.sync_dir(os.path.dirname(directory))

    def lead_to(self, model: str, tree: str) -> bool:
        """Whether a pointer of a test leads to a tree now, whatever the journal says."""
        target = os.path.realpath(tree)
        return any(os.path.realpath(link) == target for link in self._all(model))

    def _all(self, model: str) -> Iterable[str]:
        for test in self._tests(model):
            with contextlib.suppress(OSError):
                for name in os.listdir(self.directory(model, test)):
                    yield os.path.join(self.directory(model, test), name)
