"""``mvtui.hooks``: callbacks that register what a framework trained, one line in a training script::

    from mvtui.hooks.transformers import RegisterCallback

    trainer.add_callback(RegisterCallback("sentiment"))

``lightning`` and ``pytorch_lightning`` have a ``RegisterCallback`` too. See ``mvtui.store.hooks``.
"""

from ..store.hooks.registrar import Options as Options
from ..store.hooks.registrar import When as When

__all__ = ["Options", "When"]
