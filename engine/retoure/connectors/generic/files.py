"""Tables as files: how rows are read from CSV and JSON Lines, and how a row is added so that it is there or not."""

from __future__ import annotations

import csv
import errno
import io
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock

from ...types import json_text
from ...types.kinds import Record
from ..port import CallFailed, ErrorClass, Json
from .rows import Row, from_text

KEY: Final = "retoure_key"
"""The column with the key of the effect that wrote a row."""
LARGEST: Final = 100_000_000
"""Bytes of a file that is read."""
PATIENCE: Final = 10.0
"""Seconds to wait for others that add to the same file."""


@dataclass(frozen=True)
class Table:
    """One file with rows. `row` is what the manifest says of them."""

    path: Path
    row: Record

    @property
    def is_csv(self) -> bool:
        """Whether it is CSV with a line of titles; else it is JSON Lines."""
        return self.path.suffix == ".csv"

    def rows(self) -> list[Row]:
        """Every row, in order. Raises CallFailed: NOT_FOUND without the file, INVALID with the line, TOO_LARGE."""
        if not self.path.exists():
            raise CallFailed(ErrorClass.NOT_FOUND, f"there is no file {self.path.name}", status=404)
        return self._parsed(self._text())

    def add(self, row: Row, key: str) -> None:
        """Adds a row unless one with this key is there. Readers see the old file or the new one, never half a row.

        The whole is written beside the file, reaches the disk, and takes the file's name. Raises OSError, also where
        the folder is gone: a share that is not mounted must not be written under.
        """
        if not self.path.parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path.parent))
        with FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=PATIENCE):
            text = self._text() if self.path.exists() else ""
            if not self._has(text, key):
                _replace(self.path, self._with(text, {**row, KEY: key}))

    def has(self, key: str) -> bool:
        """Whether a row with this key was added."""
        return self.path.exists() and self._has(self._text(), key)

    def _has(self, text: str, key: str) -> bool:
        return key in text and any(row.get(KEY) == key for row in self._parsed(text))

    def _text(self) -> str:
        if self.path.stat().st_size > LARGEST:
            raise CallFailed(ErrorClass.TOO_LARGE, f"{self.path.name} is larger than {LARGEST} bytes: begin a new one")
        try:
            return self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as problem:
            raise CallFailed(ErrorClass.INVALID, f"{self.path.name} is no UTF-8, byte {problem.start}") from problem

    def _parsed(self, text: str) -> list[Row]:
        return self._from_csv(text) if self.is_csv else self._from_lines(text)

    def _from_lines(self, text: str) -> list[Row]:
        found = []
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip():
                try:
                    row = json_text.parse(line)
                except json_text.JsonInvalid as problem:
                    raise self._damaged(number, str(problem)) from problem
                if not isinstance(row, Mapping):
                    raise self._damaged(number, "this is no JSON object")
                found.append(row)
        return found

    def _from_csv(self, text: str) -> list[Row]:
        reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
        try:
            titles, *lines = [(cells, reader.line_num) for cells in reader if cells] or [([], 0)]
        except csv.Error as problem:
            raise self._damaged(reader.line_num, str(problem)) from problem
        for cells, number in lines:
            if len(cells) != len(titles[0]):
                raise self._damaged(number, f"{len(cells)} cells below {len(titles[0])} titles")
        return [self._typed(titles[0], cells) for cells, _ in lines]

    def _typed(self, titles: Sequence[str], cells: Sequence[str]) -> Row:
        """Empty cells are no values."""
        fields = self.row.fields
        pairs = ((title, cell) for title, cell in zip(titles, cells, strict=True) if cell)
        return {title: from_text(cell, fields[title].type) if title in fields else cell for title, cell in pairs}

    def _with(self, text: str, row: Row) -> str:
        if text and not text.endswith("\n"):
            text += "\n"
        return text + (self._csv_line(text, row) if self.is_csv else f"{json_text.dump(row)}\n")

    def _csv_line(self, text: str, row: Row) -> str:
        """The row below the titles there are, which are written first in a new file."""
        own = [*self.row.fields, KEY]
        titles = next(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")), own)
        missing = [name for name in row if name not in titles]
        if missing:
            raise CallFailed(ErrorClass.INVALID, f"{self.path.name} has no column {', '.join(missing)}: add it there")
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        if not text:
            writer.writerow(titles)
        writer.writerow([_cell(row.get(title)) for title in titles])
        return out.getvalue()

    def _damaged(self, line: int, why: str) -> CallFailed:
        return CallFailed(ErrorClass.INVALID, f"{self.path.name}, line {line}: {why}")


def _cell(value: Json) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _replace(path: Path, text: str) -> None:
    """The file's content from now on, in one step that a crash cannot cut in two."""
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
