"""Running a simulator: as a thread, as a process, and the same way twice."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from retoure.connectors import simulators
from retoure.connectors.simulators import FixedClock, ReveniSimulator, ScayleSimulator, SimulatorServer

from ...plain import PLAIN


@pytest.mark.parametrize("platform", ["scayle", "reveni"])
def test_a_simulator_runs_as_its_own_process(platform: str) -> None:
    command = [sys.executable, "-m", "retoure.connectors.simulators", platform, "--port", "0", "--seed", "3"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            assert line.startswith("listening on http://127.0.0.1:")
            url = line.removeprefix("listening on ").strip()
            assert httpx.get(f"{url}/_sim/health", trust_env=False, verify=PLAIN).json() == {"ok": True}
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_a_stopped_server_no_longer_listens() -> None:
    server = SimulatorServer(ScayleSimulator())
    with server:
        assert httpx.get(f"{server.url}/_sim/health", trust_env=False, verify=PLAIN).status_code == 200
    assert not listening(server)
    server.stop()


def test_a_given_port_is_used() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with SimulatorServer(ReveniSimulator(), port=port) as server:
        assert server.url == f"http://127.0.0.1:{port}"


def test_a_webhook_under_way_does_not_keep_it_from_stopping() -> None:
    with (
        SimulatorServer(ReveniSimulator()) as server,
        httpx.Client(base_url=server.url, verify=PLAIN) as client,
    ):
        headers = {"Authorization": "Bearer sim-api-key"}
        hook = {"event_types": ["return.created"], "url": "http://127.0.0.1:9/"}
        client.post("/merchants/v0/stores/sim-store/webhooks", json=hook, headers=headers)
        client.post("/_sim/returns", json={"order": {"external_id": "1"}, "items": []})
        assert client.post("/_sim/webhooks/wait", json={"seconds": 0.05}).json() == {"idle": False}
    assert not listening(server)


def listening(server: SimulatorServer) -> bool:
    """Whether it still runs. Its port says nothing: another server may have it by now."""
    return any(thread.name == f"simulator-{server.port}" for thread in threading.enumerate())


def story(seed: int) -> dict[str, Any]:
    app = ScayleSimulator(seed=seed, clock=FixedClock(datetime(2026, 3, 2, tzinfo=UTC)))
    with SimulatorServer(app) as server, httpx.Client(base_url=server.url, verify=PLAIN) as client:
        order = client.post("/_sim/orders", json={"lines": [{"sku": "A", "quantity": 2}], "ship": True}).json()
        entry = {"returnKey": str(order["items"][0]["id"]), "received": "2026-03-01 08:00:00"}
        client.post("/api/admin/v1/fulfillment/return-items", json=[entry], headers={"X-Access-Token": "sim-token"})
        told: dict[str, Any] = client.get("/_sim/books").json()
    return told


def test_the_same_seed_and_clock_tell_the_same_story() -> None:
    assert story(5) == story(5)
    assert story(5) != story(6)


def test_the_public_names_are_there() -> None:
    assert all(hasattr(simulators, name) for name in simulators.__all__)
