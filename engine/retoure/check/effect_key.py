"""Does every effect have an idempotency key: fine enough for its loops, and made of things that do not change?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from ..types.kinds import Anything, Instant, MoneyType, Optional, Record
from .facts import Facts
from .rule_scopes import Inside, steps
from .track_paths import path_type
from .typing import Typer
from .typing.fit import bare
from .typing.suggest import did_you_mean


def effect_key(facts: Facts) -> Iterator[Finding]:
    silent = Typer(facts, lambda finding: None)
    for rule in facts.rules.values():
        for inside in steps(facts, silent, rule):
            if isinstance(inside.step, n.EffectStep):
                yield from _key(facts, inside.step, inside)


def _key(facts: Facts, step: n.EffectStep, inside: Inside) -> Iterator[Finding]:
    clause = "once per" if step.verb == "do" else "per"
    needed = [facts.track.name.text if facts.track else "", *inside.loops]
    if not step.key:
        shown = ", ".join(f"{name}.id" for name in needed)
        message = f"`{step.verb} {step.operation}` has no key, so it could be sent twice"
        yield Finding("no-key", message, Label(step.operation.span), help=f"add `{clause} {shown}`")
        return
    for path in step.key:
        yield from _part(path, inside)
    lacking = [name for name in needed if name not in {path.names[0].text for path in step.key}]
    if lacking:
        words = ", ".join(f"`{name}`" for name in lacking)
        message = f"the key of `{step.operation}` leaves out {words}: two effects would share it"
        yield Finding(
            "key-too-coarse",
            message,
            Label(step.key[0].span),
            help=f"add {', '.join(f'`{name}.id`' for name in lacking)}",
        )


def _part(path: n.Path, inside: Inside) -> Iterator[Finding]:
    base = inside.scope.variables.get(path.names[0].text)
    if base is None:
        help = did_you_mean(path.names[0].text, inside.scope.variables)
        yield Finding("unknown-name", f"`{path.names[0]}` is not known here", Label(path.span), help=help)
        return
    record = bare(base)
    if isinstance(record, Anything):
        return
    kind = path_type(record, n.Path(path.names[1:], path.span)) if isinstance(record, Record) else None
    if kind is None:
        fields = record.fields if isinstance(record, Record) else ()
        help = did_you_mean(path.names[-1].text, fields)
        yield Finding(
            "unknown-field",
            f"{record} has no field `{'.'.join(str(p) for p in path.names[1:])}`",
            Label(path.span),
            help=help,
        )
    elif isinstance(kind, Optional):
        yield Finding(
            "maybe-missing",
            "a key needs a value, and this one may be missing",
            Label(path.span, "optional in the schema"),
        )
    elif isinstance(kind, Instant | MoneyType | Record):
        help = "use an id"
        yield Finding(
            "key-too-fine",
            f"a {kind} changes from version to version and would send again",
            Label(path.span),
            help=help,
        )
