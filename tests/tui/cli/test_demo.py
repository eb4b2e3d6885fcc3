"""The demo: real models, true history, and nothing removed that it did not make."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from mvtui import init_store, open_store
from mvtui.store import Store
from mvtui.tui.demo import agent, corpus, safetensors, stages, story
from mvtui.tui.demo.build import MARKER

from ...people import become
from .conftest import Result, Run


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from mvtui.tui.demo.build import demo

    place = tmp_path_factory.mktemp("demo") / "here"
    assert demo(place).built
    return place


@pytest.fixture
def demo_store(built: Path) -> Iterator[Store]:
    with open_store(built) as store:
        yield store


def test_it_tells_a_story(demo_store: Store) -> None:
    everything = {model.name: model for model in demo_store.models()}
    data = {version.model for version in demo_store.versions() if version.kind == "dataset"}
    assert data == {
        *("reviews", "reviews-held-out", "phrases", "phrases-held-out", "clicks", "clicks-held-out"),
        *("help-articles", "support-tickets"),
    }
    models = {name: model for name, model in everything.items() if name not in data}
    agent = {"support-prompt", "chat", "help-ranker", "support-agent"}
    assert set(models) == {"sentiment", "langid", "ranker", *agent}
    assert all(model.version_count >= 5 for name, model in models.items() if name not in agent)
    assert all(model.aliases for name, model in models.items() if name not in agent)
    versions = demo_store.versions()
    assert all(version.note for version in versions)
    assert all(version.metrics for version in versions if version.kind == "weights")
    assert any("-rc" in version.version for version in versions)
    assert [v.ref for v in demo_store.versions(deleted=True) if v.deleted] == ["sentiment@1.3.0"]
    assert all(v.registered == v.created for v in versions)
    assert [v.created for v in versions] == sorted((v.created for v in versions), reverse=True)
    assert demo_store.verify().ok


def test_its_versions_went_through_gates_and_stages(demo_store: Store) -> None:
    changes = demo_store.transitions()
    assert {change.how for change in changes} == {"promote", "rollback"}
    production = {model.name: model.production for model in demo_store.models() if model.production}
    assert production == {
        "sentiment": "2.0.0",
        "langid": "2.0.0",
        "ranker": "1.3.0",
        "support-prompt": "1.1.0",
        "chat": "1.1.0",
        "help-ranker": "1.0.0",
        "support-agent": "1.2.0",
    }
    assert {change.ref for change in changes if change.overridden} == {"langid@2.0.0"}
    assert {change.displaced for change in changes if change.how == "rollback"} == {"1.3.0", "1.1.0"}
    assert next(change.ref for change in changes if change.how == "rollback") == "help-ranker@1.0.0"
    assert {stage for model in production for stage, there in demo_store.stages(model).items() if there} == {
        "staging",
        "validation",
        "production",
        "archived",
    }
    assert all(change.reason for change in changes)


def test_its_people_and_weeks_are_a_story_and_the_store_says_so(demo_store: Store) -> None:
    events = list(demo_store.events())
    assert {event.actor.user for event in events[1:]} == {"alice", "bob", "carol", "dave"}
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert (events[-1].at - events[0].at).days > 21
    assert [found.topic for found in demo_store.doctor() if found.topic == "demo"]
    changes = demo_store.transitions()
    assert any(change.actor.user != demo_store.get(change.ref).author for change in changes)


def test_a_gate_is_in_the_way_of_the_newest_and_a_request_waits(demo_store: Store) -> None:
    report = demo_store.gates("sentiment@latest")
    stopping = {result.gate for result in report.results if not result.passed}
    assert stopping == {"approvals", "accuracy[reviews-held-out:negated] vs production"}
    assert [(waiting.version.ref, waiting.stage) for waiting in demo_store.inbox()] == [
        ("sentiment@2.1.0", "production")
    ]
    assert demo_store.rollback_plan("sentiment").target.version == "1.2.0"


@pytest.mark.parametrize(
    ("user", "may_be_named"),
    [
        ("ann", True),
        ("ann.b-c_1", True),
        ("AD\\ann", False),
        ("ann with blanks", False),
        ('x"]\n[evil]', False),
    ],
)
def test_its_config_is_right_whoever_runs_it(user: str, may_be_named: bool, tmp_path: Path) -> None:
    with init_store(tmp_path / "s") as store:
        file = store.root / "config.toml"
        file.write_text(stages.config(file.read_text(), user))
        policy = store.policy().policy
        assert len(policy.gates) > 5
        assert policy.access.override == (("bob", user) if may_be_named else ("bob",))
        asking = [gate.rule for gate in policy.gates if gate.rule.label == "approvals"]
        assert [getattr(rule, "four_eyes", None) for rule in asking] == [True]


def test_an_approval_of_whoever_runs_it_counts_root_too(
    tmp_path: Path, make_file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with init_store(tmp_path / "s") as store:
        file = store.root / "config.toml"
        template = file.read_text()
        become(monkeypatch, "alice")
        store.register("sentiment", make_file())
        become(monkeypatch, "root", 0)
        for is_root in (False, True):
            file.write_text(stages.config(template, "root", is_root=is_root))
            assert store.approve("sentiment", "production").counts is is_root


def test_who_made_it_decides_whether_it_takes_roots(demo_store: Store) -> None:
    asking = [gate.rule for gate in demo_store.policy().policy.gates if gate.rule.label == "approvals"]
    assert [getattr(rule, "four_eyes", None) for rule in asking] == [os.getuid() != 0]


def test_the_agent_was_upgraded_fixed_and_tested(demo_store: Store) -> None:
    assert demo_store.hosted("chat@production").model == "gpt-4o-2024-08-06"
    (replaced,) = (edge for edge in demo_store.get("chat@production").edges if edge.type == "replaces")
    assert replaced.to == demo_store.get("chat@1.0.0").id
    assert "promise" in demo_store.prompt("support-prompt@production").render(review="x", language="de")
    won, runs = demo_store.ab_report("help-order"), demo_store.ab_report("greeting")
    assert (won.test.running, won.verdict, won.leader) == (False, "better", "near")
    assert (runs.test.running, runs.verdict, runs.leader) == (True, "undecided", "")


def test_numbers_rose_for_real_reasons(demo_store: Store) -> None:
    numbers = [version.version for version in demo_store.versions("sentiment")]
    assert numbers == ["2.1.0", "2.0.0", "2.0.0-rc.1", "1.2.0", "1.1.0", "1.0.0"]
    assert [v.version for v in demo_store.versions("langid")] == ["2.1.0", "2.0.0", "1.2.0", "1.1.0", "1.0.0"]


def test_the_models_learned_something(demo_store: Store) -> None:
    def metric(ref: str, name: str) -> float:
        return demo_store.get(ref).metrics[name]

    assert metric("sentiment@2.1.0", "accuracy") > metric("sentiment@1.0.0", "accuracy") + 0.1
    (leaked,) = (v for v in demo_store.versions("sentiment", deleted=True) if v.deleted)
    assert leaked.metrics["accuracy"] > metric("sentiment@1.2.0", "accuracy") + 0.05
    assert metric("langid@1.2.0", "accuracy") > 0.9 > metric("langid@1.0.0", "accuracy")
    assert metric("ranker@1.3.0", "ndcg") > metric("ranker@1.1.0", "ndcg")


def test_what_made_a_model_is_true(demo_store: Store) -> None:
    made = {(edge.type, edge.to) for edge in demo_store.get("sentiment@2.0.0").edges}
    (data,) = (to for kind, to in made if kind == "trained-on")
    rows = demo_store.path(f"id:{data}").read_text().splitlines()
    assert rows[0] == "label\ttext"
    assert len(rows) - 1 == demo_store.get("sentiment@2.0.0").params["reviews"]
    candidate = demo_store.get("sentiment@2.0.0-rc.1")
    assert ("fine-tuned-from", candidate.id) in made
    assert {data} == {edge.to for edge in candidate.edges if edge.type == "trained-on"}
    held_out = {edge.to for v in demo_store.versions("ranker") for edge in v.edges if edge.role == "test"}
    assert held_out == {demo_store.get("clicks-held-out").id}


def test_what_was_recorded_while_training_is_kept(demo_store: Store) -> None:
    made = demo_store.series("sentiment@1.2.0")
    assert set(made) == {"train/loss", "eval/loss", "learning_rate"}
    loss, evaluated, rate = made["train/loss"], made["eval/loss"], made["learning_rate"]
    epochs = demo_store.get("sentiment@1.2.0").params["epochs"]
    assert len(evaluated.steps) == epochs
    assert len(loss.steps) == len(rate.steps) >= 20 * len(evaluated.steps), "an epoch has many points"
    assert sum(loss.values[-10:]) < sum(loss.values[:10]), "it learned"
    assert list(rate.values) == sorted(rate.values, reverse=True)
    assert round(evaluated.values[-1], 4) == demo_store.get("sentiment@1.2.0").metrics["loss"]
    # Started where the candidate ended: it is better from its first examples on.
    first = demo_store.series("sentiment@2.0.0")["train/loss"].values[:10]
    assert sum(first) < sum(demo_store.series("sentiment@2.0.0-rc.1")["train/loss"].values[:10])
    assert demo_store.series("langid@latest") == {}


def test_slices_of_the_held_out_data_were_measured_later(demo_store: Store) -> None:
    version = demo_store.get("sentiment@latest")
    parts = [version.metrics[f"accuracy[reviews-held-out@1.0.0:{part}]"] for part in ("negated", "plain")]
    assert min(parts) <= version.metrics["accuracy"] <= max(parts)
    later = [one for one in demo_store.measurements("sentiment@latest") if one.slice]
    assert {one.evaluation for one in later} == {"error-analysis"}
    assert not any(edge.later for one in demo_store.versions() for edge in one.edges), "on what they name"
    assert {f"accuracy[phrases-held-out@1.0.1:{x}]" for x in ("it", "nl")} <= demo_store.get(
        "langid@latest"
    ).metrics.keys()


def test_the_surroundings_are_this_machine_s_and_nobody_s_repository(demo_store: Store) -> None:
    captured = demo_store.capture("sentiment@latest")
    assert captured is not None
    assert set(captured.parts) == {"python", "system", "gpu"}
    assert demo_store.get("sentiment@latest").code is None


def test_the_files_are_genuine_safetensors(demo_store: Store) -> None:
    seen = 0
    for version in demo_store.versions():
        where = demo_store.path(version.ref)
        for path in [where] if where.is_file() else sorted(where.iterdir()):
            if path.suffix == ".safetensors":
                check_safetensors(path.read_bytes())
                seen += 1
            if path.name == "config.json":
                assert json.loads(path.read_text())["model_type"]
    assert seen == 19


def check_safetensors(data: bytes) -> None:
    (length,) = struct.unpack("<Q", data[:8])
    assert length % 8 == 0
    header = json.loads(data[8 : 8 + length])
    assert header.pop("__metadata__")["format"] == "pt"
    end = 0
    for tensor in sorted(header.values(), key=lambda t: t["data_offsets"][0]):
        start, stop = tensor["data_offsets"]
        assert start == end
        count = 1
        for size in tensor["shape"]:
            count *= size
        assert stop - start == 4 * count
        end = stop
    assert 8 + length + end == len(data)


def test_a_tensor_must_fit_its_shape() -> None:
    with pytest.raises(ValueError, match="shape"):
        safetensors.encode({"w": safetensors.Tensor((2, 2), [1.0])}, {})


def test_training_is_repeatable() -> None:
    def some() -> list[dict[str, bytes]]:
        return [dict(release.make().files) for release in story.history()[:4]]

    assert some() == some()
    assert corpus.reviews(5, 1) == corpus.reviews(5, 1) != corpus.reviews(5, 2)


# -- the command ----------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A history of two releases, the first of which is promoted: what the command does with it is the same."""
    monkeypatch.setattr(story, "history", lambda whole=story.history: whole()[:2])
    monkeypatch.setattr(stages, "acts", lambda whole=stages.acts: whole()[:3])
    monkeypatch.setattr(agent, "steps", lambda *_: [])


