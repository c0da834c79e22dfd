"""What is to be sent: the effects a decision wants against what the ledger says was sent. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from ..runtime.decision import Decision, Ending, Outcome, Wanted
from ..types.manifest import Kind, Operation
from .ledger import Body, Change, Correction, Known, NewCall, Sent, Standing
from .priorities import priority_of

OperationOf = Callable[[str], Operation]
"""The manifest's operation of a full name (`scayle.stock.add`); raises KeyError."""

CANNOT_UNDO: Final = "no longer wanted, and this operation has no way to take it back"
TOO_COARSE: Final = "two different effects under one key: only the first was sent"
CHANGED: Final = "already sent, and a newer version wants something else"


def reconcile(ledger: Iterable[Known], decision: Decision, operation_of: OperationOf) -> tuple[Change, ...]:
    """The changes that bring the ledger to what `decision` wants, in the order the mapping wants them.

    Entries of rules that were not reviewed stay untouched. Raises KeyError for an unknown operation.
    """
    entries = tuple(ledger)
    wanted, clashes = _distinct(decision.wanted)
    matched, unmatched = _match(entries, wanted, decision)
    live = _live(entries)
    rules = _rules_of(entries)
    gone = (_unwanted(known, live, operation_of) for known in unmatched if rules[known.id] in decision.reviewed)
    held = (_one(_in_place(known, live), want, operation_of(want.operation)) for want, known in matched)
    return tuple(change for change in (*gone, *held, *clashes) if change is not None)


def doubted(ledger: Iterable[Known], operation_of: OperationOf) -> tuple[Known, ...]:
    """The ledger as it counts when an audit found something missing: a state that was set may have been lost, and is
    set again, which does no harm. What moves money or goods counts as it stands.
    """
    return tuple(_doubted(known) if _settable(known, operation_of(known.operation)) else known for known in ledger)


def _settable(known: Known, operation: Operation) -> bool:
    return known.verb == "keep" and operation.idempotent and operation.kind is not Kind.INCREMENT


def _doubted(known: Known) -> Known:
    sent = (replace(s, standing=Standing.GONE) if s.standing is Standing.APPLIED else s for s in known.sent)
    return replace(known, sent=tuple(sent))


def _distinct(wanted: Iterable[Wanted]) -> tuple[list[Wanted], list[Change]]:
    """One effect per key. A second one with another body is not sent but raised: the key is too coarse."""
    first: dict[tuple[str, ...], Wanted] = {}
    clashes: list[Change] = []
    for want in wanted:
        slot = (want.operation, *want.key) if want.verb == "do" else (want.rule, want.operation, *want.key)
        before = first.setdefault(slot, want)
        if before is not want and not same(before.body, want.body):
            outcome = Outcome(Ending.HOLD, TOO_COARSE)
            clash = Correction(want.rule, want.place, want.operation, want.key, outcome, before.body, want.body)
            clashes.append(Change(None, None, correction=clash))
    return list(first.values()), clashes


def _match(
    ledger: tuple[Known, ...], wanted: Iterable[Wanted], decision: Decision
) -> tuple[list[tuple[Wanted, Known | None]], list[Known]]:
    """Pairs what is wanted with what is known; the second part are entries that nothing wants any more.

    An entry belongs to its rule, operation and key. Where a rule was renamed, its entries go to the rule that now
    wants the same operation and key, so that a new name sends nothing twice. A `do` is once per key whatever the rule.
    """
    if not ledger:
        return [(want, None) for want in wanted], []
    exact = {(known.rule, known.operation, known.key): known for known in ledger}
    renamed = (known for known in ledger if known.verb == "do" or not decision.speaks_of(known.rule))
    loose = {(known.operation, known.key): known for known in renamed}
    pairs: list[tuple[Wanted, Known | None]] = []
    for want in wanted:
        known = exact.get((want.rule, want.operation, want.key)) or loose.get((want.operation, want.key))
        pairs.append((want, known))
    used = {known.id for _, known in pairs if known is not None}
    return pairs, [known for known in ledger if known.id not in used and known.stands_for not in used]


def _one(known: Known | None, want: Wanted | None, operation: Operation) -> Change | None:
    change = _change(known, want, operation)
    if change is None or not change.send:
        return change
    return Change(change.entry, change.wanted, change.drop, change.send, change.correction, priority_of(operation))


def _change(known: Known | None, want: Wanted | None, operation: Operation) -> Change | None:
    verb = known.verb if known is not None else want.verb if want is not None else ""
    if known is None or _untouched(known):
        if want is None:
            return _drop(known)
        if not want.starts and (known is None or known.body is None):
            return None
    if verb == "do":
        return _do(known, want)
    if operation.kind is Kind.INCREMENT:
        return _keep_sum(known, want, operation)
    return _keep_value(known, want, operation)


def _untouched(known: Known) -> bool:
    """Nothing of this entry ever reached, or may have reached, the platform."""
    return all(sent.standing in (Standing.OPEN, Standing.GONE) for sent in known.sent)


