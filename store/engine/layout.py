"""Where things lie in a store's directory. Paths only; nothing is read or made here."""

from __future__ import annotations

import os

import msgspec

DIRECTORY = ".mvtui"


class Layout(msgspec.Struct, frozen=True):
    """The paths of one store.

    ::

    config.toml        edited by a person
    allowed_signers    likewise: whose SSH keys sign approvals
    objects/ab/cdef…   immutable bytes, named by their BLAKE3
    journal/           append-only events: the truth
    index.json         derived from the journal
    head.json          derived: what a screen shows first, in large stores
    live/              named files for reading: symlinks or reflinks of objects
    tmp/  trash/       staging; deleted objects in their grace period
    lock               the writers' lock
    statcache          derived: which file states were hashed
    derived/           derived: what took long to work out of objects
    outcomes/<test>/   append-only segments of what was measured of A/B tests
    """

    root: str

    def _at(self, name: str) -> str:
        return os.path.join(self.root, name)

    @property
    def config(self) -> str:
        """``config.toml``."""
        return self._at("config.toml")

    @property
    def signers(self) -> str:
        """``allowed_signers``: whose SSH keys approvals may be signed with."""
        return self._at("allowed_signers")

    @property
    def objects(self) -> str:
        """``objects/``."""
        return self._at("objects")

    @property
    def journal(self) -> str:
        """``journal/``."""
        return self._at("journal")

    @property
    def events(self) -> str:
        """The journal file; a directory that has it is a store."""
        return os.path.join(self.root, "journal", "events.jsonl")

    @property
    def index(self) -> str:
        """``index.json``."""
        return self._at("index.json")

    @property
    def head(self) -> str:
        """``head.json``."""
        return self._at("head.json")

    @property
    def live(self) -> str:
        """``live/``."""
        return self._at("live")

    @property
    def trees(self) -> str:
        """``live/.trees/``: a version's files under their own names, one directory a manifest."""
        return os.path.join(self.root, "live", ".trees")

    @property
    def tmp(self) -> str:
        """``tmp/``."""
        return self._at("tmp")

    @property
    def trash(self) -> str:
        """``trash/``."""
        return self._at("trash")

    @property
    def lock(self) -> str:
        """``lock``."""
        return self._at("lock")

    @property
    def statcache(self) -> str:
        """``statcache``."""
        return self._at("statcache")

    @property
    def derived(self) -> str:
        """``derived/``, made when it is needed."""
        return self._at("derived")

    @property
    def outcomes(self) -> str:
        """``outcomes/``: one directory an A/B test, made when one is first recorded to."""
        return self._at("outcomes")

    def directories(self) -> tuple[str, ...]:
        """Every directory a writable store needs, parents first."""
        return (self.objects, self.journal, self.live, self.trees, self.tmp, self.trash)
