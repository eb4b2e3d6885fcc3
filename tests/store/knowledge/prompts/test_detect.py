"""Which language a template is in, and what a chat is."""

from __future__ import annotations

import json

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.prompts import Prompt, is_prompt_name, read


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Be kind.", "text"),
        ('Answer as {"a": 1} or {1, 2}; \\frac{1}{2}; {}', "text"),
        ("Hello {name}", "format"),
        ('{{"a": "{name}"}}', "format"),
        ("{price:.2f}", "format"),
        ("{{{name}}}", "format"),
        ("Hello {{ name }}", "jinja"),
        ("Hello {{name|upper}}", "jinja"),
        ("{% if x %}a{% endif %}", "jinja"),
        ("{{ users[0].name }}", "jinja"),
        ("{{ f(x) }}", "jinja"),
        ("{# a remark #}", "jinja"),
        ("{{- name -}}", "jinja"),
    ],
)
def test_the_language_is_told_by_what_is_in_it(text: str, language: str) -> None:
    assert read(text.encode(), "a.md").language == language


def test_what_could_be_either_must_be_said() -> None:
    text = b"{{ name }} and {topic}"
    with pytest.raises(errors.BadInputError, match=r"both \{\{ name \}\} and \{topic\}") as caught:
        read(text, "a.md")
    assert "--template" in caught.value.hint
    assert read(text, "a.md", stated="format").language == "format"
    assert read(text, "a.md", before="jinja").language == "jinja", "as the version before"
    assert read(text, "a.j2").language == "jinja", "by its name"
    assert read(b"{x}", "a.md", before="jinja").language == "format", "what is certain is not overruled"
    with pytest.raises(errors.BadInputError, match="mustache"):
        read(text, "a.md", stated="mustache")


def test_a_typo_in_the_only_variable_is_an_error_where_there_were_variables() -> None:
    for before, text in (("format", b"Hello {name"), ("jinja", b"Hello {{ name }"), ("jinja", b"{% if")):
        with pytest.raises(errors.BadInputError, match="line 1"):
            Prompt(read(text, "a.md", before=before))  # type: ignore[arg-type]
        assert read(text, "a.md").language == "text"
        assert read(text, "a.md", before="text").language == "text"
        assert read(text, "a.md", before=before, stated="text").language == "text"  # type: ignore[arg-type]
    assert read(b"No variables any more.", "a.md", before="format").language == "text"


def test_a_chat_is_a_list_of_messages() -> None:
    parts = [{"type": "text", "text": "{q}"}, {"type": "image_url", "image_url": {"url": "{no}"}}]
    messages = [{"role": "system", "content": "Be {tone}."}, {"role": "user", "content": parts, "name": "n"}]
    for file, data in {
        "c.json": json.dumps(messages),
        "c.yaml": "messages:\n" + "".join(f"- {json.dumps(one)}\n" for one in messages),
    }.items():
        found = Prompt(read(data.encode(), file))
        assert (found.required, found.language, found.characters) == (("q", "tone"), "format", 13)
        assert found.render(tone="kind", q="Why?") == [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": [{"type": "text", "text": "Why?"}, parts[1]], "name": "n"},
        ]
        assert found.messages == tuple(messages), "rendering leaves the prompt as it is"


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("c.json", '[{"role": "user"}]', "message 1 has no content"),
        ("c.json", '[{"role": "user", "content": "x"}, 3]', "message 2 is no mapping"),
        ("c.json", '[{"role": "user", "content": "x"}, {"content": "y"}]', "message 2 has no role"),
        ("c.yaml", "messages: 3\n", "no list"),
        ("c.json", '{"messages": []}', "no list"),
        ("c.json", '{"a"\n', "line 2, column 1"),
        ("c.yaml", "- role: [\n", "line 2"),
    ],
)
def test_a_chat_that_is_none_says_why(file: str, text: str, problem: str) -> None:
    with pytest.raises(errors.BadInputError, match=problem) as caught:
        read(text.encode(), file)
    assert file in str(caught.value)


def test_other_json_is_text() -> None:
    assert read(b'{"type": "object"}', "schema.json").messages is None


def test_what_is_no_text_is_no_prompt() -> None:
    for data, problem in {b"ab\xff": "byte 2 is 0xff", b"a\0": "NUL", b"x" * (5 << 20): "at most"}.items():
        with pytest.raises(errors.BadInputError, match=problem):
            read(data, "a.md")


@pytest.mark.parametrize(
    ("name", "certain"),
    [
        *((name, True) for name in ("prompt.md", "out/system_prompt.txt", "a.prompt", "a.j2", "PROMPT.MD")),
        *((name, False) for name in ("README.md", "model.bin", "prompt.bin", "promptly.md", "notes.txt")),
    ],
)
def test_some_names_say_that_it_is_a_prompt(name: str, certain: bool) -> None:
    assert is_prompt_name(name) is certain


def test_variables_are_checked_both_ways() -> None:
    found = Prompt(read(b"{a} {b}", "a.md"), ref="bot@1.0.0")
    with pytest.raises(
        errors.VariablesError, match=r"bot@1.0.0 needs b; bot@1.0.0 has no variable c"
    ) as caught:
        found.render(a=1, c=2)
    assert (caught.value.missing, caught.value.unknown) == (("b",), ("c",))
    assert "a, b" in caught.value.hint
    assert found.render({"a": 1}, b=2) == "1 2"
    with pytest.raises(errors.VariablesError, match="no variable self"):
        Prompt(read(b"x", "a.md")).render(self=1)