def _open(known: Known | None) -> tuple[Sent, ...]:
    return tuple(sent for sent in known.sent if sent.standing is Standing.OPEN) if known else ()


def _drop(known: Known | None) -> Change | None:
    """The end of an entry that never took effect."""
    if known is None or (known.body is None and not _open(known)):
        return None
    return Change(known.id, None, drop=tuple(sent.id for sent in _open(known)))


# --- replaced: another entry stands for it, and lives as long as the original is wanted ------------------------------


def _live(entries: tuple[Known, ...]) -> frozenset[int]:
    """Entries that were replaced, and whose replacement was not withdrawn before it was sent."""
    replaced = {known.id for known in entries for sent in known.sent if sent.standing is Standing.REPLACED}
    if not replaced:
        return frozenset()
    stand_ins = [known for known in entries if known.stands_for in replaced]
    withdrawn = {known.stands_for for known in stand_ins}
    withdrawn -= {known.stands_for for known in stand_ins if any(s.standing is not Standing.GONE for s in known.sent)}
    return frozenset(replaced - withdrawn)


def _rules_of(entries: tuple[Known, ...]) -> dict[int, str]:
    """The rule each entry belongs to: a replacement to that of its original, which may have been renamed."""
    own = {known.id: known.rule for known in entries}
    stand_ins = {known.id: own.get(known.stands_for, known.rule) for known in entries if known.stands_for}
    return {**own, **stand_ins} if stand_ins else own


def _unwanted(known: Known, live: frozenset[int], operation_of: OperationOf) -> Change | None:
    """A replaced `do` that is no longer wanted is only noted: what was sent, and is to be corrected, stands for it."""
    if known.verb == "do" and known.id in live:
        return Change(known.id, None) if known.body is not None else None
    return _one(_in_place(known, live), None, operation_of(known.operation))


def _in_place(known: Known | None, live: frozenset[int]) -> Known | None:
    """The entry with its replaced calls as what they mean: a `do` counts as made, for a `keep` the call is settled but
    not applied; where the replacement was withdrawn, it is to be made again.
    """
    if known is None:
        return None
    means = Standing.MAYBE if known.verb == "do" else Standing.OPEN
    means = means if known.id in live else Standing.GONE
    sent = (replace(s, standing=means) if s.standing is Standing.REPLACED else s for s in known.sent)
    return replace(known, sent=tuple(sent))


# --- do: once per key, ever -----------------------------------------------------------------------------------------


def _do(known: Known | None, want: Wanted | None) -> Change | None:
    if known is not None and not _untouched(known):
        return _do_again(known, want)
    assert want is not None, "an entry that never took effect is dropped before"
    waiting = _open(known)
    if waiting and known is not None and same(waiting[-1].body, want.body):
        return _note(known, want)
    drop = tuple(sent.id for sent in waiting)
    return Change(known.id if known else None, want, drop=drop, send=(NewCall(want.body),))


def _do_again(known: Known, want: Wanted | None) -> Change | None:
    """Sent already: compare, never send again."""
    sent = next(s for s in reversed(known.sent) if s.standing in (Standing.APPLIED, Standing.MAYBE))
    if want is not None and same(sent.body, want.body):
        return _note(known, want)
    outcome = (want.on_change if want is not None else None) or known.on_change
    outcome = outcome or Outcome(Ending.HOLD, CHANGED if want is not None else CANNOT_UNDO)
    return Change(known.id, want, correction=_correction(known, want, outcome, sent.body))


def _correction(known: Known, want: Wanted | None, outcome: Outcome, sent: Body) -> Correction:
    rule, place = (want.rule, want.place) if want is not None else (known.rule, known.place)
    return Correction(rule, place, known.operation, known.key, outcome, sent, want.body if want is not None else None)


def _note(known: Known, want: Wanted) -> Change | None:
    """Nothing to send; the entry only learns who wants it now."""
    alike = known.body is not None and same(known.body, want.body)
    before = (known.rule, known.on_change, known.undo, known.awaited)
    alike = alike and before == (want.rule, want.on_change, want.undo, want.awaited)
    return None if alike else Change(known.id, want)


# --- keep, a value: the newest body wins ----------------------------------------------------------------------------


def _keep_value(known: Known | None, want: Wanted | None, operation: Operation) -> Change | None:
    if known is None:
        assert want is not None, "nothing known and nothing wanted makes no change"
        return Change(None, want, send=(NewCall(want.body, _identity(want.body, operation), amount=Decimal(0)),))
    last = _last_by_identity(known)
    target = {} if want is None else {_identity(want.body, operation): NewCall(want.body)}
    for identity, sent in last.items():
        if identity not in target and not sent.undo:
            undo = _undo(known, sent.body, operation)
            if undo is None:
                return _no_way_back(known, want, sent.body)
            target[identity] = NewCall(undo, undo=True)
    drop, send = _replace(known, target, last)
    if want is not None and not drop and not send:
        return _note(known, want)
    if want is None and known.body is None and not drop and not send:
        return None
    return Change(known.id, want, drop=drop, send=send)


