"""Hooks for training frameworks: one line in a training script, and its result is a version.

``transformers`` is for the Hugging Face Trainer, ``lightning`` and ``pytorch_lightning`` for Lightning under either
of its names. Users import them from ``mvtui.hooks``. Each loads its framework when it is imported; nothing else in
mvtui does. They stand on the store's public face only.
"""
