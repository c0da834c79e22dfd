"""What is written at a node, on one line: the same however it was laid out."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ..source import Source, Span
from . import nodes as n
from .comments import one_line

UNITS: Final = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
FEW: Final = 3
"""Less than so many of a unit are told in the next one: `48h`, but `3d`."""


def wording(source: Source, node: n.Alternative | n.Step | n.PolicyStep | n.Use | n.Literal | n.TypeRef) -> str:
    """The words of a node, without comments. A cell of a CSV file reads like a text in quotes."""
    if isinstance(node, n.TextLiteral) and not source.text.startswith('"', node.span.start):
        return f'"{node.constant or ""}"'
    return written(source, node.span)


def written(source: Source, span: Span) -> str:
    """The words of a place, without comments."""
    return one_line(source.text[span.start : span.end])


def duration(time: timedelta) -> str:
    """A time as it is written in a mapping: `90d`, `48h`, `2s`."""
    seconds = int(time.total_seconds())
    fitting = (f"{seconds // size}{unit}" for unit, size in UNITS if seconds % size == 0 and seconds >= FEW * size)
    return next(fitting, f"{seconds}s")


def parameters(items: tuple[n.Parameter, ...]) -> str:
    """`return : reveni.Return, units : list of scayle.OrderItem`"""
    return ", ".join(f"{item.name} : {type_words(item.type)}" for item in items)


def type_words(reference: n.TypeRef) -> str:
    """`list of scayle.OrderItem`"""
    return f"list of {reference.text}" if reference.listed else reference.text