def _last_by_identity(known: Known) -> dict[str, Sent]:
    """For each thing written to, the newest call that was, or may have been, applied."""
    return {sent.identity: sent for sent in known.sent if sent.standing in (Standing.APPLIED, Standing.MAYBE)}


def _replace(
    known: Known, target: Mapping[str, NewCall], last: Mapping[str, Sent]
) -> tuple[tuple[int, ...], tuple[NewCall, ...]]:
    """Which unsent calls to drop and which to add, so that each identity ends at its target."""
    waiting = {sent.identity: sent for sent in _open(known)}
    right = {identity for identity, sent in waiting.items() if _is(target.get(identity), sent)}
    drop = [sent.id for sent in _open(known) if sent.identity not in right or sent is not waiting[sent.identity]]
    send: list[NewCall] = []
    for identity, call in target.items():
        before = last.get(identity)
        if identity not in right and not (before is not None and _is(call, before)):
            drop += [before.id] if before is not None and before.standing is Standing.MAYBE else []
            send.append(NewCall(call.body, identity, call.undo, Decimal(0)))
    return tuple(sorted(drop)), tuple(sorted(send, key=lambda call: not call.undo))


def _is(call: NewCall | None, sent: Sent) -> bool:
    return call is not None and call.undo == sent.undo and same(call.body, sent.body)


def _undo(known: Known, applied: Body, operation: Operation) -> Body | None:
    """The body that takes `applied` back: the mapping's own, else derived from the fields that name the thing."""
    if known.undo is not None:
        return known.undo
    if operation.undo != "derived":
        return None
    return {**{field: applied[field] for field in operation.identity if field in applied}, "remove": True}


def _no_way_back(known: Known, want: Wanted | None, applied: Body) -> Change:
    outcome = known.on_change or Outcome(Ending.HOLD, CANNOT_UNDO)
    return Change(known.id, want, correction=_correction(known, want, outcome, applied))


# --- keep, a sum: only differences travel ---------------------------------------------------------------------------


def _keep_sum(known: Known | None, want: Wanted | None, operation: Operation) -> Change | None:
    """Compares sums per identity; other fields (when it was counted) travel along but never cause a call."""
    wanted = {} if want is None else {_identity(want.body, operation): want.body}
    bodies = {sent.identity: sent.body for sent in (known.sent if known else ())} | wanted
    drop: list[int] = []
    send: list[NewCall] = []
    for identity, body in bodies.items():
        made, waiting = _sums(known, identity, operation.additive)
        goal = _amount(wanted[identity], operation.additive) if identity in wanted else Decimal(0)
        if made + _total(waiting, operation.additive) == goal:
            continue
        drop += [sent.id for sent in waiting]
        if made != goal:
            new = {**body, operation.additive: _number(goal - made)}
            send.append(NewCall(new, identity, amount=goal - made))
    return _sum_change(known, want, tuple(drop), tuple(send))


def _sum_change(
    known: Known | None, want: Wanted | None, drop: tuple[int, ...], send: tuple[NewCall, ...]
) -> Change | None:
    if known is None:
        return Change(None, want, send=send)
    if drop or send or (want is None and known.body is not None):
        return Change(known.id, want, drop=drop, send=send)
    return _note(known, want) if want is not None else None


def _sums(known: Known | None, identity: str, field: str) -> tuple[Decimal, list[Sent]]:
    """The quantity that was, or may have been, applied to one identity, and the calls that still wait."""
    calls = [sent for sent in (known.sent if known else ()) if sent.identity == identity]
    made = [sent for sent in calls if sent.standing in (Standing.APPLIED, Standing.MAYBE)]
    return _total(made, field), [sent for sent in calls if sent.standing is Standing.OPEN]


def _total(calls: Iterable[Sent], field: str) -> Decimal:
    return sum((_amount(sent.body, field) + sent.carried for sent in calls), Decimal(0))


def _amount(body: Body, field: str) -> Decimal:
    value = body.get(field)
    return Decimal(0) if value is None else Decimal(str(value))


def _number(amount: Decimal) -> int | Decimal:
    return int(amount) if amount == amount.to_integral_value() else amount


# --- shared ---------------------------------------------------------------------------------------------------------


def _identity(body: Body, operation: Operation) -> str:
    """The fields that name the thing written to, as text: `{"variant": "key=A", "warehouse": 7}`."""
    return json.dumps({field: str(body.get(field)) for field in operation.identity}, ensure_ascii=False)


def same(left: Any, right: Any) -> bool:
    """Equal as JSON: a list is a list, however it is held; true is not 1; missing and null members are the same."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return all(same(left.get(name), right.get(name)) for name in {*left, *right})
    if _is_list(left) and _is_list(right):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))
