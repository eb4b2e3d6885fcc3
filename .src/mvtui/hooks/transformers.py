"""``from mvtui.hooks.transformers import RegisterCallback``; see ``mvtui.store.hooks.transformers``."""

from ..store.hooks.transformers import RegisterCallback as RegisterCallback

__all__ = ["RegisterCallback"]
