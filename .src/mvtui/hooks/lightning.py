"""``from mvtui.hooks.lightning import RegisterCallback``; see ``mvtui.store.hooks.lightning``."""

from ..store.hooks.lightning import RegisterCallback as RegisterCallback

__all__ = ["RegisterCallback"]
