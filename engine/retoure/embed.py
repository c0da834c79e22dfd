"""From a deployment file to the parts of a runner: the mapping with its settings, connectors, store and alerts."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .check import Facts
from .checked import check_source
from .compile import CompiledMapping, SettingsInvalid, bind, must_run
from .connectors.breaker import BreakerPace
from .connectors.port import Connector, Json
from .connectors.recording import Recording
from .connectors.secret import Secret
from .delivery.context import Options, PollPlan
from .delivery.errors import StoreUnavailable
from .delivery.facts import EventTaken, Fact, Observer
from .delivery.notices import Notifier
from .delivery.programs import Library
from .delivery.store.database import Database
from .delivery.store.port import Store
from .delivery.store.sql import SqlStore
from .delivery.store.sqlite import SqliteStore
from .delivery.store.sqlite_file import SqliteFile
from .deployment.connect import connect
from .deployment.lease import check_lease, settle_after
from .deployment.load import load_deployment
from .deployment.model import Deployment
from .deployment.problems import DeploymentInvalid, Problem, raise_if
from .deployment.secrets import SecretMissing, SecretRef
from .diagnostics import CompileFailed
from .source import Source
from .versions import VersionUnusable, program_of, version_of

if TYPE_CHECKING:
    from .alerting import AlertChannels
    from .delivery.store.postgres import PostgresDatabase


@dataclass(frozen=True)
class Parts:
    """Everything a runner is made of."""

    program: CompiledMapping
    connectors: Mapping[str, Connector]
    store: SqlStore
    options: Options
    library: Library
    questions_token: Secret | None = None
    tenant: str = ""
    observers: tuple[Observer, ...] = ()


def deployment_of(given: Deployment | Path | str) -> Deployment:
    """The deployment itself, or read from its file. Raises DeploymentInvalid."""
    return given if isinstance(given, Deployment) else load_deployment(Path(given))


def assemble(deployment: Deployment, environment: Mapping[str, str] | None = None) -> Parts:
    """The parts of a runner, nothing called yet. `environment` is the process's own when not given.

    Raises DeploymentInvalid, CompileFailed, StoreError.
    """
    program = compile_for(deployment)
    raise_if(check_lease(deployment))
    surroundings = os.environ if environment is None else environment
    alerts = _channels(deployment, surroundings)
    token = _if_named(deployment, "web.questions_token", deployment.web.questions_token, surroundings)
    store, connectors = _opened(deployment, surroundings)
    worker = deployment.worker
    breaker = BreakerPace(
        worker.breaker.failures, worker.breaker.rest / worker.pace, worker.breaker.longest / worker.pace
    )
    options = Options(
        worker.concurrency,
        worker.poll,
        pace=worker.pace,
        alert=alerts,
        notifier=Notifier(alerts),
        breaker=breaker,
        retention=deployment.store.retention,
        figures=_figures,
        polls=_polls(deployment),
        grace=timedelta(seconds=worker.grace),
    )
    library = Library(version_of(program), program_of)
    observers = () if deployment.recording is None else (_recorder(deployment.recording),)
    return Parts(program, connectors, store, options, library, token, deployment.telemetry.tenant, observers)


def _figures(record: Mapping[str, Any], answers: Mapping[str, Any]) -> Json:
    """What the reports need of a return that is past the retention; they are loaded when the first one is."""
    from .reports.figures import figures_of

    return figures_of(record, answers)


def _polls(deployment: Deployment) -> dict[str, PollPlan]:
    systems = deployment.systems.items()
    return {name: PollPlan(each.poll.every, each.poll.back) for name, each in systems if each.poll is not None}


def _recorder(folder: Path) -> Observer:
    """Writes down every event that is taken in."""
    recording = Recording(folder)

    def note(fact: Fact) -> None:
        if isinstance(fact, EventTaken):
            recording.event(fact.event)

    return note


def _opened(deployment: Deployment, environment: Mapping[str, str]) -> tuple[SqlStore, Mapping[str, Connector]]:
    """The database and the connectors, which share the rate limits of platforms in it where it has several workers."""
    if deployment.store.url is None:
        connectors = connect(deployment, environment)
        return open_store(deployment, environment), connectors
    store = open_store(deployment, environment)
    try:
        return store, connect(deployment, environment, store.till)
    except BaseException:
        store.close()
        raise


def open_store(
    deployment: Deployment, environment: Mapping[str, str] | None = None, *, create: bool = True
) -> SqlStore:
    """The database of a deployment. Without `create` one that does not exist raises StoreUnavailable.

    `environment` holds the secrets, the process's own when not given. Close it with `close`. Raises StoreUnavailable,
    StoreDamaged, WrongVersion, DeploymentInvalid.
    """
    if deployment.store.url is not None:
        address = _address(deployment, deployment.store.url, environment)
        store: SqlStore = _postgres().PostgresStore(
            address.reveal(), lease=deployment.worker.lease, create=create, schema=deployment.store.schema
        )
        return store
    return SqliteStore(_file(deployment, create=create), settle_after=settle_after(deployment))


def open_database(
    deployment: Deployment,
    environment: Mapping[str, str] | None = None,
    *,
    create: bool = True,
    any_layout: bool = False,
) -> Database:
    """What the store is built on, for its upkeep; with `any_layout` also one that is to be upgraded. Raises as
    `open_store`.
    """
    if deployment.store.url is not None:
        return open_postgres(deployment, environment, create=create, any_layout=any_layout)
    return SqliteFile(_file(deployment, create=create), any_layout=any_layout)


def open_postgres(
    deployment: Deployment,
    environment: Mapping[str, str] | None = None,
    *,
    create: bool = True,
    any_layout: bool = False,
) -> PostgresDatabase:
    """As `open_database`, for a deployment whose books are in PostgreSQL."""
    assert deployment.store.url is not None
    module, address = _postgres(), _address(deployment, deployment.store.url, environment)
    data: PostgresDatabase = module.PostgresDatabase(
        address.reveal(), module.Epochs(""), create=create, any_layout=any_layout, schema=deployment.store.schema
    )
    return data


def _file(deployment: Deployment, *, create: bool) -> Path:
    path = deployment.store.path
    if not create and not path.exists():
        raise StoreUnavailable(f"{path}: there is no database yet. `retoure run` or `retoure serve` makes it.")
    return path


def _postgres() -> ModuleType:
    """Imported when it is wanted only: the driver is an extra. Raises StoreUnavailable."""
    try:
        return import_module(".delivery.store.postgres", __package__)
    except ImportError as problem:
        raise StoreUnavailable(
            f"PostgreSQL cannot be used: {problem}. Install the driver with  pip install 'retoure[postgres]'"
        ) from problem


def _address(deployment: Deployment, url: SecretRef | Secret, environment: Mapping[str, str] | None) -> Secret:
    surroundings = os.environ if environment is None else environment
    found = _secret(deployment, "store.url", url, surroundings) if isinstance(url, SecretRef) else url
    if isinstance(found, Problem):
        raise DeploymentInvalid((found,))
    return found


def alert_names(deployment: Deployment) -> tuple[str, ...]:
    """The alerts there may be: those the deployment carries, and those of its mapping as far as it can be read."""
    try:
        declared = check_source(_source(deployment)).facts.alerts
    except DeploymentInvalid:
        declared = {}
    return tuple(dict.fromkeys((*deployment.alerts, *declared)))


# --- the mapping


def compile_for(deployment: Deployment) -> CompiledMapping:
    """The mapping a deployment names, with its settings. Raises CompileFailed, or DeploymentInvalid: not readable, or
    systems, settings, teams or alerts that the mapping does not have.
    """
    source = _source(deployment)
    checked = check_source(source)
    must_run(checked)
    found = [*_systems(deployment, checked.facts), *_names(deployment, checked.facts)]
    settings, problems = _settings(deployment, checked.facts)
    raise_if([*found, *problems])
    return CompiledMapping(checked.facts, settings)


def mapping_for(deployment: Deployment, store: Store, subject: str = "") -> CompiledMapping:
    """The version that decides a return, or one nothing was heard of yet: as the database keeps it, else the file's.

    Raises what `compile_for` raises, and VersionUnusable.
    """
    identity = store.decider(subject) if subject else store.in_force()
    if not identity:
        return compile_for(deployment)
    try:
        return program_of(store.version(identity))
    except CompileFailed as problem:
        raise VersionUnusable(f"{identity} does not compile with this release: {problem}") from problem


def _source(deployment: Deployment) -> Source:
    path = _mapping_file(deployment)
    try:
        return Source(_shown(path), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else "it is no UTF-8 text"
        raise _invalid(deployment, "mapping", f"{path} cannot be read: {why}", "name an existing .rmap file") from None


def _mapping_file(deployment: Deployment) -> Path:
    """The file itself, or the only one in the folder that is named."""
    path = deployment.mapping
    if not path.is_dir():
        return path
    files = sorted(path.glob("*.rmap"))
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "none"
        raise _invalid(deployment, "mapping", f"{path} must hold one .rmap file: {names}", "name the file itself")
    return files[0]


def _shown(path: Path) -> str:
    """Relative where that is shorter: the name stands in every finding, hold and effect."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _settings(deployment: Deployment, facts: Facts) -> tuple[dict[str, Any], list[Problem]]:
    """The value of every setting; a team setting may get its value from `teams`."""
    teams = {name: text for name, text in deployment.teams.items() if name in facts.settings}
    try:
        return bind(facts, {**teams, **deployment.settings}), []
    except SettingsInvalid as invalid:
        return {}, [_setting_problem(deployment, text) for text in invalid.problems]


