"""``python -m tests.benchmarks [bytes] [store] [query] [screen] [provenance] [lifecycle] [weights] [ab] [--gib N]``: print DESIGN's figures, ours against the peer's."""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from . import (
    ab_rows,
    bytes_rows,
    lifecycle_rows,
    provenance_rows,
    query_rows,
    screen_rows,
    store_rows,
    weights_rows,
)
from .harness import Row, print_rows


def main() -> None:
    """Run the chosen groups, each in a directory of its own, and print a table for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "groups",
        nargs="*",
        help="bytes, store, query, screen, provenance, lifecycle, weights, ab (default: all)",
    )
    parser.add_argument("--gib", type=int, default=2, help="size of the large file, GiB")
    chosen = parser.parse_args()
    os.environ["MVTUI_CAPTURE"] = "none"  # as DESIGN's figures are meant; the provenance rows ask for it
    groups: dict[str, Callable[[Path], Iterator[Row]]] = {
        "store": store_rows.rows,
        "query": query_rows.rows,
        "screen": screen_rows.rows,
        "provenance": provenance_rows.rows,
        "lifecycle": lifecycle_rows.rows,
        "weights": weights_rows.rows,
        "ab": ab_rows.rows,
        "bytes": partial(bytes_rows.rows, gib=chosen.gib),
    }
    for name in chosen.groups or groups:
        work = Path(tempfile.mkdtemp(prefix="mvtui-bench-", dir=Path.cwd().parent))
        try:
            rows: list[Row] = []
            for row in groups[name](work):
                rows.append(row)
                print(f"… {row.what}", flush=True)
            print_rows(rows)
        finally:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    main()
