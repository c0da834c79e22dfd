"""The lines of an invoice, made of the rows of a file by a map of the language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from ..checked import check_source
from ..compile import Expressions
from ..diagnostics import CompileFailed
from ..runtime.convert import ConversionFailed
from ..runtime.decision import Ending
from ..runtime.scope import Ended
from ..runtime.values import Refused
from ..source import Source
from ..types.documents import DOCUMENTS, LINES, ROWS, rows
from ..types.kinds import Money
from ..types.lower import lower
from ..types.minor_units import UnknownCurrency, digits
from .table_files import TableFile, TableRow, TableUnreadable, read_table

SHOWN: Final = 20  # problems that are named, of however many
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class InvoiceUnreadable(ValueError):
    """Rows that are no lines; `problems` has a line for each, with its place and what to do."""

    def __init__(self, problems: list[str]) -> None:
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        super().__init__("\n".join((*problems[:SHOWN], *more)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line. `amount` is exact, as the invoice has it; `subject` the return it is for, empty for none."""

    place: str
    kind: str
    amount: Money
    subject: str = ""
    day: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """All lines of one file or several, how many rows the map skipped, and which map made them."""

    lines: tuple[InvoiceLine, ...]
    skipped: int
    made_by: str

    def of(self, *kinds: str) -> list[InvoiceLine]:
        """The lines of these kinds."""
        return [line for line in self.lines if line.kind in kinds]


def read_invoice(files: list[Path], mapping: Source) -> Invoice:
    """The lines of the files. Raises CompileFailed for a map that does not fit their columns, InvoiceUnreadable."""
    try:
        tables = [read_table(file) for file in files]
    except TableUnreadable as problem:
        raise InvoiceUnreadable([str(problem)]) from problem
    columns = dict.fromkeys(name for table in tables for name in table.columns)
    checked = check_source(mapping, given={ROWS: rows(columns)})
    if checked.errors:
        raise CompileFailed(checked.source, checked.findings)
    program = Expressions(checked.facts, {})
    found = list(_Reading(program.maker(_map(program))).all(tables))
    problems = [each for each in found if isinstance(each, str)]
    if problems:
        raise InvoiceUnreadable(problems)
    lines = tuple(each for each in found if isinstance(each, InvoiceLine))
    return Invoice(lines, sum(each is None for each in found), checked.identity)


def _map(program: Expressions) -> str:
    """The name of the one map that makes a line of a row. Raises InvoiceUnreadable."""
    fitting = [
        node
        for node in program.maps.values()
        if node.target.text == "settlement.Line" and [each.type.text for each in node.parameters] == ["invoice.Row"]
    ]
    if len(fitting) != 1:
        said = "has no map" if not fitting else "has several maps"
        raise InvoiceUnreadable([f"{program.source.name}: {said} from invoice.Row to settlement.Line: one is needed"])
    return fitting[0].name.text


@dataclass(frozen=True)
class _Reading:
    """Rows on their way through the map: each becomes a line, None where the map skips it, or what is wrong with it."""

    make: Callable[..., dict[str, Any]]

    def all(self, tables: list[TableFile]) -> Iterator[InvoiceLine | str | None]:
        for table in tables:
            for row in table.rows:
                yield self._one(table, row)

    def _one(self, table: TableFile, row: TableRow) -> InvoiceLine | str | None:
        place = f"{table.name}, {row.place}"
        try:
            made = self.make(EPOCH, dict(row.cells))
        except Ended as ended:
            skipped = ended.outcome.ending is Ending.SKIP
            return None if skipped else f"{place}: {ended.outcome.reason}"
        except (ConversionFailed, Refused) as problem:
            return f"{place}: {problem}"
        _, problems = lower(made, DOCUMENTS[LINES].types["Line"])
        return "; ".join(f"{place}: {each}" for each in problems) or _line(place, made)


def _line(place: str, made: dict[str, Any]) -> InvoiceLine | str:
    money = Money(made["amount"], made["currency"])
    try:
        digits(money.currency)
    except UnknownCurrency as problem:
        return f"{place}: {problem}"
    return InvoiceLine(place, made["kind"], money, made.get("return", ""), made.get("date"), made.get("text", ""))
