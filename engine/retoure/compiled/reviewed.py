"""The names of rules that were followed to their end: nearly all there are, so those that were not are listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from typing import TypeVar

T = TypeVar("T")


class Reviewed(Set[str]):
    """All names in `parts` but those in `stopped`."""

    def __init__(self, parts: tuple[frozenset[str], ...], stopped: Set[str]) -> None:
        self._parts = parts
        self._stopped = stopped

    def __contains__(self, name: object) -> bool:
        return name not in self._stopped and any(name in part for part in self._parts)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __hash__(self) -> int:
        return hash(self._all)

    def __repr__(self) -> str:
        return repr(self._all)

    @property
    def _all(self) -> frozenset[str]:
        return frozenset().union(*self._parts).difference(self._stopped)

    @classmethod
    def _from_iterable(cls, it: Iterable[T]) -> Set[T]:
        """What `|` and `&` give."""
        return frozenset(it)
