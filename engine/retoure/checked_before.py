"""What this process has checked and bound lately: asked again for the same texts, it is not done again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final, Generic, TypeVar

from .source import Source, SourceUnreadable
from .types.load import load_system
from .types.manifest import Manifest
from .types.problem import SchemaInvalid

T = TypeVar("T")

MOST: Final = 16
"""How many answers of a kind are kept; the one that was not asked for the longest goes first."""


class Lately(Generic[T]):
    """Answers by what was asked, as long as `stands` says that they are as good as new ones. For all threads."""

    def __init__(self, stands: Callable[[T], bool] = lambda _: True) -> None:
        self._stands = stands
        self._known: OrderedDict[Hashable, T] = OrderedDict()
        self._lock = Lock()

    def get(self, asked: Hashable, make: Callable[[], T]) -> T:
        """The answer, made if need be. Raises what `make` raises; that is not kept."""
        with self._lock:
            found = self._known.get(asked)
        if found is None or not self._stands(found):
            found = make()
        with self._lock:
            self._known[asked] = found
            self._known.move_to_end(asked)
            while len(self._known) > MOST:
                self._known.popitem(last=False)
        return found


@dataclass(frozen=True)
class Read:
    """What checking has read beside the texts it was given: files by path, and systems by version from `schemas`."""

    files: Mapping[Path, Source]
    systems: Mapping[str, Manifest]
    schemas: Path | None
    own: Path

    def is_same(self) -> bool:
        """Whether all of it reads the same today."""
        try:
            return all(Source.read(path) == text for path, text in self.files.items()) and all(
                load_system(version, self.schemas, own=self.own) is known for version, known in self.systems.items()
            )
        except (SourceUnreadable, SchemaInvalid):
            return False
