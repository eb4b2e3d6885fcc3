"""Commands whose arguments are a query: words that may begin with a dash, and how the shell completes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click

from . import session
from .group import Command

_HELP = """\
  word "a phrase"        anywhere in number, ID, kind, stage, alias, author,
                         host, note, tag, parameter, name of a metric; or like
                         a name: sntmt finds sentiment
  sentiment              a whole name: just that model
  sentiment@production   a reference: just that version
  stage:production       also kind: model: alias: author: host: note: id: git:
                         version:1.4 version>=1.2 dirty:yes
                         external:yes deleted:yes author:me
                         rolled-back:yes overridden:yes
                         pickle:unsafe,unknown
  tag:owner=ann          tag:owner for any owner; tag:owner="Ann B"
  metric.f1>0.9          metric.f1[test:fr]>0.9, metric:f1 for any value
  param.lr<=1e-4         param.optimizer=adam
  f1>0.9 lr<=1e-4        the same, if a metric or a parameter is called that
  dataset:imdb           what it was trained or measured on; parent:bert@1.0.0
  since:7d               until:2026-11-01 before:2026-11 age<2d created:today
                         registered:yesterday
  size>1GB               files>3; kB MB GB TB, KiB MiB GiB TiB
  sort:-metric.f1        sort:created,version sort:-staged sort:tag.owner; - for
                         the highest first
  limit:10               only so many

  All terms must hold. -TERM turns one round; a OR b; (a OR b) c; a comma
  in a value means or: stage:staging,production; * stands for any text.
  = != < <= > >= compare. In a shell put < > * ( ) in quotes."""


_OPEN = (".", ":", "<", ">", "=")
"""What a completion that a value must follow ends in: the name of a field, which is worth a word of explanation."""


_LETTER = re.compile(r"-[A-Za-z]")
"""What other programs have as an option; as a query it would leave out nearly everything, and say nothing."""


def _no_option(letter: str) -> Exception:
    from ...store import errors

    return errors.UsageError(
        f"{letter} is no option of this command",
        hint=f"Show only the first N: --limit N. A word is left out by -word; this letter by '-\"{letter[1]}\"'.",
    )


class QueryCommand(Command):
    """A command with one argument, a query. Words of it may begin with one dash, which options here never do."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Part the options from the words of the query, and parse them."""
        options: list[str] = []
        words: list[str] = []
        taking = self._options_that_take_a_value()
        left = iter(args)
        for arg in left:
            if arg == "--":
                words += left
            elif arg.startswith("--") or arg in ctx.help_option_names:
                if not ctx.resilient_parsing:
                    self._refuse_field(arg, args)
                options.append(arg)
                if arg in taking:
                    value = next(left, None)
                    if value is None:
                        return super().parse_args(ctx, options)  # which says that it needs one
                    options.append(value)
            elif _LETTER.fullmatch(arg) and not ctx.resilient_parsing:
                raise _no_option(arg)
            else:
                words.append(arg)
        return super().parse_args(ctx, [*options, "--", *words])

    def _refuse_field(self, arg: str, args: Sequence[str]) -> None:
        """Refuse ``--sort -created``: what is no option here, but a field of the query."""
        option, _, value = arg.partition("=")
        if any(option in param.opts for param in self.params) or option in {"--help", "-h"}:
            return
        from ...store import QUERY_FIELDS, errors

        name = option.removeprefix("--")
        if name not in QUERY_FIELDS:
            return
        value = value or next(iter(args[args.index(arg) + 1 :]), "VALUE")
        raise errors.UsageError(
            f"{option} is no option of this command", hint=f"It is a word of the query: {name}:{value}"
        )

    def _options_that_take_a_value(self) -> set[str]:
        options = (param for param in self.params if isinstance(param, click.Option))
        return {name for option in options if not option.is_flag for name in option.opts}

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the language in short, then the examples."""
        with formatter.section("Query"):
            formatter.write(_HELP + "\n")
        super().format_epilog(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete options, and terms that are turned round by a dash."""
        if incomplete.startswith("--"):
            return super().shell_complete(ctx, incomplete)
        return [*complete_query(ctx, incomplete), *super().shell_complete(ctx, incomplete)]


def complete_query_word(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[Any]:
    """Complete the word of a query at the cursor, or the last term of a query that is one word in quotes."""
    return complete_query(ctx, incomplete)


def complete_query(ctx: click.Context, incomplete: str) -> list[Any]:
    """Return what the shell can offer; whatever is raised here ``completion.answer`` keeps from the person."""
    from click.shell_completion import CompletionItem

    with session.current(ctx).open(read_only=True) as store:
        return [
            CompletionItem(found.applied(incomplete), help=found.help if found.text.endswith(_OPEN) else None)
            for found in store.complete_query(incomplete)
        ]
