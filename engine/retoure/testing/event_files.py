"""An event out of a file: a webhook as a platform sends it, or just the record it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from ..connectors.places import at
from ..connectors.port import Event, Incoming, Rejected
from ..connectors.reveni.connector import parse as parse_reveni
from ..connectors.scayle.webhooks import parse as parse_scayle
from ..runtime.program import Program, Tracked
from ..types import json_text

LIMIT = 10_000_000
PARSERS = {"reveni": parse_reveni, "scayle": parse_scayle}


class EventUnreadable(Exception):
    """A file that is no event of any system of the mapping; the message says what it looked like and what would do."""


def read_event(raw: bytes, program: Program) -> Event:
    """The event in the bytes of a JSON file. Raises EventUnreadable.

    A webhook keeps its id; a bare record becomes an update event named after its content, so that the same file given
    twice is the same event.
    """
    if len(raw) > LIMIT:
        raise EventUnreadable(f"more than {LIMIT // 1_000_000} MB: no event is as large")
    document = _document(raw)
    for system, manifest in program.manifests.items():
        if _looks_like_webhook(system, document):
            try:
                return PARSERS[system](manifest, Incoming(raw), LIMIT)
            except Rejected as problem:
                raise EventUnreadable(f"a webhook of {system}, but {problem}") from problem
    return event_of_record(document, raw, program)


def event_of_record(record: Mapping[str, Any], raw: bytes, program: Program) -> Event:
    """The event that a bare record stands for. Raises EventUnreadable when it has no key."""
    tracked = program.tracked
    subject = at(record, tracked.key)
    if not isinstance(subject, str | int) or not str(subject):
        raise EventUnreadable(_foreign(record, tracked))
    digest = hashlib.sha256(raw).hexdigest()[:32]
    return Event(tracked.system, update_kind(program), digest, str(subject), raw, record)


def update_kind(program: Program) -> str:
    """The kind of event that tells of a change of the followed record."""
    tracked = program.tracked
    short = tracked.record.rpartition(".")[2]
    kinds = [kind.name for kind in program.manifests[tracked.system].events.values() if kind.record == short]
    return next((name for name in kinds if name.endswith("updated")), kinds[0] if kinds else "record")


def with_record(event: Event, record: Mapping[str, Any], program: Program) -> Event:
    """The same kind of event about another state of the record, or about another record; its id follows from the
    content. Raises EventUnreadable.
    """
    raw = json_text.dump(record).encode()
    about = event_of_record(record, raw, program)
    return replace(event, id=about.id, subject=about.subject, raw=raw, snapshot=record, part=())


def _document(raw: bytes) -> Mapping[str, Any]:
    try:
        document = json_text.parse(raw)
    except json_text.JsonInvalid as problem:
        raise EventUnreadable(str(problem)) from problem
    if not isinstance(document, Mapping):
        raise EventUnreadable(f"expected a JSON object, found {_kind(document)}")
    return document


def _looks_like_webhook(system: str, document: Mapping[str, Any]) -> bool:
    if system == "reveni":
        return isinstance(document.get("event"), str) and "data" in document
    return isinstance(document.get("payload"), Mapping)


def _foreign(record: Mapping[str, Any], tracked: Tracked) -> str:
    fields = ", ".join(list(record)[:6]) or "none"
    return (
        f"neither a webhook nor a {tracked.record}: it has no `{tracked.key}` (its fields: {fields}). "
        f"Give a webhook body, or the {tracked.record} itself"
    )


def _kind(document: object) -> str:
    return "a list" if isinstance(document, list) else f"`{json_text.dump(document)[:40]}`"
