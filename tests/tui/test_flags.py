"""The column of what must not be overlooked in a list of versions: there only where something is flagged."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from mvtui.store import Hosted, init_store, open_store
from mvtui.tui import agents
from mvtui.tui.app.asking import flags as asked
from mvtui.tui.app.tables.version_columns import of_versions

from .conftest import Opens
from .test_lists import LOOK, version

SOON, OVER = ((agents.today() + timedelta(days=each)).isoformat() for each in (30, -3))


@pytest.fixture(scope="module")
def flagged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hosted models of which one floats and one has ended, and bundles of which one stands on an archived prompt."""
    directory = tmp_path_factory.mktemp("flags")
    path = directory / "prompt.md"
    with init_store(directory / "store") as store:
        for number in range(2):
            path.write_text(f"Be kind, {number}.\n")
            store.register("bot", path, kind="prompt", capture=False)
            store.promote("bot@latest", to="production", reason="next")
        store.register(
            "chat", hosted=Hosted("acme", "one-2031-01-01", {}), tags={"retires": SOON}, capture=False
        )
        store.register("chat", hosted=Hosted("acme", "two-latest", {}), capture=False)
        gone = Hosted("acme", "three-2020-01-01", {})
        store.register("chat", hosted=gone, tags={"retires": OVER}, capture=False, force=True)
        store.register("chat", hosted=Hosted("acme", "four-2040-01-01", {}), capture=False)
        store.bundle("agent", {"prompt": "bot@1.0.0"})
        store.bundle("agent", {"prompt": "bot@1.0.1"})
    return directory / "store"


def test_versions_are_flagged_in_the_words_of_ls(flagged: Path) -> None:
    with open_store(flagged, read_only=True) as store:

        def told(model: str) -> dict[str, tuple[str, ...]]:
            versions = store.versions(model)
            found = asked.flags(store, versions)
            return {each.version: found[each.id] for each in versions if each.id in found}

        assert told("bot") == {}
        assert told("chat") == {
            "1.2.0": ("RETIRED 3 days ago",),
            "1.1.0": ("floating",),
            "1.0.0": ("retires in 30 days",),
        }
        assert told("agent") == {"1.0.0": ("prompt archived",)}


def test_the_column_is_there_when_something_is_flagged() -> None:
    good, bad, over = version(1), version(2), version(3)
    assert "flags" not in of_versions([good]).default()
    assert of_versions([good]).resolved(["flags", "age"]) == ["age"]
    offered = of_versions(
        [good, bad, over], flags={bad.id: ("floating", "retires in 2 days"), over.id: ("RETIRED today",)}
    )
    assert "flags" in offered.default()
    (column,) = offered.columns(["flags"], LOOK)
    assert column.title == "FLAGS"
    assert column.show(bad, LOOK)[0].strip() == "! floating · retires in 2 days"
    assert column.show(good, LOOK)[0].strip() == ""
    assert (column.show(bad, LOOK)[1], column.show(over, LOOK)[1]) == ("warning", "bad")


def test_of_versions_of_which_nothing_can_be_flagged_nothing_is_asked() -> None:
    class Untouched:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(name)

    assert asked.flags(Untouched(), [version(number) for number in range(9)]) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_the_screen_shows_it(flagged: Path, opened: Opens, size: tuple[int, int]) -> None:
    async with opened(flagged, size) as it:
        shown = it.seen("#versions")
        assert it.selected == "agent@1.0.1"
        assert "FLAGS" in shown
        assert "! prompt archived" in shown
        with open_store(flagged, read_only=True) as store:
            versions = {model: store.get(f"{model}@latest") for model in ("chat", "bot")}
        it.main.selection.go_to(versions["chat"])
        await it.rest()
        shown = it.seen("#versions")
        for told in ("! RETIRED 3 days ago", "! floating", "! retires in 30 days"):
            assert told in shown
        it.main.selection.go_to(versions["bot"])
        await it.rest()
        assert "FLAGS" not in it.seen("#versions")


async def test_what_becomes_of_a_member_is_flagged_at_once(
    tmp_path: Path, opened: Opens, no_sync: None
) -> None:
    (tmp_path / "prompt.md").write_text("Be kind.\n")
    with init_store(tmp_path / "store") as store:
        store.register("bot", tmp_path / "prompt.md", kind="prompt", capture=False)
        store.bundle("agent", {"prompt": "bot@1.0.0"})
        async with opened(tmp_path / "store") as it:
            assert it.selected == "agent@1.0.0"
            assert "FLAGS" not in it.seen("#versions")
            store.promote("bot@1.0.0", "staging", reason="so")
            store.promote("bot@1.0.0", "archived", reason="so")
            await it.until(lambda: "! prompt archived" in it.seen("#versions"))
