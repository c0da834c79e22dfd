"""SCAYLE: the connector, and the operations that take more than one request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..kind import ConnectorKind, Wiring
from .bulk import CHUNK, Pace
from .connector import ScayleConnector

if TYPE_CHECKING:
    from ..contract.subject import Specimen

__all__ = ["KIND", "ScayleConnector"]


def _built(wiring: Wiring) -> ScayleConnector:
    secrets = wiring.secrets
    webhook = (secrets["webhook_user"], secrets["webhook_password"]) if "webhook_password" in secrets else None
    return ScayleConnector(
        wiring.required(),
        wiring.http,
        secrets["token"],
        {"shop": wiring.option("shop"), "country": wiring.option("country")},
        company=wiring.option("company"),
        webhook=webhook,
        max_webhook_bytes=wiring.max_webhook_bytes,
        budget=wiring.budget,
        pace=Pace(chunk=int(wiring.options.get("bulk_chunk", CHUNK))),
    )


def _specimen(folder: Path) -> Specimen:
    from .specimen import specimen

    return specimen()


KIND = ConnectorKind(
    _built,
    "SCAYLE's Admin API and its webhooks",
    schema="scayle/admin-v1",
    http=True,
    must=("shop", "country"),
    options={"shop": str, "country": str, "company": str, "bulk_chunk": int},
    credentials=("token",),
    more_credentials=("webhook_user", "webhook_password"),
    specimen=_specimen,
)
