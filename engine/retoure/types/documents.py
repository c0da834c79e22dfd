"""Systems that are no platforms: the rows of a table somebody sends, and the lines of a settlement made of them.

They have types and nothing to call or to listen to. What columns a table has is known once there is one: until then any
name is one of its columns.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from .kinds import Day, Enum, Field, Number, Record, Text
from .manifest import Manifest

ROWS: Final = "invoice/rows-v1"
LINES: Final = "settlement/lines-v1"
KINDS: Final = (
    *("disbursement", "bonus", "instant_fee", "return_fee", "logistics_fee"),
    *("plan", "minimum_fee", "credit", "total"),
)
"""Kinds of invoice lines (reveni.md 8), `credit` for what is taken back, `total` for the sum the invoice states."""

_COLUMN: Final = Field(Text(), required=False)


class _AnyColumn(Mapping[str, Field]):
    """A column under every name."""

    def __getitem__(self, name: str) -> Field:
        return _COLUMN

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def rows(columns: Iterable[str] | None = None) -> Manifest:
    """A table with these columns, all of them text that may be missing; without them with any."""
    fields = _AnyColumn() if columns is None else dict.fromkeys(columns, _COLUMN)
    return _documents("invoice", ROWS, "The rows of an invoice", Record("invoice.Row", fields), {})


def _lines() -> Manifest:
    kinds = Enum("settlement.Kind", KINDS)
    fields = {
        "kind": Field(kinds, required=True),
        "amount": Field(Number(quoted=True), required=True),
        "currency": Field(Text("^[A-Z]{3}$"), required=True),
        "return": Field(Text(), required=False),
        "date": Field(Day(), required=False),
        "text": Field(Text(), required=False),
    }
    return _documents("settlement", LINES, "A settlement", Record("settlement.Line", fields), {"Kind": kinds})


def _documents(system: str, version: str, title: str, record: Record, enums: Mapping[str, Enum]) -> Manifest:
    return Manifest(system, version, title, {record.name.partition(".")[2]: record}, {}, {}, {}, enums=enums)


DOCUMENTS: Final[Mapping[str, Manifest]] = {ROWS: rows(), LINES: _lines()}
