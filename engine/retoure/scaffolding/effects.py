"""How is an operation called safely: verb, key, gate, conditions, and a policy with an answer to every error?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..types.kinds import Integer, ListOf, Record, Text
from ..types.manifest import Fact, Kind, Manifest, Operation
from .filling import Filled, Value, filled, values_of
from .names import snake
from .subject import CannotScaffold, Subject

WAITS = "retry 8 times wait 2s to 10m then queue failed alert oncall"


@dataclass(frozen=True)
class Loop:
    """`for each VARIABLE in LIST`, over records of a type; `key` tells them apart."""

    variable: str
    list: str
    type: str
    key: str


@dataclass(frozen=True)
class Effect:
    """One operation with all that a rule about it needs; `instant` names fields whose records the platform settles."""

    subject: Subject
    system: str
    operation: Operation
    name: str
    map_name: str
    map: Filled
    loop: Loop | None
    instant: tuple[tuple[str, bool], ...]
    arms: tuple[str, ...]

    @property
    def path(self) -> str:
        return f"{self.system}.{self.operation.name}"

    @property
    def keeps(self) -> bool:
        """Whether it is a state that can be held true and taken back; everything else is sent once."""
        return self.operation.undo == "derived"

    @property
    def parameters(self) -> list[str]:
        """The parameters of the map: what it uses."""
        return [f"{name} : {kind}" for name, kind in self._variables() if self._used(name)]

    @property
    def arguments(self) -> list[str]:
        return [name for name, _ in self._variables() if self._used(name)]

    @property
    def key(self) -> list[str]:
        """What tells two calls apart: the subject, and the element of the list."""
        whole = f"{self.subject.name}.{self.subject.key}"
        return [whole, f"{self.loop.variable}.{self.loop.key}"] if self.loop else [whole]

    def _variables(self) -> Iterator[tuple[str, str]]:
        yield self.subject.name, f"{self.subject.manifest.system}.{self.subject.event.record}"
        if self.loop:
            yield self.loop.variable, self.loop.type

    def _used(self, name: str) -> bool:
        return any(f"{name}." in line.value for line in self.map.assignments)

    @property
    def refunds(self) -> bool:
        return "refund" in moved(self.operation)


def effect_of(subject: Subject, target: Manifest, operation: Operation, team: str, *, alone: bool = True) -> Effect:
    """The effect of an operation on a subject: once, or for each element of a list when that fills more fields.

    Raises CannotScaffold. Unless the target is `alone`, the map has the name of its system in its own.
    """
    if operation.kind is Kind.READ or operation.input is None:
        raise CannotScaffold(f"{target.system}.{operation.name} only reads: name an operation that writes")
    name = operation.name.replace(".", "_")
    map_name = snake(operation.input.name.rpartition(".")[2] if alone else operation.input.name.replace(".", "_"))
    values = [*values_of(subject.name, subject.record)]
    ways: list[tuple[Loop | None, list[Value]]] = [(None, values)]
    ways += [(loop, [*inner, *values]) for loop, inner in _loops(subject)]
    maps = [(loop, filled(operation.input, found, map_name, team)) for loop, found in ways]
    loop, best = max(maps, key=lambda way: way[1].found)
    instant = tuple(_instant(subject, operation))
    effect = Effect(
        subject, target.system, operation, name, map_name, best, loop, instant, tuple(_arms(operation, team))
    )
    if effect.refunds and not subject.approved:
        message = f"its manifest does not say which status of a {subject.name} approves the refund"
        raise CannotScaffold(f"{effect.path} pays money back, and {subject.manifest.system} is not ready: {message}")
    return effect


def moved(operation: Operation) -> set[str]:
    """What an operation sets in motion beside itself."""
    return {side.name for side in operation.side_effects}


def assumed(manifests: Sequence[Manifest], effects: Sequence[Effect]) -> Iterator[tuple[str, Fact]]:
    """The facts of the shop that decide whether an effect doubles what a platform does by itself."""
    motion = {name for effect in effects for name in moved(effect.operation)}
    when = {(effect.system, side.when) for effect in effects for side in effect.operation.side_effects}
    for manifest in manifests:
        for fact in manifest.facts.values():
            if (fact.effect in motion and not fact.only_when) or (manifest.system, fact.name) in when:
                yield manifest.system, fact


def _loops(subject: Subject) -> Iterator[tuple[Loop, list[Value]]]:
    for name, field in subject.record.fields.items():
        item = field.type.item if isinstance(field.type, ListOf) else None
        if field.required and isinstance(item, Record) and item.name.count(".") == 1:
            key = next((k for k in ("id", "key") if _is_key(item, k)), "")
            if key:
                yield Loop("item", f"{subject.name}.{name}", item.name, key), [*values_of("item", item)]


def _is_key(record: Record, name: str) -> bool:
    field = record.fields.get(name)
    return field is not None and field.required and isinstance(field.type, Text | Integer)


def _instant(subject: Subject, operation: Operation) -> Iterator[tuple[str, bool]]:
    """Fields of records for which the platform does by itself what the operation does, and whether they may miss."""
    for fact in subject.manifest.facts.values():
        if fact.only_when and fact.effect in moved(operation) and fact.default == "ON":
            yield f"{subject.name}.{fact.only_when}", not subject.record.fields[fact.only_when].required


def _arms(operation: Operation, team: str) -> Iterator[str]:
    """A policy: what may be repeated is, what is unknown is looked up first, everything else waits for a person."""
    if operation.idempotent or operation.settles_itself:
        yield f"on RATE_LIMITED, TIMEOUT, UNAVAILABLE {WAITS}"
    else:
        yield f"on RATE_LIMITED {WAITS}"
        if operation.check is not None:
            yield f"on TIMEOUT, UNAVAILABLE check then {WAITS}"
    if operation.kind is Kind.INCREMENT:
        yield f'on CONFLICT retry 3 times wait 1s to 5s then hold "changed meanwhile: {{error}}" for {team}'
    for code in dict.fromkeys(error.code for error in operation.errors):
        yield f'on {code} hold "TODO: what if {code}? {{error}}" for {team}'
    yield "otherwise queue failed alert oncall"
