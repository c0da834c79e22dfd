"""Puts books back from a copy into a file."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ..errors import StoreDamaged, StoreUnavailable
from ..lock import WorkerLock
from . import doubt
from .checking import inconsistent
from .sqlite_file import SqliteFile

LOGS = ("", "-wal", "-shm")  # SQLite finds these by the name of the database


def verified(copy: SqliteFile) -> None:
    """Raises StoreDamaged for a copy that is broken or contradicts itself. It has this release's layout."""
    found = copy.damages()
    if not found:
        with copy.reading() as db:
            found = list(inconsistent(db))
    if found:
        raise StoreDamaged(f"{copy.name}: is no sound copy: {'; '.join(found[:3])}")


def prepared(file: Path, beside: Path) -> Path:
    """A copy of the copy, upgraded and verified; `file` itself stays as it is."""
    part = beside.with_name(beside.name + ".part")
    part.unlink(missing_ok=True)
    try:
        shutil.copyfile(file, part)
        os.chmod(part, 0o600)
        with closing(SqliteFile(part, any_layout=True)) as copy:
            copy.migrate()
            verified(copy)
            copy.to_one_file()
    except BaseException:
        _remove(part)
        raise
    return part


def put_back(file: Path, target: Path, at: datetime) -> tuple[int, Path | None]:
    """Makes `target` the books that `file` is a copy of: how many calls are in doubt, and where what was there is now.

    Raises WorkerRunning, StoreDamaged, WrongVersion, StoreUnavailable.
    """
    if not target.parent.is_dir():
        raise StoreUnavailable(f"{target}: its folder does not exist")
    worker = WorkerLock(target)
    worker.acquire()
    try:
        part = prepared(file, target)
        unsettled = _doubted(part, at)
        aside = _moved_aside(target)
        os.replace(part, target)
        return unsettled, aside
    finally:
        worker.release()


def _doubted(part: Path, at: datetime) -> int:
    with closing(SqliteFile(part)) as copy:
        with copy.transaction() as db:
            unsettled = doubt.begin(db, at)
        copy.to_one_file()
    return unsettled


def _moved_aside(target: Path) -> Path | None:
    if not target.exists():
        return None
    aside = target.with_name(f"{target.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    for log in LOGS:
        part = target.with_name(target.name + log)
        if part.exists():
            os.replace(part, aside.with_name(aside.name + log))
    return aside


def _remove(part: Path) -> None:
    for log in LOGS:
        part.with_name(part.name + log).unlink(missing_ok=True)
