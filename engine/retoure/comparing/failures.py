"""What policies, queues and alerts say."""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Facts
from ..language import nodes as n
from ..language.wording import duration, written
from ..source import Source
from .statements import Described, Statement


def policy(facts: Facts, node: n.PolicyNode) -> Described:
    """A policy class by class, what it inherits included."""
    said = {item.title: item for arm in reversed(facts.arms(node)) for item in _arm(facts.module.source, arm)}
    return Described("policy", node.name.text, node.span, tuple(reversed(said.values())))


def _arm(source: Source, arm: n.ArmNode) -> Iterator[Statement]:
    text = steps_of(source, arm)
    for name in reversed(arm.classes):
        yield Statement("on", name.text, text, arm.steps, arm.span)
    if not arm.classes:
        yield Statement("otherwise", "", text, arm.steps, arm.span)


def steps_of(source: Source, arm: n.ArmNode) -> str:
    """`retry 8 times wait 2s to 10m then queue failed`"""
    return written(source, arm.steps[0].span.to(arm.steps[-1].span))


def queue(facts: Facts, node: n.QueueNode) -> Described:
    """How long letters are kept, and how they go on."""
    keep = duration(node.keep) if node.keep else ""
    said = [Statement("keep", "", keep, node.keep, node.span)] if node.keep else []
    said.append(Statement("replay", "", replay_of(node), (node.by_hand, node.order), node.span))
    return Described("queue", node.name.text, node.span, tuple(said))


def replay_of(node: n.QueueNode) -> str:
    """`by hand`, `in order of return.id`"""
    return "by hand" if node.by_hand else f"in order of {node.order}" if node.order else ""


def alert(facts: Facts, node: n.AlertNode) -> Described:
    """When people are told."""
    source = facts.module.source
    said = [Statement("when", item.kind.text, written(source, item.span), item, item.span) for item in node.thresholds]
    if node.quiet:
        said.append(Statement("quiet", "", duration(node.quiet), node.quiet, node.span))
    return Described("alert", node.name.text, node.span, tuple(said))
