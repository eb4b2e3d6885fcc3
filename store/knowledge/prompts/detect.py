"""Which language a template is written in, when nobody says.

========================================  ==========================================================
what is in it                             is taken for
========================================  ==========================================================
``{{ name }}``, ``{% … %}``, ``{# … #}``  jinja
``{name}``, ``{price:.2f}``               format
neither                                   text: braces of JSON, LaTeX or code mean nothing
both                                      nothing: ``{{ name }}`` is a variable in one language and the
                                          text ``{ name }`` in the other, so whoever wrote it must say
========================================  ==========================================================
"""

from __future__ import annotations

import re

from ...nouns.prompt import TemplateLanguage

_JINJA = re.compile(
    r"(?<!\{)\{\{[-+]?\s*[A-Za-z_][\w.]*\s*(?:[-+]?\}\}|[|(\[+*/~=!<>%-]|(?:if|or|and|is|in|not)\b)"
    r"|\{%[-+]?\s*[a-z]\w*\b[^{}]{0,1000}%\}"
    r"|\{#[^{}]{0,1000}#\}",
    re.ASCII,
)
_BRACES = re.compile(
    r"(?<!\{)(?:\{\{)*\{[A-Za-z_]\w*(?:![rsa])?(?::[^{}\n]{0,40})?\}(?:\}\})*(?!\})", re.ASCII
)


def signs(text: str) -> tuple[str, str]:
    """Return the first things in a text that read as Jinja and as a field in braces; each empty without."""
    jinja, braces = _JINJA.search(text), _BRACES.search(text)
    return jinja.group()[:60] if jinja else "", braces.group()[:60] if braces else ""


def language(text: str) -> TemplateLanguage | None:
    """Return the language of a template by the rule above; None where that can't tell."""
    jinja, braces = signs(text)
    if jinja and braces:
        return None
    return "jinja" if jinja else "format" if braces else "text"
