"""A folder of CSV or JSON Lines files as a system: each table a file, read by its columns, added to row by row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread
from filelock import Timeout

from ...types.manifest import Kind, Manifest, Operation
from ..kind import ConnectorKind, Wiring, WiringInvalid
from ..port import Call, CallFailed, ErrorClass, Json, Request, Settled
from .files import Table
from .rows import Row, answer, given, operation_of, row_type, sought, table_of

if TYPE_CHECKING:
    from ..contract.subject import Specimen

T = TypeVar("T")
FORMATS = ("csv", "jsonl")
ADDS = (Kind.CREATE, Kind.RECORD)


class FolderConnector:
    """`orders.get` reads `orders.csv` by the columns its parameters name, `notes.add` adds to `notes.csv`.

    A row that is there already under the effect's key is not added again, so that adding twice is adding once.
    """

    def __init__(self, manifest: Manifest, folder: Path, format: str = "csv") -> None:
        self.system, self.manifest = manifest.system, manifest
        self._folder, self._suffix = folder, f".{format}"

    def __repr__(self) -> str:
        return f"FolderConnector({self.system!r}, {str(self._folder)!r})"

    async def plan(self, call: Call) -> Json:
        """None: whether a row is there is looked at when it is added."""
        return None

    async def send(self, call: Call, plan: Json = None) -> Json:
        """The rows a read asks for, None once a row is added. Raises CallFailed."""
        operation = operation_of(self.manifest, call)
        if operation.kind is Kind.READ:
            return await self._guarded(lambda: self._read(operation, call))
        row, key = given(operation, call), self._key(operation, call)
        await self._guarded(lambda: self._table(operation).add(row, key))
        return None

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """Whether the row is there. Raises CallFailed."""
        operation = operation_of(self.manifest, call)
        key = self._key(operation, call)
        there = await self._guarded(lambda: self._table(operation).has(key))
        return Settled.APPLIED if there else Settled.NOT_APPLIED

    def render(self, call: Call) -> tuple[Request, ...]:
        """The file, and the row that would be added. Raises CallFailed(INVALID)."""
        operation = operation_of(self.manifest, call)
        file = self._table(operation).path.name
        if operation.kind is Kind.READ:
            return (Request("READ", file, note=operation.summary),)
        return (Request("ADD", file, given(operation, call), operation.summary),)

    async def aclose(self) -> None:
        """Nothing to give back."""

    def _read(self, operation: Operation, call: Call) -> Json:
        wanted = sought(operation, call)
        rows = self._table(operation).rows()
        return answer(operation, [row for row in rows if _fits(row, wanted)])

    def _table(self, operation: Operation) -> Table:
        return Table(self._folder / f"{table_of(operation)}{self._suffix}", row_type(operation))

    def _key(self, operation: Operation, call: Call) -> str:
        if operation.kind not in ADDS:
            raise CallFailed(ErrorClass.INVALID, f"`{operation.name}` changes a row; to a folder rows are only added")
        if not call.key:
            raise CallFailed(ErrorClass.INVALID, f"`{operation.name}` needs a key, by which its row is known")
        return call.key

    async def _guarded(self, work: Callable[[], T]) -> T:
        try:
            return await anyio.to_thread.run_sync(work)
        except Timeout as problem:
            raise CallFailed(ErrorClass.UNAVAILABLE, "others are adding to the same file") from problem
        except OSError as problem:
            why = f"{self._folder} cannot be used: {problem.strerror}"
            raise CallFailed(ErrorClass.UNAVAILABLE, why, outcome_unknown=True) from problem


def _fits(row: Row, wanted: Mapping[str, str]) -> bool:
    return all(str(row.get(name)) == text for name, text in wanted.items())


def _built(wiring: Wiring) -> FolderConnector:
    folder, format = wiring.folder / wiring.option("folder"), wiring.option("format", "csv")
    if format not in FORMATS:
        raise WiringInvalid("options.format", f"`{format}` is no format", f"write {' or '.join(FORMATS)}")
    if not folder.is_dir():
        raise WiringInvalid("options.folder", f"there is no folder {folder}", "make it, or correct its name")
    return FolderConnector(wiring.required(), folder, format)


def _specimen(folder: Path) -> Specimen:
    from .specimens import files

    return files(folder)


KIND = ConnectorKind(
    _built,
    "a folder of CSV or JSON Lines files, read and added to",
    must=("folder",),
    options={"folder": str, "format": str},
    specimen=_specimen,
)
