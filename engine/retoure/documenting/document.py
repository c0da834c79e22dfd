"""What the document of a mapping says, as data for the templates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..check import Facts
from ..check.refund_approval import approving_stages
from ..checked import Checked
from ..comparing.mapped import mapped
from ..comparing.statements import Described, Statement
from ..language import nodes as n
from ..language.walk import walk
from ..types.kinds import Record, Type

NAMES = {
    "refund": "pays the shopper back",
    "stock": "books stock",
    "order": "makes an order",
    "mail": "sends a mail",
    "invoice": "makes an invoice",
}
"""Side effects of operations, in words; others keep their name."""


@dataclass(frozen=True)
class Row:
    """A name and what is said of it."""

    name: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class FieldRow:
    """A field of a target record: its type, whether it must be set, how it is made, and which places it comes from."""

    name: str
    type: str
    required: bool
    text: str
    sources: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True)
class MapTold:
    """A map; `unset` are optional fields of its target that it leaves out."""

    name: str
    takes: str
    makes: str
    fields: tuple[FieldRow, ...]
    unset: tuple[str, ...]


@dataclass(frozen=True)
class EffectRow:
    """Something that is sent."""

    rule: str
    verb: str
    operation: str
    when: str
    key: str
    on_change: str
    policy: str
    consequences: tuple[str, ...]
    summary: str


@dataclass(frozen=True)
class Stage:
    """A stage with its statuses; `approved` when a refund may be paid in it."""

    name: str
    statuses: tuple[str, ...]
    approved: bool


@dataclass(frozen=True)
class Move:
    """A legal move; `via` are the stages passed by."""

    origin: str
    target: str
    via: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A block as a list of statements."""

    name: str
    purpose: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Document:
    """A mapping, told. `identity` says which version of the text it was made from."""

    name: str
    version: str
    owner: str
    identity: str
    systems: tuple[Row, ...]
    owns: tuple[Row, ...]
    settings: tuple[Row, ...]
    assumptions: tuple[Row, ...]
    track: str
    stages: tuple[Stage, ...]
    moves: tuple[Move, ...]
    unknown: str
    maps: tuple[MapTold, ...]
    effects: tuple[EffectRow, ...]
    blocks: Mapping[str, tuple[Block, ...]]
    tests: tuple[str, ...]


def document(checked: Checked, identity: str) -> Document:
    """The document of a mapping without errors."""
    facts = checked.facts
    described = list(mapped(facts).blocks.values())
    head = next(block for block in described if block.kind == "mapping")
    track = next((block for block in described if block.kind == "track"), None)
    return Document(
        name=facts.mapping.name.text if facts.mapping else "",
        version=facts.mapping.version if facts.mapping else "",
        owner=facts.mapping.owner if facts.mapping else "",
        identity=identity,
        systems=tuple(Row(item.name, item.text, _title(facts, item.name)) for item in _about(head, "system")),
        owns=tuple(Row(item.text, item.name) for item in _about(head, "data")),
        settings=tuple(_settings(head)),
        assumptions=tuple(_assumptions(facts, head)),
        track=" : ".join(item.text for item in _about(track, "name", "type")),
        stages=tuple(_stages(facts)),
        moves=tuple(_moves(facts)),
        unknown=next((item.text for item in _about(track, "unknown status")), ""),
        maps=tuple(_map(facts, node, block) for node, block in _maps(facts, described)),
        effects=tuple(_effects(facts, described)),
        blocks={kind: tuple(_block(block) for block in described if block.kind == kind) for kind in BLOCKS},
        tests=tuple(block.name for block in described if block.kind == "test"),
    )


BLOCKS = ("table", "template", "gate", "rule", "watch", "policy", "queue", "alert", "audit", "answer")
"""Kinds of blocks that are told statement by statement."""


def _about(block: Described | None, *topics: str) -> Iterator[Statement]:
    yield from (item for item in (block.statements if block else ()) if item.topic in topics and not item.under)


def _title(facts: Facts, system: str) -> str:
    return facts.manifests[system].title if system in facts.manifests else ""


