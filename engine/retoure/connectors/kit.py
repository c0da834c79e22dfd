"""Everything a package needs that ships a connector: these names are kept from release to release.

One class (often a RestConnector), a manifest with its schema in `schemas/` of the package, and a ConnectorKind that
an entry point of the group `retoure.connectors` names. `retoure.connectors.contract` tries the whole.
"""

from ..types.load import load_system
from ..types.manifest import Manifest
from .failures import Effect
from .http import Ask, HttpClient, HttpOptions, Reply
from .kind import ConnectorKind, Wiring, WiringInvalid
from .port import (
    Call,
    CallFailed,
    Connector,
    ErrorClass,
    Event,
    Incoming,
    Json,
    Receiver,
    Rejected,
    Request,
    Settled,
)
from .registry import ConnectorBroken, Known, connector_kind, known_connectors
from .rest import Composed, RestConnector
from .secret import Secret

__all__ = [
    "Ask",
    "Call",
    "CallFailed",
    "Composed",
    "Connector",
    "ConnectorBroken",
    "ConnectorKind",
    "Effect",
    "ErrorClass",
    "Event",
    "HttpClient",
    "HttpOptions",
    "Incoming",
    "Json",
    "Known",
    "Manifest",
    "Receiver",
    "Rejected",
    "Reply",
    "Request",
    "RestConnector",
    "Secret",
    "Settled",
    "Wiring",
    "WiringInvalid",
    "connector_kind",
    "known_connectors",
    "load_system",
]
