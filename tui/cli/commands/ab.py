"""``mvtui ab``: A/B tests over versions of a model."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .. import output
from ..group import CommandGroup, subcommand
from ..options import PATH, complete_ab_test, complete_model, json_option, reason_option, store_option
from ..progress import meter
from ..session import open_store

if TYPE_CHECKING:
    from ....store import ABChange


@click.group(
    cls=CommandGroup,
    invoke_without_command=True,
    examples=[
        'mvtui ab start hello --arm a=chat@1.0.0:90 --arm b=chat@1.1.0:10 --reason "x"',
        "mvtui ab show hello",
        'mvtui ab promote-winner hello --reason "b it is"',
    ],
)
@store_option
@click.pass_context
def command(ctx: click.Context) -> None:
    """Test versions against each other on the same keys.

    Each key (a user, a conversation) belongs to one arm; the arm in the stage is control and stays the only version there.
    Serving code asks test.assign(key) and tells test.record(key, resolved=1) what came of it.
    """
    if ctx.invoked_subcommand is None:
        output.data(ctx.get_help())


_name = click.argument("name", shell_complete=complete_ab_test)


def _arm(text: str) -> tuple[str, tuple[str, str]]:
    """Read ``NAME=REF:SHARE``.

    Raises:
        UsageError: it is nothing of the kind.
    """
    from ....store import errors

    name, equals, rest = text.partition("=")
    ref, colon, share = rest.rpartition(":")
    if not (equals and colon and ref):
        raise errors.UsageError(
            f"{text[:80]!r} is no arm", hint="Write NAME=VERSION:SHARE, such as --arm b=chat@1.1.0:10"
        )
    return name, (ref, share)


@subcommand(
    command,
    examples=[
        'mvtui ab start hello --arm a=chat@1.0.0:90 --arm b=chat@1.1.0:10 --reason "x"',
        "mvtui ab start tone --arm a=v@1.0.0:50 --arm b=v@1.1.0:50 --metric ms:min",
    ],
)
@click.argument("name")
@click.option(
    "--arm", "arms", multiple=True, metavar="NAME=REF:SHARE",
    help="An arm, its version and its share in percent. Once for each; one is in the stage.",
)  # fmt: skip
@click.option(
    "--metric", "metrics", multiple=True, metavar="NAME[:max|min][:rate|mean]",
    help="What will be recorded; the first decides, the others are guard rails.",
)  # fmt: skip
@click.option("--stage", default="production", metavar="STAGE", show_default=True, help="Where it serves.")
@click.option("--override", is_flag=True, help="Let an arm in past its gates, if config.toml lets you.")
@reason_option
@store_option
@json_option
def start(
    name: str,
    arms: tuple[str, ...],
    metrics: tuple[str, ...],
    stage: str,
    override: bool,
    reason: str,
    as_json: bool,
) -> None:
    """Start a test.

    The version in the stage is control. The others are asked the stage's gates, and lie in live/MODEL/ab/NAME/ARM.
    """
    from ....store import errors

    asked: dict[str, tuple[str, float | str]] = {}
    for text in arms:
        arm, given = _arm(text)
        if arm in asked:
            raise errors.BadInputError(
                f"two arms are called {arm[:80]}", hint="Give each arm a name of its own."
            )
        asked[arm] = given
    with open_store() as store, meter() as progress:
        done = store.ab_start(
            name, asked, metrics=metrics, stage=stage, reason=reason, override=override, progress=progress
        )
        where = store.root / "live" / done.test.spec.model / "ab" / name
    _tell(done, "runs", as_json)
    if not as_json:
        output.talk(f"served from: {output.safe(str(where), 1000)}")
        output.talk(f"end with: mvtui ab stop {name}, or mvtui ab promote-winner {name}")


def _tell(done: ABChange, what: str, as_json: bool) -> None:
    """Tell a change that was made, and print the test's name for scripts."""
    if as_json:
        said = {"seq": done.seq, "moved": done.moved, "archived": list(done.archived)}
        output.print_json(done.test.as_row() | said | {"notices": list(done.notices)})
        return
    from ....store import ab_shares
    from .. import moves

    shares = f": {ab_shares(done.test)}" if done.test.running else ""
    output.talk(f"{output.paint(done.test.name, 'bold', stream=sys.stderr)} {what}{shares}")
    moves.notices(done.notices)
    output.result(done.test.name)


