"""Config.toml: what it may say of metrics. The rest of it is tested where it takes effect."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from mvtui.store import errors
from mvtui.store.engine import config


def load(tmp_path: Path, text: str) -> config.Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(str(path))


def test_directions_of_metrics(tmp_path: Path) -> None:
    read = load(tmp_path, '[metrics]\nhigher = ["my_index", "custom/*"]\nlower = ["drift[test]"]\n')
    assert read.metrics_higher == ("my_index", "custom/*")
    assert read.metrics_lower == ("drift[test]",)
    assert load(tmp_path, config.TEMPLATE) == config.Config(), "the template states the defaults"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[metrics]\nhigher = "accuracy"\n', 2, "a list of names"),
        ("[metrics]\nlower = [1]\n", 2, "a list of names"),
        ('[metrics]\nlower = [""]\n', 2, "a list of names"),
        ("[metrics]\nbest = []\n", 2, "higher, lower"),
        ('[metrics]\nhigher = ["a", "b"]\nlower = ["b"]\n', 3, "'b' is in metrics.higher too"),
    ],
)
def test_bad_directions_name_line_and_choices(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(errors.BadConfigError) as caught:
        load(tmp_path, text)
    assert f"config.toml, line {line}:" in caught.value.message
    assert said in caught.value.message


def test_the_template_uncommented_is_read_as_the_defaults(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ") if "=" in line else line for line in config.TEMPLATE.splitlines()[2:]]
    assert load(tmp_path, "\n".join(lines)) == config.Config()


def test_a_file_that_is_being_written_is_read_when_it_lies_still(tmp_path: Path) -> None:
    """Most editors empty a file first, or take it away: what is there in between says nothing of gates."""
    path = tmp_path / "config.toml"
    text = '[access]\nrollback = ["ann"]\n'
    stop = threading.Event()

    def edit() -> None:
        while not stop.is_set():
            with path.open("w") as file:  # empties it
                stop.wait(0.002)
                file.write(text)
            stop.wait(0.06)
            path.unlink()
            stop.wait(0.002)
            path.write_text(text)
            stop.wait(0.06)

    path.write_text(text)
    thread = threading.Thread(target=edit)
    thread.start()
    try:
        seen = [config.load(str(path)).policy for _ in range(10)]
    finally:
        stop.set()
        thread.join()
    assert all(policy is not None and policy.access.rollback == ("ann",) for policy in seen)


def test_a_file_that_never_lies_still_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.toml"
    path.write_text("")
    monkeypatch.setattr(config, "_TRIES", 3)
    monkeypatch.setattr("mvtui.store.engine.config.time.sleep", lambda _: path.touch())
    with pytest.raises(errors.BusyError, match="keeps changing"):
        config.load(str(path))
