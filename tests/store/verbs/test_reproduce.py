"""``reproduce``: the script makes the same bytes again, is valid whatever the record holds, and says what is missing."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st
from mvtui.store import Capture, Code, DataSource, EventKind, FileEntry, Link, Recipe, Store, Version
from mvtui.store.knowledge.reproduce import Ingredient, recipe

MakeFile = Callable[..., Path]

SOURCE = str(Path(__file__).parents[3] / ".src")
COMMIT = "3fa9c1e" + "0" * 33
HOSTILE = [
    "a; touch pwned",
    "$(touch pwned)",
    "`touch pwned`",
    "x'y\"z",
    "-rf",
    "new\nline\ntouch pwned",
    "é 🎉",
    "a b",
    "\x1b[2J",
]


def version(**changes: Any) -> Version:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    facts: dict[str, Any] = {
        "model": "m", "version": "1.0.0", "id": "a" * 64, "kind": "weights", "stage": None, "created": now, "registered": now,
        "author": "ann", "host": "gpu1", "note": "", "size": 1, "file_count": 1, "seq": 2, "code": Code(COMMIT),
    }  # fmt: skip
    return Version(**facts | changes)


GIT = {
    "repository": "/home/ann/proj",
    "directory": ".",
    "remote": "https://h/r.git",
    "pushed": True,
    "commit": COMMIT,
    "dirty": False,
}
PYTHON = {"version": "3.11.7", "environment": {"type": "venv"}}
COMMAND = {
    "cwd": "/home/ann/proj",
    "line": "python train.py",
    "argv": ["/usr/bin/python3", "/home/ann/proj/train.py", "--lr", "1e-4"],
}
DATA = Ingredient(Link("trained-on", "b" * 64, role="train"), version(model="d", kind="dataset"))


def make(
    freeze: str = "numpy==2.1.0\n",
    found: list[Ingredient] | None = None,
    one: Version | None = None,
    **parts: Any,
) -> Recipe:
    whole: dict[str, Any] = {"git": GIT, "python": PYTHON, "command": COMMAND} | parts
    captured = Capture(
        datetime.now(UTC),
        {k: v for k, v in whole.items() if v is not None and k != "patch"},
        patch=parts.get("patch", ""),
    )
    return recipe(one or version(), captured, freeze, [DATA] if found is None else found, "/srv/store")


def lines(made: Recipe, name: str) -> list[str]:
    return [line for step in made.steps for line in step.lines if step.name == name]


def missing(made: Recipe, name: str) -> list[str]:
    return [lack.message for lack in made.missing if lack.step == name]


def check(script: str) -> None:
    for shell in ("sh", "bash"):
        if shutil.which(shell):
            done = subprocess.run(
                [shell, "-n"], input=script.encode("utf-8", "replace"), capture_output=True, check=False
            )
            assert done.returncode == 0, (done.stderr, script)


def test_a_whole_record_lacks_nothing() -> None:
    made = make()
    assert made.missing == ()
    check(made.script)
    assert lines(made, "code") == [
        'git clone --no-checkout -- https://h/r.git "$work"/code',
        'cd "$work"/code',
        f"git checkout --quiet --detach {COMMIT}",
        "git submodule --quiet update --init --recursive",
    ]
    assert lines(made, "environment")[1:] == [
        'python3.11 -m venv "$work"/env',
        'PATH="$work"/env/bin:"$PATH"; export PATH',
        'mvtui reproduce --store /srv/store m@1.0.0 --requirements > "$work"/requirements.txt',
        'python -m pip install -r "$work"/requirements.txt',
    ]
    assert lines(made, "data")[1:] == ['mvtui checkout --store /srv/store d@1.0.0 "$work"/data/d-1.0.0']
    assert lines(made, "command") == [
        'cd "$work"/code',
        "MVTUI_STORE=/srv/store; export MVTUI_STORE",
        'python "$work"/code/train.py --lr 1e-4',
    ]


@pytest.mark.parametrize(
    ("git", "one", "says"),
    [
        (None, version(code=None), "git was not looked at"),
        ({"repository": ""}, version(code=None), "not made in a git repository"),
        ({"problem": "git did not end in time"}, version(code=None), "git did not end in time"),
        (GIT | {"remote": ""}, None, "had no remote; it was /home/ann/proj on gpu1"),
        (GIT | {"pushed": False}, None, "was not on https://h/r.git"),
        ({k: v for k, v in GIT.items() if k != "pushed"}, None, "not known whether"),
        (GIT, version(code=Code(COMMIT, dirty=True)), "they were not kept"),
        (
            GIT | {"patch": {"problem": "not kept: the changes are larger than 9 bytes"}},
            version(code=Code(COMMIT, dirty=True)),
            "larger than 9 bytes",
        ),
        (GIT | {"untracked": {"count": 5, "names": list("abcde")}}, None, "a, b, c and 2 more"),
        ({}, None, "no repository is known"),
        (
            {"repository": "/r", "commit": COMMIT, "problem": "git did not end in time"},
            version(code=Code(COMMIT, dirty=True)),
            "not known whether there were changes",
        ),
    ],
)
def test_what_is_missing_of_the_code(git: dict[str, Any] | None, one: Version | None, says: str) -> None:
    made = make(git=git, one=one)
    assert any(says in message for message in missing(made, "code")), made.missing
    assert says[:20] in made.script
    check(made.script)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"redacted": 2}, "lost 2 secrets"),
        ({"patch": {"size": 3, "problem": "it holds a merge that is not finished"}}, "not finished"),
        ({"submodules": ["lib"]}, "inside submodules"),
    ],
)
def test_what_is_wrong_with_the_patch(facts: dict[str, Any], says: str) -> None:
    made = make(git=GIT | facts, one=version(code=Code(COMMIT, dirty=True)), patch="c" * 64)
    assert any(says in message for message in missing(made, "code"))
    assert (
        lines(made, "code")[-1]
        == "mvtui reproduce --store /srv/store m@1.0.0 --patch | git apply --whitespace=nowarn -"
    )


def test_packages_that_pypi_does_not_have() -> None:
    freeze = (
        "jaxlib==0.4.30+cuda12.cudnn89\nnumpy==2.1.0\n"
        "proj @ file:///home/ann/proj/src%20x  # editable, 0.1\nother @ file:///home/ann/other  # 0.2\n"
        "torch==2.5.1+cu121\nvcs @ git+https://h/v.git@abc  # 1\n"
    )
    made = make(freeze)
    install, local = lines(made, "environment")[-2:]
    assert "--extra-index-url https://download.pytorch.org/whl/cu121" in install
    assert "--find-links https://storage.googleapis.com/jax" in install
    assert local == "python -m pip install --no-deps -e \"$work\"/code/'src x'"
    assert missing(made, "environment") == ["other was installed from /home/ann/other, which no index has"]
    assert made.requirements.splitlines()[2:4] == [
        "# proj @ file:///home/ann/proj/src%20x  # editable, 0.1",
        "# other @ file:///home/ann/other  # 0.2",
    ]
    check(made.script)


def test_a_package_whose_source_lost_its_password() -> None:
    assert "put it back" in missing(make("x @ git+https://u:[redacted]@h/x.git@abc  # 1\n"), "environment")[0]


def test_conda_and_no_python_at_all() -> None:
    conda = make(python={"version": "3.12.1", "environment": {"type": "conda"}})
    assert 'conda create --quiet --yes --prefix "$work"/env python=3.12.1 pip' in lines(conda, "environment")
    assert missing(make(python=None), "environment") == ["the Python is not known"]
    assert missing(make(python={"problem": "OSError: no"}), "environment") == [
        "the Python is not known: OSError: no"
    ]
    assert missing(make(freeze=""), "environment") == ["the packages are not known"]


def dataset(source: DataSource | None, **changes: Any) -> Ingredient:
    facts = {"model": "d", "kind": "dataset", "source": source, "external": True} | changes
    return Ingredient(Link("trained-on", "b" * 64, role="train"), version(**facts))


@pytest.mark.parametrize(
    ("found", "commands", "says"),
    [
        (
            dataset(DataSource("dvc", "/home/ann/proj/data/t.csv", file="/home/ann/proj/data/t.csv.dvc", path="t.csv")),
            ['(cd "$work"/code/data && dvc pull -- t.csv.dvc)'],
            "",
        ),
        (
            dataset(DataSource("dvc", "/x/data", file="/home/ann/proj/dvc.lock", path="data/t")),
            ['(cd "$work"/code && dvc pull -- data/t)'],
            "",
        ),
        (
            dataset(DataSource("dvc", "x", file="/home/ann/proj/t.dvc", path="data/t", repo="https://h/reg", rev="v1")),
            ['mkdir -p "$work"/data', 'dvc get --rev v1 -o "$work"/data/d-1.0.0 -- https://h/reg data/t'],
            "",
        ),
        (dataset(DataSource("dvc", "x", file="/else/t.dvc", path="t")), ["(cd /else && dvc pull -- t.dvc)"], "outside"),
        (
            dataset(DataSource("hf", "org/imdb", rev="0" * 40)),
            [f"hf download --repo-type dataset --revision {'0' * 40} -- org/imdb"],
            "",
        ),
        (dataset(DataSource("hf", "imdb", rev="main", floating=True)), ["hf download --repo-type dataset --revision main -- imdb"], "floats"),
        (
            dataset(DataSource("url", "https://h/t.csv", digest="sha256:ab12")),
            [
                'mkdir -p "$work"/data',
                'curl -fL -o "$work"/data/d-1.0.0 -- https://h/t.csv',
                """echo ab12'  '"$work"/data/d-1.0.0 | sha256sum -c -""",
            ],
            "",
        ),
        (dataset(DataSource("path", "/home/ann/elsewhere/t.csv")), ["[ -e /home/ann/elsewhere/t.csv ] || { echo '/home/ann/elsewhere/t.csv is missing' >&2; exit 1; }"], "not in the store"),
        (dataset(None, deleted=True, deleted_reason="leaked", external=False), [], "was deleted: leaked"),
        (Ingredient(Link("trained-on", "hf:datasets/org/x")), ["hf download --repo-type dataset -- org/x"], "floats"),
        (Ingredient(Link("evaluated-on", "hf:x@main")), ["hf download --repo-type dataset --revision main -- x"], "main can move"),
        (Ingredient(Link("trained-on", "hf:org/x")), ["hf download --repo-type dataset -- org/x"], "floats"),
        (Ingredient(Link("trained-on", "s3://b/x")), [], "nothing tells how to get it"),
        (Ingredient(Link("trained-on", "c" * 64)), [], "does not know it"),
        (Ingredient(Link("replaces", "hf:x")), [], "no training data"),
    ],
)  # fmt: skip
def test_data(found: Ingredient, commands: list[str], says: str) -> None:
    made = make(found=[found])
    assert [line for line in lines(made, "data") if not line.startswith("#")] == commands
    assert any(says in message for message in missing(made, "data")) == bool(says)
    check(made.script)


def test_what_it_was_made_from() -> None:
    base = Ingredient(Link("fine-tuned-from", "b" * 64), version(model="base"))
    hf = Ingredient(Link("distilled-from", f"hf:org/teacher@{COMMIT}#part"))
    made = make(found=[DATA, base, hf])
    assert [line for line in lines(made, "parents") if not line.startswith("#")] == [
        'mvtui checkout --store /srv/store base@1.0.0 "$work"/parents/base-1.0.0',
        f"hf download --revision {COMMIT} -- org/teacher",
    ]
    assert made.missing == ()


@pytest.mark.parametrize(
    ("command", "last", "says"),
    [
        (None, "", "is not known"),
        ({"line": "", "argv": ["mvtui"], "parent": ["bash", "job x.sh"]}, "", "was run by: bash 'job x.sh'"),
        ({"line": "python train.py 'a b' > log"}, "sh -c 'python train.py '\"'\"'a b'\"'\"' > log'", ""),
        ({"line": "accelerate launch t.py 'a b'"}, "accelerate launch t.py 'a b'", ""),
        ({"line": "done"}, "sh -c done", ""),
        ({"line": "echo 'unclosed"}, """sh -c 'echo '"'"'unclosed'""", ""),
        ({"line": "x", "argv": ["done"]}, "'done'", ""),
        ({"line": "x", "argv": ["A=b", "c"]}, "'A=b' c", ""),
        (
            {"line": "x --k [redacted]", "argv": ["x", "--k", "[redacted]"], "redacted": 1},
            "x --k '[redacted]'",
            "lost 1 secret:",
        ),
    ],
)
def test_the_command(command: dict[str, Any] | None, last: str, says: str) -> None:
    made = make(command=command)
    assert (lines(made, "command") or [""])[-1] == last
    assert any(says in message for message in missing(made, "command")) == bool(says)
    check(made.script)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (COMMAND | {"argv": ["python", "/tmp/x/pytrain.py", "--data=/mnt/d", "/tmp/x/pytrain.py"]}, "/tmp/x/pytrain.py, /mnt/d"),
        ({"line": "python '/tmp/a b/t.py' > /dev/null"}, "/tmp/a b/t.py"),
        (COMMAND | {"cwd": "/home/ann/project2"}, "/home/ann/project2"),
        (COMMAND | {"argv": ["x", "/home/ann/proj/../t.py"]}, "/home/ann/proj/../t.py"),
        (COMMAND | {"argv": ["/tmp/x/run.sh"]}, "/tmp/x/run.sh"),
        (COMMAND | {"argv": ["x", "/1", "/2", "/3", "/4"]}, "/1, /2, /3 and 1 more"),
        (COMMAND | {"argv": ["/usr/bin/python3", "train.py", "/usr/share/x", "--data", "/data/t.csv", "--k=v"]}, ""),
    ],
)  # fmt: skip
def test_paths_outside_the_repository_are_missing(command: dict[str, Any], said: str) -> None:
    data = dataset(DataSource("path", "/data/t.csv"), external=False)
    told = missing(make(command=command, found=[data]), "command")
    assert told == ([f"the command names what lay outside the repository, on gpu1: {said}"] if said else [])


def test_a_program_of_the_old_environment_is_that_of_the_new_one() -> None:
    python = PYTHON | {"environment": {"type": "venv", "path": "/e/train"}}
    made = make(python=python, command=COMMAND | {"argv": ["/e/train/bin/torchrun", "t.py"]})
    assert lines(made, "command")[-1] == "torchrun t.py"
    assert made.missing == ()


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_in_a_record_becomes_a_command(evil: str, tmp_path: Path) -> None:
    """Every program the script calls is a stand-in that does nothing: whatever else happens was smuggled in."""
    git = {"repository": f"/r/{evil}", "remote": evil, "untracked": {"count": 1, "names": [evil]}, "state": [evil], "redacted": 1,
           "patch": {"problem": evil}}  # fmt: skip
    source = DataSource("dvc", evil, file=f"/r/{evil}/{evil}.dvc", path=evil, repo=evil, rev=evil)
    found = [
        dataset(source),
        dataset(DataSource("url", evil, digest=f"md5:{evil}")),
        dataset(DataSource("hf", evil, rev=evil)),
        dataset(DataSource("path", f"/r/{evil}/{evil}"), external=False),
        Ingredient(Link("fine-tuned-from", f"https://h/{evil}", role=evil)),
        Ingredient(Link("fine-tuned-from", f"hf:{evil}@{evil}")),
        Ingredient(Link("derived-from", f"name:{evil}", role=evil)),
    ]
    python = {"version": evil, "environment": {"type": "conda"}}
    command = {"cwd": f"/r/{evil}", "line": evil, "argv": ["/usr/bin/python", evil, f"/r/{evil}/x"]}
    one = version(host=evil, author=evil, code=Code(evil, dirty=True))
    captured = Capture(
        datetime.now(UTC),
        {"git": git, "python": python, "command": command, "system": {"cpu": evil}},
        patch="c" * 64,
    )
    made = recipe(one, captured, f"x @ file:///r/{evil}\ntorch==1+{evil}\n", found, f"/store/{evil}")
    check(made.script)
    directory = tmp_path / "bin"
    directory.mkdir()
    for name in ("git", "conda", "python", "mvtui", "dvc", "curl", "hf", "cp", "dirname", "md5sum", "["):
        (directory / name).write_text("#!/bin/sh\nexit 0\n")
        (directory / name).chmod(0o755)
    work = tmp_path / "w"
    harmless = "\n".join(
        line for line in made.script.split("\n") if not line.startswith(("cd ", "(cd ", "set -eu"))
    )
    subprocess.run(
        ["sh", "-s", str(work)], input=harmless.encode("utf-8", "replace"), cwd=tmp_path, capture_output=True, check=False,
        env={"PATH": f"{directory}:/usr/bin:/bin"}, timeout=60,
    )  # fmt: skip
    assert not list(tmp_path.rglob("pwned"))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_leaves_a_valid_script(one: str, other: str) -> None:
    made = make(
        git=GIT | {"remote": one, "repository": f"/{other}"},
        command={"cwd": f"/{one}", "line": other},
        one=version(host=other),
    )
    words = shlex.split(made.script.encode("utf-8", "replace").decode(), comments=True)
    assert words[0] == "set"
    assert all(line.startswith("#") for line in made.script.split("set -eu")[0].splitlines() if line)


# -- the whole way ------------------------------------------------------------------------------

TRAIN = """
import hashlib, sys
data = open("data/train.csv", "rb").read()
open(sys.argv[1], "wb").write(hashlib.sha256(data + SALT).digest() * 100)
"""


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put ``mvtui`` and ``python`` on the path, as they are where mvtui is installed."""
    directory = tmp_path / "tools"
    directory.mkdir()
    for name, words in {"python": "", "mvtui": "-m mvtui"}.items():
        (directory / name).write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {words} "$@"\n')
        (directory / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    for name, value in {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}.items():
        monkeypatch.setenv(name, value)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "a")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.com")


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("name", ["proj", "my 'proj' $(x)"])
def test_the_script_makes_the_same_bytes_again(
    store: Store, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / name
    (work / "data").mkdir(parents=True)
    remote = tmp_path / "remote.git"

    def git(*words: str) -> None:
        subprocess.run(["git", *words], cwd=work, check=True, capture_output=True)

    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    git("init", "-q", "-b", "main")
    (work / ".gitignore").write_text("data/\n*.bin\n")
    (work / "train.py").write_text(TRAIN.replace("SALT", "b'first'"))
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    git("remote", "add", "origin", str(remote))
    git("push", "-q", "-u", "origin", "main")
    (work / "train.py").write_text(TRAIN.replace("SALT", "b'second'"))  # not committed
    (work / "data/train.csv").write_text("a,b\n1,2\n")
    monkeypatch.chdir(work)
    subprocess.run(["python", "train.py", "model.bin"], check=True)
    done = store.register(
        "m", work / "model.bin", datasets={"train": "data/train.csv"}, store_data=True,
        capture=["git", "command"], command="python train.py model.bin",
    ).version  # fmt: skip
    made = store.reproduce("m")
    assert [lack.message for lack in made.missing] == ["the Python is not known"]
    shutil.rmtree(work)
    monkeypatch.chdir(tmp_path)
    ran = subprocess.run(
        ["sh", "-s", "again here"], input=made.script, text=True, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    again = (tmp_path / "again here/code/model.bin").read_bytes()
    assert again == store.path(done.ref).read_bytes()
    told = (tmp_path / "again here/registered.b3").read_text()
    assert told == f"{blake3(again).hexdigest()}  model.bin\n"
    assert f"b3sum --check '{tmp_path}/again here/registered.b3'" in ran.stderr
    twice = subprocess.run(
        ["sh", "-s", "again here"], input=made.script, text=True, capture_output=True, check=False
    )
    assert (twice.returncode, twice.stderr) == (1, "again here is not empty: name a new directory\n")


def test_a_version_without_a_capture(store: Store, make_file: MakeFile) -> None:
    store.register("m", make_file())
    made = store.reproduce("m")
    assert {lack.step for lack in made.missing} == {"code", "environment", "data", "command"}
    check(made.script)


def test_the_store_finds_what_an_edge_points_at(store: Store, make_file: MakeFile) -> None:
    base = store.register("base", make_file(b"base")).version
    gone = store.register("gone", make_file(b"gone")).version
    store.register("m", make_file())
    edges = [Link("fine-tuned-from", base.id), Link("merged-from", gone.id)]
    with store._repository.writing():
        store._repository.append(
            EventKind.LINK,
            {"model": "m", "version": "1.0.0", "add": [msgspec.to_builtins(edge) for edge in edges]},
        )
    store.delete(gone.ref, "it diverged")
    made = store.reproduce("m@1.0.0")
    assert any("checkout" in line and "base@1.0.0" in line for line in lines(made, "parents"))
    assert missing(made, "parents") == ["gone@1.0.0 was deleted: it diverged"]


def test_content_that_is_left_under_another_name_is_used(store: Store, make_file: MakeFile) -> None:
    first = store.register("first", make_file(b"base")).version
    second = store.register("second", make_file(b"base")).version
    assert first.id == second.id
    store.register("m", make_file(), parents=["first"])
    store.delete(first.ref, "moved")
    made = store.reproduce("m")
    assert missing(made, "parents") == []
    assert any("second@1.0.0" in line for line in lines(made, "parents"))


def test_checksums_of_odd_names_are_as_b3sum_writes_them(tmp_path: Path) -> None:
    names = ["a b", "it's", "line\nbreak", "back\\slash", "$(touch pwned)"]
    files = [FileEntry(name, 1, f"{n}" * 64) for n, name in enumerate(names)]
    captured = Capture(datetime.now(UTC), {"command": {"line": "true", "argv": ["true"]}})
    script = recipe(version(code=None), captured, "", [], "/srv/store", files).script
    ran = subprocess.run(
        ["sh", "-s", "w"], input=script, text=True, cwd=tmp_path, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert (tmp_path / "w/registered.b3").read_text().splitlines() == [
        f"{'0' * 64}  a b",
        f"{'1' * 64}  it's",
        f"\\{'2' * 64}  line\\nbreak",
        f"\\{'3' * 64}  back\\\\slash",
        f"{'4' * 64}  $(touch pwned)",
    ]
    assert not (tmp_path / "w/pwned").exists()


def test_a_version_whose_files_are_not_known_any_more_can_be_made_again(
    store: Store, make_file: MakeFile
) -> None:
    done = store.register("m", make_file(), capture=["command"], command="true").version
    assert "registered.b3" in store.reproduce("m").script
    path = Path(store._repository.objects.path(done.id))
    path.chmod(0o644)
    path.write_bytes(b"{}")
    assert "registered.b3" not in store.reproduce("m").script