def demo(run: Run, *words: str) -> Result:
    return run("demo", *words)


def test_without_a_terminal_it_builds_tells_and_ends(run: Run, quick: None) -> None:
    done = demo(run, "d")
    assert done.code == 0
    assert done.out == f"{Path.cwd() / 'd' / '.mvtui'}\n"
    assert "4 versions" in done.err  # two of a model, and their data
    assert "ls sentiment" in done.err
    assert run("ls", "--store", "d").code == 0
    assert sorted(os.listdir()) == ["d"]


def test_the_default_place_is_used_again(run: Run, quick: None, tmp_path: Path) -> None:
    place = tmp_path / "home" / "mvtui" / "demo"
    assert demo(run).code == 0
    assert (place / MARKER).exists()
    before = (place / ".mvtui").stat().st_ino
    again = demo(run, "--no-open")
    assert "there already" in again.err
    assert (place / ".mvtui").stat().st_ino == before
    assert demo(run, "--fresh").code == 0
    assert (place / ".mvtui").stat().st_ino != before
    assert os.listdir(place.parent) == ["demo"]


@pytest.mark.parametrize("words", [("d",), ("d", "--fresh")])
def test_it_never_touches_what_no_demo_made(words: tuple[str, ...], run: Run, quick: None) -> None:
    Path("d").mkdir()
    Path("d/thesis.tex").write_text("years of work")
    refused = demo(run, *words)
    assert refused.code == 5
    assert "thesis.tex" in refused.err
    assert Path("d/thesis.tex").read_text() == "years of work"
    assert run("init", "e").code == 0
    assert demo(run, "e", *words[1:]).code == 5
    assert run("init", "g/.mvtui").code == 0  # a store of one's own, where a demo's would be
    assert demo(run, "g", *words[1:]).code == 5
    assert run("ls", "--store", "g").code == 0
    Path("f").write_text("a file")
    assert demo(run, "f", *words[1:]).code == 5
    assert sorted(os.listdir()) == ["d", "e", "f", "g"]


