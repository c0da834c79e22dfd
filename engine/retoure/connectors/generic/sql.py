"""The tables of a SQL database as a system: rows read by their columns, added, set, and counted up, each call once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio
import anyio.to_thread

from ...types.manifest import Kind, Manifest, Operation
from ..kind import ConnectorKind, Wiring, WiringInvalid
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled
from ..secret import Secret
from .rows import answer, given, list_field, operation_of, row_type, sought, table_of

if TYPE_CHECKING:
    from ..contract.subject import Specimen
    from .database import Database

T = TypeVar("T")
ONCE = (Kind.CREATE, Kind.RECORD, Kind.INCREMENT)
"""What would count twice: these leave the effect's key in the same transaction."""


class SqlConnector:
    """`orders.get` selects from `orders` by the columns its parameters name, `notes.add` inserts; a `set` updates the
    row that the manifest's `identity` names, or inserts it; an `increment` adds to its `additive` column.

    `timeout` bounds a call, in seconds.
    """

    def __init__(self, manifest: Manifest, database: Database, timeout: float = 30.0) -> None:
        self.system, self.manifest = manifest.system, manifest
        self._database, self._timeout = database, timeout

    def __repr__(self) -> str:
        return f"SqlConnector({self.system!r})"

    async def plan(self, call: Call) -> Json:
        """None: what was done is known by its key."""
        return None

    async def send(self, call: Call, plan: Json = None) -> Json:
        """The rows a read asks for, None once a row is written. Raises CallFailed."""
        operation = operation_of(self.manifest, call)
        if operation.kind is Kind.READ:
            return await self._in_time(lambda: self._read(operation, call), writes=False)
        row, key = given(operation, call), _key(operation, call)
        await self._in_time(lambda: self._write(operation, row, key), writes=True)
        return None

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """Whether the effect's key is there; UNKNOWN for a `set`, which leaves none."""
        operation = operation_of(self.manifest, call)
        if operation.kind not in ONCE:
            return Settled.UNKNOWN
        key = _key(operation, call)
        there = await self._in_time(lambda: self._database.known(key), writes=False)
        return Settled.APPLIED if there else Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        """What is done to which table, and the row. Raises CallFailed(INVALID)."""
        operation = operation_of(self.manifest, call)
        words = {Kind.READ: "SELECT", Kind.SET: "UPDATE", Kind.INCREMENT: "UPDATE"}.get(operation.kind, "INSERT")
        row = None if operation.kind is Kind.READ else given(operation, call)
        return (Request(words, table_of(operation), row, operation.summary),)

    async def aclose(self) -> None:
        """Gives back the connections."""
        await anyio.to_thread.run_sync(self._database.close)

    def _read(self, operation: Operation, call: Call) -> Json:
        last = not list_field(operation)
        rows = self._database.select(table_of(operation), row_type(operation), sought(operation, call))
        if last and len(rows) > 1:
            raise CallFailed(ErrorClass.CONFLICT, f"{len(rows)} rows of `{table_of(operation)}` fit, one is wanted")
        return answer(operation, rows)

    def _write(self, operation: Operation, row: dict[str, Json], key: str) -> None:
        table, identity = table_of(operation), {name: row.get(name) for name in operation.identity}
        if operation.kind is Kind.SET:
            self._database.put(table, row, identity)
        elif operation.kind is Kind.INCREMENT:
            self._database.add_to(table, operation.additive, row[operation.additive], identity, key)
        else:
            self._database.insert(table, row, key)

    async def _in_time(self, work: Callable[[], T], *, writes: bool) -> T:
        try:
            with anyio.fail_after(self._timeout):
                return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        except TimeoutError as problem:
            raise CallFailed(ErrorClass.TIMEOUT, "the database gave no answer in time", writes) from problem


def _key(operation: Operation, call: Call) -> str:
    """What an effect leaves in the database: of one length, whatever its key is made of."""
    if operation.kind in ONCE and not call.key:
        raise CallFailed(ErrorClass.INVALID, f"`{operation.name}` needs a key, by which it is done once")
    return hashlib.sha256(call.key.encode()).hexdigest()


def _built(wiring: Wiring) -> SqlConnector:
    timeout = float(wiring.option("timeout", "30"))
    return SqlConnector(wiring.required(), opened(wiring.secrets["url"], wiring.option("tables")), timeout)


def opened(url: Secret, tables: str = "") -> Database:
    """The database at an address, its tables in the schema `tables`. Raises WiringInvalid, which shows no address."""
    if find_spec("sqlalchemy") is None:
        raise WiringInvalid("connector", "SQLAlchemy is not installed", "run  pip install 'retoure[sql]'")
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    from .database import Database

    try:
        return Database(url, tables)
    except (NoSuchModuleError, ImportError) as problem:
        help = "install the driver that the address names"
        raise WiringInvalid("credentials.url", f"names a driver that is missing ({problem})", help) from problem
    except (ArgumentError, ValueError):
        help = "write it as SQLAlchemy does: `postgresql+psycopg://user:password@host/name`, `sqlite:////path`"
        raise WiringInvalid("credentials.url", "holds no address of a database", help) from None


def _specimen(folder: Path) -> Specimen:
    from .specimens import sql

    return sql(folder)


KIND = ConnectorKind(
    _built,
    "tables of a SQL database, through SQLAlchemy",
    options={"tables": str, "timeout": float},
    credentials=("url",),
    specimen=_specimen,
)
