"""Generated functions as a text for people: what each stands for, its lines with their places, the objects it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ..source import Place, Span
from .code import Code
from .functions import Generated

WIDTH = 100
LONGEST = 120


def listing(code: Code, place: Callable[[Span], Place]) -> str:
    """All functions of a mapping. Every line ends with the place in the mapping that it comes from."""
    return "\n".join("\n".join(_function(generated, place)) + "\n" for generated in code.all())


def _function(generated: Generated, place: Callable[[Span], Place]) -> Iterator[str]:
    yield f"# {generated.what}"
    yield from _bound(generated.bound)
    for line in generated.lines:
        yield f"{line.text:{WIDTH}}  # {place(line.span)}"


def _bound(bound: Mapping[str, Any]) -> Iterator[str]:
    for name, value in bound.items():
        said = getattr(value, "__qualname__", "") or repr(value)
        yield f"# {name}: {said if len(said) <= LONGEST else said[:LONGEST] + '…'}"
