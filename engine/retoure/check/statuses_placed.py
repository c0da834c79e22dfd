"""Is every status the platform knows placed in exactly one stage, and an unknown one provided for?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, did_you_mean, error
from ..language import nodes as n
from ..source import Span
from ..types.kinds import Enum
from .facts import Facts
from .track_paths import path_type
from .typing.fit import bare


def statuses_placed(facts: Facts) -> Iterator[Finding]:
    track, statuses = facts.track, status_enum(facts)
    if track is None or statuses is None:
        return
    words = [status for stage in track.stages for status in stage.statuses]
    if len(words) > 1 and not any(statuses.canonical(word.text) in statuses.values for word in words):
        yield _other_field(track, statuses)
        return
    placed: dict[str, n.Name] = {}
    for stage in track.stages:
        for status in stage.statuses:
            yield from _placed(status, statuses, placed)
    yield from _nowhere(track, [status for status in statuses.values if status not in placed])
    if statuses.open and track.unknown is None:
        message = f"{statuses} may bring a status nobody knows yet, and nothing says what then"
        help = 'add `unknown hold "…" for TEAM` at the end of the stages'
        yield error("no-unknown", message, _stages_place(track), help=help)
    if track.unknown is not None and track.unknown.ending == "skip":
        message = "a status that nobody knows is skipped, and the return waits unseen"
        help = 'write `unknown hold "…" for TEAM`, so that somebody looks'
        yield error("unknown-skipped", message, track.unknown.span, help=help)


def _other_field(track: n.TrackNode, statuses: Enum) -> Finding:
    """The finding for stages none of whose words the field knows: the field is the mistake."""
    message = f"none of the words in these stages is one of the values of {statuses}"
    help = "name the field that holds the status: `stage from FIELD`"
    return error("unknown-status", message, _stages_place(track), "never one of them", help=help)


def status_enum(facts: Facts) -> Enum | None:
    """The enum the stages are made from."""
    record = facts.record_of(facts.track.type) if facts.track else None
    if record is None or facts.track is None or facts.track.stage_from is None:
        return None
    kind = path_type(record, facts.track.stage_from)
    found = bare(kind) if kind is not None else None
    return found if isinstance(found, Enum) else None


def _stages_place(track: n.TrackNode) -> Span:
    return track.stage_from.span if track.stage_from else track.name.span


def _nowhere(track: n.TrackNode, lacking: list[str]) -> Iterator[Finding]:
    if lacking:
        words = ", ".join(f"`{status}`" for status in lacking)
        help = "add it to the stage it belongs to" if len(lacking) == 1 else "add each to the stage it belongs to"
        yield error("status-nowhere", f"no stage holds {words}", _stages_place(track), "placed nowhere", help=help)


def _placed(status: n.Name, statuses: Enum, placed: dict[str, n.Name]) -> Iterator[Finding]:
    word = statuses.canonical(status.text)
    if word not in statuses.values:
        help = did_you_mean(status.text, statuses.values)
        yield error("unknown-status", f"`{status}` is not one of the values of {statuses}", status.span, help=help)
    elif word in placed:
        related = [Label(placed[word].span, "first placed here")]
        yield error("status-twice", f"status `{status}` is in two stages", status.span, "again here", related=related)
    placed.setdefault(word, status)
