"""A mapping taken apart for a comparison: its blocks by kind and name, and its risks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ..check import Facts
from ..language import nodes as n
from ..language.uses import Use
from ..source import Place
from . import failures, heads, rules, tables
from .risks import Risks, risks
from .statements import Described, Statement


@dataclass(frozen=True)
class Mapped:
    """One of the two mappings."""

    facts: Facts
    blocks: Mapping[Use, Described]
    risks: Risks

    def place(self, item: Described | Statement | None) -> Place | None:
        """Where something stands."""
        return None if item is None else self.facts.module.source.place(item.span)


def mapped(facts: Facts) -> Mapped:
    """The mapping with all it imports. Of blocks that share a name the first one counts, as everywhere."""
    found: dict[Use, Described] = {}
    for block in (*_heads(facts), *_blocks(facts), *_failures(facts)):
        found.setdefault((block.kind, block.name), block)
    return Mapped(facts, found, risks(facts))


def _heads(facts: Facts) -> Iterator[Described]:
    source = facts.module.source
    yield from (heads.mapping(source, head) for head in facts.heads)
    if facts.track:
        yield heads.track(source, facts.track)


def _blocks(facts: Facts) -> Iterator[Described]:
    source = facts.module.source
    yield from (tables.map_(source, node) for node in facts.maps.values())
    for block in facts.module.blocks:
        match block:
            case n.TableNode():
                yield tables.table(source, block)
            case n.TemplateNode():
                yield tables.template(source, block)
            case n.GateNode():
                yield tables.gate(source, block)
            case n.RuleNode():
                yield rules.rule(source, block)
            case n.AnswerNode():
                yield rules.answer(source, block)
            case n.AuditNode():
                yield rules.audit(source, block)
            case n.TestNode():
                yield rules.test(source, block)


def _failures(facts: Facts) -> Iterator[Described]:
    yield from (failures.policy(facts, node) for node in facts.policies.values())
    yield from (failures.queue(facts, node) for node in facts.queues.values())
    yield from (failures.alert(facts, node) for node in facts.alerts.values())
