"""``mvtui prompt``, and what register, show and diff say of prompts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from mvtui.store import Store

from tests.tui.cli.conftest import Run

FIRST = "You answer for Acme.\n\nUse two sentences. Sign as {name}.\n"
SECOND = "You answer for Acme.\n\nUse three sentences. Sign as {name} of {team}.\n"


@pytest.fixture
def bot(run: Run, store: Store) -> Path:
    """Two versions of support-bot, and the file they were."""
    path = Path("prompt.md")
    for text in (FIRST, SECOND):
        path.write_text(text)
        assert run("register", "support-bot", "prompt.md").code == 0
    return path


def test_registering_tells_what_it_asks_for(run: Run, store: Store) -> None:
    Path("prompt.md").write_text(FIRST)
    done = run("register", "support-bot", "prompt.md", "--kind", "prompt")
    assert "as prompt" in done.err
    assert "variables: name (template: format)" in done.err
    Path("prompt.md").write_text(SECOND)
    assert "major: variables changed: team added" in run("register", "support-bot", "prompt.md").err
    Path("prompt.md").write_text("no fields\n")
    assert "no variables (template: text)" in run("register", "other", "prompt.md").err


def test_what_does_not_parse_names_line_and_column(run: Run, store: Store) -> None:
    Path("prompt.md").write_text("Hello {name}\n{oops\n")
    done = run("register", "support-bot", "prompt.md")
    assert (done.code, "prompt.md, line 2, column 1" in done.err) == (4, True)
    Path("prompt.md").write_text("{{ a }} {b}\n")
    done = run("register", "support-bot", "prompt.md")
    assert (done.code, "--template" in done.err) == (4, True)
    assert run("register", "support-bot", "prompt.md", "--template", "format").code == 0
    assert run("register", "m", "prompt.md", "--template", "format", "--kind", "weights").code == 2


def test_it_is_filled_in_and_goes_to_stdout_as_it_is(run: Run, bot: Path) -> None:
    done = run("prompt", "support-bot", "--var", "name=Ann", "--var", "team=billing")
    assert (done.code, done.out) == (0, SECOND.replace("{name}", "Ann").replace("{team}", "billing"))
    assert "support-bot@2.0.0: 67 characters" in done.err
    assert run("prompt", "support-bot@1.0.0").out == FIRST
    assert "variables: name (template: format)" in run("prompt", "support-bot@1.0.0").err
    assert run("prompt", "prompt.md", "--var", "name=A", "--var", "team=b").out.endswith("Sign as A of b.\n")
    assert run("prompt", "support-bot@1.0.0", "--var", "name=7").out.endswith("Sign as 7.\n")


def test_values_come_from_a_file_too(run: Run, bot: Path) -> None:
    Path("case.yaml").write_text("name: Ann\nteam: billing\n")
    done = run("prompt", "support-bot", "--vars-file", "case.yaml", "--var", "team=sales")
    assert done.out.endswith("Sign as Ann of sales.\n")


def test_missing_and_unknown_variables_are_refused(run: Run, bot: Path) -> None:
    for words, problem in (
        (["--var", "name=Ann"], "needs team"),
        (["--render"], "needs name, team"),
        (["--var", "name=A", "--var", "team=b", "--var", "extra=c"], "no variable extra"),
    ):
        done = run("prompt", "support-bot", *words)
        assert (done.code, done.out, problem in done.err) == (4, "", True)
        assert "Its variables are: name, team." in done.err


def test_json_has_all_of_it(run: Run, bot: Path) -> None:
    found = run("prompt", "support-bot", "--var", "name=Ann", "--var", "team=x", "--json").json
    assert found["ref"] == "support-bot@2.0.0"
    assert found["variables"] == ["name", "team"]
    assert (found["characters"], found["tokens"]) == (len(SECOND), None)
    assert found["rendered"].endswith("Sign as Ann of x.\n")
    assert run("prompt", "support-bot", "--json").json["rendered"] is None


def test_a_chat_is_printed_as_json(run: Run, store: Store) -> None:
    Path("chat.json").write_text('[{"role": "user", "content": "Hi {name}"}]')
    assert run("register", "bot", "chat.json", "--kind", "prompt").code == 0
    done = run("prompt", "bot", "--var", "name=Ann")
    assert json.loads(done.out) == [{"role": "user", "content": "Hi Ann"}]


def test_what_is_no_prompt_says_so(run: Run, store: Store, model: Path) -> None:
    run("register", "m", str(model))
    done = run("prompt", "m")
    assert (done.code, "no prompt but weights" in done.err) == (4, True)
    assert run("prompt", "nothing").code == 3
    assert run("prompt", "./nothing.md").code == 3


def test_hostile_text_is_made_safe_where_it_is_told(run: Run, store: Store) -> None:
    Path("prompt.md").write_text("\x1b]0;title\x07 {name}\n")
    run("register", "bot", "prompt.md")
    told = run("show", "bot").out + run("diff", "bot", "bot").out
    assert "\x1b]" not in told
    assert "\x1b]" not in run("prompt", "bot").err


def test_show_and_diff_tell_variables_and_words(run: Run, bot: Path) -> None:
    assert "variables  name, team (format)" in run("show", "support-bot").out
    told = run("diff", "support-bot").out
    assert "variables name → name, team" in told
    words = run("diff", "support-bot", "--words").out
    assert "Use [-two-]{+three+} sentences. Sign as {name}{+ of {team}+}." in words
    found = run("diff", "support-bot", "--words", "--json").json
    assert [(one["path"], one["added"], one["removed"]) for one in found] == [("prompt.md", 3, 1)]
    assert run("diff", "support-bot", "--words", "--files").code == 2
    assert run("diff", "support-bot", "--words", "--section", "files").code == 2
    assert run("diff", "support-bot@1.0.0", "support-bot", "support-bot@1.0.0", "--words").code == 2


TOKENIZER: dict[str, object] = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [],
    "normalizer": None,
    "pre_tokenizer": {"type": "Whitespace"},
    "post_processor": None,
    "decoder": None,
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "Use": 1}, "unk_token": "[UNK]"},
}


def test_tokens_are_counted_where_a_tokenizer_is_at_hand(run: Run, store: Store, bot: Path) -> None:
    pytest.importorskip("tokenizers")
    Path("out").mkdir()
    Path("out/tokenizer.json").write_text(json.dumps(TOKENIZER))
    Path("out/model.bin").write_bytes(b"w")
    run("register", "chat", "out")
    bot.write_text("Use a b\n")
    run("register", "support-bot", "prompt.md", "--edge", "derived-from=chat")
    assert "3 tokens" in run("prompt", "support-bot").err, "of what it came from"
    assert run("prompt", "support-bot@1.0.0", "--json").json["tokens"] is None
    for tokenizer in ("chat", "out", "out/tokenizer.json"):
        assert run("prompt", "support-bot", "--tokenizer", tokenizer, "--json").json["tokens"] == 3
    Path("bad.json").write_text("{}")
    assert run("prompt", "support-bot", "--tokenizer", "bad.json").code == 4
    assert run("prompt", "support-bot", "--tokenizer", "support-bot").code == 3


def test_without_the_tokenizers_library_it_says_what_to_install(
    run: Run, bot: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "tokenizers", None)
    Path("tokenizer.json").write_text(json.dumps(TOKENIZER))
    done = run("prompt", "support-bot", "--tokenizer", "tokenizer.json")
    assert (done.code, "mvtui[tokens]" in done.err) == (3, True)


def test_what_goes_into_a_pipe_is_byte_for_byte(run: Run, store: Store) -> None:
    import os
    import subprocess
    import sys

    text = "Grüße, {name}\r\n\tzwei \u202e\n"
    Path("prompt.md").write_bytes(text.encode())
    run("register", "bot", "prompt.md")
    done = subprocess.run(
        [sys.executable, "-m", "mvtui", "prompt", "bot", "--var", "name=Zoë"],
        capture_output=True,
        check=True,
        env=os.environ
        | {"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == text.replace("{name}", "Zoë").encode()
