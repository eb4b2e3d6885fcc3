"""Config.toml: what it may say of metrics. The rest of it is tested where it takes effect."""

from __future__ import annotations

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
