"""All checks of a deployment file, one tenant after the other."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..compile import CompiledMapping
from ..connectors.port import Connector
from ..deployment.connect import connect
from ..deployment.lease import check_lease
from ..deployment.load import chosen, load_tenants
from ..deployment.model import Deployment
from ..deployment.problems import DeploymentInvalid, Problem
from ..diagnostics import CompileFailed, Finding, Severity
from ..embed import compile_for
from ..source import Source
from .books import store_answers
from .check import Check, Verdict, passed
from .duties import duties
from .platforms import assumptions, probe
from .secrets import secrets


def checks(
    file: Path, tenant: str = "", *, live: bool = False, environment: Mapping[str, str] | None = None
) -> Iterator[Check]:
    """Everything there is to say of a deployment file, of one `tenant` or of all; with `live` platforms and database
    are asked, too. `environment` holds the secrets, the process's own when not given.
    """
    surroundings = os.environ if environment is None else environment
    try:
        deployments = load_tenants(file)
        meant = (chosen(deployments, tenant),) if tenant else deployments
    except DeploymentInvalid as invalid:
        yield from map(mistake, invalid.problems)
        return
    yield passed("file", f"{file} fits its schema")
    for deployment in meant:
        for check in _of(deployment, surroundings, live):
            yield replace(check, tenant=deployment.tenant)


def _of(deployment: Deployment, environment: Mapping[str, str], live: bool) -> Iterator[Check]:
    yield from secrets(deployment, environment)
    yield from map(mistake, check_lease(deployment))
    connectors, unbuilt = _connectors(deployment, environment)
    yield from unbuilt
    program, wrong = _program(deployment)
    yield from wrong
    if program is not None:
        yield from duties(deployment, program)
    if live:
        yield store_answers(deployment, environment)
        if connectors and program is not None:
            yield from asyncio.run(probe(deployment, program, connectors))
    elif program is not None:
        yield from assumptions(program, {})


def mistake(problem: Problem) -> Check:
    """A mistake in the deployment file."""
    return Check(problem.path or "file", Verdict.FAILED, problem.message, problem.help, str(problem.place))


def _connectors(
    deployment: Deployment, environment: Mapping[str, str]
) -> tuple[Mapping[str, Connector], tuple[Check, ...]]:
    """The connectors, not recorded; secrets that are missing are told elsewhere."""
    try:
        built = connect(replace(deployment, record=None), environment)
    except DeploymentInvalid as invalid:
        wrong = (mistake(problem) for problem in invalid.problems if ".credentials." not in problem.path)
        return {}, tuple(wrong)
    return built, tuple(_built(deployment, name) for name in built)


def _built(deployment: Deployment, name: str) -> Check:
    system = deployment.systems[name]
    where = f" at {system.base_url}" if system.base_url else ""
    return passed(f"systems.{name}", f"connector {system.connector}{where}")


# --- the mapping


def _program(deployment: Deployment) -> tuple[CompiledMapping | None, tuple[Check, ...]]:
    try:
        program = compile_for(deployment)
    except CompileFailed as broken:
        errors = (finding for finding in broken.findings if finding.severity is Severity.ERROR)
        return None, tuple(_finding(finding, broken.source) for finding in errors)
    except DeploymentInvalid as invalid:
        return None, tuple(map(mistake, invalid.problems))
    return program, (passed("mapping", f"{program.identity}, its settings fit"),)


def _finding(finding: Finding, source: Source) -> Check:
    place = str(source.place(finding.at.span))
    return Check("mapping", Verdict.FAILED, f"{finding.code}: {finding.message}", finding.help or "", place)
