"""The finding for a name that nothing has."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n


def unknown(code: str, word: str, name: n.Name | n.Path, known: Iterable[str]) -> Finding:
    """`there is no WORD NAME`, with the nearest of the known names."""
    names = [str(item) for item in known]
    return error(code, f"there is no {word} `{name}`", name.span, help=did_you_mean(str(name), names))
