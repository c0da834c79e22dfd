"""Is every status the platform knows placed in exactly one stage, and an unknown one provided for?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from ..types.kinds import Enum
from .facts import Facts
from .track_paths import path_type
from .typing.fit import bare
from .typing.suggest import did_you_mean


def statuses_placed(facts: Facts) -> Iterator[Finding]:
    track, statuses = facts.track, status_enum(facts)
    if track is None or statuses is None:
        return
    placed: dict[str, n.Name] = {}
    for stage in track.stages:
        for status in stage.statuses:
            yield from _placed(status, statuses, placed)
    lacking = [status for status in statuses.values if status not in placed]
    if lacking:
        words = ", ".join(f"`{status}`" for status in lacking)
        help = "add each to the stage it belongs to"
        at = Label(
            track.stage_from.span if track.stage_from else track.name.span, "placed nowhere: " + ", ".join(lacking)
        )
        yield Finding("status-nowhere", f"no stage holds {words}", at, help=help)
    if statuses.open and track.unknown is None:
        help = 'add `unknown hold "…" for TEAM` at the end of the stages'
        message = f"{statuses} may send a status nobody knows yet, and nothing says what then"
        yield Finding("no-unknown", message, Label(track.name.span), help=help)


def status_enum(facts: Facts) -> Enum | None:
    """The enum the stages are made from."""
    record = facts.record_of(facts.track.type) if facts.track else None
    if record is None or facts.track is None or facts.track.stage_from is None:
        return None
    kind = path_type(record, facts.track.stage_from)
    found = bare(kind) if kind is not None else None
    return found if isinstance(found, Enum) else None


def _placed(status: n.Name, statuses: Enum, placed: dict[str, n.Name]) -> Iterator[Finding]:
    word = statuses.canonical(status.text)
    if word not in statuses.values:
        help = did_you_mean(status.text, statuses.values)
        yield Finding("unknown-word", f"`{status}` is not a status of {statuses}", Label(status.span), help=help)
    elif word in placed:
        related = (Label(placed[word].span, "first placed here"),)
        yield Finding("status-twice", f"status `{status}` is in two stages", Label(status.span, "again here"), related)
    placed.setdefault(word, status)
