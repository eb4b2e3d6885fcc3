"""Templates in Jinja: https://jinja.palletsprojects.com/templates/, without files, code, and anything endless.

Takes the jinja2 library, which is imported when the first such template is read (``pip install 'mvtui[prompts]'``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import BadInputError, BadTemplateError, MissingLibraryError, MvtuiError
from ...nouns.prompt import Variables
from .places import bad, start_of

if TYPE_CHECKING:
    import jinja2
    from jinja2 import nodes

_TAG = re.compile(r"\{\{|\{%|\{#")
_UNCLOSED = re.compile(
    r"unexpected end of template.*innermost block that needs to be closed is '(\w+)'",
    re.IGNORECASE | re.DOTALL,
)
_PRINTED = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_HINT = "For text without variables say --template text; for variables written {name} say --template format."


class JinjaTemplate:
    """A parsed and compiled template.

    Variables that it asks about (``is defined``) or has a ``default`` for are optional, all others required.

    Raises:
        BadTemplateError: it does not parse, or would include another file.
        MissingLibraryError: jinja2 is not installed.
    """

    def __init__(self, text: str, file: str = "") -> None:
        self._file = file
        self._environment = _environment()
        try:
            tree = _parsed(self._environment, text, file)
            self.variables, self._template = _compiled(self._environment, tree, text, file)
        except (RecursionError, MemoryError, SyntaxError):  # of the parser, or of Python, which compiles it
            raise BadTemplateError(
                "it is nested too deeply", line=1, column=1, file=file, hint="Flatten it."
            ) from None

    def render(self, values: Mapping[str, object]) -> str:
        """Return what the template comes to.

        Raises:
            BadInputError: it fails with these values, or takes more than ``limits`` allow.
        """
        from .sandbox import bounded

        try:
            with bounded():
                return "".join(self._template.generate(values))
        except MvtuiError:
            raise
        except Exception as error:  # whatever a template does with its values, its prompt is what is wrong
            where = f"{self._file}: " if self._file else ""
            problem = "it calls itself too often" if isinstance(error, RecursionError) else str(error)
            if problem.endswith("is not safely callable"):  # what it is, jinja2 tells with its address
                problem = "it calls something that a prompt's template may not call"
            raise BadInputError(
                f"{where}the template can't be rendered: {problem[:300] or type(error).__name__}",
                hint="Look at the values that were given, and at what the template does with them.",
            ) from error


def _environment() -> jinja2.Environment:
    try:
        from .sandbox import environment
    except ImportError as error:
        raise MissingLibraryError(
            f"this prompt is a Jinja template, and jinja2 can't be imported: {error}",
            hint="Install it: pip install 'mvtui[prompts]'",
        ) from error
    return environment()


def _parsed(environment: jinja2.Environment, text: str, file: str) -> nodes.Template:
    from jinja2 import TemplateSyntaxError, nodes

    try:
        tree = environment.parse(text)
    except TemplateSyntaxError as error:
        at = _place(environment, text, error.lineno)
        raise bad(text, at, _sentence(error.message or "it does not parse"), file, _HINT) from None
    outside = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
    if (other := next(tree.find_all(outside), None)) is not None:
        at = _place(environment, text, other.lineno)
        word = {nodes.Include: "include", nodes.Extends: "extend"}.get(type(other), "import")
        hint = "Write the text into the prompt itself, or give it as a variable."
        raise bad(text, at, f"a prompt can't {word} another file", file, hint)
    return tree


def _compiled(
    environment: jinja2.Environment, tree: nodes.Template, text: str, file: str
) -> tuple[Variables, jinja2.Template]:
    from jinja2 import Template, TemplateError

    from .sandbox import counted

    try:
        variables = _variables(tree)
        code = environment.compile(counted(tree))
        return variables, Template.from_code(environment, code, environment.make_globals(None))
    except TemplateError as error:  # a filter or test that there is not
        at = _place(environment, text, getattr(error, "lineno", 1))
        raise bad(text, at, _sentence(error.message or "it can't be compiled"), file, _HINT) from None


def _variables(tree: nodes.Template) -> Variables:
    from jinja2 import meta, nodes

    names = meta.find_undeclared_variables(tree)
    optional: set[str] = set()
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined") and isinstance(test.node, nodes.Name):
            optional.add(test.node.name)
    for used in tree.find_all(nodes.Filter):
        if used.name in ("default", "d") and isinstance(used.node, nodes.Name):
            optional.add(used.node.name)
    return Variables(tuple(sorted(names - optional)), tuple(sorted(names & optional)))


def _place(environment: jinja2.Environment, text: str, line: int) -> int:
    """Return where in a line the mistake is, as far as can be told: jinja2 itself knows the line only.

    The first expression on it that does not parse by itself, else the first tag; the line's start without any.
    """
    from jinja2 import TemplateError

    start = start_of(text, line)
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    for printed in _PRINTED.finditer(text, start, end):
        try:
            environment.parse(printed.group())
        except TemplateError:
            return printed.start()
        except RecursionError:
            break
    tag = _TAG.search(text, start, end)
    return tag.start() if tag else start


def _sentence(message: str) -> str:
    if (unclosed := _UNCLOSED.search(message)) is not None:
        return f"{{% {unclosed[1]} %}} is never closed: its {{% end{unclosed[1]} %}} is missing"
    return message[:1].lower() + message[1:300].rstrip(".")
