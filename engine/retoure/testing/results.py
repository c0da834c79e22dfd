"""What a test of a mapping came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..source import Place


@dataclass(frozen=True)
class Failure:
    """An expectation that was not met: where it stands, what was expected, what happened instead (line by line)."""

    place: Place
    expected: str
    found: tuple[str, ...]


@dataclass(frozen=True)
class TestResult:
    """One test: its name and place, and every expectation that failed. `error` when it could not be played at all."""

    __test__: ClassVar[bool] = False  # not a class of tests, whatever pytest makes of its name

    name: str
    place: Place
    failures: tuple[Failure, ...] = ()
    error: str = ""
    exercised: frozenset[tuple[str, str]] = frozenset()

    @property
    def passed(self) -> bool:
        return not self.failures and not self.error
