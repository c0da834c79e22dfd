"""Reads a platform's two files (`schemas/scayle/admin-v1.json` and `.manifest.yaml`) into a Manifest.

Whatever is wrong with them is one SchemaInvalid with place and remedy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..cache import release, remembered
from .alike import expanded
from .cross_check import cross_check
from .json_text import JsonInvalid, parse
from .kinds import Boolean, Day, Enum, Instant, Integer, Number, Record, Text, Type
from .manifest import (
    Auth,
    AuthKind,
    BusinessError,
    EventKind,
    Fact,
    HttpCall,
    Kind,
    Manifest,
    Operation,
    OutcomeCheck,
    PageKind,
    Pages,
    Parameter,
    Rest,
    SideEffect,
    Units,
)
from .problem import SchemaInvalid, json_pointer
from .read_before import read_before
from .schema import types_of
from .system_files import SystemFiles, system_files

_PARAMETER_TYPES: Mapping[str, Type] = {
    str(kind): kind for kind in (Text(), Integer(), Number(), Day(), Instant(), Boolean())
}


def load_system(version: str, folder: Path | None = None, *, own: Path | None = None) -> Manifest:
    """The platform `scayle/admin-v1`, from the files that `system_files` finds.

    Raises SchemaInvalid. The answer is shared between callers: leave its mappings as they are.
    """
    return built(system_files(version, folder, own=own))


@lru_cache(maxsize=16)
def built(files: SystemFiles) -> Manifest:
    """Pure, hence remembered: the same texts give the same manifest. Raises SchemaInvalid."""
    version, file, text, types_file, types_text, rules = astuple(files)
    described = _read("manifest", (text, rules), lambda: fitting(file, text, rules))
    if described["version"] != version or described["system"] != version.partition("/")[0]:
        raise SchemaInvalid(file, "/version", f"says `{described['version']}`, but the file's place says `{version}`")
    if described["schema"] != Path(types_file).name:
        raise SchemaInvalid(file, "/schema", f"expected `{Path(types_file).name}`, the file beside this one")
    defs = _defs(types_file, types_text)
    manifest = _manifest(described, types_of(defs, described["system"], types_file), defs, file)
    cross_check(manifest, file)
    return manifest


def _defs(file: str, text: str) -> Mapping[str, Mapping[str, Any]]:
    """The `$defs` of a sound JSON Schema, each written out."""
    try:
        document = parse(text)
    except JsonInvalid as problem:
        raise SchemaInvalid(file, "", str(problem)) from problem
    if not isinstance(document, dict) or not isinstance(document.get("$defs"), dict):
        raise SchemaInvalid(file, "/$defs", "expected the types of the platform, by name")
    _read("schema", (text,), lambda: sound(file, document))
    return expanded(document["$defs"], file)


def _read(what: str, texts: tuple[str, ...], read: Callable[[], Any]) -> Any:
    """What was read of texts: before this release was made, by this user, or now. Raises SchemaInvalid."""
    known = read_before(what, texts)
    return remembered(what, (release("jsonschema"), *texts), read) if known is None else known


def fitting(file: str, text: str, rules: str) -> dict[str, Any]:
    """A manifest as plain data that fits the schema of manifests. Raises SchemaInvalid."""
    from . import manifest_text

    return manifest_text.fitting(file, text, parse(rules))


def sound(file: str, document: Mapping[str, Any]) -> bool:
    """True for a JSON Schema. Raises SchemaInvalid."""
    from jsonschema import Draft202012Validator, SchemaError

    try:
        Draft202012Validator.check_schema(document)
    except SchemaError as problem:
        place = json_pointer(problem.absolute_path)
        raise SchemaInvalid(file, place, f"this is not JSON Schema 2020-12: {problem.message[:200]}") from problem
    return True


def _manifest(data: Mapping[str, Any], types: Mapping[str, Type], defs: Mapping[str, Any], file: str) -> Manifest:
    return Manifest(
        system=data["system"],
        version=data["version"],
        title=data["title"],
        types={name: type_ for name, type_ in types.items() if isinstance(type_, Record)},
        operations={name: _operation(name, part, types, file) for name, part in _operations(data)},
        events={name: _event(name, part) for name, part in data.get("events", {}).items()},
        facts={name: _fact(name, part) for name, part in data.get("facts", {}).items()},
        approving={record: tuple(words) for record, words in data.get("approving", {}).items()},
        owns=tuple(data.get("owns", ())),
        schemas=defs,
        enums={name: type_ for name, type_ in types.items() if isinstance(type_, Enum)},
        options=dict(data.get("options", {})),
        rest=_rest(data.get("rest", {})),
    )


def _rest(part: Mapping[str, Any]) -> Rest:
    auth = part.get("auth", {"kind": "none"})
    return Rest(Auth(**{**auth, "kind": AuthKind(auth["kind"])}), part.get("idempotency_header", ""))


def _operations(data: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every operation, with the errors that all requests share behind its own."""
    shared = data.get("rest", {}).get("errors", ())
    for name, part in data["operations"].items():
        own = part.get("errors", ())
        said = {(error["status"], error.get("error_key", "")) for error in own}
        more = [error for error in shared if (error["status"], error.get("error_key", "")) not in said]
        yield name, {**part, "errors": [*own, *(more if "http" in part else ())]}


