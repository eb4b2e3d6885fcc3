"""``import mvtui.errors``: every error mvtui raises, with its exit code; see ``mvtui.store.errors``."""

from .store.errors import *  # noqa: F403
