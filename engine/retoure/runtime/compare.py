"""`compare`: one record held against what another system says of it. Pure."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Protocol

from msgspec.structs import replace

from ..connectors.port import ErrorClass
from ..language import nodes as n
from ..types.kinds import Money
from ..types.lift import lift
from .convert import ConversionFailed
from .decide import Plan, subject_of, typed_record
from .decision import Answer, Comparison, Difference, Ending, NeededRead, Occurrence, Outcome, Read, State
from .differences import DifferenceClass, classified
from .evaluate import Evaluator
from .policy import Arm, Policy, Step
from .scope import Ended, Env
from .values import Refused, shown

ONCE = Policy("audit", (Arm((), (Step("skip", reason="{error}"),)),))
"""An audit asks once: what cannot be read now is compared the next time."""


class Auditing(Plan, Protocol):
    """A compiled mapping as `compare` sees it."""

    def audit(self, name: str) -> n.AuditNode: ...


def compare(plan: Auditing, audit: str, occurrence: Occurrence, state: State) -> Comparison:
    """The differences an audit finds for one record."""
    node = plan.audit(audit)
    blank = Comparison(audit, subject_of(plan, occurrence.record))
    record = typed_record(plan, occurrence)
    if record is None or node.other is None or node.subject is None:
        return blank
    picked = frozenset(unit for units in state.picks.values() for unit in units)
    env = Env({node.subject.text: record}, occurrence.now, state.reached, picked=picked)
    evaluator = Evaluator(plan)
    read = Read(str(node.other.operation), tuple(shown(evaluator.value(item, env)) for item in node.other.arguments))
    answer = occurrence.answers.get(read.key)
    if answer is None:
        return replace(blank, needs=(NeededRead(read, "", plan.place(node.other.span), ONCE),))
    if answer.error:
        return _unread(plan, node, blank, answer, env)
    return _compared(plan, node, blank, answer, env)


def _unread(plan: Auditing, node: n.AuditNode, blank: Comparison, answer: Answer, env: Env) -> Comparison:
    """The other system does not know the record, or could not be asked; only the first is a finding."""
    if answer.error != ErrorClass.NOT_FOUND and not answer.error.startswith(f"{ErrorClass.NOT_FOUND}:"):
        return blank
    found = replace(blank, missing=True, heal=node.missing_runs)
    if node.missing is None:
        return found
    outcome = Evaluator(plan).outcome(node.missing, env)
    place, kind = plan.place(node.missing.span), DifferenceClass.MISSING_THERE
    return replace(found, differences=(Difference("missing", "", "", place, outcome, kind),))


def _compared(plan: Auditing, node: n.AuditNode, blank: Comparison, answer: Answer, env: Env) -> Comparison:
    assert node.other is not None, "a checked audit pairs"
    output = plan.operation(str(node.other.operation)).output
    value, problems = lift(answer.value, output, root=answer.value) if output is not None else (answer.value, ())
    if problems:
        text = f"the answer does not fit its schema: {problems[0]}"
        outcome = Outcome(Ending.HOLD, text, plan.care)
        return replace(blank, differences=(Difference("answer", "", "", plan.place(node.other.span), outcome),))
    inner = env.reading(node.other.name.text, value, str(node.other.operation), answer)
    found = [difference for agree in node.agrees if (difference := _difference(plan, node, agree, inner))]
    return replace(blank, differences=tuple(found), heal=node.missing_runs and any(map(_is_missing, found)))


def _is_missing(difference: Difference) -> bool:
    return difference.kind is DifferenceClass.MISSING_THERE


def _difference(plan: Auditing, node: n.AuditNode, agree: n.AgreeNode, env: Env) -> Difference | None:
    evaluator = Evaluator(plan)
    try:
        left, right = evaluator.value(agree.left, env), evaluator.value(agree.right, env)
        if agreeing(left, right, agree.within):
            return None
    except (Ended, ConversionFailed, Refused) as problem:
        outcome = problem.outcome if isinstance(problem, Ended) else Outcome(Ending.HOLD, str(problem), plan.care)
        return Difference(agree.label, "", "", plan.place(agree.span), outcome)
    first, second = shown(left) or "missing", shown(right) or "missing"
    told = env.having("field", agree.label).having("left", first).having("right", second)
    fallback = Outcome(Ending.HOLD, f"{agree.label}: {first} and {second}", plan.care)
    outcome = evaluator.outcome(node.different, told) if node.different else fallback
    return Difference(agree.label, first, second, plan.place(agree.span), outcome, classified(left, right))


def agreeing(left: Any, right: Any, within: Decimal | None) -> bool:
    """Whether two values agree: both missing, equal, or numbers no further apart than `within`."""
    if left is None or right is None:
        return left is right
    if within is None:
        return bool(left == right)
    if isinstance(left, Money) and isinstance(right, Money):
        return left.currency == right.currency and abs(left.amount - right.amount) <= within
    if isinstance(left, Money) or isinstance(right, Money):
        return False
    return abs(Decimal(left) - Decimal(right)) <= within
