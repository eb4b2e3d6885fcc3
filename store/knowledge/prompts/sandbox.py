"""The Jinja that templates of prompts run in: jinja2's immutable sandbox, narrowed to what can't do harm or go on for ever.

jinja2's sandbox keeps templates from Python's insides. It lets them call methods of what they are given, and build
gigabytes (https://jinja.palletsprojects.com/sandbox/). Here they call nothing but a few methods of text, lists and
mappings; filters that can blow up are bounded or left out; and every turn of a loop, call and operation counts.
Needs jinja2: imported by ``jinja`` only.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Cycler, Joiner, Namespace

from . import filters
from .limits import MAX_OUTPUT, MAX_SECONDS, MAX_STEPS, too_long, too_much

_COUNTED = "_counted"
_JOINED = "_joined"

_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        "capitalize casefold count endswith find index isalnum isalpha isdecimal isdigit islower isnumeric isspace"
        " istitle isupper lower lstrip partition removeprefix removesuffix rfind rindex rpartition rsplit rstrip"
        " split splitlines startswith strip swapcase title upper".split()
    ),
    dict: frozenset(["get", "items", "keys", "values"]),
    list: frozenset(["count", "index"]),
    tuple: frozenset(["count", "index"]),
}
"""Methods that templates may call: none changes anything, and none makes more than it is given."""


class _Budget:
    """What one rendering may still take."""

    def __init__(self) -> None:
        self.steps, self.characters = MAX_STEPS, MAX_OUTPUT
        self.end = time.monotonic() + MAX_SECONDS

    def step(self, count: int = 1) -> None:
        self.steps -= count
        if self.steps < 0 or time.monotonic() > self.end:
            raise too_much()

    def write(self, length: int) -> None:
        self.step()
        self.characters -= length
        if self.characters < 0:
            raise too_long()


_budget: ContextVar[_Budget | None] = ContextVar("budget", default=None)


@contextmanager
def bounded() -> Iterator[None]:
    """Count what is rendered inside against ``limits``.

    Raises:
        BadInputError: it takes more than that.
    """
    token = _budget.set(_Budget())
    try:
        yield
    finally:
        _budget.reset(token)


def _step(count: int = 1) -> None:
    if (budget := _budget.get()) is not None:
        budget.step(count)


class Sandbox(ImmutableSandboxedEnvironment):
    """An environment without files and code, whose operations are counted."""

    intercepted_binops = frozenset(["+", "-", "*", "/", "//", "%", "**"])

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Let templates read keys, and the methods that are listed."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        return not callable(value) or _is_listed(value) or isinstance(obj, LoopContext | Cycler | Namespace)

    def is_safe_callable(self, obj: Any) -> bool:
        """Let templates call their own macros and loops, what the environment gives them, and listed methods."""
        if isinstance(obj, Macro | LoopContext | Cycler | Joiner) or _is_listed(obj):
            return True
        if isinstance(getattr(obj, "__self__", None), LoopContext | Cycler):
            return True
        return any(obj is known for known in _GLOBALS.values())

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call something, and count it."""
        _step()
        return super().call(*args, **kwargs)

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any) -> Any:
        """Work out an operation whose result can't be huge."""
        _step()
        filters.check_operation(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Read an item, and count it."""
        _step()
        return super().getitem(obj, argument)


def _is_listed(value: Any) -> bool:
    owner = getattr(value, "__self__", None)
    return any(
        type(owner) is kind and getattr(value, "__name__", "") in names for kind, names in _METHODS.items()
    )


def _range(*bounds: int) -> range:
    """Return ``range``, its length counted when it is made."""
    found = range(*bounds)
    if len(found) > MAX_STEPS:
        raise too_much()
    _step(len(found))
    return found


def _counting(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        _step()
        yield item


def _raise_exception(message: object = "") -> None:
    """As the chat templates of Hugging Face models have it."""
    raise SecurityError(str(message))


@jinja2.pass_context
def _finalize(context: jinja2.runtime.Context, value: Any) -> Any:  # noqa: ARG001 — with a context it is never run at compile time
    """Count what is written. Strict undefined values raise here, when they become text."""
    text = str(value)
    if (budget := _budget.get()) is not None:
        budget.write(len(text))
    return text


_GLOBALS: dict[str, Any] = {
    "range": _range,
    "dict": dict,
    "namespace": Namespace,
    "cycler": Cycler,
    "joiner": Joiner,
    "raise_exception": _raise_exception,
}


def environment() -> Sandbox:
    """Return an environment that keeps texts as they are: no escaping, and the last line break stays."""
    made = Sandbox(
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        optimized=False,  # what an optimiser works out beforehand is counted by nobody
        keep_trailing_newline=True,
        extensions=["jinja2.ext.loopcontrols"],
        cache_size=0,
    )
    made.globals.clear()
    made.globals.update(_GLOBALS)
    made.filters = {
        **{name: made.filters[name] for name in filters.HARMLESS},
        **{name: _stepping(function) for name, function in filters.BOUNDED.items()},
        _COUNTED: _counting,
        _JOINED: filters.joined,
    }
    return made


def _stepping(function: Any) -> Any:
    def counted(*args: Any, **kwargs: Any) -> Any:
        _step()
        return function(*args, **kwargs)

    return counted


def counted(tree: nodes.Template) -> nodes.Template:
    """Return a template's tree with its loops and all that it writes counted, and its ``~`` bounded."""
    for loop in tree.find_all(nodes.For):
        loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno)
    waiting: list[nodes.Node] = [tree]
    while waiting:
        parent = waiting.pop()
        for field, value in parent.iter_fields():
            if isinstance(value, list):
                setattr(parent, field, [_countable(item) for item in value])
            elif isinstance(value, nodes.Node):
                setattr(parent, field, _countable(value))
        waiting.extend(parent.iter_child_nodes())
    return tree


def _countable(node: Any) -> Any:
    if isinstance(node, nodes.TemplateData):  # else written without ``finalize``, which counts
        return nodes.Const(node.data, lineno=node.lineno)
    if isinstance(node, nodes.Concat):
        parts = nodes.List(list(node.nodes), lineno=node.lineno)
        return nodes.Filter(parts, _JOINED, [], [], None, None, lineno=node.lineno)
    return node
