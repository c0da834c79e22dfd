"""Builds the connectors a deployment names. A new platform is one more entry in CONNECTORS."""

from __future__ import annotations

import difflib
import ipaddress
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..connectors.budget import RateBudget, SharedBudget, Till
from ..connectors.http import HttpOptions
from ..connectors.memory import MemoryConnector
from ..connectors.port import Connector
from ..connectors.recorded import RecordedConnector
from ..connectors.reveni import ReveniConnector
from ..connectors.scayle import ScayleConnector
from ..connectors.secret import Secret
from ..types.load import known_systems, load_system
from ..types.manifest import Manifest
from .model import Deployment, System, Web
from .problems import Problem, raise_if
from .secrets import SecretMissing


@dataclass(frozen=True)
class Wiring:
    """What a factory gets: the system's entry, its manifest, its secrets by name, the web part and the rate budget."""

    system: System
    manifest: Manifest | None
    secrets: Mapping[str, Secret]
    web: Web
    folder: Path
    budget: RateBudget

    def option(self, name: str, default: str = "") -> str:
        """An option as text."""
        return str(self.system.options.get(name, default))

    def required(self) -> Manifest:
        """The manifest of a connector that cannot do without."""
        if self.manifest is None:
            raise ValueError(f"`{self.system.name}` has no schema")
        return self.manifest


@dataclass(frozen=True)
class ConnectorKind:
    """One way to reach a system: how it is built, and what its entry must and may say.

    `schema` is the version of the interface it speaks, empty when it can stand in for any. Options map to the type
    their value must have: str (any scalar), int, float, bool. `http` adds `base_url` and the options of HTTP.
    """

    build: Callable[[Wiring], Connector]
    schema: str = ""
    http: bool = False
    must: tuple[str, ...] = ()
    options: Mapping[str, type] = field(default_factory=dict)
    credentials: tuple[str, ...] = ()
    more_credentials: tuple[str, ...] = ()

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


def _scayle(wiring: Wiring) -> Connector:
    secrets = wiring.secrets
    webhook = (secrets["webhook_user"], secrets["webhook_password"]) if "webhook_password" in secrets else None
    return ScayleConnector(
        wiring.required(),
        _http(wiring.system),
        secrets["token"],
        {"shop": wiring.option("shop"), "country": wiring.option("country")},
        company=wiring.option("company"),
        webhook=webhook,
        max_webhook_bytes=wiring.web.max_body_bytes,
        budget=wiring.budget,
    )


def _reveni(wiring: Wiring) -> Connector:
    previous = wiring.secrets.get("previous_token")
    return ReveniConnector(
        wiring.required(),
        _http(wiring.system),
        wiring.secrets["token"],
        wiring.option("store"),
        previous=(previous,) if previous else (),
        tolerance=wiring.web.tolerance,
        max_webhook_bytes=wiring.web.max_body_bytes,
        budget=wiring.budget,
        instant_check=wiring.option("instant_check"),
        undocumented=wiring.system.options.get("undocumented") is True,
    )


def _memory(wiring: Wiring) -> Connector:
    return MemoryConnector(wiring.system.name, wiring.manifest)


def _recorded(wiring: Wiring) -> Connector:
    folder = wiring.folder / wiring.option("folder")
    dry = wiring.system.options.get("dry") is True
    return RecordedConnector(wiring.system.name, folder, wiring.manifest, dry=dry)


CONNECTORS: dict[str, ConnectorKind] = {
    "scayle": ConnectorKind(
        _scayle,
        schema="scayle/admin-v1",
        http=True,
        must=("shop", "country"),
        options={"shop": str, "country": str, "company": str},
        credentials=("token",),
        more_credentials=("webhook_user", "webhook_password"),
    ),
    "reveni": ConnectorKind(
        _reveni,
        schema="reveni/merchants-v0",
        http=True,
        must=("store",),
        options={"store": str, "instant_check": str, "undocumented": bool},
        credentials=("token",),
        more_credentials=("previous_token",),
    ),
    "memory": ConnectorKind(_memory),
    "recorded": ConnectorKind(_recorded, must=("folder",), options={"folder": str, "dry": bool}),
}
"""Every way to reach a system, by the name a deployment file uses."""


def connect(
    deployment: Deployment,
    environment: Mapping[str, str] | None = None,
    tills: Callable[[str], Till | None] = lambda system: None,
) -> dict[str, Connector]:
    """The connectors of a deployment, by system. `environment` is the process's own when not given. `tills` gives the
    till of each system, where several processes share its rate limits.

    Raises DeploymentInvalid naming every secret that is missing. Secrets are read once: restart after changing one.
    Close each connector with `aclose`.
    """
    surroundings = os.environ if environment is None else environment
    secrets: dict[str, dict[str, Secret]] = {}
    raise_if(_resolve(deployment, surroundings, secrets))
    budgets = {name: _budget(tills(name)) for name in deployment.systems}
    systems = deployment.systems.items()
    return {name: _build(deployment, system, secrets[name], budgets[name]) for name, system in systems}


def _budget(till: Till | None) -> RateBudget:
    return RateBudget() if till is None else SharedBudget(till)


