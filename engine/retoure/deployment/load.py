"""Deployment YAML → Deployment, or every mistake in it with its line and what to do."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .._data import data_folder
from ..source import Place
from .alerts import alert_channel, check_alerts, span
from .document import Document, read_document
from .model import Breaker, Deployment, Poll, Store, System, Telemetry, Web, Worker
from .problems import DeploymentInvalid, Problem, raise_if
from .secrets import SecretRef
from .systems import check_systems
from .tenants import Part, check_apart, parts_of, told


def load_deployment(path: Path, tenant: str = "") -> Deployment:
    """Reads a deployment file. Raises DeploymentInvalid; secrets are not looked up yet.

    Where it describes several tenants, `tenant` says which one is meant: DeploymentInvalid names them otherwise.
    """
    return chosen(load_tenants(path), tenant)


def load_tenants(path: Path) -> tuple[Deployment, ...]:
    """Reads a deployment file: a deployment for each tenant in it, or the only one. Raises DeploymentInvalid."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        found = Problem(Place(str(path), 1), "", f"is not UTF-8, byte {problem.start}", "save it as UTF-8")
        raise DeploymentInvalid((found,)) from problem
    except OSError as problem:
        found = Problem(Place(str(path), 1), "", f"cannot be read: {problem.strerror}", "name an existing YAML file")
        raise DeploymentInvalid((found,)) from problem
    return read_tenants(text, path)


