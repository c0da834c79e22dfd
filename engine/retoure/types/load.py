"""Reads a platform's two files (`schemas/scayle/admin-v1.json` and `.manifest.yaml`) into a Manifest.

The only module here that touches files. Whatever is wrong with them is one SchemaInvalid with place and remedy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from .._data import data_folder, schema_folders
from ..cache import remembered
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
from .problem import SchemaInvalid, json_pointer, listed
from .schema import types_of

MANIFEST_SCHEMA = "manifest.schema.json"

_PARAMETER_TYPES: Mapping[str, Type] = {
    str(kind): kind for kind in (Text(), Integer(), Number(), Day(), Instant(), Boolean())
}


def load_system(version: str, folder: Path | None = None, *, own: Path | None = None) -> Manifest:
    """The platform `scayle/admin-v1`, from `folder` alone, else from `own` (schemas beside a mapping), from those that
    come with retoure, or from those of installed connectors.

    Raises SchemaInvalid. The answer is shared between callers: leave its mappings as they are.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*/[a-z0-9][a-z0-9_.-]*", version):
        raise SchemaInvalid(version, "", "a system is named like `scayle/admin-v1`")
    bases = _bases(folder, own)
    base = next((base for base in bases if (base / f"{version}.manifest.yaml").is_file()), None)
    if base is None:
        known = listed(known_systems(folder, own=own)) or "none"
        raise SchemaInvalid(version, "", f"there is no such system here: known are {known}")
    manifest, types = base / f"{version}.manifest.yaml", base / f"{version}.json"
    rules = data_folder("schemas") / MANIFEST_SCHEMA
    return _built(version, str(manifest), _text(manifest), str(types), _text(types), _text(rules))


def known_systems(folder: Path | None = None, *, own: Path | None = None) -> tuple[str, ...]:
    """Every `system/version` there is a manifest for, sorted; the folders are those of `load_system`."""
    found = [file for base in _bases(folder, own) for file in base.glob("*/*.manifest.yaml")]
    return tuple(sorted({f"{file.parent.name}/{file.name.removesuffix('.manifest.yaml')}" for file in found}))


def own_schemas(mapping: Path) -> Path:
    """The folder beside a mapping, or in the mapping's folder, where the schemas of its own systems stand."""
    return (mapping if mapping.is_dir() else mapping.parent) / "schemas"


def _bases(folder: Path | None, own: Path | None) -> tuple[Path, ...]:
    if folder is not None:
        return (folder,)
    return (*([] if own is None else [own]), *schema_folders())


@lru_cache(maxsize=16)
def _built(version: str, file: str, text: str, types_file: str, types_text: str, rules: str) -> Manifest:
    """Pure, hence remembered: the same texts give the same manifest."""
    described = remembered("manifest", (text, rules), lambda: _fitting(file, text, rules))
    if described["version"] != version or described["system"] != version.partition("/")[0]:
        raise SchemaInvalid(file, "/version", f"says `{described['version']}`, but the file's place says `{version}`")
    if described["schema"] != Path(types_file).name:
        raise SchemaInvalid(file, "/schema", f"expected `{Path(types_file).name}`, the file beside this one")
    defs = _defs(types_file, types_text)
    manifest = _manifest(described, types_of(defs, described["system"], types_file), defs, file)
    cross_check(manifest, file)
    return manifest


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SchemaInvalid(str(file), "", "this file is missing: put it back or install retoure again") from None
    except (OSError, UnicodeDecodeError) as problem:
        raise SchemaInvalid(str(file), "", f"cannot be read: {problem}") from problem


def _defs(file: str, text: str) -> Mapping[str, Mapping[str, Any]]:
    """The `$defs` of a sound JSON Schema, each written out."""
    try:
        document = parse(text)
    except JsonInvalid as problem:
        raise SchemaInvalid(file, "", str(problem)) from problem
    if not isinstance(document, dict) or not isinstance(document.get("$defs"), dict):
        raise SchemaInvalid(file, "/$defs", "expected the types of the platform, by name")
    remembered("schema", (metadata.version("jsonschema"), text), lambda: _sound(file, document))
    return expanded(document["$defs"], file)


def _fitting(file: str, text: str, rules: str) -> dict[str, Any]:
    from .manifest_text import fitting

    return fitting(file, text, parse(rules))


def _sound(file: str, document: Mapping[str, Any]) -> bool:
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
