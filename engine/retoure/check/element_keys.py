"""Does a key tell two elements of a loop, and two followed things, apart?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, error
from ..language import nodes as n
from ..types.kinds import Record
from .facts import Facts
from .rule_scopes import Inside, steps
from .track_paths import path_type
from .typing.fit import bare


def element_keys(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for inside in steps(facts, rule):
            if isinstance(inside.step, n.EffectStep) and inside.step.key:
                yield from _indistinct(facts, inside.step, inside)


def _indistinct(facts: Facts, step: n.EffectStep, inside: Inside) -> Iterator[Finding]:
    for name, ident in _identities(facts, inside).items():
        parts = [path for path in step.key if path.names[0].text == name]
        if parts and ident not in {str(path) for path in parts}:
            message = f"two of `{name}` may have the same `{parts[0]}`, and would share one effect"
            yield error("key-too-coarse", message, parts[0].span, "not unique", help=f"use `{ident}`")


def _identities(facts: Facts, inside: Inside) -> dict[str, str]:
    """The path that tells each loop variable apart, where its record has an `id`, and the key of the followed thing."""
    kinds = {name: bare(inside.scope.variables[name]) for name in inside.loops if name in inside.scope.variables}
    found = {name: f"{name}.id" for name, kind in kinds.items() if isinstance(kind, Record) and "id" in kind.fields}
    track = facts.track
    return found | ({track.name.text: f"{track.name}.{track.key}"} if track and _known(facts, track) else {})


def _known(facts: Facts, track: n.TrackNode) -> bool:
    """Whether the key of the followed thing is a field of it."""
    record = facts.record_of(track.type)
    return track.key is not None and (record is None or path_type(record, track.key) is not None)
