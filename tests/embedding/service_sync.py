"""Somebody's service without asyncio: its own framework calls `receive`, a thread works."""

from collections.abc import Mapping
from threading import Thread

from retoure import Rejected, Runner


def receive(runner: Runner, body: bytes, headers: Mapping[str, str]) -> int:
    try:
        runner.accept("reveni", body, headers)
    except Rejected as rejected:
        return 401 if rejected.reason == "signature" else 400
    return 202


def worker(runner: Runner) -> Thread:
    return Thread(target=runner.run)
