"""YAML, narrowed to plain values: safe tags only, no key twice, no alias bombs, ``1e-4`` a number.

PyYAML follows YAML 1.1, where ``1e-4`` is text and ``12:30:00`` is the number 45000. Training
configurations mean a number and a time, as YAML 1.2 has it, so numbers are read by the 1.2 rules.
The loader is the slow one in Python: the one over libyaml recurses in C, and deep nesting kills the process.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

_NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
_MERGE = "tag:yaml.org,2002:merge"


class YamlProblem(Exception):  # noqa: N818 — becomes a BadInputError one level up
    """What is wrong, and where: ``line`` and ``column`` count from 1."""

    def __init__(self, problem: str, line: int, column: int) -> None:
        super().__init__(problem)
        self.problem, self.line, self.column = problem, line, column


def load(text: str, limit: int) -> Any:
    """Read one YAML document as dicts, lists and scalars; ``limit`` bounds what merge keys may add up to.

    Raises:
        YamlProblem: malformed, a tag that is not plain data, a key twice, or too much.
    """
    try:
        loader = _Loader(text)
        loader.limit = limit
        try:
            return loader.get_single_data()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = error.problem or error.context or "it can't be read"
        raise YamlProblem(problem, mark.line + 1 if mark else 1, mark.column + 1 if mark else 1) from None
    except yaml.reader.ReaderError as error:
        start = text.rfind("\n", 0, error.position) + 1
        line = text.count("\n", 0, error.position) + 1
        problem = f"the character U+{ord(text[error.position]):04X} may not stand in YAML"
        raise YamlProblem(problem, line, error.position - start + 1) from None
    except ValueError as error:  # a date such as 2026-13-45, an integer of thousands of digits
        raise YamlProblem(str(error), 1, 1) from None


class _Loader(yaml.SafeLoader):
    limit = 0

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[object] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                # Compared as values: 1, 1.0 and yes are one key in a dict.
                value = self.construct_object(key)
                if value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is there twice", key.start_mark
                    )
                seen.add(value)
        return super().construct_mapping(node, deep=deep)

    def construct_yaml_map(self, node: yaml.MappingNode) -> Any:
        # Whole at once, so that keys are looked at before merge keys are written out.
        data: dict[Any, Any] = {}
        yield data
        data.update(self.construct_mapping(node))

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        total = 0
        for key, value in node.value:
            if key.tag == _MERGE:
                merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for each in merged:
                    if isinstance(each, yaml.MappingNode) and each is not node:
                        self.flatten_mapping(each)
                        total += len(each.value)
        if total > self.limit:
            raise yaml.constructor.ConstructorError(
                None, None, f"merge keys add up to more than {self.limit:,} values", node.start_mark
            )
        super().flatten_mapping(node)


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _NUMBERS]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"[-+]?(?:0|[1-9][0-9_]*)$|0x[0-9a-fA-F_]+$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?$|[-+]?[0-9]+[eE][-+]?[0-9]+$"
        r"|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
    ),
    list("-+0123456789."),
)
_Loader.add_constructor("tag:yaml.org,2002:map", _Loader.construct_yaml_map)
