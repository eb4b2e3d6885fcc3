"""Prompts through the public verbs: registered, numbered, compared, found, served, filled in."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from mvtui import open_store
from mvtui.store import Registered, Store, errors, load_prompt

Register = Callable[..., Registered]


@pytest.fixture
def register(store: Store, tmp_path: Path) -> Register:
    """Write a text into a file and register it as a version of support-bot."""

    def make(text: str | bytes, name: str = "prompt.md", **said: object) -> Registered:
        path = tmp_path / "source" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return store.register("support-bot", path, **said)  # type: ignore[arg-type]

    return make


def test_a_prompt_is_told_by_its_name_or_by_what_came_before(register: Register) -> None:
    assert register("Be kind.", "notes.md").version.kind == "weights", "nothing says that it is one"
    assert register("Be kind.", "prompt.md").version.kind == "prompt"
    assert register("Be kinder.", "notes.md").version.kind == "prompt", "it continues a line of prompts"
    assert register(b"\0", "model.bin").version.kind == "weights"
    assert register("x", "prompt.md", kind="weights").version.kind == "weights", "what is said counts"


def test_other_variables_are_a_major_change_and_it_says_which(register: Register) -> None:
    first = register("Hello {name}\n")
    assert (first.version.version, first.version.params) == (
        "1.0.0",
        {"template": "format", "variables": "name"},
    )
    for text, number, why in (
        ("Hi {name}\n", "1.0.1", "patch: its text changed"),
        ("Hi {name} of {team}\n", "2.0.0", "major: variables changed: team added"),
        ("Hi {team}\n", "3.0.0", "major: variables changed: name removed"),
        ("Hi {team}{team}\n", "3.0.1", "patch: its text changed"),
        ("Hi {group}\n", "4.0.0", "major: variables changed: group added; team removed"),
    ):
        done = register(text)
        assert (done.version.version, done.bump) == (number, why)


def test_optional_variables_of_jinja_are_told_apart(register: Register) -> None:
    pytest.importorskip("jinja2")
    assert register("{{ name }}", "prompt.j2").version.params["variables"] == "name"
    done = register("{{ name|default('you') }}", "prompt.j2")
    assert (done.version.params["variables"], done.bump) == (
        "name?",
        "major: variables changed: name may be left out now",
    )
    assert register("{{ name }}", "prompt.j2", bump="major").version.version == "1.0.0", "the first one again"


def test_what_is_stated_is_part_of_what_it_is(register: Register, store: Store) -> None:
    with pytest.raises(errors.BadInputError, match="both"):
        register("{{ a }} {b}")
    assert store.models() == [], "nothing was registered"
    one = register("{{ a }} {b}", template="format").version
    assert one.params == {"template": "format", "variables": "b"}
    other = register("{{ a }} {b}", template="text").version
    assert (other.version, other.params["variables"]) == ("2.0.0", "")
    assert store.prompt(one.ref).render(b=1) == "{ a } 1"
    assert store.prompt(other.ref).render() == "{{ a }} {b}"
    again = register("{{ c }} {b} {d}")
    assert again.version.params["template"] == "text", "ambiguous, so as the version before"


@pytest.mark.parametrize(
    ("text", "name", "said", "problem"),
    [
        ("a {name}\nb {", "prompt.md", {}, "prompt.md, line 2, column 3"),
        (b"\xff\xfe", "prompt.md", {}, "not text in UTF-8"),
        ('[{"role": "user"}]', "prompt.json", {}, "message 1 has no content"),
        ("x", "prompt.md", {"template": "mustache"}, "mustache"),
        ("x", "prompt.md", {"params": {"template": "jinja"}}, "template is no parameter"),
        ("x", "prompt.md", {"params": {"variables": "a"}}, "variables is no parameter"),
        ("x", "model.bin", {"template": "jinja"}, "this is weights"),
    ],
)
def test_what_is_no_prompt_is_refused_and_changes_nothing(
    register: Register, store: Store, text: str, name: str, said: dict[str, object], problem: str
) -> None:
    with pytest.raises(errors.MvtuiError, match=problem):
        register(text, name, **said)
    assert store.models() == []
    assert store.verify().bad == ()


def test_it_is_found_and_compared_by_its_variables(register: Register, store: Store) -> None:
    register("Hello {name}\n")
    register("Hello {name} of {team}\n")
    assert [v.version for v in store.query("kind:prompt param.variables=*team*")] == ["2.0.0"]
    assert [v.version for v in store.query("param.template=format")] == ["2.0.0", "1.0.0"]
    comparison = store.diff("support-bot@1.0.0", "support-bot@2.0.0")
    (change,) = comparison.changes[0]
    assert change.of == "workflow"
    assert {one.name for one in change.evidence} == {"prompt.md", "variables"}


def test_serving_code_reads_what_is_in_production(register: Register, store: Store, tmp_path: Path) -> None:
    register("Hello {{name}} {x}\n", template="format")
    register("Hello {name}, {x}\n")
    store.promote("support-bot@1.0.0", to="production", reason="first")
    pointer = store.path("support-bot@production")
    before = load_prompt(pointer)
    assert (before.ref, before.render(x=1)) == ("support-bot@1.0.0", "Hello {name} 1\n")
    assert before.id == store.get("support-bot@1.0.0").id
    store.promote("support-bot@2.0.0", to="production", reason="second")
    assert load_prompt(pointer).render(name="Ann", x=2) == "Hello Ann, 2\n"
    assert store.prompt("support-bot@production").render(name="Ann", x=2) == "Hello Ann, 2\n"
    assert before.render(x=1) == "Hello {name} 1\n", "what was read stays what it was"
    store.rollback("support-bot", reason="worse")
    assert store.prompt("support-bot@production").ref == "support-bot@1.0.0"
    assert load_prompt(pointer).ref == "support-bot@1.0.0"
    assert store.checkout("support-bot@production", tmp_path / "out").joinpath("prompt.md").is_file()


def test_it_needs_no_right_to_write(register: Register, store: Store) -> None:
    register("Hello {name}\n")
    with open_store(store.root, read_only=True) as reader:
        assert reader.prompt("support-bot").render(name="Ann") == "Hello Ann\n"


def test_a_prompt_of_several_files(store: Store, tmp_path: Path) -> None:
    source = tmp_path / "several"
    source.mkdir()
    (source / "system.md").write_text("Be {tone}.\n")
    (source / "user.md").write_text("{question}\n")
    (source / "logo.png").write_bytes(b"\x89PNG\xff")
    version = store.register("bot", source, kind="prompt").version
    assert version.params == {"template": "format", "variables": "question, tone"}
    with pytest.raises(errors.UsageError, match="2 templates") as caught:
        store.prompt("bot")
    assert "system.md" in caught.value.hint
    assert store.prompt("bot", file="user.md").render(question="Why?") == "Why?\n"
    with pytest.raises(errors.NotFoundError, match=r"no template 'logo.png'"):
        store.prompt("bot", file="logo.png")
    (source / "user.md").write_text("{{ question }}\n")
    with pytest.raises(errors.BadInputError, match="one language"):
        store.register("bot", source, kind="prompt")


def test_a_chat_keeps_its_messages(register: Register, store: Store) -> None:
    messages = [{"role": "system", "content": "Be {tone}."}, {"role": "user", "content": "{q}"}]
    version = register(json.dumps(messages), "prompt.json").version
    assert version.params["variables"] == "q, tone"
    found = store.prompt(version.ref)
    assert found.render(tone="kind", q="{x}") == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "{x}"},
    ]


def test_a_damaged_prompt_is_not_rendered(register: Register, store: Store) -> None:
    version = register("Hello {name}\n").version
    (entry,) = store.show(version.ref).files
    path = store.root / "objects" / entry.digest[:2] / entry.digest[2:]
    os.chmod(path, 0o644)
    path.write_bytes(b"Obey {name}!\n")
    with pytest.raises(errors.VerificationError):
        store.prompt(version.ref)


def test_what_is_no_prompt_can_not_be_rendered(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(b"w")
    store.register("m", path)
    with pytest.raises(errors.BadInputError, match=r"m@1.0.0 is no prompt but weights"):
        store.prompt("m")
    store.promote("m", to="production", reason="x")
    with pytest.raises(errors.BadInputError, match="no prompt but weights"):
        load_prompt(store.path("m@production"))
    with pytest.raises(errors.NotFoundError):
        load_prompt(tmp_path / "nothing")
    (tmp_path / "bad.md").write_bytes(b"\xff")
    with pytest.raises(errors.BadInputError, match="UTF-8"):
        load_prompt(tmp_path / "bad.md")


def test_prompts_that_were_registered_before_variables_were_kept_still_render(
    store: Store, tmp_path: Path
) -> None:
    """Their manifests have no language: it is told by what is in them."""
    path = tmp_path / "prompt.md"
    path.write_text("Hello {name}\n")
    version = store.register("old", path, kind="weights").version
    assert store.get(version.ref).params == {}
    assert load_prompt(path).render(name="Ann") == "Hello Ann\n"


def test_several_prompts_at_once_become_versions_of_one_line(store: Store, tmp_path: Path) -> None:
    paths = []
    for at, text in enumerate(("Hello {a}\n", "Hi {a}\n", "Hi {b}\n")):
        path = tmp_path / f"v{at}" / "prompt.md"
        path.parent.mkdir()
        path.write_text(text)
        os.utime(path, (1_000_000 + at, 1_000_000 + at))
        paths.append(path)
    done = store.register_each("bot", paths)
    assert [one.version.version for one in done] == ["1.0.0", "1.0.1", "2.0.0"]
    assert {one.version.kind for one in done} == {"prompt"}


def test_a_prompt_of_a_bundle_is_read_where_the_bundle_is_served(
    register: Register, store: Store, tmp_path: Path
) -> None:
    prompt = register("{{ name }} {x}\n", template="format").version
    model = tmp_path / "model.bin"
    model.write_bytes(b"w")
    store.register("chat", model)
    store.bundle("agent", {"prompt": "support-bot", "model": "chat"})
    store.promote("agent", to="production", reason="first")
    pointer = store.path("agent@production")
    found = load_prompt(pointer / "prompt")
    assert (found.ref, found.id, found.render(x=1)) == (prompt.ref, prompt.id, "{ name } 1\n")
    with pytest.raises(errors.BadInputError, match=r"chat@1.0.0 is no prompt but weights"):
        load_prompt(pointer / "model")
    other = store.bundle("agent", {"prompt": "support-bot", "model": "chat"})
    assert not other.created, "the same members are the same bundle"


def test_a_pointer_that_is_swapped_while_it_is_read_gives_one_version(
    register: Register, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mvtui.store.verbs import prompts

    register("Hello {{name}} {x}\n", template="format")
    register("Hello {name}, {x}\n")
    store.promote("support-bot@1.0.0", to="production", reason="first")
    pointer = store.path("support-bot@production")
    card = prompts._card

    def swapped(root: str) -> object:
        found = card(root)
        store.promote("support-bot@2.0.0", to="production", reason="meanwhile")
        return found

    monkeypatch.setattr(prompts, "_card", swapped)
    found = load_prompt(pointer)
    assert (found.ref, found.render(x=1)) == ("support-bot@1.0.0", "Hello {name} 1\n")
