"""Is each name given once?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..diagnostics import Finding, Label
from ..language import nodes as n
from .facts import Facts

KINDS = (
    (n.TableNode, "table"), (n.MapNode, "map"), (n.GateNode, "gate"), (n.RuleNode, "rule"),
    (n.PolicyNode, "policy"), (n.QueueNode, "queue"), (n.AlertNode, "alert"),
)  # fmt: skip


def unique_names(facts: Facts) -> Iterator[Finding]:
    for kind, word in KINDS:
        yield from _repeated([block.name for block in facts.module.of(kind)], word)
    if facts.mapping:
        yield from _repeated([node.name for node in facts.mapping.settings], "setting")
    if facts.track:
        yield from _repeated([stage.name for stage in facts.track.stages], "stage")


def _repeated(names: Iterable[n.Name], word: str) -> Iterator[Finding]:
    first: dict[str, n.Name] = {}
    for name in names:
        earlier = first.setdefault(name.text, name)
        if earlier is not name:
            related = (Label(earlier.span, "first given here"),)
            yield Finding("name-twice", f"{word} `{name}` is given twice", Label(name.span, "again here"), related)
