"""Suggestions, only when they are close."""

from __future__ import annotations

from collections.abc import Iterable

from ..source import Span
from .finding import Fix, replaced

NEAR = 0.6
"""How alike two names are that may be meant for one another; 1 is the same."""


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`did you mean …?`, or the short list of what there is, or nothing."""
    names = sorted(set(known))
    close = nearest(word, names)
    if close is not None:
        return f"did you mean `{close}`?"
    if 0 < len(names) <= 12:
        return "there is " + ", ".join(f"`{name}`" for name in names)
    return None


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was probably meant, None when none is close. Upper and lower case do not matter."""
    lowered = {name.lower(): name for name in sorted(set(known))}
    close = _close(word, lowered, 1)
    return lowered[close[0]] if close else None


def unmistakable(word: str, known: Iterable[str]) -> bool:
    """Whether exactly one known name is close."""
    return len(_close(word, {name.lower() for name in known}, 2)) == 1


def correction(word: str, known: Iterable[str], span: Span, *, safe: bool = False) -> Fix | None:
    """The edit that `did_you_mean` speaks of, None when no known name is close. Quotes around the word are kept."""
    close = nearest(word, known)
    if close is None:
        return None
    quoted = span.end - span.start == len(word) + 2
    return replaced(span, f'"{close}"' if quoted else close, safe=safe)


def _close(word: str, lowered: Iterable[str], most: int) -> list[str]:
    from difflib import get_close_matches  # most checks have nothing to suggest

    return get_close_matches(word.lower(), lowered, most, NEAR)
