"""Templates in Jinja: what they can do, and what they can't."""

from __future__ import annotations

from typing import Any

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.prompts import Prompt, limits, read

pytest.importorskip("jinja2")


def prompt(text: str) -> Prompt:
    return Prompt(read(text.encode(), "a.md", stated="jinja"))


def test_what_templates_of_prompts_use_works() -> None:
    found = prompt(
        "{% macro item(x) %}* {{ x.name|upper }}{% endmacro -%}"
        "{% for i in items if i.on %}{{ loop.index }}/{{ loop.length }} {{ item(i) }}"
        "{{ ', ' if not loop.last }}{% endfor %}\n"
        "{{ items|map(attribute='name')|join('+') }} {{ data|tojson }} {{ 'a b'.split()[1] }} {{ 'a' ~ 1 }}"
        "{% set ns = namespace(n=1) %}{% for i in range(5) %}{% if i == 3 %}{% break %}{% endif %}{% set ns.n = ns.n * 2 %}"
        "{% endfor %} {{ ns.n }} {{ topic|default('none') }}{% if lang is defined %} in {{ lang }}{% endif %}\n"
    )
    assert (found.required, found.optional) == (("data", "items"), ("lang", "topic"))
    items = [{"name": "x", "on": True}, {"name": "y", "on": False}, {"name": "z", "on": True}]
    assert found.render(items=items, data={"k": "é<"}) == (
        '1/2 * X, 2/2 * Z\nx+y+z {"k": "é<"} b a1 8 none\n'
    )
    assert found.render(items=[], data=1, lang="fr").endswith(" in fr\n")  # type: ignore[union-attr]


def test_it_keeps_its_last_line_break_and_escapes_nothing() -> None:
    assert prompt("{{ a }}\n").render(a="<b> & {{ c }}") == "<b> & {{ c }}\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "problem"),
    [
        ("a\nb {{ x }} {{ y z }}", 2, 11, "end of print statement"),
        ("{{ x }}\n  {% if x %}", 2, 3, "{% if %} is never closed"),
        ("\n{{ x|nosuch }}", 2, 1, "no filter named 'nosuch'"),
        ("{% include 'a' %}", 1, 1, "can't include"),
        ("x {% import 'a' as b %}", 1, 3, "can't import"),
        ("{% from 'a' import b %}", 1, 1, "can't import"),
        ("{% extends 'a' %}", 1, 1, "can't extend"),
        ("{% for %}", 1, 1, "expected"),
        ("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", 1, 1, "too deeply"),
        ("{{ 1" + "+1" * 20_000 + " }}", 1, 1, "too deeply"),
        ("{% if 1 %}" * 3000 + "{% endif %}" * 3000, 1, 1, "too deeply"),
    ],
)
def test_what_does_not_parse_is_told_with_its_place(text: str, line: int, column: int, problem: str) -> None:
    with pytest.raises(errors.BadTemplateError) as caught:
        prompt(text)
    assert problem in str(caught.value)
    assert (caught.value.line, caught.value.column) == (line, column)


class _Service:
    """What a caller may carelessly give to a template."""

    deleted = False
    token = "t"

    def delete(self) -> str:
        type(self).deleted = True
        return "gone"


@pytest.mark.parametrize(
    "text",
    [
        "{{ s.delete() }}",
        "{{ s.delete }}",
        "{{ s.delete }}{% set d = s.delete %}{{ d() }}",
        "{{ [s]|map('delete')|list }}",
        "{{ s.__class__ }}",
        "{{ s['__class__'] }}",
        "{{ ().__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ s.delete.__func__ }}",
        "{{ 'a'.format }}{{ '{0.token}'.format(s) }}",
        "{{ dict.mro() }}",
        "{{ [].append(1) }}",
        "{{ {}.update(a=1) }}",
    ],
)
def test_nothing_is_called_and_nothing_behind_values_is_read(text: str) -> None:
    _Service.deleted = False
    with pytest.raises(errors.BadInputError):
        Prompt(read(f"{text}{{{{ s is none }}}}".encode(), "a.md", stated="jinja")).render(s=_Service())
    assert not _Service.deleted


@pytest.mark.parametrize(
    "text",
    [
        "{{ 'a' * 10**9 }}",
        "{{ [1] * 10**9 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'a'.center(10**9) }}",
        "{{ 2 ** 999999999 }}",
        "{% set ns = namespace(n=3) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}",
        "{% set ns = namespace(x='aaaa') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x='aaaa') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x='aaaa') %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x]|join %}{% endfor %}",
        "{% set x %}{% for i in range(900000) %}" + "y" * 10_000 + "{% endfor %}{% endset %}",
        "{% for a in range(999999) %}{% for b in range(999999) %}{% endfor %}{% endfor %}",
        "{% macro m(n) %}{{ m(n) }}{{ m(n) }}{% endmacro %}{{ m(1) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{{ ('a' * 1000)|replace('a', 'b' * 1000000) }}",
        "{{ ('a\n' * 100000)|indent(999) }}",
        "{{ 1.5|round(10**9, 'ceil') }}",
        "{{ [1]|tojson(indent=10**9) }}",
        "{{ 'a'|indent(10**9) }}",
    ],
)
def test_nothing_goes_on_for_ever_or_fills_the_memory(text: str) -> None:
    with pytest.raises(errors.BadInputError):
        prompt(text).render()


@pytest.mark.parametrize(
    "text",
    [
        "{% set x %}{% for i in range(20000) %}" + "y" * 1000 + "{% endfor %}{% endset %}",
        "{% set ns = namespace(x='aaaa') %}{% for i in range(23) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x='aaaa') %}{% for i in range(23) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set x = ('a' * 20)|replace('a', 'b' * 1000000) %}",
        "{% set x = ['b' * 1000000] * 20 %}{% set y = x|join %}",
        "{% set x = ('a\n' * 20000)|indent(999) %}",
        "{% set x = 'a' * 17000000 %}",
        "{% for i in range(17) %}" + "y" * 1_000_000 + "{% endfor %}",
    ],
)
def test_what_is_thrown_away_counts_as_well(text: str) -> None:
    with pytest.raises(errors.BadInputError, match="comes out longer"):
        prompt(text).render()


def test_a_template_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    from mvtui.store.knowledge.prompts import sandbox

    monkeypatch.setattr(sandbox, "MAX_SECONDS", -1.0)
    with pytest.raises(errors.BadInputError, match="was stopped"):
        prompt("{% for i in x %}{% endfor %}").render(x=[1, 2])


def test_each_rendering_has_a_budget_of_its_own() -> None:
    found = prompt("{% for i in range(n) %}{% endfor %}ok")
    for _ in range(5):
        assert found.render(n=limits.MAX_STEPS // 3) == "ok"


def test_what_fails_with_some_values_says_so() -> None:
    for text, values, problem in (
        ("{{ 1 / n }}", {"n": 0}, "division by zero"),
        ("{{ a.b.c }}", {"a": {}}, "has no attribute 'b'"),
        ("{{ raise_exception('roles must alternate') }}", {}, "roles must alternate"),
        ("{{ 'a'.format(1) }}", {}, "may not call"),
    ):
        given: dict[str, Any] = values
        with pytest.raises(errors.BadInputError, match=problem):
            prompt(text).render(given)


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "jinja2", None)
    monkeypatch.delitem(sys.modules, "mvtui.store.knowledge.prompts.sandbox", raising=False)
    with pytest.raises(errors.MissingLibraryError) as caught:
        Prompt(read(b"{{ a }} without", "a.md"))
    assert "mvtui[prompts]" in caught.value.hint
