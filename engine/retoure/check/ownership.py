"""Does the mapping write only what the platform it writes to owns?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, Label, did_you_mean, error
from ..language import nodes as n
from .facts import Facts


def owners_agree(facts: Facts) -> Iterator[Finding]:
    known = sorted({name for manifest in facts.manifests.values() for name in manifest.owns})
    first: dict[str, n.Name] = {}
    for node in facts.mapping.owns if facts.mapping else ():
        for name in node.data:
            earlier = first.setdefault(name.text, name)
            if name.text not in known:
                help = did_you_mean(name.text, known)
                yield error("unknown-data", f"no platform has data called `{name}`", name.span, help=help)
            elif earlier is not name:
                related = [Label(earlier.span, "owned here")]
                message = f"`{name}` has two owners"
                yield error("owned-twice", message, name.span, "and here", related=related, help="keep one of the two")


def foreign_data(facts: Facts) -> Iterator[Finding]:
    owners = {name.text: node for node in (facts.mapping.owns if facts.mapping else ()) for name in node.data}
    foreign: dict[tuple[str, str], list[n.EffectStep]] = {}
    for _, step in facts.effects:
        system = step.operation.names[0].text
        for data in _written(facts, step):
            if data in owners and owners[data].system.text != system:
                foreign.setdefault((data, system), []).append(step)
    for (data, system), written in foreign.items():
        yield _elsewhere(data, system, owners[data], written)


def _elsewhere(data: str, system: str, owner: n.OwnsNode, written: list[n.EffectStep]) -> Finding:
    """One finding for all effects that write the data: their common cause is who owns it."""
    first, *others = written
    message = f"`{first.operation}` writes {data} into {system}, and {owner.system} owns it"
    related = [Label(owner.span, "owned here"), *(Label(step.operation.span, "written here too") for step in others)]
    help = f"write it into {owner.system}, or make {system} its owner"
    return error("owned-elsewhere", message, first.operation.span, related=related, help=help)


def _written(facts: Facts, step: n.EffectStep) -> list[str]:
    """The data an operation changes: what it is called after (`orders.…`), and what follows from it."""
    called = step.operation.names[1].text.removesuffix("s") if len(step.operation.names) > 1 else ""
    moved = [name for name in ("stock", "order") if facts.causes(step.operation, name)]
    return list(dict.fromkeys([called, *moved]))
