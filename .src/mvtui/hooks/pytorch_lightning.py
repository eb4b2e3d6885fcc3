"""``from mvtui.hooks.pytorch_lightning import RegisterCallback``; see ``mvtui.store.hooks.pytorch_lightning``."""

from ..store.hooks.pytorch_lightning import RegisterCallback as RegisterCallback

__all__ = ["RegisterCallback"]
