"""Which statement of one block stands where which statement of the other stood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from .statements import Statement

Pair = tuple[Statement | None, Statement | None]

LABELLED: Final = frozenset({"require", "agree"})
"""Topics whose names are labels: the same under another label is the same."""


def differing(before: Sequence[Statement], after: Sequence[Statement]) -> list[Pair]:
    """The statements that differ, in the order of the newer block; what is gone comes last."""
    titles = dict.fromkeys(item.title for item in (*after, *before))
    pairs = [pair for title in titles for pair in _of_title(_titled(before, title), _titled(after, title))]
    pairs = _relabelled(pairs)
    lone = {item.title for pair in pairs for item in pair if item is not None and None in pair}
    return [pair for pair in pairs if not any(item is not None and item.under in lone for item in pair)]


def _titled(statements: Iterable[Statement], title: str) -> list[Statement]:
    return [item for item in statements if item.title == title]


def _of_title(before: list[Statement], after: list[Statement]) -> Iterator[Pair]:
    """What is left of those called alike once those that mean the same are paired."""
    for item in tuple(after):
        same = next((other for other in before if other.meaning == item.meaning), None)
        if same is not None:
            before.remove(same)
            after.remove(item)
    yield from zip_longest(before, after)


def _relabelled(pairs: list[Pair]) -> list[Pair]:
    """The pairs, where what only got another label is one."""
    gone = {(item.topic, item.meaning): item for item, other in pairs if item is not None and other is None}
    found: list[Pair] = []
    joined: list[Statement] = []
    for before, after in pairs:
        old = gone.pop((after.topic, after.meaning), None) if before is None and after and _labelled(after) else None
        joined += [old] if old else []
        found.append((old or before, after))
    return [pair for pair in found if pair[1] is not None or pair[0] not in joined]


def _labelled(item: Statement) -> bool:
    return item.topic in LABELLED


def moved(before: Sequence[Statement], after: Sequence[Statement]) -> tuple[list[Statement], list[Statement]] | None:
    """The steps that both blocks have, in either order; None when they stand in the same one."""
    both = {item.title for item in before} & {item.title for item in after}
    old, new = ([item for item in side if item.title in both and not item.under] for side in (before, after))
    return None if [item.title for item in old] == [item.title for item in new] else (old, new)
