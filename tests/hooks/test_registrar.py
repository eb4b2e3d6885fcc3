from __future__ import annotations

import logging
import pickle
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from mvtui import errors, init_store
from mvtui.store import Store
from mvtui.store.hooks.base import base_of
from mvtui.store.hooks.history import History
from mvtui.store.hooks.registrar import Registrar


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.bin"
    path.write_bytes(b"weights")
    return path


def registered(registrar: Registrar, file: Path, step: int = 1) -> str:
    history = History()
    history.measured(step, {"eval_loss": 0.5})
    return registrar.register(file, step=step, history=history, params={"lr": 0.1})


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"model": "a b"}, errors.BadNameError),
        ({"model": ""}, errors.BadNameError),
        ({"when": "always"}, errors.BadInputError),
        ({"alias": "latest"}, errors.BadNameError),
        ({"tags": {"a b": "c"}}, errors.BadNameError),
        ({"colour": "red"}, TypeError),
    ],
)
def test_a_mistake_is_told_where_it_is_made(words: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        Registrar(**{"model": "m", "when": "best"} | words)


@pytest.mark.parametrize(
    "form", [lambda s: s, lambda s: s.root, lambda s: str(s.root), lambda s: s.root.parent]
)
def test_a_store_may_be_given_in_any_form(tmp_path: Path, file: Path, form: Any) -> None:
    with init_store(tmp_path / "place" / ".mvtui") as store:
        registrar = Registrar("m", "best", store=form(store))
        registrar.begin()
        assert registered(registrar, file) == "m@1.0.0"
        assert store.get("m").metrics == {"eval_loss": 0.5}


def test_the_store_found_at_the_beginning_is_the_one_used(
    here: Store, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrar = Registrar("m", "best", strict=True)
    registrar.begin()
    monkeypatch.chdir("/")  # a training script may go where it likes
    registered(registrar, file)
    assert len(here.versions("m")) == 1


def test_own_parameters_and_tags_win(here: Store, file: Path) -> None:
    registrar = Registrar("m", "best", params={"lr": 0.2, "data": "v2"}, tags={"step": "last"})
    registered(registrar, file)
    version = here.get("m")
    assert version.params == {"lr": 0.2, "data": "v2"}
    assert version.tags == {"step": "last"}


def test_an_alias_moves_along(here: Store, file: Path) -> None:
    registrar = Registrar("m", "save", alias="newest")
    registered(registrar, file)
    file.write_bytes(b"other")
    assert registered(registrar, file, 2) == "m@1.0.1"
    assert here.get("m@newest").version == "1.0.1"
    assert here.get("m@1.0.0").aliases == ()


def test_what_goes_wrong_is_logged_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        Registrar("m", "best").begin()
    assert "mvtui init" in caplog.text
    assert "Traceback" not in caplog.text
    with pytest.raises(errors.NotFoundError):
        Registrar("m", "best", strict=True).begin()


def test_a_store_that_cant_be_written_is_told_at_the_beginning(
    here: Store, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Store, "writable", property(lambda self: False))
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        Registrar("m", "best").begin()
    assert "can't be written" in caplog.text


def test_what_nobody_foresaw_stops_no_training_but_leaves_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "mvtui.hooks"), Registrar("m", "best").guard("register"):
        raise ZeroDivisionError
    assert "ZeroDivisionError" in caplog.text
    with pytest.raises(ZeroDivisionError), Registrar("m", "best", strict=True).guard("register"):
        raise ZeroDivisionError


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_the_user_can_always_stop(stop: type[BaseException]) -> None:
    with pytest.raises(stop), Registrar("m", "best").guard("register"):
        raise stop


def test_an_evaluation_without_a_number_adds_nothing(here: Store, file: Path) -> None:
    registrar = Registrar("m", "best", strict=True)
    ref = registered(registrar, file)
    registrar.measure(ref, {})
    assert here.get("m").metrics == {"eval_loss": 0.5}


def test_it_can_be_sent_to_another_process(here: Store, file: Path) -> None:
    registrar = Registrar("m", "best", store=here, tags={"owner": "alice"})
    registrar.begin()
    registered(pickle.loads(pickle.dumps(registrar)), file)
    assert here.get("m").tags == {"step": "1", "owner": "alice"}


def test_an_evaluation_of_earlier_weights_is_told(
    here: Store, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    history = History()
    history.measured(1, {"eval_loss": 0.5})
    with caplog.at_level(logging.INFO, "mvtui.hooks"):
        Registrar("m", "best").register(file, step=2, history=history, params={})
    assert "the last evaluation was at step 1" in caplog.text
    assert here.get("m").metrics == {}


def test_a_parent_is_what_it_names_when_training_begins(here: Store, file: Path) -> None:
    base = here.register("base", file).version
    registrar = Registrar("m", "best", parents=["base@latest", "hf:bert-base-uncased"])
    registrar.begin()
    file.write_bytes(b"newer base")
    here.register("base", file)
    file.write_bytes(b"trained")
    registered(registrar, file)
    edges = [(edge.type, edge.to) for edge in here.get("m").edges]
    assert edges == [("fine-tuned-from", base.id), ("fine-tuned-from", "hf:bert-base-uncased")]


def test_the_data_is_bound_to_the_version(here: Store, file: Path, tmp_path: Path) -> None:
    data = tmp_path / "train.csv"
    data.write_text("a,b\n1,2\n")
    registrar = Registrar("m", "best", datasets={"train": str(data)})
    registrar.begin()
    registered(registrar, file)
    (edge,) = here.get("m").edges
    assert (edge.type, edge.role) == ("trained-on", "train")
    assert here.get(f"id:{edge.to}").kind == "dataset"


COMMIT = "0123456789abcdef0123456789abcdef01234567"


def loaded(name: object, commit: object = None) -> object:
    return SimpleNamespace(name_or_path=name, config=SimpleNamespace(_commit_hash=commit))


@pytest.mark.parametrize(
    ("model", "base"),
    [
        (loaded("google/bert_base", COMMIT), f"hf:google/bert_base@{COMMIT}"),
        (loaded("gpt2"), "hf:gpt2"),
        (loaded("gpt2", "main"), "hf:gpt2"),
        (loaded("out/checkpoint-5/x"), ""),
        (loaded("../gpt2"), ""),
        (loaded("a..b"), ""),
        (loaded("gpt2\n"), ""),
        (loaded("/gone/model"), ""),
        (loaded(""), ""),
        (loaded(None), ""),
        (None, ""),
        (SimpleNamespace(name_or_path="gpt2"), "hf:gpt2"),
    ],
)
def test_a_base_is_a_name_on_the_hub(here: Store, model: object, base: str) -> None:
    assert base_of(model, here) == base


def test_a_base_in_the_store_is_a_version(here: Store, file: Path, tmp_path: Path) -> None:
    version = here.register("base", file).version
    inside = here.path("base")
    assert base_of(loaded(str(inside)), here) == f"id:{version.id}"
    assert base_of(loaded(str(inside.parent)), here) == f"id:{version.id}"
    assert base_of(loaded(str(here.root)), here) == ""
    assert base_of(loaded(str(tmp_path)), here) == ""
    stranger = here.root / "live" / ("0" * 64)
    stranger.mkdir()
    assert base_of(loaded(str(stranger)), here) == ""


def test_a_base_may_be_what_is_in_production(here: Store, file: Path) -> None:
    first = here.register("base", file).version
    file.write_bytes(b"other")
    second = here.register("base", file).version
    here.promote(first.ref, "production", reason="so")
    pointer = here.path("base@production")
    resolved = pointer.resolve()
    for path in (pointer, pointer / file.name, resolved, resolved / file.name):
        assert base_of(loaded(str(path)), here) == f"id:{first.id}"
    here.promote(second.ref, "production", reason="so")
    assert base_of(loaded(str(pointer)), here) == f"id:{second.id}"
    assert base_of(loaded(str(resolved)), here) == f"id:{first.id}"
    assert base_of(loaded(str(pointer.parent)), here) == ""


def test_weights_are_linked_to_their_base_and_can_be_unlinked(here: Store, file: Path) -> None:
    registrar = Registrar("m", "best")
    registrar.begin(loaded("gpt2", COMMIT))
    registered(registrar, file)
    (edge,) = here.get("m").edges
    assert (edge.type, edge.to, edge.later) == ("fine-tuned-from", f"hf:gpt2@{COMMIT}", True)
    assert here.unlink("m", edge.type, edge.to).edges == ()


@pytest.mark.parametrize("parents", [[], ["hf:other"]])
def test_who_states_parents_gets_no_others(here: Store, file: Path, parents: list[str]) -> None:
    registrar = Registrar("m", "best", parents=parents)
    registrar.begin(loaded("gpt2"))
    registered(registrar, file)
    assert [edge.to for edge in here.get("m").edges] == parents


def test_an_adapter_is_bound_to_its_base_as_part_of_what_it_is(here: Store, file: Path) -> None:
    base = here.register("base", file).version
    registrar = Registrar("m", "best")
    registrar.begin(loaded(str(here.path("base"))))
    registrar.register(file, step=1, history=History(), params={}, kind="adapter")
    (edge,) = here.get("m").edges
    assert (edge.type, edge.to, edge.later) == ("adapter-of", base.id, False)


def test_weights_that_training_left_as_they_were_have_no_edge_to_themselves(here: Store, file: Path) -> None:
    here.register("base", file, params={"lr": 0.1})
    registrar = Registrar("base", "best", strict=True)
    registrar.begin(loaded(str(here.path("base"))))
    registered(registrar, file)
    (version,) = here.versions("base")
    assert version.edges == ()


def test_a_parent_that_does_not_exist_is_told_at_the_beginning(
    here: Store, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        Registrar("m", "best", parents=["base@1.0.0"]).begin()
    assert "base" in caplog.text


def test_what_is_known_is_not_measured_again(here: Store, file: Path) -> None:
    registrar = Registrar("m", "best")
    ref = registered(registrar, file)
    registrar.measure(ref, {"eval_loss": 0.5})
    registrar.measure(ref, {"eval_loss": 0.4, "test_loss": 0.6})
    told = [(one.name, one.value) for one in here.measurements(ref)]
    assert sorted(told) == [("eval_loss", 0.4), ("eval_loss", 0.5), ("test_loss", 0.6)]


def test_a_link_that_is_refused_is_no_failed_registration(
    here: Store, file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    registrar = Registrar("m", "save", alias="newest")
    registrar._base = "m@1.0.0"
    monkeypatch.setattr(Store, "link", lambda *_: (_ for _ in ()).throw(errors.ConflictError("a cycle")))
    with caplog.at_level(logging.WARNING, "mvtui.hooks"):
        assert registered(registrar, file) == "m@1.0.0"
    assert "a cycle" in caplog.text
    assert here.get("m@newest").version == "1.0.0"
