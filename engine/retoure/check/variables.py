"""Does every variable have a name of its own: no parameter twice, no step that takes the name of an earlier one?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from .facts import Facts
from .typing.names import CONSTANTS

MEANT = (*CONSTANTS, "setting")
HELP = "give it another name"


def variables(facts: Facts) -> Iterator[Finding]:
    for block in facts.module.blocks:
        named = tuple(_named(facts, block))
        yield from _taken(named)
        yield from _meant(named)
    yield from _meant(loop.variable for loop in facts.nodes.of(n.Loop))


def _named(facts: Facts, block: n.Block) -> Iterator[n.Name]:
    """The variables of a block in order: what is followed, parameters, and what its steps name."""
    if isinstance(block, n.RuleNode) and facts.track is not None:
        yield facts.track.name
    if isinstance(block, n.MapNode | n.TemplateNode | n.GateNode | n.AnswerNode):
        yield from (parameter.name for parameter in block.parameters)
    for step in block.steps if isinstance(block, n.RuleNode | n.AnswerNode) else ():
        yield from _names_of(step)


def _names_of(step: n.Step) -> Iterator[n.Name]:
    if isinstance(step, n.ReadStep):
        yield step.name
    elif isinstance(step, n.ForEachStep):
        yield step.loop.variable
    elif isinstance(step, n.PickStep):
        yield step.variable
    elif isinstance(step, n.EffectStep) and step.named is not None:
        yield step.named


def _taken(names: Sequence[n.Name]) -> Iterator[Finding]:
    first: dict[str, n.Name] = {}
    for name in names:
        earlier = first.setdefault(name.text, name)
        if earlier is not name:
            related = [Label(earlier.span, "first given here")]
            yield error("name-twice", f"`{name}` is taken", name.span, "taken again here", related=related, help=HELP)


def _meant(names: Iterable[n.Name]) -> Iterator[Finding]:
    for name in names:
        if name.text in MEANT:
            yield error("name-twice", f"`{name}` has a meaning of its own", name.span, "taken", help=HELP)
