"""The views of a version as a person uses them: marks, comparing, lineage; and what they ask of the store."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from mvtui.store import Code, Comparison, Model, Store, Version, VersionDetail, init_store, open_store
from mvtui.tui.app.asking.asked import Asked, Measured, lacks_history
from mvtui.tui.app.asking.messages import FromStore, ViewFailed, ViewRead
from mvtui.tui.app.asking.worker import StoreWorker
from mvtui.tui.app.keys.pane import VIEWS, Pane

from .conftest import Opens, Session
from .test_lists import version

EVIL = "[@click=app.quit]x[/foo]\x1b]52;c;aGk=\x07\u202e" + "y" * 10_000


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions of a model, data they were made from, and one made from them."""
    directory = tmp_path_factory.mktemp("world")
    file, data = directory / "weights.bin", directory / "reviews.tsv"
    with init_store(directory / "store") as store:
        for number in (1, 2, 3):
            data.write_text("good\n" * number)
            store.register("reviews", data, kind="dataset", note=f"{number} reviews", capture=False)
            file.write_bytes(b"w" * number)
            store.register(
                "sentiment",
                file,
                metrics={"accuracy": (80 + number) / 100, "loss": (50 - number) / 100},
                params={"lr": number / 10, "epochs": 2},
                tags={"team": "search"},
                parents=[f"sentiment@1.{number - 2}.0"] if number > 1 else [],
                datasets={"train": "reviews@latest"},
                capture=["python", "command"],
                command="python train.py",
            )
        file.write_bytes(b"q")
        store.register("small", file, edges=[("quantized-from", "sentiment@1.1.0")], capture=False)
    return directory / "store"


class InProduction:
    """A store in which a version holds Production, as no verb can bring about yet."""

    def __init__(self, store: Store, ref: str) -> None:
        self._store = store
        self._model, _, self._number = ref.partition("@")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def _staged(self, version: Version) -> Version:
        there = (version.model, version.version) == (self._model, self._number)
        return replace(version, stage="production" if there else None)

    def models(self) -> list[Model]:
        return [
            replace(model, production=self._number if model.name == self._model else None)
            for model in self._store.models()
        ]

    def versions(self, model: str | None = None) -> list[Version]:
        return [self._staged(version) for version in self._store.versions(model)]

    def search(self, rows: Any) -> Any:
        return self._store.search(self._store.versions(rows[0].model))

    def get(self, ref: str) -> Version:
        return self._staged(self._store.get(ref))

    def show(self, ref: str) -> VersionDetail:
        detail = self._store.show(ref)
        return replace(detail, version=self._staged(detail.version))

    def diff(self, *refs: str, **how: Any) -> Comparison:
        base = f"{self._model}@{self._number}"
        if len(refs) == 1 and refs[0] != base:
            return replace(self._store.diff(base, *refs), chosen="production")
        return self._store.diff(*refs, **how)


async def on_sentiment(it: Session) -> None:
    """Select the newest version of the model with parents."""
    await it.press("shift+tab", "g", "j", "tab")
    assert it.selected == "sentiment@1.2.0"


