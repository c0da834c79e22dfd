"""How deep may a text be nested? Everything that walks the tree may then recurse without running out of stack."""

from __future__ import annotations

from typing import Any

from lark import Tree

DEEPEST = 60
CHAINS = frozenset({"disjunction", "conjunction", "sum", "product"})


def deepest_allowed(tree: Tree[Any]) -> Tree[Any] | None:
    """The first place that is nested too deeply, None when there is none. A chain `a + b + c` counts each operand."""
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        inner = depth + (len(node.children) if node.data in CHAINS else 1)
        if inner > DEEPEST:
            return node
        waiting += [(child, inner) for child in node.children if isinstance(child, Tree)]
    return None