def _setting_problem(deployment: Deployment, text: str) -> Problem:
    named = re.search(r"`([^`]+)`", text)
    path = f"settings.{named.group(1)}" if named else "settings"
    return deployment.problem(path, text, "the settings and their types stand at the head of the mapping")


# --- what must agree between the two files


def _systems(deployment: Deployment, facts: Facts) -> Iterator[Problem]:
    nodes = facts.mapping.systems if facts.mapping else ()
    schemas = {node.name.text: node.schema for node in nodes}
    for name in schemas:
        if name not in deployment.systems:
            help = f"the mapping works with `{name}`: write how it is reached"
            yield deployment.problem(f"systems.{name}", "is missing", help)
    yield from _strangers(deployment, "systems", deployment.systems, schemas)
    for name, system in deployment.systems.items():
        if system.schema and system.schema != schemas.get(name, system.schema):
            path = f"systems.{name}.schema"
            message = f"`{system.schema}` is not the `{schemas[name]}` of the mapping"
            yield deployment.problem(path, message, "leave it out, or write what the mapping says")


def _names(deployment: Deployment, facts: Facts) -> Iterator[Problem]:
    yield from _strangers(deployment, "teams", deployment.teams, facts.teams)
    yield from _strangers(deployment, "alerts", deployment.alerts, facts.alerts)


