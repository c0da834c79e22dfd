"""The finding for a name that nothing has."""

from __future__ import annotations

from collections.abc import Iterable

from ..diagnostics import Finding, correction, did_you_mean, error, unmistakable
from ..language import nodes as n


def unknown(code: str, word: str, name: n.Name | n.Path, known: Iterable[str], *, safe: bool = False) -> Finding:
    """`there is no WORD NAME`, with the nearest of the known names, and an edit when only one is near.

    It is `safe` to make where the name decides nothing that is sent: whom a hold or an alert reaches, what a test says.
    """
    names, said = [str(item) for item in known], str(name)
    fix = correction(said, names, name.span, safe=safe) if unmistakable(said, names) else None
    return error(code, f"there is no {word} `{name}`", name.span, help=did_you_mean(said, names), fix=fix)