def _fact(name: str, part: Mapping[str, Any]) -> Fact:
    effect, only_when, told_by = part.get("effect", ""), part.get("only_when", ""), part.get("told_by", "")
    values = tuple(part["values"])
    return Fact(name, values, part["default"], part["summary"], effect, part["source"], only_when, told_by)


def _event(name: str, part: Mapping[str, Any]) -> EventKind:
    return EventKind(
        name,
        tuple(part["wire_names"]),
        part["record"],
        part["key"],
        part["snapshot"],
        part.get("reread", ""),
        part.get("id", "id"),
        part.get("occurred", ""),
        part["source"],
        part.get("tells", ""),
        part.get("known_as", ""),
    )


def _operation(name: str, part: Mapping[str, Any], types: Mapping[str, Type], file: str) -> Operation:
    return Operation(
        name=name,
        kind=Kind(part["kind"]),
        summary=part["summary"],
        parameters=tuple(Parameter(p["name"], _PARAMETER_TYPES[p["type"]]) for p in part.get("parameters", ())),
        input=_input(name, part, types, file),
        output=_named(part.get("output", ""), types, file, f"/operations/{name}/output"),
        idempotent=part["idempotent"],
        side_effects=tuple(SideEffect(s["name"], s.get("when", "")) for s in part.get("side_effects", ())),
        errors=tuple(BusinessError(e["code"], e["status"], e.get("error_key", "")) for e in part.get("errors", ())),
        check=_check(part.get("check")),
        additive=part.get("additive", ""),
        books=part.get("books", ""),
        identity=tuple(part.get("identity", ())),
        undo=part.get("undo", ""),
        units=Units(**part["units"]) if "units" in part else None,
        http=_http(part.get("http")),
        settles_itself=part.get("settles_itself", False),
        undocumented=part.get("undocumented", False),
        source=part["source"],
    )


def _input(name: str, part: Mapping[str, Any], types: Mapping[str, Type], file: str) -> Record | None:
    found = _named(part.get("input", ""), types, file, f"/operations/{name}/input")
    if found is not None and not isinstance(found, Record):
        raise SchemaInvalid(file, f"/operations/{name}/input", f"`{part['input']}` is a set of words, not a record")
    return found


def _named(name: str, types: Mapping[str, Type], file: str, at: str) -> Type | None:
    if name and name not in types:
        raise SchemaInvalid(file, at, f"there is no type `{name}`: add it to the schema or correct the name")
    return types[name] if name else None


def _check(part: Mapping[str, Any] | None) -> OutcomeCheck | None:
    if part is None:
        return None
    return OutcomeCheck(
        part["read"], tuple(part["arguments"]), part.get("list", ""), dict(part.get("where", {})), part.get("has", "")
    )


def _http(part: Mapping[str, Any] | None) -> HttpCall | None:
    if part is None:
        return None
    return HttpCall(
        part["method"],
        part["path"],
        dict(part.get("query", {})),
        tuple(part.get("body", ())),
        part.get("wrap", False),
        part.get("scope", ""),
        part.get("content", ""),
        dict(part.get("fixed", {})),
        part.get("item_errors", ""),
        _pages(part.get("pages")),
    )


def _pages(part: Mapping[str, Any] | None) -> Pages | None:
    return None if part is None else Pages(**{**part, "kind": PageKind(part["kind"])})
