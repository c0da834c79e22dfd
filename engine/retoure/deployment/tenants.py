"""Several tenants in one deployment file: what each one says, put over what all have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ..source import Place
from .document import Document, Value
from .model import Deployment, System
from .problems import Problem
from .systems import kind_of

SECTION: Final = "tenants"


@dataclass(frozen=True)
class Part:
    """The document of one tenant as if it were a file of its own. `own` are the paths that the tenant itself wrote."""

    tenant: str
    document: Document
    own: frozenset[str] = frozenset()


def names_of(document: Document) -> tuple[str, ...]:
    """The tenants of a document, in its order; none where there is only one shop."""
    tenants = document.value.get(SECTION) if isinstance(document.value, dict) else None
    return tuple(tenants) if isinstance(tenants, dict) else ()


def parts_of(document: Document) -> tuple[Part, ...]:
    """A part for each tenant; one without a name, the document itself, where there is only one shop."""
    names = names_of(document)
    return tuple(_part(document, name) for name in names) if names else (Part("", document),)


def _part(document: Document, tenant: str) -> Part:
    """What a tenant says, put over what stands above: objects key by key, anything else as a whole."""
    assert isinstance(document.value, dict)
    common = {key: value for key, value in document.value.items() if key != SECTION}
    section = document.value[SECTION]
    own = section[tenant] if isinstance(section, dict) else None
    prefix = f"{SECTION}.{tenant}."
    written = {path.removeprefix(prefix): place for path, place in document.places.items() if path.startswith(prefix)}
    return Part(tenant, Document(_over(common, own), _over_places(document.places, written)), frozenset(written))


def _over(below: Value, above: Value) -> Value:
    if above is None:
        return below
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    return {**below, **{key: _over(below.get(key), value) for key, value in above.items()}}


def _over_places(common: Mapping[str, Place], own: Mapping[str, Place]) -> dict[str, Place]:
    below = {path: place for path, place in common.items() if path.partition(".")[0] != SECTION}
    return {**below, **own}


def told(found: Mapping[str, Sequence[Problem]]) -> Iterator[Problem]:
    """The problems of each tenant: one that all of them have once, any other with the tenant's name in its path."""
    common = set.intersection(*map(set, found.values())) if found else set()
    for tenant, problems in found.items():
        yield from (problem if problem in common else named(problem, tenant) for problem in problems)


def named(problem: Problem, tenant: str) -> Problem:
    """A problem that only this tenant has."""
    prefix = f"{SECTION}.{tenant}."
    return problem if problem.path.startswith(prefix) else replace(problem, path=f"{prefix}{problem.path}")


# --- keeping them apart


def check_apart(deployments: Sequence[Deployment]) -> Iterator[Problem]:
    """A problem for each tenant that would write into the books of another, or handle the returns of another."""
    yield from _alike(
        [(each, each.store.path) for each in deployments if each.store.url is None],
        "store.path",
        "is the file of tenant `{}` too: each tenant has books of its own",
        "name another file, or leave `path` out: the tenant's name is then added to that of all tenants",
    )
    yield from _alike(
        [(each, accounts) for each in deployments if (accounts := _accounts(each))],
        "systems",
        "are those of tenant `{}` too: every return would be handled twice",
        "change what tells the shops apart: `options`, or `base_url`",
    )


def _accounts(deployment: Deployment) -> tuple[object, ...]:
    """What tells the accounts at all platforms from those of another tenant; empty where nothing is called."""
    return tuple(_account(system) for system in deployment.systems.values() if kind_of(system).http)


def _account(system: System) -> object:
    return system.name, system.connector, system.base_url, tuple(sorted(system.options.items(), key=str))


def _alike(found: Sequence[tuple[Deployment, object]], path: str, message: str, help: str) -> Iterator[Problem]:
    first: dict[object, str] = {}
    for deployment, value in found:
        before = first.setdefault(value, deployment.tenant)
        if before != deployment.tenant:
            problem = deployment.problem(path, message.format(before), help)
            yield named(problem, deployment.tenant)
