"""Text with a name, and places in it. Offsets travel through the program; only this module knows lines and columns."""

from __future__ import annotations

import codecs
import errno
import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from msgspec import Struct

LARGEST = 10_000_000
"""The most bytes of a file: a table with some hundred thousand rows."""
MARKS = {codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16"}
LINE_END = re.compile(r"\r\n|\r|\n")


class Span(Struct, frozen=True, order=True, gc=False):
    """Characters `start` up to, not including, `end`."""

    start: int
    end: int

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of `other`."""
        return Span(self.start, max(self.end, other.end))


@dataclass(frozen=True, slots=True)
class Place:
    """A place a person can find: file, line and column, both counted from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class SourceUnreadable(Exception):
    """A file that cannot be read as a mapping; `what` names the file and the place, `remedy` says what to do."""

    def __init__(self, what: str, remedy: str = "name an existing file") -> None:
        super().__init__(f"{what}: {remedy}")
        self.what = what
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Part:
    """Where another file begins in a source that holds several: its name, offset, and first line."""

    name: str
    start: int
    line: int


@dataclass(frozen=True)
class Source:
    """The text of one mapping file and the name to show for it.

    Files it imports are appended as `parts`, so that one span finds a place in any of them.
    """

    name: str
    text: str
    parts: tuple[Part, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Source:
        """The file at `path`: UTF-8, at most 10 MB, a byte order mark is left out. Raises SourceUnreadable."""
        return cls.decoded(str(path), _bytes(path))

    @classmethod
    def decoded(cls, name: str, raw: bytes) -> Source:
        """The text in the bytes of a file, as `read` gives it. Raises SourceUnreadable."""
        try:
            return cls(name, raw.decode("utf-8-sig"))
        except UnicodeDecodeError as problem:
            raise _not_utf8(name, raw, problem.start) from problem

    @cached_property
    def _starts(self) -> list[int]:
        """Where each line begins."""
        return [0, *(found.end() for found in LINE_END.finditer(self.text))]

    def joined(self, other: Source) -> tuple[Source, Span]:
        """This source with another file after it, and the span of that file's text."""
        start = len(self.text) + 1
        part = Part(other.name, start, len(self._starts) + 1)
        whole = Source(self.name, f"{self.text}\n{other.text}", (*self.parts, part))
        return whole, Span(start, start + len(other.text))

    def place(self, span: Span) -> Place:
        """Where `span` begins."""
        offset = min(max(span.start, 0), len(self.text))
        line = bisect_right(self._starts, offset)
        part = self.part(span)
        return Place(part.name, line - part.line + 1, offset - self._starts[line - 1] + 1)

    def part(self, span: Span) -> Part:
        """The file that `span` begins in."""
        found = (part for part in reversed(self.parts) if part.start <= span.start)
        return next(found, Part(self.name, 0, 1))

    def part_span(self, name: str) -> Span:
        """The text of the file called `name`."""
        files = (Part(self.name, 0, 1), *self.parts)
        at = next(index for index, part in enumerate(files) if part.name == name)
        end = files[at + 1].start - 1 if at + 1 < len(files) else len(self.text)
        return Span(files[at].start, end)

    def line(self, span: Span) -> str:
        """The text of the line that `span` begins in, without its line end."""
        number = bisect_right(self._starts, min(max(span.start, 0), len(self.text)))
        start = self._starts[number - 1]
        end = self._starts[number] if number < len(self._starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def line_span(self, span: Span) -> Span:
        """The line that `span` begins in, without its line end."""
        start = self._starts[bisect_right(self._starts, min(max(span.start, 0), len(self.text))) - 1]
        return Span(start, start + len(self.line(Span(start, start))))

    def line_below(self, span: Span) -> Span | None:
        """The line below the one that `span` begins in; None below the last one."""
        number = bisect_right(self._starts, min(max(span.start, 0), len(self.text)))
        return self.line_span(Span(self._starts[number], self._starts[number])) if number < len(self._starts) else None

    def __len__(self) -> int:
        return len(self.text)


def _bytes(path: Path) -> bytes:
    """What the file holds. Never reads more than may be there, whatever the file is."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
    except OSError as problem:
        remedy = _REMEDIES.get(problem.errno or 0, "name a file that can be read")
        raise SourceUnreadable(f"{path} cannot be read: {problem.strerror or problem}", remedy) from problem
    except ValueError as problem:
        raise SourceUnreadable("a file name holds a NUL character", "take it out of the name") from problem
    if len(raw) > LARGEST:
        raise SourceUnreadable(f"{path} has more than {LARGEST // 1_000_000} MB", "split it")
    return raw


_REMEDIES = {
    errno.ENOENT: "name an existing file",
    errno.EISDIR: "name a file, not a folder",
    errno.EACCES: "make it readable for you",
    errno.ELOOP: "it is a link that leads back to itself; name the file itself",
}


def _not_utf8(name: str, raw: bytes, at: int) -> SourceUnreadable:
    """Says what a file is instead, where that can be told."""
    encoding = MARKS.get(raw[:2])
    if encoding is not None:
        return SourceUnreadable(f"{name} is in {encoding}", "save it as UTF-8")
    line = raw.count(b"\n", 0, at) + 1
    return SourceUnreadable(f"{name}:{line} is not UTF-8 (byte {at})", "save it as UTF-8")
