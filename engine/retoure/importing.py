"""Many events out of one file, taken in as if they had come by webhook; a file of any size, in bounded memory.

The file holds JSON Lines, one event a line, one JSON array of them, or objects written over several lines each:
webhooks as a platform sends them, or just the records. What was taken in before is found to be known, so that a file
may be imported again from its beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedReader
from typing import Any, Final

import ijson

from .connectors.port import Event
from .delivery.store.port import Store
from .runtime.program import Program
from .testing.event_files import LIMIT, EventUnreadable, read_event
from .types import json_text

BATCH: Final = 500
BYTES: Final = 1_000_000
"""What is stored together: so many events, or fewer that are so large."""
FIRST: Final = 64
"""So much of the first line is looked at."""
MARK: Final = b"\xef\xbb\xbf"  # of UTF-8, which some programs put in front
SHOWN: Final = 20
"""Of what is no event, so much is told."""

Progress = Callable[[int], None]
"""Is told how many bytes have been read."""


@dataclass
class Imported:
    """What became of a file: `new` events were stored, `known` ones had been before, in the same words. `conflicts`
    have the id of a known event and say something else. `refused` are no events, of which `problems` tells the first.
    `broken` says where the file ceases to be a list of events, and why; what came before that was taken in.
    """

    new: int = 0
    known: int = 0
    conflicts: int = 0
    refused: int = 0
    problems: tuple[str, ...] = ()
    broken: str = ""

    def refuse(self, problem: str) -> None:
        self.refused += 1
        if len(self.problems) < SHOWN:
            self.problems = (*self.problems, problem)


class Broken(str):
    """Why nothing more can be read."""


Content = bytes | json_text.JsonInvalid | Broken
Piece = tuple[int, Content]
"""The line, or the number of the element; and its JSON text, or why there is none."""


def import_events(
    store: Store, program: Program, file: BufferedReader, now: Callable[[], datetime], told: Progress = lambda _: None
) -> Imported:
    """Stores the events of a file, some hundreds at a time: each portion is on the disk before the next is read.

    Raises StoreError, OSError.
    """
    done = Imported()
    for portion in _portions(_pieces(file)):
        events = [event for piece in portion if (event := _event(program, piece, done)) is not None]
        at = now()
        for accepted in store.accept_all([(event, at) for event in events]):
            done.new += not accepted.duplicate
            done.known += accepted.duplicate and not accepted.conflict
            done.conflicts += accepted.conflict
        told(file.tell())
    return done


def _portions(pieces: Iterable[Piece]) -> Iterator[list[Piece]]:
    portion: list[Piece] = []
    size = 0
    for piece in pieces:
        portion.append(piece)
        size += len(piece[1]) if isinstance(piece[1], bytes) else 0
        if len(portion) >= BATCH or size >= BYTES:
            yield portion
            portion, size = [], 0
    if portion:
        yield portion


def _event(program: Program, piece: Piece, done: Imported) -> Event | None:
    number, content = piece
    if isinstance(content, Broken):
        done.broken = content
    elif isinstance(content, json_text.JsonInvalid):
        done.refuse(f"number {number}: {content}")
    else:
        try:
            return read_event(content, program)
        except EventUnreadable as problem:
            done.refuse(f"number {number}: {problem}")
    return None


def _pieces(file: BufferedReader) -> Iterator[Piece]:
    first = _first_line(file)
    if first.startswith(b"["):
        return _values(ijson.items(file, "item"), "element {} of the array")
    if first.strip() == b"{":  # written for people
        return _values(ijson.items(file, "", multiple_values=True), "object {}")
    return _lines(file)


def _first_line(file: BufferedReader) -> bytes:
    """The beginning of the first line that holds something; what stands before it has been read then."""
    if file.peek(len(MARK)).startswith(MARK):
        file.read(len(MARK))
    while file.peek(1)[:1].isspace():
        file.read(1)
    return file.peek(FIRST)[:FIRST].partition(b"\n")[0]


def _lines(file: BufferedReader) -> Iterator[Piece]:
    """Lines that hold something. One that is too long for an event is not read to its end: it may be the whole file."""
    number = 0
    while line := file.readline(LIMIT + 2):
        number += 1
        if len(line) > LIMIT + 1:
            yield number, Broken(f"line {number} is longer than {LIMIT // 1_000_000} MB, and no event is as large")
            return
        if not line.isspace():
            yield number, line.strip()


def _values(values: Iterable[Any], named: str) -> Iterator[Piece]:
    read = 0
    try:
        for value in values:
            read += 1
            yield read, _text(value)
    except ijson.JSONError as problem:
        yield read + 1, Broken(f"after {named.format(read)}: {problem}")


def _text(element: Any) -> bytes | json_text.JsonInvalid:
    try:
        return json_text.dump(element).encode()
    except json_text.JsonInvalid as problem:
        return problem
