"""Benchmarks: ratios against named peers, from interleaved runs. Run with ``python -m tests.benchmarks``."""
