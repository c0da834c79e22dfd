"""Does every effect have an idempotency key: fine enough for its loops, and made of things that do not change?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..types.kinds import Anything, Boolean, Enum, Instant, Integer, MoneyType, Number, Optional, Record, Type
from .facts import Facts
from .rule_scopes import Inside, steps
from .track_paths import path_type
from .typing.fit import bare

CHANGING = (Instant, MoneyType, Number, Boolean, Enum)
ID = re.compile(r"(?:^|_)(?:id|key|number)$|(?:Id|Key|Number)$")
"""How a whole number is called that names something; any other one counts something."""


def effect_key(facts: Facts) -> Iterator[Finding]:
    for rule in facts.rules.values():
        for inside in steps(facts, rule):
            if isinstance(inside.step, n.EffectStep):
                yield from key_findings(facts, inside.step, inside)


def key_findings(facts: Facts, step: n.EffectStep, inside: Inside) -> Iterator[Finding]:
    """What is wrong with the key of one effect."""
    needed = _needed(facts, inside)
    if not step.key:
        clause = "once per" if step.verb == "do" else "per"
        message = f"`{step.verb} {step.operation}` has no key, so it could be sent twice"
        yield error("no-key", message, step.operation.span, help=f"add `{clause} {', '.join(needed.values())}`")
        return
    found = [finding for path in step.key for finding in _part(facts, path, inside)]
    yield from found
    if not any(finding.code == "unknown-name" for finding in found):  # it may be the name that lacks
        yield from _coarse(step, needed)


def _needed(facts: Facts, inside: Inside) -> dict[str, str]:
    """What the key must tell apart, each with the path that does it: the followed thing and every loop variable."""
    track = facts.track
    followed = {track.name.text: f"{track.name}.{track.key or 'id'}"} if track else {}
    return followed | {name: f"{name}.id" for name in inside.loops}


def _coarse(step: n.EffectStep, needed: dict[str, str]) -> Iterator[Finding]:
    whole = step.key[0].span.to(step.key[-1].span)
    lacking = [name for name in needed if name not in {path.names[0].text for path in step.key}]
    if lacking:
        words = ", ".join(f"`{name}`" for name in lacking)
        message = f"the key of `{step.operation}` leaves out {words}: two effects would share it"
        help = f"add {', '.join(f'`{needed[name]}`' for name in lacking)}"
        yield error("key-too-coarse", message, whole, help=help)


def _part(facts: Facts, path: n.Path, inside: Inside) -> Iterator[Finding]:
    base = inside.scope.variables.get(path.names[0].text)
    if base is None and path.names[0].text == "now":
        message = "`now` is another moment for every event, and a changed key sends again"
        yield error("key-too-fine", message, path.span, "instant here", help="use an id that never changes")
        return
    if base is None:
        help = did_you_mean(path.names[0].text, inside.scope.variables)
        yield error("unknown-name", f"`{path.names[0]}` is not known here", path.span, help=help)
        return
    record = bare(base)
    if isinstance(record, Anything):
        return
    kind = path_type(record, n.Path(path.names[1:], path.span)) if isinstance(record, Record) else None
    if kind is None:
        help = did_you_mean(path.names[-1].text, record.fields if isinstance(record, Record) else ())
        field = ".".join(str(name) for name in path.names[1:])
        yield error("unknown-field", f"{record} has no field `{field}`", path.span, help=help)
    else:
        yield from _steady(facts, path, kind)


def _steady(facts: Facts, path: n.Path, kind: Type) -> Iterator[Finding]:
    if isinstance(bare(kind), Record):
        message = f"`{path}` is a whole record, and a key is made of single fields"
        yield error("key-too-fine", message, path.span, help=f"name one of its fields: `{path}.id`")
    elif isinstance(bare(kind), CHANGING) or _is_version(facts, path) or _counts(path, kind):
        message = f"`{path}` changes from version to version, and a changed key sends again"
        yield error("key-too-fine", message, path.span, f"{bare(kind)} here", help="use an id that never changes")
    elif isinstance(kind, Optional):
        message = "a key needs a value, and this one may be missing"
        yield error(
            "maybe-missing", message, path.span, "optional in the schema", help="use an id that is always there"
        )


def _counts(path: n.Path, kind: Type) -> bool:
    return isinstance(bare(kind), Integer) and not ID.search(path.names[-1].text)


def _is_version(facts: Facts, path: n.Path) -> bool:
    track = facts.track
    return track is not None and track.newest is not None and str(path) == f"{track.name}.{track.newest}"