def _strangers(deployment: Deployment, part: str, given: Iterable[str], known: Iterable[str]) -> Iterator[Problem]:
    """A problem for every name that the mapping does not have."""
    names = list(known)
    for name in given:
        if name not in names:
            close = difflib.get_close_matches(name, names, 1)
            help = f"did you mean `{close[0]}`?" if close else f"the mapping has {', '.join(names) or 'none'}"
            yield deployment.problem(f"{part}.{name}", "is not in the mapping", help)


# --- secrets that are not a system's


def _channels(deployment: Deployment, environment: Mapping[str, str]) -> AlertChannels:
    """The channels of alerts. Raises DeploymentInvalid."""
    from .alerting.building import alert_channels  # with mail and HTTP, which only a worker needs

    def resolve(path: str, reference: SecretRef) -> Secret:
        found = _secret(deployment, path, reference, environment)
        if isinstance(found, Problem):
            raise DeploymentInvalid((found,))
        return found

    return alert_channels(deployment, resolve)


def trace_headers(deployment: Deployment, environment: Mapping[str, str]) -> Secret | None:
    """What the receiver of traces wants to be sent along. Raises DeploymentInvalid."""
    return _if_named(deployment, "telemetry.headers", deployment.telemetry.headers, environment)


def _if_named(
    deployment: Deployment, path: str, reference: SecretRef | None, environment: Mapping[str, str]
) -> Secret | None:
    if reference is None:
        return None
    found = _secret(deployment, path, reference, environment)
    if isinstance(found, Problem):
        raise DeploymentInvalid((found,))
    return found


def _secret(
    deployment: Deployment, path: str, reference: SecretRef, environment: Mapping[str, str]
) -> Secret | Problem:
    try:
        return reference.resolve(environment)
    except SecretMissing as problem:
        help = "set it where retoure is started, or correct the reference"
        return deployment.problem(path, str(problem), help)


def _invalid(deployment: Deployment, path: str, message: str, help: str) -> DeploymentInvalid:
    return DeploymentInvalid((deployment.problem(path, message, help),))