def chosen(deployments: tuple[Deployment, ...], tenant: str) -> Deployment:
    """The deployment of a tenant, or the only one. Raises DeploymentInvalid, naming those there are."""
    found = [each for each in deployments if tenant in ("", each.tenant)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(each.tenant for each in deployments if each.tenant)
    message = f"describes several tenants: {names}" if not tenant else f"describes no tenant `{tenant}`"
    help = f"name one of {names} with --tenant" if names else "leave --tenant out: the file describes one shop only"
    raise DeploymentInvalid((Problem(Place(str(deployments[0].file), 1), "", message, help),))


def read_deployment(text: str, path: Path, tenant: str = "") -> Deployment:
    """As `load_deployment`, from text; relative paths in it start at the folder of `path`."""
    return chosen(read_tenants(text, path), tenant)


def read_tenants(text: str, path: Path) -> tuple[Deployment, ...]:
    """As `load_tenants`, from text."""
    document = read_document(text, str(path))
    raise_if(_without_echoes(list(_schema_problems(document, str(path)))))
    parts = parts_of(document)
    raise_if(told({part.tenant: _part_problems(part, path) for part in parts}))
    deployments = tuple(_deployment(part, path) for part in parts)
    raise_if(told({each.tenant: list(_without_echoes(_unfit(each))) for each in deployments}))
    raise_if(check_apart(deployments))
    return deployments


def _unfit(deployment: Deployment) -> list[Problem]:
    """What the schema of the file cannot know."""
    return [*check_systems(deployment), *check_alerts(deployment)]


def _part_problems(part: Part, path: Path) -> list[Problem]:
    """What is missing or wrong when a tenant's words are put over those for all of them."""
    return list(_without_echoes(list(_schema_problems(part.document, str(path))))) if part.tenant else []


def _deployment(part: Part, path: Path) -> Deployment:
    """The data of a part that fits the schema."""
    document = part.document
    data: Any = document.value
    folder = path.resolve().parent
    return Deployment(
        file=path,
        mapping=folder / data["mapping"],
        systems={name: _system(name, given, folder) for name, given in data["systems"].items()},
        store=_own_store(part, folder),
        settings=data.get("settings") or {},
        teams=data.get("teams") or {},
        alerts={name: alert_channel(given, folder) for name, given in (data.get("alerts") or {}).items()},
        web=_web(data.get("web") or {}, folder),
        worker=_worker(data.get("worker") or {}),
        telemetry=_telemetry(
            {**(data.get("telemetry") or {}), **({"tenant": part.tenant} if part.tenant else {})}, folder
        ),
        places=document.places,
        tenant=part.tenant,
        own=part.own,
        record=folder / data["record"] if data.get("record") else None,
    )


def _own_store(part: Part, folder: Path) -> Store:
    """A tenant that names no file gets one beside the file for all of them, or its own schema of the database."""
    data: Any = part.document.value
    store = _store(data["store"], folder)
    return store.of_tenant(part.tenant) if part.tenant and "store.path" not in part.own else store


def _system(name: str, given: Mapping[str, Any], folder: Path) -> System:
    return System(
        name,
        given["connector"],
        given.get("schema", ""),
        given.get("base_url", "").rstrip("/"),
        given.get("options") or {},
        {key: SecretRef(text, folder) for key, text in (given.get("credentials") or {}).items()},
        _poll(given["poll"]) if "poll" in given else None,
    )


def _poll(given: Mapping[str, Any]) -> Poll:
    return Poll(**{name: span(text) for name, text in given.items()})


def _worker(given: Mapping[str, Any]) -> Worker:
    breaker = Breaker(**_floats(given.get("breaker") or {}, "rest", "longest"))
    return Worker(**{**_floats(given, "poll", "pace", "lease", "settle_after", "grace"), "breaker": breaker})


def _store(given: Mapping[str, Any], folder: Path) -> Store:
    retention = timedelta(int(given["retention"].removesuffix("d"))) if "retention" in given else None
    if "url" in given:
        return Store(url=SecretRef(given["url"], folder), retention=retention)
    return Store(folder / given["path"], retention=retention)


def _web(given: Mapping[str, Any], folder: Path) -> Web:
    token = SecretRef(given["questions_token"], folder) if "questions_token" in given else None
    return Web(**{**_floats(given, "tolerance"), "questions_token": token})


def _telemetry(given: Mapping[str, Any], folder: Path) -> Telemetry:
    headers = SecretRef(given["headers"], folder) if "headers" in given else None
    return Telemetry(**{**given, "headers": headers})


def _floats(given: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {key: float(value) if key in names else value for key, value in given.items()}


@cache
def _validator() -> Draft202012Validator:
    schema = json.loads((data_folder("schemas") / "deployment.schema.json").read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


def _schema_problems(document: Document, name: str) -> Iterator[Problem]:
    value: Any = document.value
    for error in _validator().iter_errors(value):
        path = ".".join(str(part) for part in error.absolute_path)
        yield from _problems(error, path, document.places, name)


def _without_echoes(problems: list[Problem]) -> Iterator[Problem]:
    """Without the `is missing` of a key that is there, only misspelt: one cause gives one finding."""
    meant = {(_parent(problem.path), problem.help) for problem in problems}
    for problem in problems:
        name = problem.path.rpartition(".")[2]
        if problem.message != "is missing" or (_parent(problem.path), f"did you mean `{name}`?") not in meant:
            yield problem


def _parent(path: str) -> str:
    return path.rpartition(".")[0]


def _rule(error: ValidationError) -> Mapping[str, Any]:
    """The part of the schema that was not met."""
    return error.schema if isinstance(error.schema, Mapping) else {}


def _problems(error: ValidationError, path: str, places: Mapping[str, Place], name: str) -> Iterator[Problem]:
    """One schema error as findings: an unknown key is shown at the key, everything else at the value."""
    here = places.get(path, Place(name, 1))
    instance: Any = error.instance
    wanted: Any = error.validator_value
    if error.validator == "additionalProperties":
        known = list(_rule(error).get("properties", {}))
        for key in sorted(set(instance) - set(known)):
            below = f"{path}.{key}" if path else key
            yield Problem(places.get(below, here), below, "is not known here", _nearest(key, known))
    elif error.validator == "required":
        for key in sorted(set(wanted) - set(instance)):
            meaning = _rule(error).get("properties", {}).get(key, {})
            below = f"{path}.{key}" if path else key
            yield Problem(here, below, "is missing", str(meaning.get("x-help") or meaning.get("description", "")))
    elif "propertyNames" in error.relative_schema_path or error.parent is not None:
        below = f"{path}.{error.instance}" if path else str(error.instance)
        yield Problem(places.get(below, here), below, "is no name", _help(error))
    else:
        yield Problem(here, path, _message(error), _help(error))


def _message(error: ValidationError) -> str:
    """Says what is wrong without showing a value that may be a secret."""
    shown = "the value" if _rule(error).get("x-secret") else f"`{error.instance}`"
    wanted: Any = error.validator_value
    match error.validator:
        case "type":
            return f"{_kind(error.instance)} where {_kinds(wanted)} is wanted"
        case "enum":
            return f"{shown} is none of {', '.join(map(str, wanted))}"
        case "pattern" if _rule(error).get("x-secret"):
            return "the value does not have the form it must have; it is not shown, as it may be a secret"
        case "pattern" | "minLength":
            return f"{shown} does not have the form it must have"
        case "minProperties":
            return "is empty"
        case "not":
            return "says the same a second time, in another way"
        case _:
            return f"{shown} is out of range ({error.validator} {wanted})"


def _help(error: ValidationError) -> str:
    """The remedy written in the schema, else what the schema says the field is."""
    return str(_rule(error).get("x-help") or _rule(error).get("description") or "")


def _nearest(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, 1)
    return f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known) or 'nothing'}"


_NAMES = {"string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
          "object": "an object", "array": "a list", "null": "nothing"}  # fmt: skip


def _kinds(wanted: str | list[str]) -> str:
    names = [wanted] if isinstance(wanted, str) else wanted
    return " or ".join(_NAMES[name] for name in names)


def _kind(value: object) -> str:
    for kind, name in ((type(None), "null"), (bool, "boolean"), (str, "string"), (list, "array"), (dict, "object")):
        if isinstance(value, kind):
            return _NAMES[name]
    return "a number"