def _build(deployment: Deployment, system: System, secrets: Mapping[str, Secret], budget: RateBudget) -> Connector:
    schema = _schema(system)
    manifest = load_system(schema) if schema else None
    folder = deployment.file.resolve().parent
    return CONNECTORS[system.connector].build(Wiring(system, manifest, secrets, deployment.web, folder, budget))


def _schema(system: System) -> str:
    """As written, else the connector's own, else that of the connector named like the system."""
    own = CONNECTORS[system.connector].schema
    like = CONNECTORS.get(system.name)
    return system.schema or own or (like.schema if like else "")


def _resolve(
    deployment: Deployment, environment: Mapping[str, str], into: dict[str, dict[str, Secret]]
) -> Iterator[Problem]:
    for name, system in deployment.systems.items():
        into[name] = {}
        for key, reference in system.credentials.items():
            path = f"systems.{name}.credentials.{key}"
            try:
                into[name][key] = reference.resolve(environment)
            except SecretMissing as problem:
                help = "set it where retoure is started, or correct the reference"
                yield deployment.problem(path, str(problem), help)


def _http(system: System) -> HttpOptions:
    given: dict[str, Any] = {name: kind(system.options[name]) for name, kind in HTTP.items() if name in system.options}
    given.pop("allow_http", None)
    if "max_answer_bytes" in given:
        given["max_body_bytes"] = given.pop("max_answer_bytes")
    return HttpOptions(system.base_url, **given)


def check_systems(deployment: Deployment) -> Iterator[Problem]:
    """What the schema of the file cannot know: what each kind of connector needs."""
    for name, system in deployment.systems.items():
        kind = CONNECTORS.get(system.connector)
        path = f"systems.{name}"
        if kind is None:
            close = difflib.get_close_matches(system.connector, CONNECTORS, 1)
            help = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(CONNECTORS)}"
            path += ".connector"
            yield deployment.problem(path, f"no connector is called `{system.connector}`", help)
            continue
        for below, message, help in _findings(system, kind):
            where = f"{path}.{below}"
            yield deployment.problem(where, message, help)


Finding = tuple[str, str, str]


def _findings(system: System, kind: ConnectorKind) -> Iterator[Finding]:
    """Path below the system, what is wrong, what to do."""
    yield from _schemas(system, kind)
    yield from _url(system, kind)
    yield from _options(system, kind)
    yield from _credentials(system, kind)


def _schemas(system: System, kind: ConnectorKind) -> Iterator[Finding]:
    known = known_systems()
    if system.schema and system.schema not in known:
        yield "schema", f"`{system.schema}` is not among the schemas", f"known are {', '.join(known)}"
    elif system.schema and kind.schema and system.schema.partition("/")[0] != kind.schema.partition("/")[0]:
        yield "schema", f"`{system.connector}` does not speak `{system.schema}`", f"leave it out, or `{kind.schema}`"


def _url(system: System, kind: ConnectorKind) -> Iterator[Finding]:
    if kind.http and not system.base_url:
        yield "base_url", "is missing", f"the connector `{system.connector}` needs the address of the platform"
    if system.base_url and not kind.http:
        yield "base_url", f"`{system.connector}` calls nobody", "leave it out"
    plain = urlsplit(system.base_url)
    if plain.scheme == "http" and not _loopback(plain.hostname) and system.options.get("allow_http") is not True:
        yield "base_url", "would send credentials unencrypted", "write https://, or set `allow_http: true` in options"


def _loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _options(system: System, kind: ConnectorKind) -> Iterator[Finding]:
    known = kind.all_options()
    for name in kind.must:
        if str(system.options.get(name, "")) == "":
            yield f"options.{name}", "is missing", f"the connector `{system.connector}` needs it"
    for name, value in system.options.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, 1)
            help = f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known) or 'none'}"
            yield f"options.{name}", "is not known here", help
        elif not _fits(value, known[name]):
            yield f"options.{name}", f"`{value}` has the wrong type", f"write {_WORDS[known[name]]}"


_WORDS = {str: "a text", int: "a whole number above 0", float: "a number above 0", bool: "true or false"}


def _fits(value: object, kind: type) -> bool:
    if kind in (str, bool) or isinstance(value, bool):
        return kind is str or (kind is bool and isinstance(value, bool))
    allowed = (int,) if kind is int else (int, Decimal)
    return isinstance(value, allowed) and value > 0


def _credentials(system: System, kind: ConnectorKind) -> Iterator[Finding]:
    known = (*kind.credentials, *kind.more_credentials)
    for name in kind.credentials:
        if name not in system.credentials:
            yield f"credentials.{name}", "is missing", f"write `{name}: env:{system.name.upper()}_{name.upper()}`"
    for name in system.credentials:
        if name not in known:
            yield f"credentials.{name}", "is not known here", f"known here: {', '.join(known) or 'none'}"
    pair = [name for name in ("webhook_user", "webhook_password") if name in system.credentials]
    if len(pair) == 1:
        yield f"credentials.{pair[0]}", "is only half of the pair", "give both webhook_user and webhook_password"
