"""A sequence that is worked out when somebody reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class Later(Sequence[T]):
    """What `ask` gives, asked once and not before it is read. It must be the same whenever that is."""

    def __init__(self, ask: Callable[[], Sequence[T]]) -> None:
        self._ask: Callable[[], Sequence[T]] | None = ask
        self._found: tuple[T, ...] = ()

    @property
    def found(self) -> tuple[T, ...]:
        ask = self._ask
        if ask is not None:
            self._found = tuple(ask())
            self._ask = None
        return self._found

    @overload
    def __getitem__(self, at: int) -> T: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[T, ...]: ...
    def __getitem__(self, at: int | slice) -> T | tuple[T, ...]:
        return self.found[at]

    def __len__(self) -> int:
        return len(self.found)

    def __iter__(self) -> Iterator[T]:
        return iter(self.found)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self.found == tuple(other)

    def __hash__(self) -> int:
        return hash(self.found)

    def __repr__(self) -> str:
        return repr(self.found)
