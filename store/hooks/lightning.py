"""A callback for Lightning 2.4 and later (``lightning.pytorch``) that registers what it trained."""

from __future__ import annotations

from .lightning_hooks import LightningHooks
from .missing import missing

try:
    from lightning.pytorch import Callback
except ImportError as _error:
    _also = "; for the package of its other name import mvtui.hooks.pytorch_lightning"
    raise missing("lightning", _error, also=_also) from _error


class RegisterCallback(LightningHooks, Callback):
    """See ``LightningHooks``, which does it all."""
