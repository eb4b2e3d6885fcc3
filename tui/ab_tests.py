"""A/B tests in words and bars, for the command line and the screen: lines of pieces, each a safe text and a style.

Styles are ``heading``, ``muted``, ``better``, ``worse``, ``warning`` or empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from . import words
from .text import fit, paragraph, visible, width

if TYPE_CHECKING:
    from ..store import ABReport, ABTestInfo, ArmComparison, MetricResult

Piece: TypeAlias = tuple[str, str]
Line: TypeAlias = list[Piece]

_NAME, _VERSION = 24, 34  # most cells of an arm's name, and of its version's reference
_SHARE_BAR = 10
_BAR_LEAST, _BAR_MOST = 16, 44
_TALL = 8  # lines of a sentence
_NARROW = 62  # cells from which an arm's line has all it can have
_BESIDE = 40  # cells beside a difference from which what is said of it stands there
_VERDICTS = {
    "better": ("better", "b"),
    "worse": ("worse", "a"),
    "guard-rail": ("warning", ""),
    "mismatch": ("worse", ""),
}


def status(test: ABTestInfo) -> str:
    """Return how a test stands: ``running since 3 days``, ``ended 2 hours ago: b won``."""
    if test.running:
        changes = f", shares changed {_times(len(test.epochs) - 1)}" if len(test.epochs) > 1 else ""
        since = words.ago(test.epochs[0].at)
        return f"{'began just now' if since == 'now' else f'began {since}'}{changes}"
    how = {
        "winner": f"{test.winner} won",
        "unseated": "an arm's version was taken away",
        "stopped": "stopped",
    }.get(test.ending, "ended")
    when = words.ago(test.ended) if test.ended is not None else ""
    when = "just now" if when == "now" else when
    return f"ended {when}, by {test.ended_by}: {how}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def title(test: ABTestInfo, columns: int, *, plain: bool) -> list[Line]:
    """Return a test's name, model and stage, and how it stands: on one line, or several where that is too long."""
    spec = test.spec
    stage = words.stage_label(spec.stage, ascii_only=plain)
    head: Line = [
        (visible(spec.name, 80, ascii_only=plain), "heading"),
        (f"  {visible(spec.model, 100, ascii_only=plain)}, {stage}", ""),
    ]
    style = "better" if test.running else "muted"
    told = visible(status(test), 200, ascii_only=plain)
    if sum(width(text) for text, _ in head) + 2 + width(told) <= columns:
        return [[*head, (f"  {told}", style)]]
    return [head, *[[(text, style)] for text in paragraph(told, columns, _TALL, ascii_only=plain)]]


def report(found: ABReport, columns: int, *, plain: bool) -> list[Line]:
    """Return all of a report, at most ``columns`` cells wide; ``plain`` takes ASCII only."""
    lines = title(found.test, columns, plain=plain)
    lines += _arms(found, columns, plain)
    lines.append([])
    style, _ = _VERDICTS.get(found.verdict, ("", ""))
    lead = {"better": words.signs(plain).ok, "mismatch": words.signs(plain).bad}.get(found.verdict, "")
    said = f"{lead} {found.sentence}".strip()
    lines += [[(text, style or "heading")] for text in paragraph(said, columns, _TALL, ascii_only=plain)]
    for metric in found.metrics:
        if any(arm.n for arm in metric.arms):
            lines.append([])
            lines += _metric(metric, found, columns, plain)
    lines.append([])
    lines += _foot(found, columns, plain)
    return lines


def _arms(found: ABReport, columns: int, plain: bool) -> list[Line]:
    test = found.test
    shares = test.epochs[-1].shares
    keys = found.ratio.observed if found.ratio is not None else {}
    names = [arm.name for arm in test.spec.arms]
    wide = min(_NAME, max(map(width, names)))
    narrow = columns < _NARROW
    refs = [arm.version if narrow else f"{test.spec.model}@{arm.version}" for arm in test.spec.arms]
    ref_wide = min(_VERSION, max(map(width, refs)), max(5, columns - wide - (32 if narrow else 44)))
    counts = [f"{keys.get(name, 0):,}" for name in names]
    count_wide = max(map(len, counts))
    share_wide = max(len(f"{shares[name] / 100:g}") for name in names)
    lines: list[Line] = []
    for name, ref, counted in zip(names, refs, counts, strict=True):
        share = shares[name] / 100
        filled = round(share / 100 * _SHARE_BAR)
        bar = ("#" if plain else "━") * filled + " " * (_SHARE_BAR - filled)
        lines.append(
            [
                (f"  {fit(name, wide, ascii_only=plain)}  ", "heading"),
                (fit(ref, ref_wide, ascii_only=plain), ""),
                (f"  {share:>{share_wide}g} %", ""),
                ("" if narrow else f" {bar}", "muted"),
                (f"  {counted:>{count_wide}} {'key ' if counted == '1' else 'keys'}", ""),
            ]
        )
        if name == test.spec.control and sum(width(text) for text, _ in lines[-1]) + 9 <= columns:
            lines[-1].append(("  control", "muted"))
    if not any(line[-1] == ("  control", "muted") for line in lines):
        told = visible(f"  control: {test.spec.control}", columns, ascii_only=plain)
        lines.append([(told, "muted")])
    return lines