@subcommand(command, examples=["mvtui ab ls", "mvtui ab ls chat --json"])
@click.argument("model", required=False, shell_complete=complete_model)
@store_option
@json_option
def ls(model: str | None, as_json: bool) -> None:
    """List tests, those that run first."""
    with open_store(read_only=True) as store:
        tests = store.ab_tests(model)
    if as_json:
        output.print_json(test.as_row() for test in tests)
        return
    if not tests:
        output.talk("no A/B test yet; start one: mvtui ab start NAME --arm a=REF:90 --arm b=REF:10")
        return
    from ...ab_tests import listed
    from ..table import Column, write

    titles = (("TEST", 0), ("MODEL", 0), ("STAGE", 2), ("ARMS", 1), ("STATE", 0))
    columns = [Column(title, drop=drop, elastic=title == "ARMS") for title, drop in titles]
    write(columns, listed(tests, plain=output.ascii_only()))


@subcommand(command, examples=["mvtui ab show hello", "mvtui ab show hello --json | jq .verdict"])
@_name
@store_option
@json_option
def show(name: str, as_json: bool) -> None:
    """Say what a test has shown so far.

    Of each arm its keys and the mean or rate with its interval; the difference from control with an interval that
    holds however often you look, and one for a single look at the end; whether keys are shared out as they
    should be; and the verdict, or about how many keys more would tell.
    """
    with open_store(read_only=True) as store:
        found = store.ab_report(name)
    if as_json:
        output.print_json(found.as_dict())
        return
    from ...ab_tests import report
    from ..table import terminal_width

    columns = terminal_width()
    for line in report(found, columns, plain=output.ascii_only()):
        shown = "".join(output.paint(text, *_STYLES.get(style, ())) for text, style in line)
        output.data(shown.rstrip())


_STYLES = {
    "heading": ("bold",),
    "muted": ("dim",),
    "better": ("green",),
    "worse": ("red",),
    "warning": ("yellow",),
}


@subcommand(command, examples=["mvtui ab assign hello user-7", "cut -f1 users.tsv | mvtui ab assign hello -"])
@_name
@click.argument("key")
@store_option
@json_option
def assign(name: str, key: str, as_json: bool) -> None:
    """Say which arm a key belongs to.

    Keys are taken as they are, byte by byte. - takes them from stdin, one a line; each is printed behind its arm and a tab.
    """
    with open_store(read_only=True) as store, store.ab_test(name) as test:
        if key != "-":
            arm = test.assign(key)
            if as_json:
                spec = test.spec.arm(arm)
                output.print_json(
                    {"arm": arm, "ref": test.version(arm), "id": spec.id, "epoch": test.spec.epoch}
                )
            else:
                output.data(arm)
            return
        for line in sys.stdin:
            if each := line.removesuffix("\n"):
                arm = test.assign(each)
                if as_json:
                    import json

                    output.data(json.dumps({"arm": arm, "key": each}))
                else:
                    output.data(f"{arm}\t{output.safe(each, 100_000)}")


