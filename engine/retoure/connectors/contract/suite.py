"""Tries every rule on a connector, each on a fresh platform."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from ..kind import ConnectorKind
from . import bodies, effects, failing, manners, secrecy
from .rule import Outcome, Rule, Verdict
from .stand import Broken, NotApplicable, Stand, stand

RULES: tuple[Rule, ...] = (*failing.RULES, *bodies.RULES, *secrecy.RULES, *effects.RULES, *manners.RULES)
"""The contract, in the order it is tried."""

PATIENCE = 60.0
"""Seconds after which a rule that has not ended is broken."""


def tried(kind: ConnectorKind, rule: Rule) -> Verdict:
    """What came of one rule. Not to be called where an event loop runs."""
    try:
        with stand(kind) as ready:
            asyncio.run(_in_time(rule, ready))
    except NotApplicable as why:
        return Verdict(rule.name, rule.promise, Outcome.NOT_APPLICABLE, str(why))
    except Broken as how:
        return Verdict(rule.name, rule.promise, Outcome.BROKEN, str(how))
    except Exception as problem:
        words = f"{type(problem).__name__}: {problem}"
        return Verdict(rule.name, rule.promise, Outcome.BROKEN, f"something else failed: {words}")
    return Verdict(rule.name, rule.promise, Outcome.KEPT)


def verdicts(kind: ConnectorKind) -> Iterator[Verdict]:
    """What came of every rule, one after the other."""
    return (tried(kind, rule) for rule in RULES)


async def _in_time(rule: Rule, ready: Stand) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await rule.keep(ready)
    except TimeoutError as problem:
        raise Broken(f"it had not ended after {PATIENCE:.0f} s") from problem
