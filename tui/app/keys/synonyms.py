"""Words by which people know actions from other programs, and what only the command line does: the palette finds both by them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

SYNONYMS: Mapping[str, str] = {
    "app.help": "keys shortcuts bindings manual",
    "app.quit": "exit leave close",
    "change.redo": "again",
    "change.undo": "revert take back",
    "columns.choose": "fields table hide show metrics",
    "compare.differences": "compare diff unchanged",
    "copy.menu": "yank clipboard path digest",
    "lineage.back": "previous return",
    "list.filter": "search find query grep",
    "list.sort": "order by",
    "mark.toggle": "compare diff select",
    "metrics.against": "compare parent production",
    "pane.inspect": "tensors files weights modules prompt text look inside",
    "pane.lineage": "ancestry parents provenance graph tree data",
    "pane.metrics": "compare diff chart plot curves",
    "pane.overview": "details info describe show",
    "pane.stages": "history log journal timeline events gates",
    "pane.tests": "ab test experiment traffic split canary",
    "stage.approve": "review reject sign request withdraw",
    "stage.inbox": "waiting requests reviews",
    "stage.promote": "override overrule deploy release ship gates",
    "stage.rollback": "revert restore previous",
    "store.refresh": "reload update",
    "version.alias": "name champion label",
    "version.archive": "retire hide",
    "version.checkout": "export download get files",
    "version.delete": "remove drop",
    "version.note": "comment describe edit message",
    "version.register": "new add import create upload",
    "version.tag": "label",
    "version.verify": "checksum integrity corrupt",
}
"""Action → words, besides those of its name and description."""


class Command(Struct, frozen=True):
    """What only the command line does: the palette names the command, and copies it."""

    line: str
    description: str
    synonyms: str = ""

    @property
    def name(self) -> str:
        """The name of the command: ``history``."""
        return self.line.removeprefix("mvtui ")


COMMANDS: tuple[Command, ...] = (
    Command(
        "mvtui history",
        "The whole ledger: who did what in this store, and why",
        "log journal ledger events timeline who",
    ),
    Command(
        "mvtui at", "What was in production at a moment, and who put it there", "history past blame when"
    ),
    Command("mvtui watch", "Events as they land", "follow tail log"),
    Command("mvtui audit", "Prove the store's history", "integrity tamper verify journal"),
    Command("mvtui impact", "What was made from a data set, a base or a commit", "affected downstream"),
    Command("mvtui reproduce", "The commands that would make a version again", "rebuild retrain rerun"),
    Command("mvtui config", "The gates and access rules in force", "policy settings rules who may"),
    Command("mvtui du", "What versions take on disk", "disk usage space size"),
    Command("mvtui gc", "Free the space of what no version needs", "garbage clean space prune"),
    Command(
        "mvtui doctor", "What is to be mended of store, disk and terminal", "health check problems repair"
    ),
)