def _metric(metric: MetricResult, found: ABReport, columns: int, plain: bool) -> list[Line]:
    way = "more is better" if metric.goal == "max" else "less is better"
    role = "decides" if metric.decides else "guard rail"
    what = "rate" if metric.type == "rate" else "mean"
    name = visible(metric.name, 60, ascii_only=plain)
    told = f"{what}, {way}, {role}"
    lines: list[Line] = [[(name, "heading")]]
    if width(name) + 2 + width(told) <= columns:
        lines[0].append((f"  {told}", "muted"))
    else:
        lines += [[(f"  {text}", "muted")] for text in paragraph(told, columns - 2, 3, ascii_only=plain)]
    shown = [arm for arm in metric.arms if arm.mean is not None]
    texts = [value(arm.mean, metric) if arm.mean is not None else "" for arm in shown]
    ranges = [span(arm.low, arm.high, metric, plain=plain) for arm in shown]
    wide = min(_NAME, max(width(arm.arm) for arm in shown))
    value_wide, range_wide = max(map(width, texts)), max(map(width, ranges))
    ends = [x for arm in shown for x in (arm.low, arm.mean, arm.high) if x is not None]
    beside = min(_BAR_MOST, columns - wide - value_wide - range_wide - 8)
    room = beside if beside >= _BAR_LEAST else min(_BAR_MOST, columns - wide - 5)
    for arm, text, said in zip(shown, texts, ranges, strict=True):
        assert arm.mean is not None
        line: Line = [
            (f"  {fit(arm.arm, wide, ascii_only=plain)}  ", ""),
            (f"{text:>{value_wide}}  ", "heading"),
            (f"{said:<{range_wide}}", "muted"),
        ]
        drawn = interval(arm.low, arm.mean, arm.high, min(ends), max(ends), max(room, 8), plain=plain)
        if beside >= _BAR_LEAST:
            lines.append([*line, (f"  {drawn}", "")])
        else:
            lines += [line, [(" " * (wide + 4) + drawn, "")]]
    for compared in metric.comparisons:
        lines += _comparison(metric, compared, found.test.spec.control, columns, plain)
    return lines


def _comparison(
    metric: MetricResult, each: ArmComparison, control: str, columns: int, plain: bool
) -> list[Line]:
    minus = "-" if plain else "−"
    style = "better" if each.is_better(metric.goal) else "worse" if each.is_worse(metric.goal) else ""
    head = f"  {each.arm} {minus} {control}  {difference(each.difference, metric)}"
    told = []
    if each.safe_low is not None:
        told.append(f"{span(each.safe_low, each.safe_high, metric, plain=plain, signed=True)} at any look")
    if each.low is not None:
        told.append(f"{span(each.low, each.high, metric, plain=plain, signed=True)} at one look only")
    p = each.safe_p if each.safe_p is not None else each.p
    if p is not None:
        told.append(f"p {probability(p)}")
    if not each.is_told and each.needed is not None:
        told.append(f"about {about(each.needed)} more keys would tell")
    lines: list[Line]
    beside = columns - width(head) - 2
    if beside >= _BESIDE:
        lines = [
            [(head if not at else " " * width(head), style), (f"  {text}", "muted")]
            for at, text in enumerate(_wrapped(told, beside))
        ]
    else:
        lines = [[(head, style)], *[[(f"    {text}", "muted")] for text in _wrapped(told, columns - 4)]]
    lines = lines or [[(head, style)]]
    low, high = (each.safe_low, each.safe_high) if each.safe_low is not None else (each.low, each.high)
    room = min(_BAR_MOST, columns - 4)
    if low is not None and high is not None and room >= _BAR_LEAST:
        reach = max(abs(low), abs(high)) or 1.0
        drawn = interval(low, each.difference, high, -reach, reach, room, plain=plain, zero=True)
        legend = f"  {_none(plain)} no difference"
        lines.append([("    ", ""), (drawn, style)])
        if 4 + room + width(legend) <= columns:
            lines[-1].append((legend, "muted"))
    return lines


def _none(plain: bool) -> str:
    return ":" if plain else "┊"


def _wrapped(parts: Sequence[str], room: int) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1]) + 2 + width(part) <= room:
            lines[-1] += f", {part}"
        else:
            lines.append(part)
    return lines


