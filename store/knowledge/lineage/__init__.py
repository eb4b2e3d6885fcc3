"""Lineage as a graph: walking it, drawing it as a tree, finding what something reaches.

Pure work over three functions that the caller supplies: the edges of a node, the nodes that have an edge to it,
and what to say of it. Journals come from anywhere, so no graph is trusted to be without cycles, and none is
walked by recursion: chains may be as long as there are versions.
"""

from .graph import MADE_BY, ChildrenOf, Describe, EdgesOf, closing_path, walk
from .impact import impact
from .tree import DEEPEST, tree_rows

__all__ = [
    "DEEPEST",
    "MADE_BY",
    "ChildrenOf",
    "Describe",
    "EdgesOf",
    "closing_path",
    "impact",
    "tree_rows",
    "walk",
]
