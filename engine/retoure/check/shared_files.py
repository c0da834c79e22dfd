"""Do imported files hold only what may be shared, and do maps that are `like` another one fit it?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..diagnostics import Finding, did_you_mean, error
from ..language import nodes as n
from ..source import Span
from .facts import Facts

SHARED = (
    *(n.MappingNode, n.ImportNode, n.TableNode, n.MapNode, n.TemplateNode, n.GateNode),
    *(n.PolicyNode, n.QueueNode, n.AlertNode),
)


def shared_blocks(facts: Facts) -> Iterator[Finding]:
    """A library holds tables, maps, templates, gates, policies, queues and alerts."""
    library = facts.mapping is not None and facts.mapping.library
    source = facts.module.source
    whole = {source.part(head.span) for head in facts.libraries if not head.library}  # mappings that are imported
    for block in facts.module.blocks:
        foreign = not facts.module.own(block.span)
        unshared = library or (foreign and not facts.module.in_tests(block.span))
        if unshared and not isinstance(block, SHARED) and source.part(block.span) not in whole:
            help = "move it into the mapping that imports this file"
            word = facts.module.source.text[block.span.start :].partition(" ")[0]
            yield error("not-shared", f"a library shares no `{word}`", block.span, help=help)
        if foreign and isinstance(block, n.MappingNode) and not block.library:
            message = f"`{block.name}` is a mapping, and only libraries are imported"
            yield error("not-shared", message, block.name.span, help="begin the shared file with `library NAME { … }`")


def headless(facts: Facts) -> Iterator[Finding]:
    """An imported file begins with `library`, so that it can be checked in its own right."""
    module = facts.module
    if not module.source.parts:
        return
    seen = {module.source.part(head.span) for head in facts.heads}
    for block in module.blocks:
        part = module.source.part(block.span)
        if part not in seen and not module.own(block.span) and not module.in_tests(block.span):
            seen.add(part)
            message, help = f"`{Path(part.name).name}` has no head", "begin the shared file with `library NAME { … }`"
            yield error("not-shared", message, Span(block.span.start, block.span.start + 1), help=help)


def likes_fit(facts: Facts) -> Iterator[Finding]:
    """A map like another one has its parameters, and leaves out fields that it has."""
    for node in facts.maps.values():
        if node.like is None:
            continue
        base = facts.maps.get(node.like.base.text)
        if base is None:
            help = did_you_mean(node.like.base.text, facts.maps)
            yield error("unknown-map", f"there is no map `{node.like.base}`", node.like.base.span, help=help)
            continue
        yield from _parameters(node, base, node.like)
        yield from _circle(facts, node, node.like)
        yield from _without(base, node.like)


def _parameters(node: n.MapNode, base: n.MapNode, like: n.Like) -> Iterator[Finding]:
    own = {item.name.text: item.type.text for item in node.parameters}
    for item in base.parameters:
        if own.get(item.name.text) != item.type.text:
            wanted = f"{item.name} : {item.type.text}"
            message = f"map `{node.name}` is like `{base.name}` and lacks its parameter `{wanted}`"
            yield error("like-parameters", message, like.base.span, help=f"add `{wanted}`")


def _without(base: n.MapNode, like: n.Like) -> Iterator[Finding]:
    known = {item.target.text for item in base.assignments}
    for name in like.without:
        if name.text not in known:
            help = did_you_mean(name.text, known)
            yield error("unknown-target", f"map `{base.name}` sets no `{name}`", name.span, help=help)


def _circle(facts: Facts, node: n.MapNode, like: n.Like) -> Iterator[Finding]:
    """The finding for a circle, told at that one of its maps which stands first in the file."""
    chain = [node]
    while (following := chain[-1].like) is not None and following.base.text in facts.maps:
        chain.append(facts.maps[following.base.text])
        if chain[-1] is node and node is min(chain, key=lambda each: each.span):
            names = " → ".join(str(each.name) for each in chain)
            yield error("map-circle", f"map `{node.name}` is like itself: {names}", like.base.span, "leads back here")
        if chain[-1] in chain[:-1]:
            return