def _foot(found: ABReport, columns: int, plain: bool) -> list[Line]:
    lines: list[Line] = []
    if found.ratio is not None and not found.ratio.mismatch:
        lines.append([(f"keys shared out as they should be: p {probability(found.ratio.p)}", "muted")])
    if found.comparisons > 1:
        each = f"{100 * found.confidence:.4g}"
        said = f"{found.comparisons} comparisons: each interval is at {each} %, so that all hold at 95 % (Bonferroni)"
        lines += [[(text, "muted")] for text in paragraph(said, columns, 3, ascii_only=plain)]
    if left := left_out(found):
        lines += [[(text, "warning")] for text in paragraph(left, columns, 4, ascii_only=plain)]
    if not found.test.running and found.test.why:
        said = f"why it ended: {found.test.why}"
        lines += [[(text, "muted")] for text in paragraph(said, columns, _TALL, ascii_only=plain)]
    return lines


def left_out(found: ABReport) -> str:
    """Return what of the outcomes is not in the figures, or is in them twice; an empty text for nothing."""
    counts = found.counts
    told = (
        (counts.late, "late"),
        (counts.early, "from before it began"),
        (counts.duplicate, "recorded twice"),
        (counts.unknown, "of no arm or metric of it"),
        (counts.torn, "torn by a crash"),
        (counts.bad, "unreadable"),
    )
    parts = [f"{number:,} {what}" for number, what in told if number]
    if counts.crossed:
        parts.append(f"{words.plural(counts.crossed, 'key')} with outcomes of more than one arm")
    return f"beside {words.plural(counts.outcomes, 'outcome')}: {', '.join(parts)}" if parts else ""


def value(number: float, metric: MetricResult) -> str:
    """Return a mean, or a rate in percent."""
    return f"{100 * number:.2f} %" if metric.type == "rate" else _figure(number)


def difference(number: float, metric: MetricResult) -> str:
    """Return a difference of means, or of rates in percentage points."""
    return f"{100 * number:+.2f} points" if metric.type == "rate" else _figure(number, "+")


def span(
    low: float | None, high: float | None, metric: MetricResult, *, plain: bool, signed: bool = False
) -> str:
    """Return an interval: ``48.2 – 52.1``."""
    if low is None or high is None:
        return ""
    sign = "+" if signed else ""
    to = "to" if plain or signed else "–"
    if metric.type == "rate":
        return f"{100 * low:{sign}.2f} {to} {100 * high:{sign}.2f}"
    return f"{_figure(low, sign)} {to} {_figure(high, sign)}"


def _figure(number: float, sign: str = "") -> str:
    """Return a number in five figures; large ones whole."""
    return f"{number:{sign},.0f}" if 1e5 <= abs(number) < 1e15 else f"{number:{sign}#.5g}"


def about(number: int) -> str:
    """Return a number of which two figures are known."""
    digits: int = 10 ** max(0, len(str(number)) - 2)
    return f"{-(-number // digits) * digits:,}"


def probability(p: float) -> str:
    """Return a p-value with its sign: ``= 0.03``, ``< 0.0001``."""
    return "< 0.0001" if p < 1e-4 else f"= {p:.2g}"


def interval(
    low: float | None,
    middle: float,
    high: float | None,
    least: float,
    most: float,
    cells: int,
    *,
    plain: bool,
    zero: bool = False,
) -> str:
    """Draw an interval on a scale from ``least`` to ``most``, ``cells`` wide; with ``zero`` 0 is marked."""
    left, line, right, dot = ("[", "-", "]", "o") if plain else ("├", "─", "┤", "●")

    def place(number: float) -> int:
        return round((number - least) / ((most - least) or 1.0) * (cells - 1))

    drawn = [" "] * cells
    if low is not None and high is not None:
        first, last = place(low), place(high)
        drawn[first : last + 1] = [line] * (last + 1 - first)
        drawn[first], drawn[last] = left, right
    if zero:
        drawn[place(0.0)] = ("+" if plain else "┼") if drawn[place(0.0)] == line else _none(plain)
    drawn[place(middle)] = dot
    return "".join(drawn).rstrip() if not zero else "".join(drawn)


def listed(tests: Iterable[ABTestInfo], *, plain: bool) -> list[list[str]]:
    """Return the rows of a list of tests: name, model, stage, arms with shares, how each stands."""
    rows = []
    for test in tests:
        shares = test.epochs[-1].shares
        arms = ", ".join(f"{arm.name} {arm.version} {shares[arm.name] / 100:g} %" for arm in test.spec.arms)
        cells = (test.name, test.spec.model, test.spec.stage, arms, status(test))
        rows.append([visible(cell, 200, ascii_only=plain) for cell in cells])
    return rows
