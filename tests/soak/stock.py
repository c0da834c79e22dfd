"""Books with many open returns, made by copying the one return that was worked off in them."""

from __future__ import annotations

from typing import Final

from retoure.delivery.store.sqlite import SqliteStore
from retoure.delivery.store.sqlite_file import Connection

NUMBERS: Final = {
    "events": ("seq",),
    "subjects": (),
    "decisions": ("id", "event"),
    "ledger": ("id",),
    "effects": ("id", "entry", "decision"),
    "attempts": ("id", "effect"),
}
"""The columns that number a row, or name the number of another. In books of one return with one step all of them are 1;
in its copies they are 1 more than the number of the return.
"""
NAMED: Final = {"subject": "'r' || n", "identity": "'r' || n || '-1'", "event_id": "'r' || n || '-1'"}
JSON: Final = ("snapshot", "decision", "record", "key", "body")


def fill(store: SqliteStore, returns: int) -> None:
    """Copies return `r0` until there are so many."""
    with store._data.transaction() as db:
        assert isinstance(db, Connection)
        for table, numbers in NUMBERS.items():
            columns = [row["name"] for row in db.execute(f"SELECT name FROM pragma_table_info('{table}')")]
            copied = ", ".join(_copied(table, column, numbers) for column in columns)
            first = "subject = 'r0'" if "subject" in columns else "id = 1"
            db.execute(
                "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?)"
                f" INSERT INTO {table} ({', '.join(columns)}) SELECT {copied} FROM {table}, numbers WHERE {first}",
                (returns,),
            )
        db.forget_all()  # nobody asked for the numbers of these rows


def _copied(table: str, column: str, numbers: tuple[str, ...]) -> str:
    if column in numbers:
        return "1 + n"
    if column in NAMED and (column == "subject" or table == "events"):
        return NAMED[column]
    if column in JSON:
        return f"""replace(replace({column}, '"r0"', '"r' || n || '"'), '"return":0', '"return":' || n)"""
    return column
