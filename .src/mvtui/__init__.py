"""mvtui: lazygit for model versions.

The names a training script needs, loaded on first use so that ``import mvtui`` costs
nothing and never brings in the terminal libraries::

    import mvtui

    store = mvtui.open_store()
    store.register("sentiment", "out/model.safetensors", metrics={"accuracy": 0.931})
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import errors as errors
    from .store import Store as Store
    from .store import init_store as init_store
    from .store import open_store as open_store

__version__ = "0.1.0"
__all__ = ["Store", "__version__", "errors", "init_store", "open_store"]


def __getattr__(name: str) -> Any:
    if name == "errors":
        from importlib import import_module

        return import_module(".errors", __name__)
    if name in __all__:
        from . import store

        return getattr(store, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
