"""Does every queue say how long it keeps a message and how it is replayed?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from .facts import Facts
from .track_paths import path_type


def queues_say(facts: Facts) -> Iterator[Finding]:
    for queue in facts.queues.values():
        if queue.keep is None:
            message = f"queue `{queue.name}` does not say how long it keeps a message"
            yield error("queue-incomplete", message, queue.name.span, help="add `keep 90d`")
        if queue.order is None and not queue.by_hand:
            message = f"queue `{queue.name}` does not say how it is replayed"
            help = "add `replay in order of …`, or `replay by hand`"
            yield error("queue-incomplete", message, queue.name.span, help=help)
        if queue.order is not None:
            yield from _order(facts, queue.order)


def _order(facts: Facts, path: n.Path) -> Iterator[Finding]:
    track = facts.track
    record = facts.record_of(track.type) if track else None
    if track is None or record is None:
        return
    if path.names[0].text != track.name.text:
        message = f"messages are put in order by a field of `{track.name}`"
        yield error("unknown-name", message, path.span, help=f"write `{track.name}.{track.key or 'id'}`")
    elif path_type(record, n.Path(path.names[1:], path.span)) is None:
        help = did_you_mean(path.names[-1].text, record.fields)
        field = ".".join(name.text for name in path.names[1:])
        yield error("unknown-field", f"{record} has no field `{field}`", path.span, help=help)
