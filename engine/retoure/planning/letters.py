"""Dead letters: what a replay would send, and whether a changed call may be sent. Nothing is sent here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from ..compile import CompiledMapping
from ..connectors.port import Call, Request
from ..delivery.context import short
from ..delivery.ledger import Body, Effect, not_to_change
from ..delivery.reconcile import same
from ..delivery.sending import can_find_out
from ..delivery.store.port import Store
from ..runtime.program import operation_of
from ..testing.rehearsal import renderer
from ..types import json_text
from ..types.manifest import Manifest, Operation
from ..types.validate import problems
from .cells import Cell, cells
from .personal import Mask
from .plan import mask_of, planned
from .replay import Player
from .results import ReturnPlan
from .traffic import Journal, standing_journey

_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class EditRefused(ValueError):
    """A call may not be changed so; the text says why."""


class Books(Store, Journal, Protocol):
    """What is asked of a store here; SqliteStore and PostgresStore are two."""


@dataclass(frozen=True, slots=True)
class LetterPlan:
    """What a replay would do.

    `requests` are those that would be sent for a call as it is, none for an event, which is read and decided anew. With
    `finds_out` it is found out first whether the call took effect, since an earlier try may have had. `ended` says how
    a letter stands that waits for nobody any more: then nothing would be sent. `again` is what `mapping` would do with
    the return if it decided it once more.
    """

    letter: str
    subject: str
    mapping: str
    again: ReturnPlan
    requests: tuple[Request, ...] = ()
    finds_out: bool = False
    ended: str = ""


def letter_plan(program: CompiledMapping, books: Books, letter: str, *, personal: bool = False) -> LetterPlan:
    """What a replay of `effect-7` or `event-3` would do. Raises KeyError."""
    kind, _, number = letter.partition("-")
    if kind not in ("effect", "event") or not number.isdecimal():
        raise KeyError(f"no letter {letter}: they are called effect-7 or event-3")
    if kind == "event":
        event = books.event(int(number))
        again = again_plan(program, books, event.event.subject, personal=personal)
        return LetterPlan(letter, event.event.subject, program.identity, again, ended=_ended(event.state))
    effect = books.effect(int(number))
    ended = _ended(effect.state)
    return LetterPlan(
        letter,
        effect.subject,
        program.identity,
        again_plan(program, books, effect.subject, personal=personal),
        () if ended else requests_of(program, books, effect, personal=personal),
        not ended and effect.unsettled and can_find_out(_operation(program, effect)),
        ended,
    )


def _ended(state: str) -> str:
    return "" if state in ("queued", "held") else state


def requests_of(
    program: CompiledMapping, books: Books, effect: Effect, *, personal: bool = False
) -> tuple[Request, ...]:
    """What would be sent for a call as it is."""
    mask = _mask(books, effect.subject, personal=personal)
    return tuple(_shown(request, mask) for request in _requests(program, effect))


def told_of_return(books: Books, subject: str, value: Any, *, personal: bool = False) -> Any:
    """JSON from the journal of a return as it may be shown."""
    return _mask(books, subject, personal=personal).data(value)


def again_plan(program: CompiledMapping, books: Books, subject: str, *, personal: bool = False) -> ReturnPlan:
    """What a mapping would do with a return if it decided it once more, from what was recorded."""
    return planned(Player(program, program.care), standing_journey(books, subject), personal=personal)


def _mask(books: Books, subject: str, *, personal: bool) -> Mask:
    return mask_of(standing_journey(books, subject), personal=personal)


def _requests(program: CompiledMapping, effect: Effect) -> tuple[Request, ...]:
    call = Call(short(effect.operation), body=effect.body, key=effect.call_key)
    return renderer(_manifest(program, effect)).render(call)


def _shown(request: Request, mask: Mask) -> Request:
    return Request(request.method, request.path, mask.data(request.body), request.note)


def _manifest(program: CompiledMapping, effect: Effect) -> Manifest:
    return program.manifests[effect.operation.partition(".")[0]]


def _operation(program: CompiledMapping, effect: Effect) -> Operation:
    return operation_of(program.manifests, effect.operation)


# --- changing a call --------------------------------------------------------------------------------------------------


def body_text(body: Body) -> str:
    """A body as text to be changed: one field a line, numbers with all their digits."""
    lines = (f'  "{name}": {json_text.dump(value)}' for name, value in body.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def body_of(text: str) -> Body:
    """The body that a text stands for. Raises EditRefused."""
    try:
        body = json_text.parse(text)
    except json_text.JsonInvalid as problem:
        raise EditRefused(str(problem)) from problem
    if not isinstance(body, Mapping):
        raise EditRefused("a call is a JSON object: { … }")
    return body


def value_of(text: str, before: object) -> Any:
    """A value as somebody typed it: where a text was it stays one, else it is read as JSON where it can be."""
    try:
        return text if isinstance(before, str) else json_text.parse(text)
    except json_text.JsonInvalid:
        return text


def with_value(body: Any, path: str, value: Any) -> Any:
    """A copy of a body with another value at `items[0].price`. Raises EditRefused where the path leads nowhere."""
    steps = [int(index) if index else name for name, index in _STEP.findall(path)]
    if not steps or "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).lstrip(".") != path:
        raise EditRefused(f"`{path}` is no path: write it like `reason` or `items[0].price`")
    return _set(body, steps, path, value)


def value_at(body: Any, path: str) -> Any:
    """What stands at a path of a body; None for nothing."""
    for name, index in _STEP.findall(path):
        if isinstance(body, Mapping):
            body = body.get(name)
        elif isinstance(body, list | tuple) and index and int(index) < len(body):
            body = body[int(index)]
        else:
            return None
    return body


def _set(part: Any, steps: list[Any], path: str, value: Any) -> Any:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(part, Mapping) and isinstance(step, str) and (not rest or step in part):
        return {**part, step: _set(part.get(step), rest, path, value)}
    if isinstance(part, list | tuple) and isinstance(step, int) and step < len(part):
        return [_set(item, rest, path, value) if index == step else item for index, item in enumerate(part)]
    raise EditRefused(f"`{path}` leads nowhere in this call: it has nothing at `{step}`")


def changed_cells(books: Books, effect: Effect, body: Body, *, personal: bool = False) -> tuple[Cell, ...]:
    """The fields in which a changed call differs from the one that waits."""
    mask = _mask(books, effect.subject, personal=personal)
    return cells(effect.body, body, mask.data(effect.body), mask.data(body))


def check_edit(program: CompiledMapping, effect: Effect, body: Body) -> None:
    """Raises EditRefused for a call that cannot be changed any more, and for a body that changes nothing, is about
    another thing, or does not fit the operation.
    """
    refused = not_to_change(effect.id, effect.state, effect.unsettled)
    if refused:
        raise EditRefused(refused)
    if same(body, effect.body):
        raise EditRefused("nothing is changed")
    operation = _operation(program, effect)
    for name in operation.identity:
        if not same(body.get(name), effect.body.get(name)):
            raise EditRefused(f"`{name}` says what is written to: drop the call, and write to another thing by hand")
    new = set(_problems(program, effect, body)) - set(_problems(program, effect, effect.body))
    if new:
        raise EditRefused(f"{effect.operation} does not take this: {'; '.join(sorted(new))}")


def _problems(program: CompiledMapping, effect: Effect, body: Body) -> list[str]:
    manifest, record = _manifest(program, effect), _operation(program, effect).input
    if record is None:
        return []
    known = ", ".join(record.fields)
    strangers = [f"{name}: is not known here: known are {known}" for name in body if name not in record.fields]
    name = record.name.rpartition(".")[2]
    found = problems(body, manifest, name) if name in manifest.schemas else ()
    return [*strangers, *map(str, found)]
