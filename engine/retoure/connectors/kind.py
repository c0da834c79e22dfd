"""What a connector tells about itself, so that a deployment file can name it: how it is built and what it must know.

A package ships a connector by an entry point of the group `retoure.connectors` that names a ConnectorKind:

    [project.entry-points."retoure.connectors"]
    acme = "retoure_acme:KIND"

Manifest and types of its platform stand in the folder `schemas/` of that package: `schemas/acme/v1.manifest.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from ..types.manifest import Manifest
from .budget import RateBudget
from .envelope import MAX_WEBHOOK_BYTES
from .http import HttpOptions
from .port import Connector
from .secret import Secret

if TYPE_CHECKING:
    from .contract.subject import Specimen

Scalar = str | int | Decimal | bool
TOLERANCE = 300.0
"""Seconds that the signature of a webhook may be old or ahead, unless the deployment says otherwise."""


@dataclass(frozen=True)
class Wiring:
    """What a connector is built from: the entry of its system in the deployment file, checked, and its secrets.

    `folder` is that of the deployment file: paths in options are relative to it. `http` has the address and the
    time-outs, `tolerance` is in seconds.
    """

    system: str
    manifest: Manifest | None
    options: Mapping[str, Scalar] = field(default_factory=dict)
    secrets: Mapping[str, Secret] = field(default_factory=dict)
    http: HttpOptions = field(default_factory=lambda: HttpOptions(""))
    folder: Path = field(default_factory=Path)
    budget: RateBudget = field(default_factory=RateBudget)
    max_webhook_bytes: int = MAX_WEBHOOK_BYTES
    tolerance: float = TOLERANCE

    def option(self, name: str, default: str = "") -> str:
        """An option as text."""
        return str(self.options.get(name, default))

    def required(self) -> Manifest:
        """The manifest of a connector that cannot do without."""
        if self.manifest is None:
            raise ValueError(f"`{self.system}` has no schema")
        return self.manifest


class WiringInvalid(Exception):
    """A connector cannot be built from the entry of its system: the place below it, what is wrong, what to do."""

    def __init__(self, place: str, message: str, help: str) -> None:
        super().__init__(f"{place}: {message} ({help})")
        self.place, self.message, self.help = place, message, help


@dataclass(frozen=True)
class ConnectorKind:
    """One way to reach a system: how it is built, and what its entry must and may say.

    `build` raises WiringInvalid for what only trying shows. `schema` is the version of the interface it speaks, empty
    when the deployment file names it; with `any_schema` it may be left out there. Options map to the type their value
    must have: str (any scalar), int, float, bool. `http` adds `base_url` and the options of HTTP. `wants` says what
    else is missing from an entry, by place below it. `specimen` makes what the contract suite tries it on; it may use
    the folder it is given.
    A `pollable` kind builds connectors that are Pollable.
    """

    build: Callable[[Wiring], Connector]
    summary: str
    schema: str = ""
    any_schema: bool = False
    http: bool = False
    must: tuple[str, ...] = ()
    options: Mapping[str, type] = field(default_factory=dict)
    credentials: tuple[str, ...] = ()
    more_credentials: tuple[str, ...] = ()
    wants: Callable[[Manifest, frozenset[str]], str] = lambda manifest, credentials: ""
    specimen: Callable[[Path], Specimen] | None = None
    pollable: bool = False

    def all_options(self) -> dict[str, type]:
        """Every option with its type."""
        return {**self.options, **(HTTP if self.http else {})}


HTTP: Mapping[str, type] = {
    "connect_timeout": float,
    "read_timeout": float,
    "total_timeout": float,
    "max_answer_bytes": int,
    "connections": int,
    "proxy": str,
    "ca_file": str,
    "allow_http": bool,
    "trace_context": bool,
}
"""The options of every connector that speaks HTTP, with the type of their value."""
