"""Do key, version and status of the followed thing exist, and are they always there?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..types.kinds import Instant, Integer, Optional, Record, Text, Type
from .facts import Facts
from .typing.fit import bare

SHAPES = {
    "key": "`key FIELD`",
    "newest": "`newest FIELD`",
    "stage from": "`stage from FIELD { … }`",
    "moves": "`moves { … }`",
}


def track_paths(facts: Facts) -> Iterator[Finding]:
    track = facts.track
    if track is None:
        return
    record = facts.record_of(track.type)
    for word, path in (("key", track.key), ("newest", track.newest), ("stage from", track.stage_from)):
        if path is None:
            yield _incomplete(track, word)
        elif record is not None:
            yield from _path(record, path, word)
    if not track.moves and len(track.stages) > 1:
        yield _incomplete(track, "moves")


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


def _incomplete(track: n.TrackNode, word: str) -> Finding:
    message = f"track `{track.name}` does not say `{word}`"
    return error("track-incomplete", message, track.name.span, help=f"add {SHAPES[word]}")


def _path(record: Record, path: n.Path, word: str) -> Iterator[Finding]:
    kind = path_type(record, path)
    if kind is None:
        help = did_you_mean(str(path), record.fields)
        yield error("unknown-field", f"{record} has no field `{path}`", path.span, help=help)
    elif isinstance(kind, Optional):
        yield error(
            "maybe-missing", f"`{word}` needs a field that is always there", path.span, "optional in the schema"
        )
    elif word == "newest" and not isinstance(kind, Instant | Integer | Text):
        message = "versions are told apart by an instant, a number or a text"
        yield error("wrong-type", message, path.span, f"{kind} here")
