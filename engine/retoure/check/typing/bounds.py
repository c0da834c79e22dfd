"""Does a value keep to the length, pattern and limits of the field it is written into?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...diagnostics import Finding, error, warning
from ...language import nodes as n
from ...types.bounds import integer_problem, text_problem
from ...types.kinds import Enum, Integer, Text, Type
from .base import Base
from .fit import bare
from .scope import Scope

NOT_LONG = n.Convert | n.CallExpr | n.Lookup | n.EndingNode
FALLBACK = n.Default | n.OnError
SHORT = 40
"""As long as a number, an id or a moment may become."""
NAMING = re.compile(r"(id|key|sku|code|number|name|status|type)$", re.IGNORECASE)


class Bounds(Base):
    """Compares what is written into a field with the bounds of its schema."""

    def bounded(self, node: n.Alternative, wanted: Type, scope: Scope, name: str) -> None:
        """Reports a value that is refused each time, or may be."""
        for branch in _branches(node):
            for finding in self._misfit(branch, bare(wanted), scope, name):
                self.report(finding)

    def _misfit(self, node: n.Alternative, wanted: Type, scope: Scope, name: str) -> Iterator[Finding]:
        if isinstance(wanted, Integer) and isinstance(node, n.NumberLiteral) and node.whole:
            problem = integer_problem(int(node.value), wanted)
            if problem:
                yield error("out-of-bounds", f"`{name}`: {problem}", node.span, "refused each time")
        elif isinstance(wanted, Text):
            yield from self._text(node, wanted, scope, name)

    def _text(self, node: n.Alternative, wanted: Text, scope: Scope, name: str) -> Iterator[Finding]:
        constant = node.constant if isinstance(node, n.TextLiteral) else None
        sample = constant if constant is not None else self._sample(node)
        problem = text_problem(sample, wanted) if sample is not None else ""
        if problem and constant is not None:
            yield error("out-of-bounds", f"`{name}`: {problem}", node.span, "refused each time")
        elif problem:
            message = f"`{name}` may be refused: {problem}"
            yield warning("may-not-fit", message, node.span, "for example", help="write it as the schema wants it")
        elif wanted.max_length is not None and constant is None:
            yield from self._long(node, wanted.max_length, scope, name)

    def _long(self, node: n.Alternative, most: int, scope: Scope, name: str) -> Iterator[Finding]:
        longest = self._longest(node, scope)
        if longest is None or longest > most:
            said = "nothing bounds this text" if longest is None else f"this may have {longest}"
            message = f"`{name}` takes at most {most} characters, and {said}"
            yield warning("may-not-fit", message, node.span, help=f"cut it: `left(…, {most})`")

    def _sample(self, node: n.Alternative) -> str | None:
        """What the value may look like, None when nothing is known of it."""
        if isinstance(node, n.TextLiteral):
            return "".join(part if isinstance(part, str) else self._sample(part) or "1" for part in node.parts)
        if isinstance(node, n.Convert) and node.to.text == "datetime" and node.pattern is not None:
            return re.sub(r"[yMdHmsS]", "1", node.pattern)
        return None

    def _longest(self, node: n.Alternative, scope: Scope) -> int | None:
        """The most characters a value may have, None when nothing bounds it."""
        if isinstance(node, n.TextLiteral):
            parts = [len(part) if isinstance(part, str) else self._longest(part, scope) for part in node.parts]
            return None if None in parts else sum(part for part in parts if part is not None)
        if isinstance(node, NOT_LONG):
            return SHORT
        return self._by_type(node, scope)

    def _by_type(self, node: n.Expression, scope: Scope) -> int | None:
        kind = bare(self.silently(node, scope))
        if isinstance(kind, Enum):
            return max(map(len, kind.values), default=0)
        if not isinstance(kind, Text):
            return SHORT
        named = isinstance(node, n.Member) and NAMING.search(node.name.text)
        return SHORT if named and kind.max_length is None else kind.max_length


def _branches(node: n.Alternative) -> Iterator[n.Alternative]:
    """The values that an expression may give."""
    if isinstance(node, n.Choose):
        yield from (*_branches(node.then), *_branches(node.otherwise))
    elif isinstance(node, FALLBACK):
        yield from (*_branches(node.operand), *_branches(node.fallback))
    elif not isinstance(node, n.EndingNode):
        yield node
