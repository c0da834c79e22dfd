"""Is each name given once?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..diagnostics import Finding, Label, error
from ..language import nodes as n
from ..source import Span
from .facts import Facts
from .typing.functions import PICKED, RESERVED


def unique_names(facts: Facts) -> Iterator[Finding]:
    module = facts.module
    kinds: tuple[tuple[str, Iterable[n.Name]], ...] = (
        ("table", (block.name for block in module.of(n.TableNode))),
        ("map or template", (block.name for block in module.blocks if isinstance(block, n.MapNode | n.TemplateNode))),
        ("gate", (block.name for block in module.of(n.GateNode))),
        ("rule", (block.name for block in module.of(n.RuleNode))),
        ("policy", (block.name for block in module.of(n.PolicyNode))),
        ("queue", (block.name for block in module.of(n.QueueNode))),
        ("alert", (block.name for block in module.of(n.AlertNode))),
        ("audit", (block.name for block in module.of(n.AuditNode))),
        ("answer", (block.name for block in module.of(n.AnswerNode))),
        ("test", (_test(block) for block in module.of(n.TestNode))),
        ("setting", (node.name for head in facts.heads for node in head.settings)),
        *(("team", head.teams) for head in facts.heads),
        *(("system", [node.name for node in head.systems]) for head in facts.heads),
        *(("fact", _facts(head)) for head in facts.heads),
        ("stage", (stage.name for stage in facts.track.stages) if facts.track else ()),
    )
    for word, names in kinds:
        yield from _repeated(names, word)
    yield from _built_in(block.name for block in module.blocks if isinstance(block, n.MapNode | n.TemplateNode))


def _facts(head: n.MappingNode) -> Iterator[n.Name]:
    """What a head assumes: said twice, one of the two would be ignored."""
    for node in head.assumes:
        yield n.Name(f"{node.system}.{node.fact}", node.system.span.to(node.fact.span))


def _test(block: n.TestNode) -> n.Name:
    """The name of a test; its first word is the place."""
    return n.Name(block.name, Span(block.span.start, block.span.start + len("test")))


def _built_in(names: Iterable[n.Name]) -> Iterator[Finding]:
    for name in names:
        if name.text in RESERVED:
            message, help = f"`{name}` is the name of a function", "give it another name"
            notes = (f"`retoure functions {name}` shows the function",) if name.text not in PICKED else ()
            yield error("name-twice", message, name.span, "taken", notes=notes, help=help)


def _repeated(names: Iterable[n.Name], word: str) -> Iterator[Finding]:
    first: dict[str, n.Name] = {}
    for name in names:
        earlier = first.setdefault(name.text, name)
        if earlier is not name:
            related = [Label(earlier.span, "first given here")]
            message, help = f"{word} `{name}` is given twice", "rename one of the two"
            yield error("name-twice", message, name.span, "again here", related=related, help=help)
