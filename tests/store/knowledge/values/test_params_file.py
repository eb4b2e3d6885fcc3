"""Parameters from files."""

from __future__ import annotations

import io
import json
import math
import os
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import errors, read_values_file
from mvtui.store.knowledge.values import flatten


def write(tmp_path: Path, name: str, text: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_three_forms_read_alike(tmp_path: Path) -> None:
    expected = {"lr": 0.0001, "layers": 4, "fast": True, "opt/name": "adam", "opt/betas": "[0.9, 0.99]"}
    files = {
        "p.json": '{"lr": 1e-4, "layers": 4, "fast": true, "opt": {"name": "adam", "betas": [0.9, 0.99]}}',
        "p.yaml": "lr: 1e-4\nlayers: 4\nfast: true\nopt:\n  name: adam\n  betas: [0.9, 0.99]\n",
        "p.toml": 'lr = 1e-4\nlayers = 4\nfast = true\n[opt]\nname = "adam"\nbetas = [0.9, 0.99]\n',
    }
    for name, text in files.items():
        assert read_values_file(write(tmp_path, name, text)) == expected, name


def test_dates_become_iso_text(tmp_path: Path) -> None:
    yaml = write(tmp_path, "p.yaml", "day: 2026-11-23\nat: 2026-11-23T10:00:00Z\nlist: [2026-11-23]\n")
    toml = write(tmp_path, "p.toml", "day = 2026-11-23\nat = 2026-11-23T10:00:00Z\nlist = [2026-11-23]\n")
    expected = {"day": "2026-11-23", "at": "2026-11-23T10:00:00+00:00", "list": '["2026-11-23"]'}
    assert read_values_file(yaml) == expected
    assert read_values_file(toml) == expected


def test_yaml_numbers_follow_1_2_so_times_stay_times(tmp_path: Path) -> None:
    text = (
        "time: 12:30:00\nlr: 3e-5\nbig: 1_000\nzip: 01234\nhex: 0x1F\nneg: -.5\nnothing: ~\n2: two\nyes: x\n"
    )
    assert read_values_file(write(tmp_path, "p.yaml", text)) == {
        "time": "12:30:00",
        "lr": 3e-5,
        "big": 1000,
        "zip": "01234",
        "hex": 31,
        "neg": -0.5,
        "nothing": None,
        "2": "two",
        "true": "x",
    }


def test_yaml_aliases_and_merge_keys_work(tmp_path: Path) -> None:
    text = "base: &b\n  lr: 1\n  n: 2\nrun:\n  <<: *b\n  n: 3\n"
    assert read_values_file(write(tmp_path, "p.yml", text)) == {
        "base/lr": 1,
        "base/n": 2,
        "run/lr": 1,
        "run/n": 3,
    }


def test_other_endings_are_tried_as_json_then_yaml(tmp_path: Path) -> None:
    assert read_values_file(write(tmp_path, "m.txt", '{"a": 1}')) == {"a": 1}
    assert read_values_file(write(tmp_path, "m", "a: 1\n")) == {"a": 1}
    with pytest.raises(errors.BadInputError, match="line 1, column 9"):
        read_values_file(write(tmp_path, "x", '{"a": 1,}'))


def test_numbers_that_are_not_finite_become_words_that_json_can_hold(tmp_path: Path) -> None:
    expected = {"a": "NaN", "b": "Infinity", "c": "-Infinity", "d": '[1, "NaN"]'}
    files = {
        "p.json": '{"a": NaN, "b": Infinity, "c": -Infinity, "d": [1, NaN]}',
        "p.yaml": "a: .nan\nb: .inf\nc: -.inf\nd: [1, .nan]\n",
        "p.toml": "a = nan\nb = inf\nc = -inf\nd = [1, nan]\n",
    }
    for name, text in files.items():
        assert read_values_file(write(tmp_path, name, text)) == expected, name


def test_a_byte_order_mark_and_unicode_names_are_fine(tmp_path: Path) -> None:
    assert read_values_file(write(tmp_path, "m.json", b'\xef\xbb\xbf{"pr\xc3\xa9cision": 1}')) == {
        "précision": 1
    }


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("m.json", '{"a": 1,\n "b": }', "line 2, column 7"),
        ("m.json", '{"a": 1}{', "line 1, column 9"),
        ("m.json", '{"a"', "line 1, column 5"),
        ("m.yaml", "a: 1\nb: [1, 2\nc: 3\n", "line 3, column 2"),
        ("m.yaml", "a: 1\n\tb: 2\n", "line 2, column 1"),
        ("m.yaml", "a: 1\n---\nb: 2\n", "line 2, column 1"),
        ("m.yaml", "a: !!python/object/apply:os.system ['true']\n", "line 1, column 4"),
        ("m.yaml", "a: *nobody\n", "line 1, column 4"),
        ("m.yaml", "a: b\x07c\n", "line 1, column 5"),
        ("m.toml", "a = 1\nb = = 2\n", "line 2, column 5"),
        ("m.toml", "a = [1\n", "line 2"),
    ],
)
def test_malformed_files_name_line_and_column(tmp_path: Path, name: str, text: str, where: str) -> None:
    with pytest.raises(errors.BadInputError) as caught:
        read_values_file(write(tmp_path, name, text))
    assert name in caught.value.message
    assert where in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", '{"acc": 1, "acc": 2}'),
        ("m.json", '{"a": {"b": 1}, "a/b": 2}'),
        ("m.yaml", "acc: 1\nacc: 2\n"),
        ("m.yaml", "1: a\nyes: b\n"),
        ("m.yaml", "x:\n  acc: 1\n  acc: 2\n"),
        ("m.toml", "acc = 1\nacc = 2\n"),
    ],
)
def test_a_key_twice_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(errors.BadInputError, match=r"twice|overwrite"):
        read_values_file(write(tmp_path, name, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.json", ""),
        ("m.yaml", "# nothing\n"),
        ("m.toml", ""),
        ("m.json", "[1, 2]"),
        ("m.json", '"text"'),
        ("m.json", "3"),
        ("m.yaml", "just words\n"),
        ("m.json", b'{"a": "\xff"}'),
        ("m.json", '{"a": 99999999999999999999}'),
        ("m.json", '{"a": 1' + "0" * 5000 + "}"),
        ("m.toml", "a = 1" + "0" * 5000 + "\n"),
        ("m.yaml", "a: 1" + "0" * 5000 + "\n"),
        ("m.yaml", "a: 2026-13-45\n"),
        ("m.yaml", "a: !!binary aGk=\n"),
        ("m.json", '{"a": "\\ud800"}'),
        ("m.json", '{"\\ud800": 1}'),
        ("m.json", '{"": 1}'),
        ("m.json", '{"a": {"": 1}}'),
        ("m.json", '{"' + "x" * 513 + '": 1}'),
        ("m.json", '{"' + "x" * 300 + '": {"' + "y" * 300 + '": 1}}'),
        ("m.json", '{"a": ["\\ud800"]}'),
        ("m.yaml", "? [1, 2]\n: 3\n"),
        ("m.yaml", "a: &a [*a]\n"),
        ("m.json", '{"a":' * 5000 + "1" + "}" * 5000),
        ("m.json", '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"),
        ("m.yaml", "a: " + "[" * 50_000 + "]" * 50_000),
        ("m.toml", "a = " + "[" * 50_000 + "]" * 50_000),
    ],
)
def test_files_that_cannot_be_kept_are_refused_with_a_hint(
    tmp_path: Path, name: str, text: str | bytes
) -> None:
    with pytest.raises(errors.BadInputError) as caught:
        read_values_file(write(tmp_path, name, text))
    assert name in caught.value.message
    assert caught.value.hint
    assert len(caught.value.message) < 400


def test_alias_bombs_are_defused(tmp_path: Path) -> None:
    lists = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    maps = "a: &a {p: 1, q: 2}\n" + "".join(
        f"{new}: &{new}\n  <<: [{', '.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    nested = "a: &a {p: 1, q: 2}\n" + "".join(
        f"{new}: &{new} {{{', '.join(f'k{i}: *{old}' for i in range(9))}}}\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    for text in (lists, nested):
        with pytest.raises(errors.BadInputError, match="more than"):
            read_values_file(write(tmp_path, "bomb.yaml", text))
    # PyYAML 6.0.4 merges each pair once, so these maps are small there; before, ours had to refuse them.
    bomb = write(tmp_path, "merges.yaml", maps)
    if tuple(map(int, yaml.__version__.split(".")[:3])) >= (6, 0, 4):
        assert {key: value for key, value in read_values_file(bomb).items() if key.startswith("i/")} == {
            "i/p": 1,
            "i/q": 2,
        }
    else:
        with pytest.raises(errors.BadInputError, match="more than"):
            read_values_file(bomb)


def test_missing_unreadable_and_other_things_than_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(errors.NotFoundError, match=r"no\.json"):
        read_values_file(tmp_path / "no.json")
    with pytest.raises(errors.BadInputError, match="is a directory"):
        read_values_file(tmp_path)
    with pytest.raises(errors.StorageError):
        read_values_file("nul\0byte")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(errors.StorageError, match="may not be read"):
        read_values_file("secret.json")


def test_a_huge_file_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    with open(path, "wb") as file:
        os.truncate(file.fileno(), 10 * 2**30)
    with pytest.raises(errors.BadInputError, match="larger than 16 MiB"):
        read_values_file(path)


def test_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"a": 1}')))
    assert read_values_file("-") == {"a": 1}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"{")))
    with pytest.raises(errors.BadInputError, match="standard input, line 1"):
        read_values_file("-")


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
names = st.text(min_size=1).filter(lambda name: "/" not in name)


@given(st.dictionaries(names, scalars | st.dictionaries(names, scalars, min_size=1), min_size=1))
def test_any_json_tree_of_scalars_comes_back_flat(tree: dict[str, object]) -> None:
    flat: dict[str, object] = {}
    for key, value in tree.items():
        flat.update({f"{key}/{k}": v for k, v in value.items()} if isinstance(value, dict) else {key: value})
    assert flatten(tree, "param", "x") == flat
    assert json.loads(json.dumps(flat)) == flat


@given(st.text(max_size=200), st.sampled_from(["m.json", "m.yaml", "m.toml", "m"]))
def test_no_text_whatever_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        read = read_values_file(path)
    except errors.BadInputError:
        return
    assert all(v is None or isinstance(v, str | int | float) for v in read.values())
    assert all(math.isfinite(v) for v in read.values() if isinstance(v, float))


def test_toml_errors_keep_the_form_this_reader_parses() -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match=r"\(at line 1, column \d+\)"):
        tomllib.loads("a = = 1")
