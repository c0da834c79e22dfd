"""Statements on tables that are known by name only: parametrised, every identifier quoted, failures sorted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.sql.elements import quoted_name

from ...types.kinds import Boolean, Integer, MoneyType, Number, Record, Text, Type
from ..port import CallFailed, ErrorClass, Json
from ..secret import Secret
from .rows import Row, bare

CALLS: Final = "retoure_calls"
"""The table with the keys of the effects that were carried out; made when it is first wanted."""
MOST_ROWS: Final = 10_000
MESSAGE_LIMIT: Final = 200


class Database:
    """One database; safe to use from several threads. `schema` is where its tables are, empty for the usual place.

    Raises what SQLAlchemy raises for an address it cannot use. Its methods raise CallFailed.
    """

    def __init__(self, url: Secret, schema: str = "") -> None:
        self._engine = sa.create_engine(url.reveal(), hide_parameters=True, pool_pre_ping=True)
        self._schema = quoted_name(schema, True) if schema else None
        self._password = self._engine.url.password or ""
        self._calls = sa.Table(
            CALLS,
            sa.MetaData(),
            sa.Column("key", sa.String(64), primary_key=True),
            sa.Column("at", sa.String(40), nullable=False),
            schema=self._schema,
        )
        self._ready = False

    def close(self) -> None:
        """Gives back the connections."""
        self._engine.dispose()

    def select(self, table: str, row: Record, wanted: Mapping[str, str]) -> list[Row]:
        """The rows with these values, at most MOST_ROWS; the columns are the fields of `row`."""
        columns: list[sa.ColumnClause[Any]] = [sa.column(quoted_name(name, True)) for name in row.fields]
        found = self._table(table, [*row.fields, *wanted])
        query = sa.select(*columns).select_from(found).where(*self._same(wanted)).limit(MOST_ROWS + 1)
        with self._begun() as db:
            rows = db.execute(query).all()
        if len(rows) > MOST_ROWS:
            raise CallFailed(ErrorClass.TOO_LARGE, f"more than {MOST_ROWS} rows of `{table}`: ask for less")
        return [_as_json(row, each) for each in rows]

    def known(self, key: str) -> bool:
        """Whether an effect with this key was carried out."""
        with self._begun() as db:
            return self._is_known(db, key)

    def insert(self, table: str, row: Mapping[str, Json], key: str) -> None:
        """Adds a row, unless this key was seen."""
        with self._once(key) as db:
            if db is not None:
                db.execute(sa.insert(self._table(table, row)).values(self._bound(row)))

    def add_to(self, table: str, column: str, value: Json, identity: Mapping[str, Json], key: str) -> None:
        """Adds to a column of the row that `identity` names, unless this key was seen. NOT_FOUND without that row."""
        found = self._table(table, [column, *identity])
        more = found.c[column] + self._value(value)
        with self._once(key) as db:
            if (
                db is not None
                and not db.execute(sa.update(found).where(*self._same(identity)).values({column: more})).rowcount
            ):
                raise CallFailed(ErrorClass.NOT_FOUND, f"`{table}` has no row to add to", status=404)

    def put(self, table: str, row: Mapping[str, Json], identity: Mapping[str, Json]) -> None:
        """The row that `identity` names holds these values: updated, or inserted where there is none."""
        found = self._table(table, row)
        with self._begun(writes=True) as db:
            changed = sa.update(found).where(*self._same(identity)).values(self._bound(row))
            if not identity or not db.execute(changed).rowcount:
                db.execute(sa.insert(found).values(self._bound(row)))

    # --- keys of effects

    @contextmanager
    def _once(self, key: str) -> Iterator[sa.Connection | None]:
        """A transaction that leaves the key behind; None when it is there already."""
        with self._begun(writes=True) as db:
            if self._is_known(db, key):
                yield None
            else:
                db.execute(sa.insert(self._calls).values(key=key, at=datetime.now(UTC).isoformat()))
                yield db

    def _is_known(self, db: sa.Connection, key: str) -> bool:
        if not self._ready:
            self._calls.create(db, checkfirst=True)
            self._ready = True
        return db.execute(sa.select(self._calls.c.key).where(self._calls.c.key == key)).first() is not None

    # --- statements

    def _table(self, name: str, columns: Iterable[str]) -> sa.TableClause:
        parts: list[sa.ColumnClause[Any]] = [sa.column(quoted_name(each, True)) for each in dict.fromkeys(columns)]
        return sa.table(quoted_name(name, True), *parts, schema=self._schema)

    def _same(self, wanted: Mapping[str, Json]) -> list[sa.ColumnElement[bool]]:
        return [sa.column(quoted_name(name, True)) == self._value(value) for name, value in wanted.items()]

    def _bound(self, row: Mapping[str, Json]) -> dict[str, sa.BindParameter[Any]]:
        return {name: self._value(value) for name, value in row.items()}

    def _value(self, value: Json) -> sa.BindParameter[Any]:
        """A parameter whose type the database finds out by itself; SQLite takes decimals as text only."""
        plain = str(value) if isinstance(value, Decimal) and self._engine.dialect.name == "sqlite" else value
        return sa.bindparam(None, plain, type_=sa.types.NullType(), unique=True)

    @contextmanager
    def _begun(self, *, writes: bool = False) -> Iterator[sa.Connection]:
        """A transaction. Whether one that was lost at its end took place is unknown."""
        try:
            with self._engine.begin() as db:
                yield db
        except SQLAlchemyError as problem:
            raise self._sorted(problem, writes=writes) from None

    def _sorted(self, problem: SQLAlchemyError, *, writes: bool) -> CallFailed:
        said = self._shown(problem)
        if isinstance(problem, OperationalError) and said.startswith(_UNKNOWN_TO_SQLITE):
            return CallFailed(ErrorClass.INVALID, said)
        lost = isinstance(problem, OperationalError | InterfaceError)
        error = next((error for kind, error in _CLASSES if isinstance(problem, kind)), ErrorClass.UNAVAILABLE)
        return CallFailed(error, said, outcome_unknown=writes and lost)

    def _shown(self, problem: SQLAlchemyError) -> str:
        """The first line of what the driver says, without values in quotes and without the password."""
        said = str(problem.orig if isinstance(problem, DBAPIError) else problem).partition("\n")[0]
        words = re.sub(r"'[^']*'", "'…'", said)[:MESSAGE_LIMIT]
        return words.replace(self._password, "***") if self._password else words


_UNKNOWN_TO_SQLITE = ("no such table", "no such column", "table ")
"""How SQLite begins to say that a table or a column is missing, for which it has no error of its own."""

_CLASSES: tuple[tuple[type[SQLAlchemyError], ErrorClass], ...] = (
    (IntegrityError, ErrorClass.CONFLICT),
    (DataError, ErrorClass.INVALID),
    (ProgrammingError, ErrorClass.INVALID),
    (OperationalError, ErrorClass.UNAVAILABLE),
)


def _as_json(row: Record, values: Sequence[Any]) -> Row:
    pairs = zip(row.fields.items(), values, strict=True)
    return {name: _json(value, bare(field.type)) for (name, field), value in pairs if value is not None}


def _json(value: Any, type_: Type) -> Json:
    """A value of a column as the manifest's type wants it. A moment without a zone is taken for UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(type_, Boolean) and isinstance(value, int):
        return bool(value)
    if isinstance(value, int | float | Decimal):
        return _number(value, type_)
    return value if isinstance(value, str) else str(value)


def _number(value: Any, type_: Type) -> Json:
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    if isinstance(type_, Integer) or (isinstance(type_, MoneyType) and type_.minor):
        return int(exact) if exact == int(exact) else exact
    quoted = isinstance(type_, Text | MoneyType) or (isinstance(type_, Number) and type_.quoted)
    return format(exact, "f") if quoted and isinstance(exact, Decimal) else str(exact) if quoted else exact