async def test_brackets_turn_the_view_beside_the_lists(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await on_sentiment(it)
        assert it.main.arranged.beside is Pane.METRICS
        assert it.metrics.startswith("1.2.0 against 1.1.0")
        await it.press("left_square_bracket")
        assert it.main.arranged.seen == (Pane.MODELS, Pane.VERSIONS, Pane.LINEAGE, Pane.STAGES)
        assert "▸ sentiment@1.2.0" in it.seen("#lineage")
        assert it.main.pane == Pane.VERSIONS, "the list keeps the keys"
        await it.press("left_square_bracket")
        assert it.main.arranged.seen[2:] == (Pane.TESTS, Pane.STAGES)
        await it.press("left_square_bracket")
        assert it.main.arranged.seen[2:] == (Pane.INSPECT, Pane.STAGES)
        await it.press("left_square_bracket")
        assert it.main.arranged.seen[2:] == (Pane.OVERVIEW, Pane.STAGES)
        assert it.seen("#overview").startswith(" sentiment@1.2.0")
        await it.press("left_square_bracket")
        assert list(it.main.arranged.seen[2:]) == [Pane.STAGES], "all the height, above it stands nothing"
        await it.press(*["right_square_bracket"] * 5)
        assert it.main.arranged.seen[2:] == (Pane.METRICS, Pane.STAGES)
        await it.press("j")
        assert it.metrics.startswith("1.1.0 against 1.0.0")


async def test_brackets_take_the_keys_along_from_a_view(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await on_sentiment(it)
        await it.press("3", "right_square_bracket")
        assert it.main.pane is Pane.STAGES
        await it.press("right_square_bracket")
        assert str(it.main.pane) == "Overview"
        assert it.seen("#overview").startswith(" sentiment@1.2.0")


async def test_brackets_turn_what_has_no_place_of_its_own_in_a_large_window(
    world: Path, opened: Opens
) -> None:
    async with opened(world, (160, 45)) as it:
        await on_sentiment(it)
        for side in (Pane.OVERVIEW, Pane.INSPECT, Pane.TESTS, Pane.METRICS, Pane.OVERVIEW):
            await it.press("right_square_bracket")
            assert it.main.arranged.seen == (Pane.MODELS, Pane.VERSIONS, Pane.LINEAGE, side, Pane.STAGES)
            assert it.main.pane is Pane.VERSIONS
        assert it.seen("#overview").startswith(" sentiment@1.2.0")
        await it.press("left_square_bracket")
        assert it.metrics.startswith("1.2.0 against 1.1.0")


async def test_in_a_narrow_window_a_view_takes_the_place_of_the_list(world: Path, opened: Opens) -> None:
    async with opened(world, (80, 24)) as it:
        await on_sentiment(it)
        assert "0 Models [1 Versions] 2 Lineage 3 Metrics 4 Stages 5 Overview 6 Inspect 7 A/B" in it.text
        for view in VIEWS:
            await it.press("right_square_bracket")
            assert it.main.pane is view
            assert f"[{view.number} {view}]" in it.text
        await it.press("right_square_bracket")
        assert it.main.pane is Pane.LINEAGE, "it goes round"
        await it.press("escape")
        assert str(it.main.pane) == "Versions"
        await it.press("left_square_bracket")
        assert str(it.main.pane) == "A/B"


async def test_overview_says_what_made_it(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await on_sentiment(it)
        await it.press("5")
        said = it.seen("#overview")
        for words in (
            *("Made by", "train = reviews@1.0.2", "fine-tuned-from", "sentiment@1.1.0"),
            *("python train.py", "accuracy  ↑ 0.83", "loss      ↓ 0.47"),
        ):
            assert words in said, words


async def test_what_is_logged_elsewhere_appears(world: Path, opened: Opens, tmp_path: Path) -> None:
    file = tmp_path / "w"
    file.write_bytes(b"w")
    with init_store(tmp_path / "store") as store:
        store.register("m", file, metrics={"accuracy": 0.5}, capture=False)
        async with opened(store.root, (120, 50)) as it:
            await it.press("5")
            assert "0.5" in it.seen("#overview")
            with open_store(store.root) as other:
                other.log_metrics("m@latest", {"accuracy": 0.75}, evaluation="again")
            await it.until(lambda: "2 values" in it.seen("#overview"))
            assert "0.75" in it.seen("#overview")


async def test_x_shows_only_what_differs_and_says_when_it_can_t(world: Path, opened: Opens) -> None:
    async with opened(world, (120, 80)) as it:
        await on_sentiment(it)
        await it.press("left_square_bracket", "x")
        assert "the Metrics pane is not open" in it.seen("#footer")
        await it.press("right_square_bracket")
        assert "epochs" in it.seen("#metrics")
        await it.press("x")
        assert "epochs" not in it.seen("#metrics")
        await it.press("3", "G")
        assert "Tags  1 the same" in it.seen("#metrics")
        await it.press("1", "j")
        assert "epochs" not in it.seen("#metrics"), "it stays while moving"
        await it.press("3", "x")
        assert "epochs" in it.seen("#metrics"), "there as well as beside it"


async def test_what_was_said_of_one_thing_makes_room_for_the_keys_with_the_next(
    world: Path, opened: Opens
) -> None:
    async with opened(world) as it:
        await on_sentiment(it)
        await it.press("x")
        assert "only what differs" in it.seen("#footer")
        await it.press("right_square_bracket")
        assert "/ filter" in it.seen("#footer")
        await it.press("x", "x")
        assert "can't hide what is the same: the Metrics pane is not open" in it.seen("#footer")
        await it.press("z")
        assert "/ filter" in it.seen("#footer")


async def test_marked_versions_are_compared_with_each_other(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45)) as it:
        await on_sentiment(it)
        await it.press("G", "space")
        assert "◆1.0.0" in it.seen("#versions")
        assert "1 version marked" in it.seen("#footer")
        await it.press("g")
        assert it.metrics.startswith("1.2.0 against 1.0.0"), "one mark: every other with it"
        await it.press("space", "j", "space")
        assert it.metrics.startswith("2 others against 1.0.0")
        assert "1.0.0 1.2.0   1.1.0" in it.metrics
        await it.press("k")
        assert it.metrics.startswith("2 others against 1.0.0"), "two: the marked ones"
        await it.press("space")
        assert it.metrics.startswith("1.1.0 against 1.0.0")
        await it.press("escape", "escape")
        assert "◆" not in it.seen("#versions")
        assert it.metrics.startswith("1.2.0 against 1.1.0")
        await it.press("escape", "escape")
        assert "outermost" in it.seen("#footer")


async def test_more_than_six_can_t_be_marked(filled: Path, opened: Opens) -> None:
    async with opened(filled) as it:
        await it.press("shift+tab", "G", "tab")
        for _ in range(7):
            await it.press("space", "j")
        assert it.seen("#versions").count("◆") == 6
        await it.press("space")
        assert "6 versions are the most" in it.seen("#footer")
        await it.press("shift+tab", "k", "tab")
        assert "◆" not in it.seen("#versions"), "each model has marks of its own"
        await it.press("space")
        await it.press("shift+tab", "j", "tab")
        assert it.seen("#versions").count("◆") == 6


async def test_marks_are_seen_in_ascii_too(world: Path, opened: Opens) -> None:
    async with opened(world, (160, 45), ascii_only=True, theme="ansi") as it:
        await on_sentiment(it)
        await it.press("space", "j")
        assert " *1.2.0" in it.seen("#versions")
        await it.press("right_square_bracket")
        assert it.text.replace("-", "").isascii()


async def test_lineage_keeps_the_version_in_sight(tmp_path: Path, opened: Opens) -> None:
    file = tmp_path / "w"
    with init_store(tmp_path / "store") as store:
        for number in range(30):
            file.write_bytes(b"w" * (number + 1))
            parents = [f"m@1.{number - 1}.0"] if number else []
            store.register("m", file, parents=parents, capture=False)
        async with opened(store.root, (120, 35)) as it:
            await it.press("left_square_bracket")
            assert "▸ m@1.29.0" in it.seen("#lineage")
            assert "m@1.0.0" not in it.seen("#lineage")
            await it.press("tab", "g")
            assert "▸ 7 ┌─ … and 1 more" in it.seen("#lineage"), "farther ones are folded"


async def test_a_lineage_that_is_seen_first_has_the_version_in_its_middle(
    tmp_path: Path, opened: Opens
) -> None:
    file = tmp_path / "w"

    def register(store: Store, content: str, parents: list[str]) -> str:
        file.write_text(content)
        return store.register("m", file, parents=parents, capture=False).version.ref

    with init_store(tmp_path / "store") as store:
        parents = []
        for number in range(8):
            grown = [register(store, f"{number} {other}", []) for other in range(4)]
            parents.append(register(store, f"{number}", grown))
        register(store, "all", parents)
        async with opened(store.root, (80, 24)) as it:
            await it.press("2")
            rows = it.seen("#lineage").splitlines()
            (at,) = [at for at, row in enumerate(rows) if "selected" in row]
            assert at > 3, "what it came from stands above"
            assert "nothing was made from it" in rows[at + 1]


async def test_production_is_what_is_compared_with(world: Path, opened: Opens) -> None:
    async with opened(lambda: InProduction(open_store(world), "sentiment@1.1.0"), (180, 45)) as it:
        await on_sentiment(it)
        head, newest, held, oldest = it.seen("#versions").splitlines()[:4]
        assert "vs ●" in head
        assert "accuracy ↑" in head
        assert "loss ↓" in head
        assert "0.83  ▲ +0.01" in newest
        assert "● production" in held
        assert "▼ -0.01" in oldest
        assert "3 Metrics · 1.2.0 against 1.1.0" in it.text
        await it.press("right_square_bracket")
        assert "Metrics  against ● 1.1.0" in it.seen("#overview")
        assert "loss      ↓ 0.47  ▲ -0.01" in it.seen("#overview")
        await it.press(*["right_square_bracket"] * 3, "j")
        assert "1.1.0 against 1.0.0" in it.metrics, "production itself: with the one before"


async def test_hostile_text_is_safe_in_every_view(tmp_path: Path, opened: Opens) -> None:
    file = tmp_path / "w"
    with init_store(tmp_path / "store") as store:
        for number in (1, 2):
            file.write_bytes(b"w" * number)
            store.register(
                "m",
                file,
                params={"[/foo]": EVIL[: 9000 + number], "lr": number},
                metrics={"[bold]\u202ea": number / 10},
                note=EVIL,
                capture=["command"],
                command=EVIL,
            )
        async with opened(store.root, (120, 60)) as it:
            for view in VIEWS:
                await it.press(str(view.number))
                for _ in range(20):
                    assert not set(it.text) & set("\x1b\x07\u202e")
                    it.main.panes[view].step(40)
                    await it.pilot.pause()
                await it.pilot.click(f"#{view.word}", offset=(3, 10))
            assert it.app.is_running


# -- what is asked of the store ---------------------------------------------------------------------


class Watched:
    """A store that remembers which of its verbs were called."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.called: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.called.append(name)
        return getattr(self._store, name)


OF_VIEW = {
    Pane.OVERVIEW: "capture",
    Pane.METRICS: "diff",
    Pane.STAGES: "transitions",
    Pane.LINEAGE: "lineage",
}
"""Verbs that one view asks and no other, for a version without edges."""


@pytest.mark.parametrize(
    ("size", "keys", "read"),
    [
        ((80, 24), (), ()),
        ((80, 24), ("5", "1"), ()),
        ((120, 25), (), (Pane.METRICS,)),
        ((120, 35), (), (Pane.METRICS, Pane.STAGES)),
        ((120, 35), ("5", "1"), (Pane.OVERVIEW, Pane.STAGES)),
        ((120, 35), ("z",), ()),
        ((160, 45), (), (Pane.METRICS, Pane.STAGES, Pane.LINEAGE)),
    ],
)
async def test_only_what_is_seen_is_read(
    opened: Opens, tmp_path: Path, size: tuple[int, int], keys: tuple[str, ...], read: tuple[Pane, ...]
) -> None:
    stores: list[Watched] = []

    def open_it() -> Any:
        stores.append(Watched(open_store(tmp_path / "store")))
        return stores[-1]

    file = tmp_path / "w"
    with init_store(tmp_path / "store") as store:
        for number in range(3):
            file.write_bytes(b"w" * number)
            store.register("m", file, capture=["python"])
    async with opened(open_it, size) as it:
        await it.press(*keys)
        stores[-1].called.clear()
        await it.press("j")
        assert it.selected == "m@1.0.1"
        called = set(stores[-1].called)
        assert {view for view, verb in OF_VIEW.items() if verb in called} == set(read)


async def test_a_view_that_can_t_be_read_says_why_and_the_others_still_work(
    world: Path, opened: Opens
) -> None:
    class Broken(Watched):
        def diff(self, *refs: str, **_: Any) -> Any:
            raise OSError("the disk is gone")

    async with opened(lambda: Broken(open_store(world))) as it:
        await on_sentiment(it)
        assert "the disk is gone" in it.seen("#metrics")
        assert "no gate guards it" in it.seen("#stages")
        await it.press("2")
        assert "▸ sentiment@1.2.0" in it.seen("#lineage")


async def test_an_answer_that_comes_too_late_is_not_shown(world: Path, opened: Opens) -> None:
    async with opened(world) as it:
        await on_sentiment(it)
        view = it.main.views.of(Pane.METRICS)
        before, shown = view.content, it.seen("#metrics")
        assert before is not None
        with open_store(world) as store:
            (late,) = read(store, Asked(Pane.METRICS, ("sentiment@1.0.0",)))
        it.main.post_message(late)
        await it.rest()
        assert view.content is before
        assert it.seen("#metrics") == shown


async def test_the_first_version_has_nothing_to_be_compared_with(own: Store, opened: Opens) -> None:
    async with opened(own.root) as it:
        assert "nothing to compare" in it.seen("#metrics")


def read(store: Any, asked: Asked) -> list[FromStore]:
    """Let a worker answer, without a screen."""
    posted: list[FromStore] = []
    worker = StoreWorker(lambda: store, posted.append)
    worker.painted()
    worker._read(store, asked)
    return posted


def test_the_worker_answers_with_what_was_asked(world: Path) -> None:
    with open_store(world) as store:
        for view in VIEWS:
            asked = Asked(view, ("sentiment@1.2.0",))
            (answer,) = read(store, asked)
            assert isinstance(answer, ViewRead)
            assert answer.asked == asked
        (answer,) = read(store, Asked(Pane.METRICS, ("sentiment@1.2.0", "sentiment@9.9.9")))
        assert isinstance(answer, ViewFailed)
        assert "9.9.9" in answer.reason


def test_git_is_asked_where_there_are_other_commits_and_only_once() -> None:
    before, after = version(1, code=Code("a" * 40)), version(2, code=Code("b" * 40))
    assert lacks_history(Measured(Comparison((before, after), ((),), ())))
    assert not lacks_history(Measured(Comparison((before, after), ((),), (), histories=(None,))))
    assert not lacks_history(Measured(Comparison((before, replace(before, seq=3)), ((),), ())))
    assert not lacks_history(Measured(Comparison((version(1), after), ((),), ())))
    assert not lacks_history(Measured(None, "nothing to compare with"))


def test_git_that_takes_its_time_is_asked_once(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mvtui.tui.app.asking import worker as module

    asked = Asked(Pane.METRICS, ("sentiment@1.2.0",))
    calls: list[bool] = []

    class Slow(Watched):
        def diff(self, *refs: str, history: bool = False, **_: Any) -> Any:
            calls.append(history)
            threading.Event().wait(0.002)
            return self._store.diff(*refs)

    with open_store(world) as store:
        slow: Any = Slow(store)
        posted: list[FromStore] = []
        worker = StoreWorker(lambda: slow, posted.append)
        monkeypatch.setattr(module, "lacks_history", lambda _content: True)
        worker._read_history(slow, asked)
        worker._read_history(slow, asked)
        assert calls.count(True) == 2
        monkeypatch.setattr(module, "_SLOW_GIT_SECONDS", 0.001)
        worker._read_history(slow, asked)
        worker._read_history(slow, asked)
        assert calls.count(True) == 3
        assert len(posted) == 4, "curves are read all the same"
