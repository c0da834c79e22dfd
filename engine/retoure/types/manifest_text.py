"""Reads the text of a manifest (YAML) into plain data that fits `schemas/manifest.schema.json`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml
from jsonschema import ValidationError

from .problem import SchemaInvalid, json_pointer
from .reference import validator
from .validate import missing_field, told, unknown_fields


def fitting(file: str, text: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as plain data. Raises SchemaInvalid for the mistake that explains most: a misspelt name first."""
    described = _plain(file, text)
    errors = sorted(validator(rules, described).iter_errors(described), key=_weight)
    for error in errors:
        raise SchemaInvalid(file, json_pointer(_place(error)), _with_meaning(error))
    return dict(described)


def _plain(file: str, text: str) -> Any:
    try:
        return yaml.load(text, Loader=_UniqueKeys)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise SchemaInvalid(file, "", f"{place}{problem.problem or 'this is not YAML'}") from problem
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as problem:
        first_line = str(problem).partition("\n")[0]
        raise SchemaInvalid(file, "", f"this is not YAML: {first_line}") from problem


class _UniqueKeys(yaml.SafeLoader):
    """YAML that refuses a key written twice, which plain YAML overwrites silently."""


def _mapping(loader: _UniqueKeys, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[Any, Any] = {}
    for written, value in node.value:
        key = loader.construct_object(written, deep=True)
        if key in seen:
            raise yaml.MarkedYAMLError(problem=f"`{key}` is written twice", problem_mark=written.start_mark)
        seen[key] = loader.construct_object(value, deep=True)
    return seen


_UniqueKeys.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def _weight(error: ValidationError) -> tuple[bool, list[str]]:
    return error.validator != "additionalProperties", [str(step) for step in error.absolute_path]


def _place(error: ValidationError) -> list[str | int]:
    path = list(error.absolute_path)
    if error.validator == "required":
        return [*path, missing_field(error)]
    return [*path, unknown_fields(error)[0]] if error.validator == "additionalProperties" else path


def _with_meaning(error: ValidationError) -> str:
    """The message, and what belongs there as the schema of manifests describes it."""
    message = next(told(error)).message
    schema: Any = error.schema
    if error.validator == "required":
        schema = schema.get("properties", {}).get(missing_field(error), {})
    meaning = "" if error.validator == "additionalProperties" else schema.get("description", "")
    return f"{message} ({meaning})" if meaning else message
