"""Files with a table in them, CSV or JSON, as rows of texts under names that the mapping language can write."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ..types import json_text

LARGEST: Final = 100_000_000  # bytes


class TableUnreadable(ValueError):
    """The file holds no table; the text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one row by column, empty ones left out; `place` is where it stands: `row 7`."""

    place: str
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableFile:
    """All rows of a file, and its columns in the order they stand."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(path: Path) -> TableFile:
    """The table in a CSV file (comma, semicolon or tab; its first line names the columns) or a JSON file (a list of
    objects, or an object that holds one). Raises TableUnreadable, OSError.
    """
    if path.stat().st_size > LARGEST:
        raise TableUnreadable(f"{path}: larger than {LARGEST // 1_000_000} MB")
    data = path.read_bytes()
    found = _json(path, data) if path.suffix.lower() == ".json" else _csv(path, data)
    if not found.rows:
        raise TableUnreadable(f"{path}: holds no rows")
    return found


def column(title: str) -> str:
    """The name of a column: `Transaction ID`, `transactionId` and `transaction-id` are all `transaction_id`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", title.strip())
    name = re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")
    return name if name[:1].isalpha() else f"column_{name}"


def _named(path: Path, titles: Sequence[str]) -> tuple[str, ...]:
    names = tuple(map(column, titles))
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise TableUnreadable(f"{path}: two columns are called `{twice[0]}`: rename one of them")
    return names


# --- CSV


def _csv(path: Path, data: bytes) -> TableFile:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise TableUnreadable(f"{path}: is not UTF-8 (byte {problem.start}): save it as CSV UTF-8") from problem
    head = text.partition("\n")[0]
    mark = max(",;\t", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True))
    except csv.Error as problem:
        raise TableUnreadable(f"{path}: {problem}: a quoted cell is not closed, say") from problem
    if not lines:
        raise TableUnreadable(f"{path}: is empty: the first line names the columns")
    names = _named(path, lines[0])
    return TableFile(path.name, names, tuple(_csv_rows(path, names, lines[1:])))


def _csv_rows(path: Path, names: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[TableRow]:
    for number, line in enumerate(lines, 2):
        if len(line) > len(names):
            raise TableUnreadable(f"{path}: row {number} has {len(line)} cells for {len(names)} columns")
        cells = {name: cell.strip() for name, cell in zip(names, line, strict=False) if cell.strip()}
        if cells:
            yield TableRow(f"row {number}", cells)


# --- JSON


def _json(path: Path, data: bytes) -> TableFile:
    try:
        found = json_text.parse(data)
    except json_text.JsonInvalid as problem:
        raise TableUnreadable(f"{path}: {problem}") from problem
    entries = _entries(path, found)
    titles = dict.fromkeys(title for entry in entries for title in entry)
    names = dict(zip(titles, _named(path, list(titles)), strict=True))
    rows = (
        TableRow(f"row {number}", {names[title]: text for title, cell in entry.items() if (text := _text(cell))})
        for number, entry in enumerate(entries, 1)
    )
    return TableFile(path.name, tuple(names.values()), tuple(row for row in rows if row.cells))


def _entries(path: Path, found: Any) -> list[Mapping[str, Any]]:
    lists = [part for part in found.values() if isinstance(part, list)] if isinstance(found, Mapping) else [found]
    if len(lists) != 1 or not isinstance(lists[0], list) or not all(isinstance(each, Mapping) for each in lists[0]):
        raise TableUnreadable(f"{path}: expected a list of objects, or an object with one such list in it")
    return lists[0]


def _text(cell: Any) -> str:
    """A cell as text; what is no text, number or truth is written as JSON."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    return format(cell, "f") if isinstance(cell, Decimal) else json_text.dump(cell)