@subcommand(
    command,
    examples=["mvtui ab import hello outcomes.csv", "mvtui ab import hello yesterday.jsonl --json"],
    name="import",
)
@_name
@click.argument("file", type=PATH)
@store_option
@json_option
def import_(name: str, file: str, as_json: bool) -> None:
    """Take outcomes from a CSV or JSONL file.

    A column or field called key, one for each metric, and if known arm, outcome (an ID) and time. The same outcome counts
    once, so a file may be taken again.
    """
    with open_store() as store:
        done = store.ab_import(name, file)
    if as_json:
        output.print_json(
            {"outcomes": done.outcomes, "skipped": done.skipped, "problems": list(done.problems)}
        )
        return
    left = f"; left {done.skipped:,}" if done.skipped else ""
    from ...words import plural

    output.talk(f"took {plural(done.outcomes, 'outcome')}{left}")
    for problem in done.problems:
        output.talk(f"  {output.safe(problem, 500)}")


@subcommand(command, examples=["mvtui ab export hello hello.json"])
@_name
@click.argument("file", type=PATH)
@store_option
@json_option
def export(name: str, file: str, as_json: bool) -> None:
    """Write the file that assigns keys elsewhere.

    There, mvtui.store.load_ab_test(FILE).assign(key); how another language does it, ABTestSpec says. It stays as it is
    when shares change: export it again then.
    """
    with open_store(read_only=True) as store:
        where = store.ab_export(name, file)
    if as_json:
        output.print_json({"name": name, "path": str(where)})
        return
    output.talk(f"written: {output.safe(str(where), 1000)}")
    output.result_path(where)


@subcommand(
    command,
    examples=[
        'mvtui ab ramp hello a=50 b=50 --reason "no harm in a week"',
        'mvtui ab ramp hello b=0 --reason "pause: it answers in French"',
    ],
)
@_name
@click.argument("shares", nargs=-1, required=True, metavar="ARM=SHARE...")
@reason_option
@store_option
@json_option
def ramp(name: str, shares: tuple[str, ...], reason: str, as_json: bool) -> None:
    """Change the shares of a test, in percent.

    As few keys as possible change arms; going back brings each back. The one arm that is left out gets what is left.
    """
    from ....store import errors

    asked: dict[str, float | str] = {}
    for text in shares:
        arm, equals, share = text.partition("=")
        if not equals or arm in asked:
            raise errors.UsageError(
                f"{text[:80]!r} is no share of an arm", hint="Write ARM=SHARE, each arm once: a=50 b=50"
            )
        asked[arm] = share
    with open_store() as store:
        done = store.ab_ramp(name, asked, reason=reason)
    _tell(done, f"has other shares ({done.moved:g} % of all keys changed arms)", as_json)


@subcommand(command, examples=['mvtui ab stop hello --reason "the campaign is over"'])
@_name
@reason_option
@store_option
@json_option
def stop(name: str, reason: str, as_json: bool) -> None:
    """End a test without a winner.

    Every key gets control; no version changes its stage.
    """
    with open_store() as store:
        done = store.ab_stop(name, reason=reason)
    _tell(done, "has ended", as_json)


@subcommand(
    command,
    examples=[
        'mvtui ab promote-winner hello --reason "b it is"',
        'mvtui ab promote-winner hello --arm a --reason "as good, and cheaper"',
    ],
)
@_name
@click.option(
    "--arm", metavar="ARM", help="The winner, whatever the figures say. Default: the one they name."
)
@click.option("--override", is_flag=True, help="Let it in past its gates, if config.toml lets you.")
@reason_option
@store_option
@json_option
def promote_winner(name: str, arm: str | None, override: bool, reason: str, as_json: bool) -> None:
    """End a test with its winner.

    It is promoted to the test's stage through the gates, and the others are archived by the same event, with the numbers in
    the reason. Exits with 11 when a gate stops it.
    """
    with open_store() as store, meter() as progress:
        done = store.ab_promote_winner(name, reason=reason, arm=arm, override=override, progress=progress)
    spec = done.test.spec
    archived = f", archived {', '.join(done.archived)}" if done.archived else ""
    won = f"{done.test.winner} ({spec.model}@{spec.arm(done.test.winner).version})"
    _tell(done, f"has ended: {won} won{archived}", as_json)
