"""The callback of ``mvtui.hooks.lightning`` for Lightning under its other name, ``pytorch_lightning``.

The two packages hold the same code but don't know each other's classes.
"""

from __future__ import annotations

from .lightning_hooks import LightningHooks
from .missing import missing

try:
    from pytorch_lightning import Callback
except ImportError as _error:
    _also = "; for the package of its other name import mvtui.hooks.lightning"
    raise missing("pytorch_lightning", _error, also=_also) from _error


class RegisterCallback(LightningHooks, Callback):
    """See ``LightningHooks``, which does it all."""
