"""Hosts on one machine: network namespaces around a router, which can let their packets vanish.

As Debian's iproute2 makes them; only root may. Nobody is told of a packet that vanished: a cut is no refusal.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NEW_NETWORK: Final = 0x40000000  # setns(2): CLONE_NEWNET
OWN: Final = Path("/proc/thread-self/ns/net")


class NotAllowed(Exception):
    """This machine does not let us make namespaces; the text says what it lacks."""


@dataclass(frozen=True)
class Host:
    """One host: a namespace with one address."""

    namespace: str
    address: str


@dataclass(frozen=True)
class Network:
    """A router, in whose namespace all hosts can be reached, and its hosts by name."""

    router: str
    hosts: dict[str, Host]

    def cut(self, one: str, other: str, ways: str) -> None:
        """From now on packets from one to the other (`there`), from the other to the one (`back`), or `both` vanish."""
        self._rules("add", one, other, ways)

    def heal(self, one: str, other: str, ways: str) -> None:
        """Takes back a cut."""
        self._rules("del", one, other, ways)

    def _rules(self, do: str, one: str, other: str, ways: str) -> None:
        pairs = {"there": [(one, other)], "back": [(other, one)], "both": [(one, other), (other, one)]}[ways]
        for source, target in pairs:
            addresses = ("from", self.hosts[source].address, "to", self.hosts[target].address)
            _ip("netns", "exec", self.router, "ip", "rule", do, *addresses, "blackhole")


@contextmanager
def network(*names: str) -> Iterator[Network]:
    """Hosts of these names, gone with the block. Raises NotAllowed."""
    require_allowed()
    prefix = f"rt{os.getpid()}"
    made = Network(f"{prefix}-router", {name: _host(prefix, n, name) for n, name in enumerate(names, 1)})
    namespaces = (made.router, *(host.namespace for host in made.hosts.values()))
    try:
        for namespace in namespaces:
            _ip("netns", "add", namespace)
            _ip("-n", namespace, "link", "set", "lo", "up")
        _ip("netns", "exec", made.router, "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        for number, host in enumerate(made.hosts.values(), 1):
            _join(made.router, number, host)
        yield made
    finally:
        for namespace in namespaces:
            subprocess.run(["ip", "netns", "del", namespace], capture_output=True, check=False)


def require_allowed() -> None:
    """Raises NotAllowed."""
    if shutil.which("ip") is None:
        raise NotAllowed("the command `ip` of iproute2 is missing")
    tried = subprocess.run(["ip", "netns", "add", f"rt{os.getpid()}-try"], capture_output=True, text=True, check=False)
    if tried.returncode:
        raise NotAllowed(f"no network namespace can be made: {tried.stderr.strip()}")
    _ip("netns", "del", f"rt{os.getpid()}-try")


def _host(prefix: str, number: int, name: str) -> Host:
    return Host(f"{prefix}-{name}", f"10.88.{number}.2")


def _join(router: str, number: int, host: Host) -> None:
    """A cable from the router to a host."""
    gate = f"10.88.{number}.1"
    _ip("link", "add", f"port{number}", "netns", router, "type", "veth", "peer", "eth0", "netns", host.namespace)
    _ip("-n", router, "address", "add", f"{gate}/24", "dev", f"port{number}")
    _ip("-n", router, "link", "set", f"port{number}", "up")
    _ip("-n", host.namespace, "address", "add", f"{host.address}/24", "dev", "eth0")
    _ip("-n", host.namespace, "link", "set", "eth0", "up")
    _ip("-n", host.namespace, "route", "add", "default", "via", gate)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """This thread, and what it starts, is on that host."""
    with OWN.open() as before:
        enter(namespace)
        try:
            yield
        finally:
            _set(before.fileno())


def enter(namespace: str) -> None:
    """From now on this thread is on that host. Raises OSError."""
    with Path("/run/netns", namespace).open() as file:
        _set(file.fileno())


def _set(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, NEW_NETWORK):
        number = ctypes.get_errno()
        raise OSError(number, f"the network namespace cannot be entered: {os.strerror(number)}")
