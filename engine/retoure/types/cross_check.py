"""Whether a manifest's parts fit together: operations, types, places, facts and events name what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .kinds import Enum, Integer, ListOf, MoneyType, Number, Optional, Record, Type
from .manifest import EventKind, HttpCall, Kind, Manifest, Operation, OutcomeCheck
from .problem import SchemaInvalid, json_pointer, listed

Found = tuple[tuple[str | int, ...], str]
"""Where in the manifest, and what is wrong there."""

_PLACE = re.compile(r"\{([^{}]*)\}")


def cross_check(manifest: Manifest, file: str) -> None:
    """Raises SchemaInvalid for the first thing that does not fit."""
    for path, message in _all(manifest):
        raise SchemaInvalid(file, json_pointer(path), message)


def _all(manifest: Manifest) -> Iterator[Found]:
    yield from _facts(manifest)
    for operation in manifest.operations.values():
        for check in (_shape, _books, _effects, _errors, _fields, _places, _units, _item_errors):
            for path, message in check(operation, manifest):
                yield ("operations", operation.name, *path), message
        if operation.check:
            for path, message in _outcome(operation.check, operation, manifest):
                yield ("operations", operation.name, "check", *path), message
    for event in manifest.events.values():
        for path, message in _event(event, manifest):
            yield ("events", event.name, *path), message
    yield from _wire_names(manifest)
    yield from _approving(manifest)


def at(type_: Type | None, path: str) -> Type | None:
    """The type at a dotted path into a record, None when there is no such field."""
    for name in path.split("."):
        bare = type_.of if isinstance(type_, Optional) else type_
        if not isinstance(bare, Record) or name not in bare.fields:
            return None
        type_ = bare.fields[name].type
    return type_


def _facts(manifest: Manifest) -> Iterator[Found]:
    for name, fact in manifest.facts.items():
        if fact.default not in fact.values:
            yield ("facts", name, "default"), f"`{fact.default}` is not one of {listed(fact.values)}"
        if fact.told_by and fact.told_by not in manifest.operations:
            yield ("facts", name, "told_by"), f"there is no operation `{fact.told_by}`"


def _shape(operation: Operation, _: Manifest) -> Iterator[Found]:
    if operation.kind is Kind.READ:
        if operation.output is None:
            yield ("output",), "a read gives an answer: name its type"
        if operation.side_effects:
            yield ("side_effects",), "a read sets nothing off"
        if operation.input is not None:
            yield ("input",), "a read takes parameters, not an input"
    elif operation.input is None:
        yield ("input",), "this operation sends something: name the type of its input"
    if operation.kind is Kind.INCREMENT and not operation.additive:
        yield ("additive",), "an increment needs the field whose values add up"


def _books(operation: Operation, manifest: Manifest) -> Iterator[Found]:
    booked = manifest.operations.get(operation.books)
    if operation.books and (booked is None or booked.kind is not Kind.INCREMENT):
        yield ("books",), f"`{operation.books}` is no increment of this manifest"


def _effects(operation: Operation, manifest: Manifest) -> Iterator[Found]:
    for i, effect in enumerate(operation.side_effects):
        if effect.when and effect.when not in manifest.facts:
            yield ("side_effects", i, "when"), f"there is no fact `{effect.when}`: known are {listed(manifest.facts)}"


def _errors(operation: Operation, _: Manifest) -> Iterator[Found]:
    seen: set[tuple[int, str]] = set()
    for i, error in enumerate(operation.errors):
        if (error.status, error.error_key) in seen:
            yield ("errors", i), f"status {error.status} with this key is taken: tell them apart by `error_key`"
        seen.add((error.status, error.error_key))


def _fields(operation: Operation, _: Manifest) -> Iterator[Found]:
    """Fields of the input that the manifest names."""
    named = [
        *((("identity", i), field) for i, field in enumerate(operation.identity)),
        *_sent(operation.http),
        *([(("additive",), operation.additive)] if operation.additive else []),
    ]
    for path, field in named:
        if at(operation.input, field) is None:
            yield path, _no_field(field, operation.input)
    additive = at(operation.input, operation.additive) if operation.additive else Integer()
    if not isinstance(additive, Integer | Number | MoneyType | None):
        yield ("additive",), f"`{operation.additive}` is {additive}, which does not add up"


def _sent(http: HttpCall | None) -> list[Found]:
    """The fields of the input that make up the body, and where the manifest names them."""
    if http is None:
        return []
    content: list[Found] = [(("http", "content"), http.content)] if http.content else []
    return [*((("http", "body", i), field) for i, field in enumerate(http.body)), *content]


def _places(operation: Operation, manifest: Manifest) -> Iterator[Found]:
    if operation.http is None:
        return
    for path, template in [("path", operation.http.path), *_templates(operation)]:
        for place in _PLACE.findall(template):
            if not _fillable(place, operation, manifest):
                yield ("http", *path.split("\n")), f"nothing fills `{{{place}}}`: no parameter, input field or option"


def _templates(operation: Operation) -> list[tuple[str, str]]:
    """Templates beside the path."""
    if operation.http is None:
        return []
    parts = {"query": operation.http.query, "fixed": operation.http.fixed}
    return [(f"{part}\n{name}", text) for part, texts in parts.items() for name, text in texts.items()]


def _fillable(place: str, operation: Operation, manifest: Manifest) -> bool:
    named = {parameter.name for parameter in operation.parameters}
    return place in named or place in manifest.options or at(operation.input, place) is not None


def _item_errors(operation: Operation, _: Manifest) -> Iterator[Found]:
    path = operation.http.item_errors if operation.http else ""
    if path and _element(operation.output, path) is None:
        yield ("http", "item_errors"), f"`{path}` is not a list in {operation.output}"


def _units(operation: Operation, _: Manifest) -> Iterator[Found]:
    if operation.units:
        element = _element(operation.output, operation.units.list)
        if element is None:
            yield ("units", "list"), f"`{operation.units.list}` is not a list in {operation.output}"
        elif at(element, operation.units.id) is None:
            yield ("units", "id"), _no_field(operation.units.id, element)


def _outcome(check: OutcomeCheck, operation: Operation, manifest: Manifest) -> Iterator[Found]:
    read = manifest.operations.get(check.read)
    if read is None or read.kind is not Kind.READ:
        yield ("read",), f"there is no read `{check.read}`: known are {listed(_reads(manifest))}"
        return
    if len(check.arguments) != len(read.parameters):
        yield ("arguments",), f"`{check.read}` takes {len(read.parameters)}, given are {len(check.arguments)}"
    for i, template in enumerate(check.arguments):
        for place in _PLACE.findall(template):
            if at(operation.input, place) is None:
                yield ("arguments", i), _no_field(place, operation.input)
    for theirs in check.where.values():
        if at(operation.input, theirs) is None:
            yield ("where",), _no_field(theirs, operation.input)
    if check.list:
        yield from _looked_at(check, _element(read.output, check.list), read)


def _looked_at(check: OutcomeCheck, element: Type | None, read: Operation) -> Iterator[Found]:
    if element is None:
        yield ("list",), f"`{check.list}` is not a list in {read.output}"
        return
    for field in [*check.where, *([check.has] if check.has else [])]:
        if at(element, field) is None:
            yield ("has" if field == check.has else "where",), _no_field(field, element)


def _event(event: EventKind, manifest: Manifest) -> Iterator[Found]:
    if event.record not in manifest.types:
        yield ("record",), f"there is no record `{event.record}`: add it to the schema or correct the name"
    if not event.reread:
        return
    read = manifest.operations.get(event.reread)
    if read is None or read.kind is not Kind.READ:
        yield ("reread",), f"there is no read `{event.reread}`: known are {listed(_reads(manifest))}"
    elif len(read.parameters) != 1:
        yield ("reread",), f"`{event.reread}` must take the key alone"
    elif read.output != manifest.types.get(event.record):
        yield ("reread",), f"`{event.reread}` gives {read.output}, the event tells of {event.record}"


def _wire_names(manifest: Manifest) -> Iterator[Found]:
    taken: dict[str, str] = {}
    for event in manifest.events.values():
        for i, name in enumerate(event.wire_names):
            if taken.setdefault(name, event.name) != event.name:
                yield ("events", event.name, "wire_names", i), f"`{name}` already means `{taken[name]}`"


def _approving(manifest: Manifest) -> Iterator[Found]:
    for record, words in manifest.approving.items():
        status = at(manifest.types.get(record), "status")
        if not isinstance(status, Enum):
            yield ("approving", record), f"`{record}` has no `status` with known words"
            continue
        for i, word in enumerate(words):
            if word not in status.values:
                yield ("approving", record, i), f"`{word}` is not a known status: add it to `{status}`"


def _element(type_: Type | None, path: str) -> Type | None:
    found = at(type_, path)
    return found.item if isinstance(found, ListOf) else None


def _reads(manifest: Manifest) -> list[str]:
    return [name for name, operation in manifest.operations.items() if operation.kind is Kind.READ]


def _no_field(field: str, type_: Type | None) -> str:
    known = listed(type_.fields) if isinstance(type_, Record) else "none"
    return f"there is no field `{field}` in {type_ or 'an operation without input'}: known are {known}"
