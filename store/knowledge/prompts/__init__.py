"""Prompts: what variables they have, and what they say once those are given.

A prompt is text, or the messages of a chat in JSON or YAML; in either, variables are written as its template
language has them (``nouns.prompt``). Reading one runs nothing; rendering one runs nothing but its template, within limits.
"""

from __future__ import annotations

from .prompt import Prompt as Prompt
from .prompt import prompt_text as prompt_text
from .source import Source as Source
from .source import is_prompt_name as is_prompt_name
from .source import read as read
from .tokens import TokenCounter as TokenCounter
