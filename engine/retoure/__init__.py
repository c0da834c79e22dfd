"""Declarative mapping rules between an e-commerce platform and a returns platform.

    with retoure.Runner.from_deployment("retoure.yaml") as runner:
        runner.accept("reveni", body, headers)
        runner.drain()

Public are the names below, and the modules `retoure.diagnostics` (findings as text and data), `retoure.functions` (the
built-in functions and their pages), `retoure.testing` (a mapping's own tests, dry runs), `retoure.planning` (what a
mapping would do), `retoure.comparing` (what two mappings say differently), `retoure.documenting` (a mapping as a
document), `retoure.reports` (figures for finance), `retoure.settlement` (Reveni's invoice against the journal),
`retoure.polling` (what lost webhooks would have told), `retoure.auditing` (both platforms' records against each other),
`retoure.benching` (what a mapping costs), `retoure.importing` (many events out of one file),
`retoure.scaffolding` (the beginnings of a mapping), `retoure.migrating` (later versions of the language),
`retoure.preflight` (whether a deployment is ready to go live), `retoure.erasing` (a person out of the books),
`retoure.upkeep` (upgrade, check, backup, restore and export of the books), `retoure.web` (the HTTP side),
`retoure.telemetry` (metrics, traces and the log), `retoure.connectors.simulators` (both platforms as servers, for
tests), `retoure.connectors.kit` (what a package needs that ships a connector) and `retoure.connectors.contract` (what
every connector promises, as a suite). Everything else may change with any release.

What can go wrong: CompileFailed (the mapping), DeploymentInvalid (the deployment file, secrets, settings that do not
fit), StoreError with its kinds (the database), Rejected (a webhook that was not taken), SchemaInvalid (a damaged
schema file). Failed calls to the platforms are no exceptions: the mapping's policies handle them.

Each name is imported when it is first used, so that `import retoure` costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ._data import data_folder as data_folder
    from .beside import files_of_tests as files_of_tests
    from .checked import Checked as Checked
    from .checked import check_source as check_source
    from .compile import CompiledMapping as CompiledMapping
    from .compile import SettingsInvalid as SettingsInvalid
    from .compile import compile_mapping as compile_mapping
    from .compile import must_run as must_run
    from .connectors.port import Connector as Connector
    from .connectors.port import Event as Event
    from .connectors.port import Rejected as Rejected
    from .delivery.context import Options as Options
    from .delivery.errors import StoreDamaged as StoreDamaged
    from .delivery.errors import StoreError as StoreError
    from .delivery.errors import StoreUnavailable as StoreUnavailable
    from .delivery.errors import WorkerRunning as WorkerRunning
    from .delivery.errors import WrongVersion as WrongVersion
    from .delivery.store.port import Accepted as Accepted
    from .delivery.store.port import Activation as Activation
    from .delivery.store.port import Again as Again
    from .delivery.store.port import Edit as Edit
    from .delivery.store.port import Fired as Fired
    from .delivery.store.port import Hold as Hold
    from .delivery.store.port import Letter as Letter
    from .delivery.store.port import ReplayBy as ReplayBy
    from .delivery.store.port import Resolution as Resolution
    from .delivery.store.port import Scope as Scope
    from .delivery.store.port import Status as Status
    from .delivery.store.port import Store as Store
    from .delivery.store.port import Story as Story
    from .delivery.store.port import Version as Version
    from .delivery.store.postgres import PostgresStore as PostgresStore
    from .delivery.store.sqlite import SqliteStore as SqliteStore
    from .delivery.trail import Act as Act
    from .delivery.trail import Deed as Deed
    from .delivery.trail import TrailEntry as TrailEntry
    from .deployment.connect import connect as connect
    from .deployment.load import load_deployment as load_deployment
    from .deployment.load import load_tenants as load_tenants
    from .deployment.model import Deployment as Deployment
    from .deployment.problems import DeploymentInvalid as DeploymentInvalid
    from .deployment.problems import Problem as Problem
    from .diagnostics.finding import CompileFailed as CompileFailed
    from .diagnostics.finding import Finding as Finding
    from .diagnostics.finding import Label as Label
    from .diagnostics.finding import Severity as Severity
    from .embed import alert_names as alert_names
    from .embed import compile_for as compile_for
    from .embed import mapping_for as mapping_for
    from .embed import open_store as open_store
    from .language.printer import format_source as format_source
    from .mending import Mended as Mended
    from .mending import mend as mend
    from .runner import AsyncRunner as AsyncRunner
    from .runner import Runner as Runner
    from .runtime.decision import RuleNote as RuleNote
    from .source import Place as Place
    from .source import Source as Source
    from .source import SourceUnreadable as SourceUnreadable
    from .source import Span as Span
    from .tenants import Tenants as Tenants
    from .types.problem import SchemaInvalid as SchemaInvalid
    from .verdict import Verdict as Verdict
    from .verdict import verdict_on as verdict_on
    from .versions import VersionUnusable as VersionUnusable
    from .versions import program_of as program_of
    from .versions import put_in_force as put_in_force
    from .versions import version_of as version_of

_FOUND_IN: Final = {
    "_data": ("data_folder",),
    "checked": ("Checked", "check_source"),
    "compile": ("CompiledMapping", "SettingsInvalid", "compile_mapping", "must_run"),
    "connectors.port": ("Connector", "Event", "Rejected"),
    "delivery.context": ("Options",),
    "delivery.errors": ("StoreDamaged", "StoreError", "StoreUnavailable", "WorkerRunning", "WrongVersion"),
    "delivery.store.port": (
        *(
            "Accepted",
            "Activation",
            "Again",
            "Edit",
            "Fired",
            "Hold",
            "Letter",
            "ReplayBy",
            "Resolution",
            "Scope",
            "Status",
        ),
        *("Store", "Story", "Version"),
    ),
    "delivery.store.postgres": ("PostgresStore",),
    "delivery.store.sqlite": ("SqliteStore",),
    "delivery.trail": ("Act", "Deed", "TrailEntry"),
    "deployment.connect": ("connect",),
    "deployment.load": ("load_deployment", "load_tenants"),
    "deployment.model": ("Deployment",),
    "deployment.problems": ("DeploymentInvalid", "Problem"),
    "diagnostics.finding": ("CompileFailed", "Finding", "Label", "Severity"),
    "embed": ("alert_names", "compile_for", "mapping_for", "open_store"),
    "beside": ("files_of_tests",),
    "language.printer": ("format_source",),
    "mending": ("Mended", "mend"),
    "runner": ("AsyncRunner", "Runner"),
    "runtime.decision": ("RuleNote",),
    "source": ("Place", "Source", "SourceUnreadable", "Span"),
    "tenants": ("Tenants",),
    "types.problem": ("SchemaInvalid",),
    "verdict": ("Verdict", "verdict_on"),
    "versions": ("VersionUnusable", "program_of", "put_in_force", "version_of"),
}
_MODULES: Final = {name: module for module, names in _FOUND_IN.items() for name in names}

__all__ = [
    "Accepted",
    "Act",
    "Activation",
    "Again",
    "AsyncRunner",
    "Checked",
    "CompileFailed",
    "CompiledMapping",
    "Connector",
    "Deed",
    "Deployment",
    "DeploymentInvalid",
    "Edit",
    "Event",
    "Finding",
    "Fired",
    "Hold",
    "Label",
    "Letter",
    "Mended",
    "Options",
    "Place",
    "PostgresStore",
    "Problem",
    "Rejected",
    "ReplayBy",
    "Resolution",
    "RuleNote",
    "Runner",
    "SchemaInvalid",
    "Scope",
    "SettingsInvalid",
    "Severity",
    "Source",
    "SourceUnreadable",
    "Span",
    "SqliteStore",
    "Status",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreUnavailable",
    "Story",
    "Tenants",
    "TrailEntry",
    "Verdict",
    "Version",
    "VersionUnusable",
    "WorkerRunning",
    "WrongVersion",
    "alert_names",
    "check_source",
    "compile_for",
    "compile_mapping",
    "connect",
    "data_folder",
    "files_of_tests",
    "format_source",
    "load_deployment",
    "load_tenants",
    "mapping_for",
    "mend",
    "must_run",
    "open_store",
    "program_of",
    "put_in_force",
    "verdict_on",
    "version_of",
]


def __dir__() -> list[str]:
    return sorted(__all__)


if not TYPE_CHECKING:  # type checkers read the imports above, and so notice names that do not exist

    def __getattr__(name: str) -> Any:
        """A public name, imported now."""
        if name not in _MODULES:
            raise AttributeError(f"module `retoure` has no public name `{name}`")
        value = globals()[name] = getattr(import_module(f".{_MODULES[name]}", __name__), name)
        return value
