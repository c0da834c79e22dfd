"""Do key, version and status of the followed thing exist, and are they always there?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from ..types.kinds import Instant, Integer, Optional, Record, Text, Type
from .facts import Facts
from .typing.fit import bare
from .typing.suggest import did_you_mean


def track_paths(facts: Facts) -> Iterator[Finding]:
    track, record = facts.track, facts.record_of(facts.track.type) if facts.track else None
    if track is None or record is None:
        return
    parts = (("key", track.key), ("newest", track.newest), ("stage from", track.stage_from))
    for word, path in parts:
        if path is None:
            help = f"add `{word} FIELD`"
            yield Finding(
                "track-incomplete", f"track `{track.name}` does not say `{word}`", Label(track.name.span), help=help
            )
        else:
            yield from _path(record, path, word)


def path_type(record: Record, path: n.Path) -> Type | None:
    """The type at a dotted path of a record; None when there is no such field. Optional anywhere makes it optional."""
    kind: Type = record
    missing = False
    for name in path.names:
        inner = bare(kind)
        field = inner.fields.get(name.text) if isinstance(inner, Record) else None
        if field is None:
            return None
        missing = missing or not field.required
        kind = field.type
    return Optional(kind) if missing else kind


def _path(record: Record, path: n.Path, word: str) -> Iterator[Finding]:
    kind = path_type(record, path)
    if kind is None:
        help = did_you_mean(str(path), record.fields)
        yield Finding("unknown-field", f"{record} has no field `{path}`", Label(path.span), help=help)
    elif isinstance(kind, Optional):
        yield Finding(
            "maybe-missing", f"`{word}` needs a field that is always there", Label(path.span, "optional in the schema")
        )
    elif word == "newest" and not isinstance(kind, Instant | Integer | Text):
        yield Finding("wrong-type", "versions are told apart by an instant, a number or a text", Label(path.span))
