"""The OpenAPI 3.1 description of a simulator, made of what there is: its rules, the platform's manifest and schema."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Any

from ..._data import data_folder
from ...types.load import load_system
from ...types.manifest import HttpCall, Operation
from .calls import Rule

Json = dict[str, Any]
AnyRule = Rule[Any]


@dataclass(frozen=True)
class Api:
    """What a description needs beside the rules: the platform's `version` (`scayle/admin-v1`), what stands before the
    paths of its manifest, how callers sign in, and the statuses and the shape of its refusals.
    """

    version: str
    base: str
    security: Json
    refusals: tuple[int, ...]
    refusal: Json

    @cached_property
    def schemas(self) -> Json:
        """The platform's types as components, with `Refusal`."""
        text = (data_folder("schemas") / f"{self.version}.json").read_text(encoding="utf-8")
        types: Json = json.loads(text.replace("#/$defs/", "#/components/schemas/"))["$defs"]
        return {**types, "Refusal": self.refusal}

    @cached_property
    def operations(self) -> Mapping[tuple[str, str], Operation]:
        """The manifest's operations by method and path; of several at one place the first."""
        found: dict[tuple[str, str], Operation] = {}
        for operation in load_system(self.version).operations.values():
            if operation.http:
                found.setdefault((operation.http.method, _shape(operation.http.path)), operation)
        return found

    def operation(self, rule: AnyRule) -> Operation | None:
        """What the manifest says of a rule; None where it has no operation for it."""
        return self.operations.get((rule.method, _shape(rule.path.removeprefix(self.base))))


def described(api: Api, rules: Iterable[AnyRule], admin_rules: Iterable[AnyRule]) -> Json:
    """The description: the platform's calls with bodies, answers and refusals, then the admin side under `/_sim`."""
    paths: dict[str, Json] = {}
    for rule in rules:
        paths.setdefault(rule.path, {})[rule.method.lower()] = _public(api, rule)
    for rule in admin_rules:
        paths.setdefault(f"/_sim{rule.path}", {})[rule.method.lower()] = _admin(rule)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Simulator of {load_system(api.version).title}", "version": api.version},
        "paths": paths,
        "components": {"schemas": api.schemas, "securitySchemes": {"key": api.security}},
        "security": [{"key": []}],
    }


def _public(api: Api, rule: AnyRule) -> Json:
    operation = api.operation(rule)
    said: Json = {**_words(rule), "tags": ["platform"], "parameters": _parameters(rule, operation)}
    if rule.method in ("POST", "PUT", "PATCH"):
        schema = _body(api, operation)
        said["requestBody"] = {"required": bool(schema), "content": {"application/json": {"schema": schema}}}
    answers = {str(rule.success): _answer(api, rule, operation)}
    answers |= {str(status): _refusal(status) for status in api.refusals}
    return {**said, "responses": answers}


def _admin(rule: AnyRule) -> Json:
    said: Json = {**_words(rule), "tags": ["simulator"], "parameters": _parameters(rule, None), "security": []}
    if rule.method != "GET":
        said["requestBody"] = {"content": {"application/json": {"schema": {}}}}
    content: Json = {"application/json": {"schema": {}}}
    words = {"200": "Done", "201": "Made", "400": "Refused", "404": "There is no such thing"}
    return {**said, "responses": {status: {"description": word, "content": content} for status, word in words.items()}}


def _words(rule: AnyRule) -> Json:
    first, _, more = (inspect.getdoc(rule.handle) or "").partition("\n")
    return {"summary": first.rstrip("."), **({"description": more.strip()} if more.strip() else {})}


def _parameters(rule: AnyRule, operation: Operation | None) -> Sequence[Json]:
    places = [_parameter(name, "path", True) for name in re.findall(r"\{(\w+)\}", rule.path)]
    asked = operation.http.query if operation and operation.http else {}
    return [*places, *(_parameter(name, "query", False) for name in asked)]


def _parameter(name: str, place: str, required: bool) -> Json:
    return {"name": name, "in": place, "required": required, "schema": {"type": "string"}}


def _body(api: Api, operation: Operation | None) -> Json:
    """The body as the manifest has it sent; `{}` where a call is composed in code."""
    http = operation.http if operation else None
    if operation is None or http is None or operation.input is None or not (http.body or http.content):
        return {}
    name = operation.input.name.rpartition(".")[2]
    if http.content:
        return {"$ref": f"#/components/schemas/{name}/properties/{http.content}"}
    body = _object(api, name, http)
    return {"type": "array", "minItems": 1, "items": body} if http.wrap else body


def _object(api: Api, name: str, http: HttpCall) -> Json:
    fields: Json = {field: {"$ref": f"#/components/schemas/{name}/properties/{field}"} for field in http.body}
    fields |= {field: {"type": "string", "minLength": 1} for field in http.fixed}
    needed = [field for field in api.schemas[name].get("required", ()) if field in http.body]
    return {"type": "object", "properties": fields, "required": [*needed, *http.fixed]}


def _answer(api: Api, rule: AnyRule, operation: Operation | None) -> Json:
    words = HTTPStatus(rule.success).phrase
    if rule.success == HTTPStatus.NO_CONTENT:
        return {"description": words}
    name = str(operation.output).rpartition(".")[2] if operation and operation.output else ""
    schema = {"$ref": f"#/components/schemas/{name}"} if name in api.schemas else {}
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _refusal(status: int) -> Json:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}
    return {"description": HTTPStatus(status).phrase, "content": content}


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "*", path)