def test_files_put_beside_the_demo_are_safe(run: Run, quick: None) -> None:
    assert demo(run, "d").code == 0
    Path("d/notes.txt").write_text("mine")
    refused = demo(run, "d", "--fresh")
    assert refused.code == 5
    assert "notes.txt" in refused.err
    assert demo(run, "d").code == 0
    assert Path("d/notes.txt").read_text() == "mine"


def test_an_empty_directory_and_a_link_to_one_are_fine(run: Run, quick: None) -> None:
    Path("real").mkdir()
    os.symlink("real", "link")
    assert demo(run, "link").code == 0
    assert Path("real", MARKER).exists()
    assert demo(run, "link", "--fresh").code == 0
    assert Path("link").is_symlink()


def test_when_it_cannot_be_built_nothing_is_left(
    run: Run, quick: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Store, "register", fail)
        assert demo(run, "d").code == 130
    assert os.listdir() == []
    assert demo(run, "d").code == 0
    with monkeypatch.context() as patched:
        patched.setattr(Store, "register", fail)
        assert demo(run, "d", "--fresh").code == 130
    assert run("ls", "--store", "d").code == 0
    assert demo(run, "/proc/nowhere/d").code == 7


def test_on_a_terminal_it_opens_the_screen(run: Run, quick: None, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("mvtui.tui.cli.output.is_tty", lambda _: True)

    def open_screen(store: str) -> int:
        opened.append(store)
        return 3

    monkeypatch.setattr("mvtui.tui.cli.screen.open_screen", open_screen)
    assert demo(run, "d", "--no-open").code == 0
    assert opened == []
    assert demo(run, "d").code == 3
    assert opened == [str(Path.cwd() / "d" / ".mvtui")]
