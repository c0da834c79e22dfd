"""Which channel carries which alert."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from ..delivery.notices import NotTold, Route
from ..delivery.store.port import Fired, Notice

log = logging.getLogger("retoure.alerts")


class Channel(Protocol):
    """One way to tell people."""

    async def tell(self, notice: Notice) -> None:
        """Returns once it was taken. Raises NotTold."""
        ...

    async def aclose(self) -> None:
        """Gives back connections."""
        ...


class Log:
    """The log of the process."""

    async def tell(self, notice: Notice) -> None:
        """Writes a line. That an alert went off stands there already."""
        if notice.step or notice.kind != "alert":
            log.warning("alert %s: %s", notice.alert, notice.text, extra={"alert": notice.alert})

    async def aclose(self) -> None:
        """Nothing to give back."""


@dataclass(frozen=True)
class Chain:
    """The channel of an alert, and those it is escalated to, as `route` says."""

    steps: tuple[Channel, ...]
    route: Route


class AlertChannels:
    """Implements `delivery.notices.Channels`. Call it with an alert that went off to have that in the log."""

    def __init__(self, chains: Mapping[str, Chain]) -> None:
        self._chains = chains

    def __call__(self, fired: Fired) -> None:
        """Writes it into the log."""
        log.warning("alert %s: %s", fired.alert, fired.text, extra={"alert": fired.alert})

    def routed(self) -> Collection[str]:
        """The alerts that have a channel."""
        return self._chains.keys()

    def route(self, alert: str) -> Route:
        """Whom it is told; of one without a channel nobody."""
        return self._chains[alert].route if alert in self._chains else Route()

    async def tell(self, notice: Notice) -> None:
        """Has it told. Raises NotTold, also where the deployment has no such channel any more."""
        steps = self._chains[notice.alert].steps if notice.alert in self._chains else ()
        if notice.step >= len(steps):
            raise NotTold("the deployment file names no channel for it any more")
        await steps[notice.step].tell(notice)

    async def aclose(self) -> None:
        """Closes the connections of all."""
        for chain in self._chains.values():
            for channel in chain.steps:
                await channel.aclose()
