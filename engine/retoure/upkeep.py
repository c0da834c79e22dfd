"""Looking after the books of a deployment: upgrade, check, back up, restore, export.

    retoure.upkeep.back_up(retoure.load_deployment(Path("retoure.yaml")), Path("books.backup"))

A backup is one SQLite file whatever database the books are in, and can be put back into a database of either kind.
Everything raises StoreError with its kinds, and DeploymentInvalid where the address of the database is missing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from .delivery.errors import StoreUnavailable
from .delivery.store import restoring
from .delivery.store.checking import inconsistent, wrong_sums
from .delivery.store.database import Database
from .delivery.store.port import Store
from .delivery.store.schema import VERSION
from .delivery.store.sqlite_file import SqliteFile
from .delivery.trail import TrailEntry, broken
from .deployment.model import Deployment
from .embed import compile_for, open_database, open_postgres, open_store
from .planning.exporting import Exported, Progress, exported
from .runtime.program import operation_of

__all__ = [
    "Exported",
    "Restored",
    "WouldOverwrite",
    "back_up",
    "check",
    "export",
    "restore",
    "trail_entries",
    "trail_mistakes",
    "upgrade",
]

Environment = Mapping[str, str] | None


class WouldOverwrite(Exception):
    """Something is there already; the text says what."""


@dataclass(frozen=True, slots=True)
class Restored:
    """Books were put back. `unsettled` is how many calls of the copy are looked up before they are made, `aside` the
    file with the books that were there before.
    """

    where: str
    unsettled: int
    aside: Path | None = None


def upgrade(deployment: Deployment, environment: Environment = None) -> tuple[int, int]:
    """Brings the database to the layout of this release; the versions before and after.

    Raises WorkerRunning while somebody works with it, WrongVersion when it is too old, or newer than this release.
    """
    with closing(_existing(deployment, environment)) as data:
        return data.upgrade(), VERSION


def check(deployment: Deployment, environment: Environment = None) -> Iterator[str]:
    """What is wrong with the books, in words: tables that are missing, broken pages, rows that contradict each other,
    calls that do not add up to what is wanted. May be used while a worker runs. Raises CompileFailed, too.
    """
    program = compile_for(deployment)
    with closing(open_database(deployment, environment, create=False)) as data:
        lacking = sorted(_structure() - data.structure())
        yield from (f"{name} is missing" for name in lacking)
        yield from data.damages()
        if not lacking:
            with data.reading() as db:
                found = list(inconsistent(db))
            yield from found or wrong_sums(data, partial(operation_of, program.manifests))
    if not lacking:
        with closing(open_store(deployment, environment, create=False)) as store:
            yield from (f"the audit trail: {mistake}" for mistake in trail_mistakes(store))


def trail_entries(store: Store) -> Iterator[TrailEntry]:
    """The whole audit trail, oldest first, read in pages."""
    page = store.trail()
    while page:
        yield from page
        page = store.trail(page[-1].number)


def trail_mistakes(store: Store, head: str = "") -> Iterator[str]:
    """What is wrong with the audit trail, in words. `head` is one that was written down before: it must be in it."""
    return broken(trail_entries(store), head)


def _structure() -> frozenset[str]:
    with closing(SqliteFile(":memory:")) as blank:
        return blank.structure()


def back_up(deployment: Deployment, file: Path, environment: Environment = None) -> int:
    """Writes a consistent copy of the books into a new file that only its owner can read, and verifies it; its size in
    bytes. May be used while a worker runs. Raises WouldOverwrite.
    """
    if file.exists():
        raise WouldOverwrite(f"{file} is there already")
    part = file.with_name(file.name + ".part")
    with closing(_existing(deployment, environment)) as data:
        try:
            part.unlink(missing_ok=True)
            os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            data.back_up(part)
            _prove(part)
            os.replace(part, file)
        except OSError as problem:
            raise StoreUnavailable(f"{file}: cannot be written ({problem.strerror})") from problem
        finally:
            part.unlink(missing_ok=True)
    return file.stat().st_size


def _prove(part: Path) -> None:
    """That the copy can be put back. One of an older layout is upgraded for that, in a copy of its own."""
    with closing(SqliteFile(part, any_layout=True)) as copy:
        current = copy.version() == VERSION
        if current:
            restoring.verified(copy)
            copy.to_one_file()
    if not current:
        restoring.prepared(part, part).unlink()


def restore(
    deployment: Deployment,
    file: Path,
    *,
    overwrite: bool = False,
    at: datetime | None = None,
    environment: Environment = None,
) -> Restored:
    """Puts books back from a backup, upgraded where it is older.

    Nothing is sent on the word of old books alone: see `retoure.delivery.store.doubt`. Raises WouldOverwrite unless
    told to, WorkerRunning while somebody works with the database, StoreDamaged for a backup that is not sound.
    """
    now = at or datetime.now(UTC)
    if not file.is_file():
        raise StoreUnavailable(f"{file}: there is no such file")
    if deployment.store.url is not None:
        return _into_postgres(deployment, file, now, overwrite, environment)
    path = deployment.store.path
    if path.exists() and not overwrite:
        raise WouldOverwrite(f"{path} holds books already")
    unsettled, aside = restoring.put_back(file, path, now)
    return Restored(str(path), unsettled, aside)


def _into_postgres(
    deployment: Deployment, file: Path, at: datetime, overwrite: bool, environment: Environment
) -> Restored:
    with TemporaryDirectory() as folder, closing(open_postgres(deployment, environment)) as data:
        with data.asking() as db:
            if not overwrite and db.execute("SELECT 1 FROM events LIMIT 1").fetchone() is not None:
                raise WouldOverwrite(f"{data.name} holds books already")
        with closing(SqliteFile(restoring.prepared(file, Path(folder) / "books"))) as copy, copy.reading() as source:
            return Restored(data.name, data.put_back(source, at))


def export(
    deployment: Deployment,
    *,
    personal: bool = False,
    environment: Environment = None,
    told: Progress = lambda done, total: None,
) -> Iterator[Exported]:
    """The books row by row, one return after the other: returns, effects, attempts, holds. Personal data is blanked
    unless it is asked for. `told` hears how many returns are done, and how many there are.
    """
    with closing(open_store(deployment, environment, create=False)) as store:
        yield from exported(store, personal=personal, told=told)


def _existing(deployment: Deployment, environment: Environment) -> Database:
    """The database whatever its layout."""
    return open_database(deployment, environment, create=False, any_layout=True)
