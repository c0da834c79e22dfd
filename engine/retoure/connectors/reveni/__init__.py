"""Reveni: the connector and the check of its webhook signature."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..kind import ConnectorKind, Wiring
from .connector import ReveniConnector

if TYPE_CHECKING:
    from ..contract.subject import Specimen

__all__ = ["KIND", "ReveniConnector"]


def _built(wiring: Wiring) -> ReveniConnector:
    previous = wiring.secrets.get("previous_token")
    return ReveniConnector(
        wiring.required(),
        wiring.http,
        wiring.secrets["token"],
        wiring.option("store"),
        previous=(previous,) if previous else (),
        tolerance=wiring.tolerance,
        max_webhook_bytes=wiring.max_webhook_bytes,
        budget=wiring.budget,
        instant_check=wiring.option("instant_check"),
        undocumented=wiring.options.get("undocumented") is True,
    )


def _specimen(folder: Path) -> Specimen:
    from .specimen import specimen

    return specimen()


KIND = ConnectorKind(
    _built,
    "Reveni's merchants API and its signed webhooks",
    schema="reveni/merchants-v0",
    http=True,
    must=("store",),
    options={"store": str, "instant_check": str, "undocumented": bool},
    credentials=("token",),
    more_credentials=("previous_token",),
    specimen=_specimen,
    pollable=True,
)
