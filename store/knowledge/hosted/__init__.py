"""Models that a provider hosts: reading what was asked for, and what is known of them."""

from __future__ import annotations

from .asked import checked as checked
from .asked import nested_params as nested_params
from .known import Known as Known
from .known import read_known as read_known
