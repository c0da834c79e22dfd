"""Writes exported rows into files: JSON Lines, or CSV for spreadsheets."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from retoure.upkeep import Exported

from .output import plain

TABLES = ("returns", "effects", "attempts", "holds")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet calculate instead of show


def written(rows: Iterable[Exported], folder: Path, kind: str) -> dict[str, int]:
    """Writes `returns.jsonl` and so on; how many rows went into each."""
    counts: dict[str, int] = dict.fromkeys(TABLES, 0)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        files = {table: stack.enter_context(_new(folder / f"{table}.{kind}")) for table in TABLES}
        for each in rows:
            _write(files[each.table], plain(each.row), kind, header=counts[each.table] == 0)
            counts[each.table] += 1
    return counts


def _new(file: Path) -> IO[str]:
    """Only its owner can read it."""
    return os.fdopen(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8", newline="")


def _write(file: IO[str], row: Mapping[str, Any], kind: str, *, header: bool) -> None:
    if kind == "jsonl":
        file.write(json.dumps(row, ensure_ascii=False) + "\n")
        return
    writer = csv.writer(file)
    if header:
        writer.writerow(row)
    writer.writerow(map(_cell, row.values()))


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
