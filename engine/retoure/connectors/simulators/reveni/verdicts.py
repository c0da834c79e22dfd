"""Verdicts per item and quantity (reveni.md 3.2): one line can end in an accepted and a rejected part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from .errors import detail, field, item_field
from .records import FINAL, PENDING, Json, Line, Return, stamp
from .state import Reveni

CHOICES = ("accepted", "rejected")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said about `quantity` units of one return item."""

    item_id: str
    quantity: int
    status: str
    reject_reason: str | None = None
    reject_reason_text: str | None = None


def partial_validate(state: Reveni, made: Return, body: object, *, source: str = "api") -> Return:
    """Apply `{items: [{item_id, quantity, status, reject_reason?, reject_reason_text?}]}`, all or nothing.

    What a second call does is the switch `second_verdict`: `additive` judges only units still pending, `replace`
    starts over for the items named, `refused` answers 400. `source` is noted in the books (`api` or `admin`).
    """
    choices = ("for_review", *CHOICES) if source == "admin" else CHOICES
    verdicts = _read(made, body, choices, state.switches.reject_reasons)
    _check_repeat(state, made)
    lines = _draft(state, made, verdicts)
    for verdict in verdicts:
        lines = _applied(state, lines, verdict)
    made.lines = lines
    made.verdict_calls += 1
    _note(state, made, body, source)
    return state.judged(made)


def correct(state: Reveni, made: Return, verdict: Verdict) -> Return:
    """Change the verdict of a judged line afterwards, as Reveni's staff could; a refund already made stays made."""
    line = made.line(verdict.item_id)
    if line is None:
        raise field("item_id", "Unknown return item.")
    made.lines = [_verdict_on(part, verdict) if part is line else part for part in made.lines]
    _note(state, made, {"items": [_shown(verdict)]}, "correction")
    return state.judged(made)


def _check_repeat(state: Reveni, made: Return) -> None:
    if made.status in ("cancelled", "expired", "completed", "incomplete"):
        raise detail(400, f"A return in status {made.status} cannot be validated.")
    if made.verdict_calls and state.switches.second_verdict == "refused":
        raise detail(400, "The return has already been validated.")


def _read(made: Return, body: object, choices: tuple[str, ...], reasons: tuple[str, ...]) -> list[Verdict]:
    entries = body.get("items") if isinstance(body, dict) else None
    if not isinstance(entries, list) or not entries:
        raise field("items", "This field is required.")
    return [_verdict(made, position, entry, choices, reasons) for position, entry in enumerate(entries)]


def _verdict(made: Return, position: int, entry: Any, choices: tuple[str, ...], reasons: tuple[str, ...]) -> Verdict:
    if not isinstance(entry, dict):
        raise item_field(position, "non_field_errors", "Invalid data. Expected a dictionary.")
    quantity, status = entry.get("quantity"), entry.get("status")
    if made.line(str(entry.get("item_id"))) is None:
        raise item_field(position, "item_id", "Unknown return item.")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
        raise item_field(position, "quantity", "Ensure this value is greater than or equal to 1.")
    if status not in choices:
        raise item_field(position, "status", f'"{status}" is not a valid choice.')
    reason = entry.get("reject_reason")
    if status == "rejected" and reasons and reason not in reasons:
        raise item_field(position, "reject_reason", f'"{reason}" is not a valid choice.')
    return Verdict(str(entry["item_id"]), quantity, status, entry.get("reject_reason"), entry.get("reject_reason_text"))


def _draft(state: Reveni, made: Return, verdicts: list[Verdict]) -> list[Line]:
    """A copy of the lines to judge, with room checked; `replace` first joins the parts of each item named."""
    lines = [replace(line) for line in made.lines]
    if state.switches.second_verdict == "replace" and made.verdict_calls:
        for origin in dict.fromkeys(_origin(made, verdict) for verdict in verdicts):
            lines = _joined(lines, origin)
    room = {line.id: _pending(lines, line.id) for line in lines}
    for position, verdict in enumerate(verdicts):
        left = room.get(verdict.item_id, 0)
        if verdict.quantity > left:
            raise item_field(position, "quantity", f"Ensure this value is less than or equal to {left}.")
        room[verdict.item_id] = left - verdict.quantity
    return lines


def _origin(made: Return, verdict: Verdict) -> str:
    line = made.line(verdict.item_id)
    assert line is not None
    return line.origin


def _joined(lines: list[Line], origin: str) -> list[Line]:
    parts = [line for line in lines if line.origin == origin]
    whole = replace(parts[0], id=origin, quantity=sum(part.quantity for part in parts), status="pending")
    whole.reject_reason = whole.reject_reason_text = None
    return [whole if line is parts[0] else line for line in lines if line is parts[0] or line.origin != origin]


def _parts(lines: list[Line], item_id: str) -> list[Line]:
    return [line for line in lines if item_id in (line.id, line.origin) and line.status in PENDING]


def _pending(lines: list[Line], item_id: str) -> int:
    return sum(line.quantity for line in _parts(lines, item_id))


def _applied(state: Reveni, lines: list[Line], verdict: Verdict) -> list[Line]:
    left = verdict.quantity
    done: list[Line] = []
    open_parts = {id(part) for part in _parts(lines, verdict.item_id)}
    for line in lines:
        if id(line) not in open_parts or left == 0:
            done.append(line)
            continue
        taken = min(left, line.quantity)
        done += _split(state, line, taken, verdict)
        left -= taken
    return done


def _split(state: Reveni, line: Line, taken: int, verdict: Verdict) -> list[Line]:
    """The judged part keeps the id, what is left over goes on under a new one."""
    judged = _verdict_on(replace(line, quantity=taken), verdict)
    if taken == line.quantity:
        return [judged]
    return [judged, replace(line, id=state.new_id("item"), quantity=line.quantity - taken)]


def _verdict_on(line: Line, verdict: Verdict) -> Line:
    rejected = verdict.status == "rejected"
    return replace(
        line,
        status=verdict.status,
        reject_reason=verdict.reject_reason if rejected else None,
        reject_reason_text=verdict.reject_reason_text if rejected else None,
    )


def _shown(verdict: Verdict) -> Json:
    return {
        "item_id": verdict.item_id,
        "quantity": verdict.quantity,
        "status": verdict.status,
        "reject_reason": verdict.reject_reason,
        "reject_reason_text": verdict.reject_reason_text,
    }


def _note(state: Reveni, made: Return, body: object, source: str) -> None:
    entry = {"return_id": made.id, "source": source, "body": body, "at": stamp(state.clock())}
    state.verdicts.append({**entry, "after_final": made.status in FINAL})
