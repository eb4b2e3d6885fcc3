"""The tree of a model's modules in a few lines: the largest opened, what repeats put together.

A pure function of tensors. Names come from files, so labels are made safe here.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..store import tensor_modules, tensor_path, top_modules
from .text import visible
from .words import signs

if TYPE_CHECKING:
    from ..store import Module, Tensor

MOST_LINES = 16
"""Lines that a tree is opened to."""
MOST_BESIDE = 12
"""Modules that are drawn beside each other; of more the smallest become one line."""
LEAST_SHARE = 0.02
"""Share of all parameters from which a module is worth opening."""
TINY_SHARE = 0.001
"""Share of the parameters beside it below which a module has no line of its own where there are many."""
_PAIR = 2
_NAME = 120
_LAST = "\U0010ffff"

Alike: TypeAlias = list["Module"]
"""Modules that one line stands for: one, or several that are built alike."""


class Line(NamedTuple):
    """One line: the guides before it, its safe label, and what its modules come to together.

    ``times`` is how many equal modules the line stands for, 1 for one; ``leaf`` says that it is a tensor.
    """

    guide: str
    label: str
    tensors: int
    parameters: int
    nbytes: int
    times: int = 1
    leaf: bool = False


def module_lines(
    tensors: Sequence[Tensor], below: str = "", *, most: int = MOST_LINES, ascii_only: bool = False
) -> list[Line]:
    """Return the tree of modules below one, the largest opened until there are ``most`` lines.

    Modules that are numbered and alike are one line (``layer.0…5``), and what lies in them is told of all of them together.
    A module that holds but one other shares its line.
    """
    return _Tree(tensors, ascii_only).lines(below, most)


class _Node:
    def __init__(self, label: str, modules: Alike, *, rest: bool = False) -> None:
        self.label, self.modules, self.rest = label, modules, rest
        self.children: list[_Node] = []
        self.parameters = sum(module.parameters for module in modules)

    @property
    def opens(self) -> bool:
        return not self.rest and not self.modules[0].leaf


class _Tree:
    """``found`` holds the paths of all tensors in order, so that those below a module lie side by side."""

    def __init__(self, tensors: Sequence[Tensor], ascii_only: bool) -> None:
        self.ascii_only = ascii_only
        self.found = sorted(((tensor_path(tensor), tensor) for tensor in tensors), key=lambda pair: pair[0])

    def lines(self, below: str, most: int) -> list[Line]:
        inside = self.inside(below)
        roots = self.level(
            [[module] for module in (tensor_modules(inside, below) if below else top_modules(inside))]
        )
        least = LEAST_SHARE * sum(node.parameters for node in roots)
        waiting = [(-node.parameters, at, node) for at, node in enumerate(roots)]
        heapq.heapify(waiting)
        count = serial = len(roots)
        while waiting:
            node = heapq.heappop(waiting)[2]
            if not node.opens or node.parameters < least:
                continue
            children = self.level(self.parts(node.modules))
            if count + len(children) > most or _plain(children):
                continue
            node.children = children
            count += len(children)
            for child in children:
                heapq.heappush(waiting, (-child.parameters, serial := serial + 1, child))
        return self.drawn(roots, "", root=True)

    def inside(self, path: str) -> list[Tensor]:
        start = bisect_left(self.found, path, key=lambda pair: pair[0])
        end = bisect_left(self.found, path + _LAST, key=lambda pair: pair[0])
        return [tensor for _, tensor in self.found[start:end]]

    def parts(self, modules: Alike) -> list[Alike]:
        """Return what lies in modules, the same parts of several put together; nothing when they are not alike."""
        columns = [tensor_modules(self.inside(module.path), module.path) for module in modules]
        first = [(part.name, part.parameters, part.leaf) for part in columns[0]]
        if any(
            [(part.name, part.parameters, part.leaf) for part in column] != first for column in columns[1:]
        ):
            return []
        return [list(parts) for parts in zip(*columns, strict=True)]

    def level(self, parts: Sequence[Alike]) -> list[_Node]:
        nodes = [self.node(run) for run in _runs(parts)]
        if len(nodes) <= MOST_BESIDE:
            return nodes
        tiny = TINY_SHARE * sum(node.parameters for node in nodes)
        largest = heapq.nlargest(MOST_BESIDE - 1, range(len(nodes)), key=lambda at: nodes[at].parameters)
        kept = {at for at in largest if nodes[at].parameters >= tiny}
        rest = [module for at, node in enumerate(nodes) if at not in kept for module in node.modules]
        several = _Node(f"{len(nodes) - len(kept):,} more", rest, rest=True)
        return [*(node for at, node in enumerate(nodes) if at in kept), several]

    def node(self, run: Sequence[Alike]) -> _Node:
        """Make the node of parts that are one line, and of what they hold if it is but one thing."""
        start = len(run[0][0].path) - len(run[0][0].name)
        while len(run) == 1 and not run[0][0].leaf and len(run[0][0].path) - start < _NAME:
            deeper = _runs(self.parts(run[0]))
            if len(deeper) != 1:
                break
            run = deeper[0]
        label = visible(run[0][0].path[start:], _NAME, ascii_only=self.ascii_only)
        if len(run) > 1:
            label += f"{signs(self.ascii_only).ellipsis}{run[-1][0].name}"
        return _Node(label, [module for part in run for module in part])

    def drawn(self, nodes: Sequence[_Node], guide: str, *, root: bool = False) -> list[Line]:
        chosen = signs(self.ascii_only)
        lines: list[Line] = []
        for at, node in enumerate(nodes):
            last = at == len(nodes) - 1
            modules = node.modules
            lines.append(
                Line(
                    guide if root else guide + (chosen.corner if last else chosen.branch),
                    node.label,
                    sum(module.tensors for module in modules),
                    node.parameters,
                    sum(module.nbytes for module in modules),
                    1 if node.rest else len(modules),
                    not node.rest and modules[0].leaf,
                )
            )
            more = "" if root else ("   " if last else f"{chosen.bar}  ")
            lines += self.drawn(node.children, guide + more)
        return lines


def _plain(nodes: Sequence[_Node]) -> bool:
    """Whether there is nothing to learn from what lies in a module: a weight and a bias, or parts that are not alike."""
    return len(nodes) <= _PAIR and not any(node.opens for node in nodes)


def _runs(parts: Sequence[Alike]) -> list[list[Alike]]:
    """Put together parts that are numbered one after the other and of equal size."""
    runs: list[list[Alike]] = []
    for part in parts:
        if runs and _follows(runs[-1][-1][0], part[0]):
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def _follows(before: Module, module: Module) -> bool:
    first, second = _number(before.name), _number(module.name)
    if first is None or second != first + 1:
        return False
    return (before.parameters, before.tensors) == (module.parameters, module.tensors)


def _number(name: str) -> int | None:
    return int(name) if name.isascii() and name.isdigit() and len(name) < 10 else None
