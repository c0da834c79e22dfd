"""What a comparison comes to: plain, frozen data for texts and programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..checked import Checked
from ..diagnostics import Finding
from ..source import Place

_HALF_READ: Final = frozenset({"import-unreadable", "import-circle", "csv-row"})


class Sign(StrEnum):
    """What became of a block or of one of its statements."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Note:
    """What a change means to those who run the mapping. `careful`: look twice, for it may do harm."""

    text: str
    careful: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One statement of a block that is not the same. `before` and `after` are as written, empty where there is none."""

    sign: Sign
    what: str
    before: str
    after: str
    before_place: Place | None
    after_place: Place | None
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class BlockChange:
    """A block that is new, gone, or not the same. `renamed_from`: all that changed in it is its name."""

    sign: Sign
    kind: str
    name: str
    before_place: Place | None
    after_place: Place | None
    changes: tuple[Change, ...] = ()
    renamed_from: str = ""
    note: Note | None = None

    @property
    def notes(self) -> Iterator[Note]:
        """What the change of the block means, and each change in it."""
        found = (self.note, *(change.note for change in self.changes))
        yield from (note for note in found if note is not None)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two mappings: its file, name and version."""

    file: str
    mapping: str
    version: str


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs, in the order of the kinds of blocks; no blocks when the mappings mean the same."""

    before: Side
    after: Side
    blocks: tuple[BlockChange, ...]

    @property
    def careful(self) -> int:
        """How many changes ask for a second look."""
        return sum(note.careful for block in self.blocks for note in block.notes)

    @property
    def same_version(self) -> bool:
        """Whether two mappings that differ call themselves alike."""
        said = [(side.mapping, side.version) for side in (self.before, self.after)]
        return bool(self.blocks) and said[0] == said[1]


def unreadable(checked: Checked) -> tuple[Finding, ...]:
    """Why a mapping cannot be compared: parts of it could not be read. Other mistakes are no hindrance."""
    if checked.facts.module.damaged:
        return checked.findings
    return tuple(finding for finding in checked.findings if finding.code in _HALF_READ)
