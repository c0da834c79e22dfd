"""Carries out the operations that a manifest describes as one HTTP request each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ..types.manifest import HttpCall, Manifest, Operation
from .check import settle
from .failures import effect_of, from_error
from .http import Ask, HttpClient, Reply
from .places import PlaceMissing, fill, fill_path, listed, values_of
from .port import Call, CallFailed, ErrorClass, Json, Request, Settled


class Composed(Protocol):
    """An operation made of several requests, written in code."""

    async def plan(self, call: Call) -> Json:
        """As `Connector.plan`."""
        ...

    async def send(self, call: Call, plan: Json) -> Json:
        """As `Connector.send`."""
        ...

    async def settle(self, call: Call, plan: Json) -> Settled:
        """As `Connector.settle`."""
        ...

    def render(self, call: Call) -> tuple[Request, ...]:
        """As `Connector.render`."""
        ...


class RestConnector:
    """A Connector driven by a manifest: one request per operation, and `composed` for what needs more.

    `options` fill places of paths that no call carries (`shop`, `country`). Operations that the platform has not
    published are sent only with `undocumented`.
    """

    def __init__(
        self,
        manifest: Manifest,
        client: HttpClient,
        *,
        options: Mapping[str, str] | None = None,
        composed: Mapping[str, Composed] | None = None,
        undocumented: bool = False,
    ) -> None:
        self.system = manifest.system
        self.manifest = manifest
        self.client = client
        self.options = dict(options or {})
        self._composed = dict(composed or {})
        self._undocumented = undocumented

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.client.options.base_url!r})"

    async def plan(self, call: Call) -> Json:
        """What a composed operation reads beforehand; None for the others."""
        composed = self._composed_for(call)
        return await composed.plan(call) if composed else None

    async def send(self, call: Call, plan: Json = None) -> Json:
        """The platform's answer, None where it answers without a body. Raises CallFailed."""
        composed = self._composed_for(call)
        if composed:
            return await composed.send(call, plan)
        answer = (await self.exchange(self._ask(call))).body
        refused = _refused_item(self._operation(call), answer)
        if refused:
            raise refused
        return answer

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        """Composed operations look for themselves, the others do what the manifest's check says."""
        composed = self._composed.get(call.operation)
        if composed:
            return await composed.settle(call, plan)
        return await settle(self.send, self._operation(call), call, self.options)

    def render(self, call: Call) -> tuple[Request, ...]:
        """The requests, with a readable `note` of what they do. Raises CallFailed(INVALID) for an unfillable path."""
        composed = self._composed.get(call.operation)
        if composed:
            return composed.render(call)
        operation = self._operation(call)
        return (request_of(operation, call, self.options),)

    async def aclose(self) -> None:
        """Closes the connections."""
        await self.client.aclose()

    async def exchange(self, ask: Ask) -> Reply:
        """One request, of a plain operation or of a composed one."""
        return await self.client.exchange(ask)

    def _composed_for(self, call: Call) -> Composed | None:
        if self._operation(call).undocumented and not self._undocumented:
            raise CallFailed(
                ErrorClass.INVALID,
                f"`{self.system}.{call.operation}` is not documented by the platform: try it on a test account, "
                f"then set `undocumented: true` in the options of `{self.system}`",
            )
        return self._composed.get(call.operation)

    def _operation(self, call: Call) -> Operation:
        operation = self.manifest.operations.get(call.operation)
        if operation is None:
            raise CallFailed(ErrorClass.INVALID, f"{self.system} has no operation `{call.operation}`")
        return operation

    def _ask(self, call: Call) -> Ask:
        operation = self._operation(call)
        request = request_of(operation, call, self.options)
        http = _http(operation)
        path, _, _ = request.path.partition("?")
        return Ask(
            request.method,
            path,
            _query(http, values_of(operation, call, self.options)),
            request.body,
            effect_of(operation),
            operation.errors,
            http.scope,
        )


def request_of(operation: Operation, call: Call, options: Mapping[str, str]) -> Request:
    """The request of an operation with `http`, without credentials; its path shows the query too."""
    http = _http(operation)
    values = values_of(operation, call, options)
    try:
        path = fill_path(http.path, values)
    except PlaceMissing as problem:
        raise CallFailed(
            ErrorClass.INVALID, f"`{operation.name}` needs `{problem.place}`, which the call does not give"
        ) from problem
    query = "&".join(f"{name}={value}" for name, value in _query(http, values).items())
    return Request(http.method, f"{path}?{query}" if query else path, _body(http, call, values), operation.summary)


def _refused_item(operation: Operation, answer: Json) -> CallFailed | None:
    """The first error among the elements of a success; unknown where others were done, as a repeat does them again."""
    path = operation.http.item_errors if operation.http else ""
    elements = list(listed(answer, path)) if path else []
    errors = [element["error"] for element in elements if element.get("error")]
    if not errors:
        return None
    failed = from_error(errors[0], operation.errors)
    failed.message = f"{len(errors)} of {len(elements)} were refused: {failed.message}"
    failed.outcome_unknown = len(errors) < len(elements)
    return failed


def _http(operation: Operation) -> HttpCall:
    if operation.http is None:
        raise CallFailed(ErrorClass.INVALID, f"`{operation.name}` has no request of its own")
    return operation.http


def _query(http: HttpCall, values: Mapping[str, Json]) -> dict[str, str]:
    """The query with its places filled; a parameter whose place has no value is left out."""
    return _filled(http.query, values)


def _filled(templates: Mapping[str, str], values: Mapping[str, Json]) -> dict[str, str]:
    filled = {}
    for name, template in templates.items():
        try:
            filled[name] = fill(template, values)
        except PlaceMissing:
            continue
    return filled


def _body(http: HttpCall, call: Call, values: Mapping[str, Json]) -> Json:
    """The fields the manifest sends, those that have a value; None when it sends none."""
    given = call.body or {}
    if http.content:
        return given.get(http.content)
    if not http.body and not http.fixed:
        return None
    fields: dict[str, Json] = {name: given[name] for name in http.body if given.get(name) is not None}
    fields.update(_filled(http.fixed, values))
    return [fields] if http.wrap else fields
