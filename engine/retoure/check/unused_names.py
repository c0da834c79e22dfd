"""Is everything that is declared used somewhere?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..diagnostics import Finding, warning
from ..language import nodes as n
from ..language.index import Index
from ..language.uses import Use, uses
from .facts import Facts


def unused_names(facts: Facts) -> Iterator[Finding]:
    """What a library declares is there for others, and no finding."""
    if facts.mapping is not None and facts.mapping.library:
        return
    used = Counter(uses(facts.nodes))
    for word, names in _declared(facts):
        for name in names:
            if not (used[word, name.text] or _asked(facts, word, name, used)) and facts.module.own(name.span):
                message = f"{word} `{name}` is not used"
                yield warning("unused", message, name.span, help="remove it, or use it")


def unused_values(facts: Facts) -> Iterator[Finding]:
    """Parameters and values that were read and not used."""
    for block in facts.module.blocks:
        if isinstance(block, n.RuleNode | n.AnswerNode):
            reads = [step.name for step in block.steps if isinstance(step, n.ReadStep)]
            body: object = (block.steps, getattr(block, "give", None))
            yield from _unnamed("value", reads, body)
            yield from _unnamed("parameter", [item.name for item in getattr(block, "parameters", ())], body)
        elif isinstance(block, n.MapNode):
            whole = facts.maps.get(block.name.text, block)
            yield from _unnamed("parameter", _own_parameters(facts, block), whole.assignments)
        elif isinstance(block, n.GateNode):
            body = (block.requires, block.otherwise)
            yield from _unnamed("parameter", [item.name for item in block.parameters], body)


def _own_parameters(facts: Facts, block: n.MapNode) -> list[n.Name]:
    """The parameters of a map that it might do without: those of the map that it is like it must have."""
    base = facts.maps.get(block.like.base.text) if block.like is not None else None
    taken = {item.name.text for item in base.parameters} if base is not None else set()
    return [item.name for item in block.parameters if item.name.text not in taken]


def _unnamed(word: str, names: Sequence[n.Name], body: object) -> Iterator[Finding]:
    used = set(_named(Index(body))) if names else set()
    for name in names:
        if name.text not in used:
            yield warning("unused", f"{word} `{name}` is not used", name.span, help="remove it, or use it")


def _named(nodes: Index) -> Iterator[str]:
    yield from (node.name for node in nodes.of(n.NameRef))
    yield from (path.names[0].text for path in nodes.of(n.Path))


def _declared(facts: Facts) -> tuple[tuple[str, Iterable[n.Name]], ...]:
    teams = facts.mapping.teams if facts.mapping else ()
    team_settings = {name for name, node in facts.settings.items() if node.kind.text == "team"}
    return (
        ("team", (*teams, *(facts.settings[name].name for name in team_settings))),
        ("setting", [node.name for name, node in facts.settings.items() if name not in team_settings]),
        ("table", [node.name for node in facts.tables.values()]),
        ("map", [node.name for node in facts.maps.values()]),
        ("template", [node.name for node in facts.templates.values()]),
        ("gate", [node.name for node in facts.gates.values()]),
        ("policy", [node.name for node in facts.policies.values()]),
        ("queue", [node.name for node in facts.queues.values()]),
        ("alert", [node.name for node in facts.alerts.values()]),
    )


def _asked(facts: Facts, word: str, name: n.Name, used: Counter[Use]) -> bool:
    """Whether a setting of type team is used as a value: `setting.desk`."""
    node = facts.settings.get(name.text)
    return word == "team" and node is not None and node.name is name and used["setting", name.text] > 0
