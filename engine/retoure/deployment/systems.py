"""Whether each system of a deployment file says what its connector needs: what the schema of the file cannot know."""

from __future__ import annotations

import difflib
import ipaddress
from collections.abc import Iterator, Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from ..beside import own_schemas
from ..connectors.kind import ConnectorKind
from ..connectors.registry import ConnectorBroken, connector_kind, known_connectors
from ..types.load import load_system
from ..types.manifest import Manifest
from ..types.system_files import known_systems
from .model import Deployment, System
from .problems import Problem

Finding = tuple[str, str, str]
"""Path below the system, what is wrong, what to do."""


def kind_of(system: System) -> ConnectorKind:
    """The kind of connector of a system that was checked."""
    kind = connector_kind(system.connector)
    assert kind is not None
    return kind


def schema_of(system: System) -> str:
    """As written, else the connector's own, else that of the connector named like the system; empty for none."""
    own = kind_of(system)
    like = connector_kind(system.name) if own.any_schema else None
    return system.schema or own.schema or (like.schema if like else "")


def check_systems(deployment: Deployment) -> Iterator[Problem]:
    """Every mistake in the entries of systems."""
    for name, system in deployment.systems.items():
        for below, message, help in _findings(system, deployment):
            where = f"systems.{name}.{below}"
            yield deployment.problem(where, message, help)


def _findings(system: System, deployment: Deployment) -> Iterator[Finding]:
    try:
        kind = connector_kind(system.connector)
    except ConnectorBroken as problem:
        why, _, help = str(problem).partition(": ")
        yield "connector", why, help
        return
    if kind is None:
        yield "connector", f"no connector is called `{system.connector}`", _nearest_connector(system.connector)
        return
    yield from _schemas(system, kind, known_systems(own=own_schemas(deployment.mapping)))
    yield from _url(system, kind)
    manifest = _described(system, kind, deployment)
    yield from _options(system, kind, manifest.options if manifest else {})
    yield from _credentials(system, kind)
    if system.poll is not None and not kind.pollable:
        yield "poll", f"`{system.connector}` cannot be asked what has changed", "leave it out: webhooks tell it"
    missing = kind.wants(manifest, frozenset(system.credentials)) if manifest else ""
    if missing:
        yield "credentials", "do not fit the manifest", missing


def _nearest_connector(name: str) -> str:
    known = [one.name for one in known_connectors()]
    close = difflib.get_close_matches(name, known, 1)
    return f"did you mean `{close[0]}`?" if close else f"known are {', '.join(known)}"


def _schemas(system: System, kind: ConnectorKind, known: tuple[str, ...]) -> Iterator[Finding]:
    if not system.schema and not kind.schema and not kind.any_schema:
        yield "schema", "is missing", f"write what the mapping says: `schema: {system.name}/…`"
    elif system.schema and system.schema not in known:
        yield "schema", f"`{system.schema}` is not among the schemas", f"known are {', '.join(known)}"
    elif system.schema and kind.schema and system.schema.partition("/")[0] != kind.schema.partition("/")[0]:
        yield "schema", f"`{system.connector}` does not speak `{system.schema}`", f"leave it out, or `{kind.schema}`"


def _described(system: System, kind: ConnectorKind, deployment: Deployment) -> Manifest | None:
    """The manifest that says what the entry of a generic connector needs; None where the connector knows by itself."""
    if not system.schema or kind.schema or kind.any_schema:
        return None
    own = own_schemas(deployment.mapping)
    return load_system(system.schema, own=own) if system.schema in known_systems(own=own) else None


def _url(system: System, kind: ConnectorKind) -> Iterator[Finding]:
    if kind.http and not system.base_url:
        yield "base_url", "is missing", f"the connector `{system.connector}` needs the address of the platform"
    if system.base_url and not kind.http:
        yield "base_url", f"`{system.connector}` calls nobody", "leave it out"
    for place, url in (("base_url", system.base_url), ("options.token_url", str(system.options.get("token_url", "")))):
        plain = urlsplit(url)
        if plain.scheme == "http" and not loopback(plain.hostname) and system.options.get("allow_http") is not True:
            yield place, "would send credentials unencrypted", "write https://, or set `allow_http: true` in options"


def loopback(host: str | None) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def _options(system: System, kind: ConnectorKind, places: Mapping[str, str]) -> Iterator[Finding]:
    known = {**dict.fromkeys(places, str), **kind.all_options()}
    for name in (*kind.must, *places):
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
