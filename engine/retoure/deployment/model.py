"""What a deployment file says, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Self

from ..connectors.secret import Secret
from ..source import Place
from .document import nearest
from .problems import Problem
from .secrets import SecretRef

Scalar = str | int | Decimal | bool


@dataclass(frozen=True, slots=True)
class Poll:
    """That a system is asked what has changed, every so often, among records begun so long ago or later."""

    every: timedelta
    back: timedelta = timedelta(days=90)


@dataclass(frozen=True)
class System:
    """How one system is reached. `schema` is empty where the connector's own is meant. With `poll` it is asked what has
    changed by a running service.
    """

    name: str
    connector: str
    schema: str = ""
    base_url: str = ""
    options: Mapping[str, Scalar] = field(default_factory=dict)
    credentials: Mapping[str, SecretRef] = field(default_factory=dict)
    poll: Poll | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """Where journal and ledger are kept: the absolute path of a file, or the address of a PostgreSQL database, and the
    schema in it (the database's usual one when it is empty).

    `retention` is how long closed returns keep more than their books; for ever when it is None.
    """

    path: Path = Path()
    url: SecretRef | Secret | None = None
    retention: timedelta | None = None
    schema: str = ""

    def of_tenant(self, tenant: str) -> Store:
        """The books of one tenant: a file beside the one that is named, or a schema of the database."""
        if self.url is None:
            return replace(self, path=self.path.with_stem(f"{self.path.stem}-{tenant}"))
        return replace(self, schema=f"retoure_{tenant}")

    @classmethod
    def of(cls, text: str) -> Self:
        """The store that an option names: a file, `postgresql://…`, or a reference to such an address."""
        if text.startswith(("postgresql://", "postgres://")):
            return cls(url=Secret(text))
        if text.startswith(("env:", "file:")):
            return cls(url=SecretRef(text, Path.cwd()))
        return cls(Path(text).resolve())


@dataclass(frozen=True, slots=True)
class Mail:
    """How a channel `smtp` sends: `security` is starttls, tls or none; `ca_file` replaces the system's authorities."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: SecretRef | None = None
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class AlertChannel:
    """What carries an alert: `log`, `webhook` or `slack` with the address to POST to, or `smtp` with its `mail`.

    `signing_secret` signs webhooks. `text` is a template, empty for the usual words. Where nobody acts for `after`,
    the next one of `escalate` is told. With `recovery` they are told that the cause has gone.
    """

    channel: str
    url: SecretRef | None = None
    signing_secret: SecretRef | None = None
    mail: Mail | None = None
    text: str = ""
    after: timedelta = timedelta(0)
    escalate: tuple[AlertChannel, ...] = ()
    recovery: bool = True

    @property
    def all(self) -> tuple[AlertChannel, ...]:
        """The channel itself, and those it is escalated to."""
        return (self, *self.escalate)


@dataclass(frozen=True, slots=True)
class Web:
    """Where webhooks are received and questions answered. `max_body_bytes` in bytes, `tolerance` in seconds.

    `questions_token` is asked of those who put questions, each of which may be put so often a minute by one address.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    max_body_bytes: int = 1_000_000
    tolerance: float = 300.0
    questions_token: SecretRef | None = None
    questions_per_minute: int = 30


@dataclass(frozen=True, slots=True)
class Breaker:
    """When a platform counts as down: after so many failures in a row, for `rest` to `longest` seconds at a time."""

    failures: int = 5
    rest: float = 5.0
    longest: float = 60.0


@dataclass(frozen=True, slots=True)
class Worker:
    """How effects are carried out: returns at a time, seconds between looks for due work.

    `pace` makes the waits of policies pass so many times faster than written: for demos and drills. After `lease`
    seconds without a sign of life other workers of the same PostgreSQL database take over. What became of calls that a
    kill cut off is looked up `settle_after` seconds after the next start, since the platform may still be at it; None:
    as long as a call may take. Audits say nothing of a return within `grace` seconds after its last
    change.
    """

    concurrency: int = 32
    poll: float = 1.0
    pace: float = 1.0
    lease: float = 60.0
    settle_after: float | None = None
    grace: float = 300.0
    breaker: Breaker = field(default_factory=Breaker)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """How a service is looked into. `tenant` names it in metrics, traces and the log.

    Traces go to the OTLP `endpoint`, with the headers that the secret `headers` holds (`name=value,…`). `log` is json
    or text; empty: text on a terminal, json elsewhere.
    """

    tenant: str = ""
    endpoint: str = ""
    headers: SecretRef | None = None
    log: str = ""


@dataclass(frozen=True)
class Deployment:
    """What a deployment file says of one shop. Paths are absolute; `places` finds the line of a dotted path.

    `tenant` names the shop where the file describes several, each of them one Deployment; `own` are the dotted paths
    that it says itself, below its name, and not above for all of them. `record` is the folder for recordings of all.
    """

    file: Path
    mapping: Path
    systems: Mapping[str, System]
    store: Store
    settings: Mapping[str, Scalar] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    alerts: Mapping[str, AlertChannel] = field(default_factory=dict)
    web: Web = field(default_factory=Web)
    worker: Worker = field(default_factory=Worker)
    telemetry: Telemetry = field(default_factory=Telemetry)
    places: Mapping[str, Place] = field(default_factory=dict, repr=False, compare=False)
    tenant: str = ""
    own: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    record: Path | None = None

    @property
    def recording(self) -> Path | None:
        """The folder into which this shop's traffic is recorded: each tenant has its own."""
        return None if self.record is None else self.record / self.tenant

    def with_record(self, folder: Path) -> Deployment:
        """The same, its traffic recorded into a folder."""
        return replace(self, record=folder.resolve())

    def with_store(self, text: str) -> Deployment:
        """The same with its books elsewhere: see Store.of. A tenant has its own there, too."""
        store = replace(Store.of(text), retention=self.store.retention)
        return replace(self, store=store.of_tenant(self.tenant) if self.tenant else store)

    def of_all(self) -> Deployment:
        """What counts for the whole process: without the name of a tenant."""
        return replace(self, tenant="", telemetry=replace(self.telemetry, tenant=""))

    def place(self, path: str) -> Place:
        """The line of `systems.scayle.base_url`, or of the nearest thing above it that is written."""
        return self.places.get(nearest(path, self.places), Place(str(self.file), 1))

    def called(self, path: str) -> str:
        """A path as it is called in the file: below the tenant's name where the tenant says it."""
        own = nearest(path, self.places) in self.own
        return f"tenants.{self.tenant}.{path}" if own else path

    def problem(self, path: str, message: str, help: str = "") -> Problem:
        """A mistake in the file, with its line."""
        return Problem(self.place(path), self.called(path), message, help)
