"""What a platform did, and what it should have: a byte for each return, so that books are as small after a day."""

from __future__ import annotations

from typing import Final

STEPS: Final = 7  # of a return at most


class Books:
    """Which steps of which return were done, for so many returns."""

    def __init__(self, returns: int) -> None:
        self._done = bytearray(returns)
        self.effects = 0
        self.doubled = 0

    def do(self, number: int, step: int) -> None:
        """The platform acts. It does so each time it is told to: nothing is deduplicated here."""
        self.effects += 1
        self.doubled += self.has(number, step)
        self._done[number] |= 1 << step

    def has(self, number: int, step: int) -> bool:
        return bool(self._done[number] & 1 << step)

    def steps(self, number: int) -> int:
        """How many steps a return has made."""
        return self._done[number].bit_count()

    def lost(self, done: Books) -> int:
        """How many of these steps are missing in the books of what was done."""
        pairs = zip(self._done, done._done, strict=True)
        return sum((wanted & ~there).bit_count() for wanted, there in pairs)
