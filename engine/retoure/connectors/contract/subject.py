"""What the contract suite is run against: a connector's specimen, and calls that its simulator answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.types import ASGIApp

from ...types.manifest import Manifest
from ..port import Call, Incoming


@dataclass(frozen=True)
class Listing:
    """A read whose list has several pages; `items` is its path in the answer, `count` how many elements there are."""

    call: Call
    items: str
    count: int


@dataclass(frozen=True)
class Trials:
    """Calls that succeed on a fresh platform; `absent` reads a record there is not.

    Where nothing can be read, `read` is one of the writes. Each of `writes` is tried alone on a platform of its own,
    with its key. `webhook` is one that is accepted.
    """

    read: Call
    writes: tuple[Call, ...] = ()
    absent: Call | None = None
    listing: Listing | None = None
    webhook: Incoming | None = None


@dataclass(frozen=True)
class Specimen:
    """A connector ready to be tried: its manifest, options and secrets as a deployment would give them.

    `simulator` is the platform as an ASGI app, served on loopback; None for a connector that speaks no HTTP. `trials`
    prepares the platform and gives the calls, `books` says what it holds (equal for equal states); both get its
    address. `path` stands between that address and the paths of the manifest.
    """

    manifest: Manifest
    trials: Callable[[str], Trials]
    books: Callable[[str], object]
    simulator: ASGIApp | None = None
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
