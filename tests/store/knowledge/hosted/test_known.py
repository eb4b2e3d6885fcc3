"""What is known of providers' models: by a list, by a list of one's own, by the name alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from mvtui.store import errors
from mvtui.store.knowledge.hosted.known import Known, read_known
from mvtui.store.nouns.hosted import HostedStatus


@pytest.fixture(scope="module")
def known() -> Known:
    return read_known()


def test_every_line_that_ships_has_an_official_source(known: Known) -> None:
    hosts = (
        "developers.openai.com/",
        "platform.claude.com/",
        "ai.google.dev/",
        "docs.mistral.ai/",
        "docs.cohere.com/",
    )
    assert known.reviewed is not None
    assert len(known.models) > 80
    for model in known.models.values():
        assert model.source.removeprefix("https://").startswith(hosts), model
        assert model.retires is not None or model.floating is not None, "a line that says nothing"


@pytest.mark.parametrize(
    ("provider", "model", "floating"),
    [
        ("openai", "gpt-4o-2024-08-06", False),
        ("openai", "gpt-99", True),
        ("openai", "gpt-4-0613", False),
        ("openai", "ft:gpt-4o-mini-2024-07-18:org::id", False),
        ("anthropic", "claude-3-5-sonnet-latest", True),
        ("anthropic", "claude-new-20290101", False),
        ("anthropic", "claude-haiku-4-5", True),
        ("anthropic", "claude-sonnet-4-6", False),
        ("anthropic", "claude-new", None),
        ("bedrock", "anthropic.claude-3-5-sonnet-20241022-v2:0", False),
        ("vertex", "claude-3-5-sonnet@20241022", False),
        ("mistral", "mistral-large-2512", False),
        ("google", "gemini-9-001", False),
        ("google", "gemini-9", None),
        ("cohere", "command-r-08-2024", False),
        ("cohere", "command-r", True),
        ("acme", "llama-3-8192", None),
        ("acme", "x:latest", True),
        ("acme", "latest", True),
    ],
)
def test_an_alias_is_told_from_a_snapshot(
    known: Known, provider: str, model: str, floating: bool | None
) -> None:
    assert known.status(provider, model, {}).floating is floating


def test_the_last_word_is_the_tags(known: Known) -> None:
    shipped = known.status("openai", "gpt-4o-2024-08-06", {})
    assert (shipped.retires, shipped.said_by, shipped.reviewed) == (
        date(2027, 1, 14),
        "known models",
        known.reviewed,
    )
    tagged = known.status("openai", "gpt-4o-2024-08-06", {"retires": "2028-02-03"})
    assert (tagged.retires, tagged.said_by, tagged.reviewed) == (date(2028, 2, 3), "tag", None)
    for bad in ("soon", "2027-13-01", "2027-1-4", "20270104xx", ""):
        wrong = known.status("openai", "gpt-4o-2024-08-06", {"retires": bad})
        assert wrong.problem, bad
        assert wrong.retires == date(2027, 1, 14), "what the list says holds meanwhile"


def test_what_is_to_be_warned_of() -> None:
    status = HostedStatus("a", "m", retires=date(2030, 1, 1))
    for today, prospect, left in (
        (date(2029, 10, 2), "", 91),
        (date(2029, 10, 3), "retiring", 90),
        (date(2029, 12, 31), "retiring", 1),
        (date(2030, 1, 1), "retired", 0),
        (date(2031, 1, 1), "retired", -365),
    ):
        assert (status.prospect(today), status.days_left(today)) == (prospect, left)
    assert HostedStatus("a", "m").prospect(date(2030, 1, 1)) == ""


def test_lists_of_ones_own_change_and_add(tmp_path: Path) -> None:
    store, mine = tmp_path / "store.toml", tmp_path / "mine.toml"
    store.write_text(
        '[openai.models]\n"gpt-4o-2024-08-06" = { retires = 2029-01-01 }\n[acme]\nsource = "https://acme"\n'
        '[acme.models]\n"x" = { retires = 2028-01-01, successor = "y" }\n'
    )
    mine.write_text("[acme.models]\nx = { floating = true }\n")
    found = read_known(str(store), str(mine), str(tmp_path / "none.toml"))
    changed = found.status("openai", "gpt-4o-2024-08-06", {})
    assert (changed.retires, changed.successor) == (date(2029, 1, 1), "gpt-6-luna"), (
        "what it leaves out stays"
    )
    own = found.status("acme", "x", {})
    assert (own.retires, own.floating, own.successor) == (date(2028, 1, 1), True, "y")
    assert read_known().status("acme", "x", {}).retires is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[openai]\nx", "at end of document|line 2"),
        ("openai = 3", "no table"),
        ("[openai]\nmodels = 3", "no table"),
        ("[openai]\nmodel = 3", "unknown key openai.model"),
        ('[openai.models]\n"x" = 3', "no table"),
        ('[openai.models]\n"x" = { retires = "soon" }', "retires is not a day"),
        ('[openai.models]\n"x" = { retires = 2027-01-01T00:00:00 }', "retires is not a day"),
        ('[openai.models]\n"x" = { floating = 1 }', "floating is not true or false"),
        ('[openai.models]\n"x" = { retire = 2027-01-01 }', "unknown key retire"),
        ("reviewed = 3", "reviewed is no day"),
    ],
)
def test_a_mistake_in_a_list_is_told_with_its_file(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "hosted.toml"
    path.write_text(text)
    with pytest.raises(errors.BadConfigError, match=problem) as caught:
        read_known(str(path))
    assert str(path) in str(caught.value)
    assert caught.value.hint
