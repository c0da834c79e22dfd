"""Builds the connectors a deployment names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..beside import own_schemas
from ..connectors.budget import RateBudget, SharedBudget, Till
from ..connectors.http import HttpOptions
from ..connectors.kind import HTTP, Wiring, WiringInvalid
from ..connectors.port import Connector
from ..connectors.recording import Recording
from ..connectors.secret import Secret
from ..types.load import load_system
from .model import Deployment, System
from .problems import DeploymentInvalid, Problem, raise_if
from .secrets import SecretMissing
from .systems import kind_of, schema_of


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
    built = {name: _build(deployment, system, secrets[name], budgets[name]) for name, system in systems}
    if deployment.recording is None:
        return built
    recording = Recording(deployment.recording)
    return {name: recording.around(connector) for name, connector in built.items()}


def _budget(till: Till | None) -> RateBudget:
    return RateBudget() if till is None else SharedBudget(till)


def _build(deployment: Deployment, system: System, secrets: Mapping[str, Secret], budget: RateBudget) -> Connector:
    schema, web = schema_of(system), deployment.web
    manifest = load_system(schema, own=own_schemas(deployment.mapping)) if schema else None
    wiring = Wiring(
        system.name,
        manifest,
        system.options,
        secrets,
        _tapped(deployment, system),
        deployment.file.resolve().parent,
        budget,
        web.max_body_bytes,
        web.tolerance,
    )
    try:
        return kind_of(system).build(wiring)
    except WiringInvalid as problem:
        path = f"systems.{system.name}.{problem.place}"
        raise DeploymentInvalid((deployment.problem(path, problem.message, problem.help),)) from problem


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


def _tapped(deployment: Deployment, system: System) -> HttpOptions:
    options = http_options(system)
    if deployment.recording is None:
        return options
    return replace(options, tap=Recording(deployment.recording).tap(system.name))


def http_options(system: System) -> HttpOptions:
    """How a system is spoken to over HTTP, as its entry says."""
    given: dict[str, Any] = {name: kind(system.options[name]) for name, kind in HTTP.items() if name in system.options}
    given.pop("allow_http", None)
    if "max_answer_bytes" in given:
        given["max_body_bytes"] = given.pop("max_answer_bytes")
    return HttpOptions(system.base_url, **given)