def _settings(head: Described) -> Iterator[Row]:
    defaults = {item.under: item.text for item in head.statements if item.topic == "default"}
    for item in _about(head, "setting"):
        default = defaults.get(item.title, "")
        yield Row(item.name, item.text, f"default {default}" if default else "to be set by the deployment")


def _assumptions(facts: Facts, head: Described) -> Iterator[Row]:
    for item in _about(head, "assumption"):
        system, _, fact = item.name.partition(".")
        known = facts.manifests[system].facts.get(fact) if system in facts.manifests else None
        yield Row(item.name, item.text, known.summary if known else "")


# --- stages


def _stages(facts: Facts) -> Iterator[Stage]:
    approved = approving_stages(facts)
    for stage in facts.track.stages if facts.track else ():
        yield Stage(stage.name.text, tuple(map(str, stage.statuses)), stage.name.text in approved)


def _moves(facts: Facts) -> Iterator[Move]:
    for move in facts.track.moves if facts.track else ():
        for target in move.targets:
            yield Move(move.origin.text, target.stage.text, tuple(map(str, target.via)))


# --- maps


def _maps(facts: Facts, described: list[Described]) -> Iterator[tuple[n.MapNode, Described]]:
    blocks = {block.name: block for block in described if block.kind == "map"}
    yield from ((node, blocks[name]) for name, node in facts.maps.items())


def _map(facts: Facts, node: n.MapNode, block: Described) -> MapTold:
    target = facts.record_of(node.target)
    known = target.fields if target else {}
    texts = {item.name: item.text for item in _about(block, "field")}
    rows = tuple(_field(item, target, texts) for item in node.assignments)
    unset = tuple(name for name in known if name not in texts)
    takes, makes = (next((item.text for item in _about(block, topic)), "") for topic in ("takes", "makes"))
    return MapTold(node.name.text, takes, makes, rows, unset)


def _field(item: n.Assignment, target: Record | None, texts: Mapping[str, str]) -> FieldRow:
    name = item.target.text
    field = target.fields.get(name) if target else None
    kind: Type | str = field.type if field else ""
    sources = dict.fromkeys(_source(node) for node in walk(item.value))
    return FieldRow(
        name,
        str(kind),
        bool(field and field.required),
        texts.get(name, ""),
        tuple(source for source in sources if source),
        field.description if field else "",
    )


def _source(node: object) -> str:
    """`return.order.external_id` or `return_reason[…]`, empty for anything that is no place."""
    if isinstance(node, n.Lookup) and isinstance(node.of, n.NameRef):
        return f"{node.of.name}[…]"
    if not isinstance(node, n.Member):
        return ""
    parts = [node.name.text]
    inner: object = node.of
    while isinstance(inner, n.Member):
        parts.append(inner.name.text)
        inner = inner.of
    return ".".join([inner.name, *reversed(parts)]) if isinstance(inner, n.NameRef) else ""


# --- rules


def _effects(facts: Facts, described: list[Described]) -> Iterator[EffectRow]:
    for block in described:
        if block.kind == "rule":
            when = next((item.text for item in _about(block, "when")), "").removeprefix("when ")
            steps = [step for step in facts.rules[block.name].steps if isinstance(step, n.EffectStep)]
            yield from (_effect(facts, block, step, when) for step in steps)


def _effect(facts: Facts, block: Described, step: n.EffectStep, when: str) -> EffectRow:
    operation = facts.operation(step.operation)
    under = f"effect {step.operation}"
    said = {item.topic: item.text for item in block.statements if item.under == under}
    sides = [side.name for side in operation.side_effects] if operation else []
    moves = [NAMES.get(name, name) for name in dict.fromkeys(sides) if facts.moves(step.operation, name)]
    return EffectRow(
        block.name,
        step.verb,
        str(step.operation),
        when,
        said.get("once per", said.get("per", "")),
        said.get("on change", ""),
        said.get("on error follow", ""),
        tuple(moves),
        operation.summary if operation else "",
    )


def _block(block: Described) -> Block:
    purpose = next((item.text for item in _about(block, "purpose")), "")
    rows = (Row(item.title, item.text) for item in block.statements if item.topic != "purpose" and not item.under)
    return Block(block.name, purpose, tuple(rows))
