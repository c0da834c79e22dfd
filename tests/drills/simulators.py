"""Both platforms in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from retoure.connectors.simulators.server import HOST
from retoure_cli.demo.platforms import API_KEY, STORE, TOKEN, Platform, Platforms


@contextmanager
def simulator(name: str, *arguments: str) -> Iterator[Platform]:
    """One simulator, ended with the block."""
    command = [sys.executable, "-m", "retoure.connectors.simulators", name, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        platform = Platform(process.stdout.readline().removeprefix("listening on ").strip())
        try:
            yield platform
        finally:
            platform.close()
            process.terminate()
            process.wait(60)


@contextmanager
def both(seed: int, host: str = HOST) -> Iterator[Platforms]:
    """SCAYLE and Reveni, set up for a drill, at this address."""
    seeded = ("--seed", str(seed), "--host", host)
    with (
        simulator("scayle", *seeded, "--token", TOKEN) as scayle,
        simulator("reveni", *seeded, "--api-key", API_KEY, "--store", STORE) as reveni,
    ):
        found = Platforms(scayle, reveni)
        found.prepare()
        yield found
