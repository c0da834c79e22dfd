"""Two mappings held against each other, block by block and statement by statement. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from ..check import Facts
from ..checked import Checked
from ..language.uses import Use
from .mapped import Mapped, mapped
from .notes import RENAMED, Seen, note_of, note_of_block
from .pairs import differing, moved
from .renames import Renames, renames
from .results import BlockChange, Change, Difference, Note, Side, Sign
from .statements import Described, Statement

KINDS: Final = (
    *("mapping", "library", "track", "table", "map", "template", "gate", "rule", "watch"),
    *("policy", "queue", "alert", "audit", "answer", "test"),
)
"""Blocks are told in this order, as they stand in most files."""


@dataclass(frozen=True)
class _Both:
    """The two mappings, and the names that changed between them."""

    old: Mapped
    new: Mapped
    renames: Renames

    def blocks(self) -> Iterator[tuple[Described | None, Described | None]]:
        """Each block with what it was before; then those that are gone."""
        for key, block in self.new.blocks.items():
            yield self.old.blocks.get((block.kind, self.renames.old.get(key, block.name))), block
        known = {(kind, self.renames.old.get((kind, name), name)) for kind, name in self.new.blocks}
        yield from ((block, None) for key, block in self.old.blocks.items() if key not in known)

    def at_risk(self, before: Use | None, after: Use | None) -> frozenset[str]:
        """What is at risk in either mapping."""
        sides = ((self.old, before), (self.new, after))
        return frozenset(risk for side, part in sides if part is not None for risk in side.risks.of(*part))


def difference(before: Checked, after: Checked) -> Difference:
    """What two mappings say differently. Layout, comments and the order of blocks are no difference."""
    old, new = mapped(before.facts), mapped(after.facts)
    both = _Both(old, new, renames(old.blocks, new.blocks))
    found = [change for pair in both.blocks() if (change := _block(both, *pair)) is not None]
    found.sort(key=lambda block: KINDS.index(block.kind))
    return Difference(_side(old.facts), _side(new.facts), tuple(found))


def _side(facts: Facts) -> Side:
    head = facts.mapping
    return Side(facts.module.source.name, head.name.text if head else "", head.version if head else "")


def _block(both: _Both, before: Described | None, after: Described | None) -> BlockChange | None:
    block = after or before
    assert block is not None, "a block is in at least one of the mappings"
    was = before.name if before and after and before.name != after.name else ""
    changes = tuple(_changes(both, before, after))
    sign = _sign(before, after)
    if sign is Sign.CHANGED and not changes and not was:
        return None
    note = note_of_block(block.kind, sign, both.at_risk(_use(before), _use(after)), renamed=bool(was))
    return BlockChange(sign, block.kind, block.shown, both.old.place(before), both.new.place(after), changes, was, note)


def _sign(before: object, after: object) -> Sign:
    return Sign.ADDED if before is None else Sign.REMOVED if after is None else Sign.CHANGED


def _use(block: Described | None) -> Use | None:
    return (block.kind, block.name) if block else None


# --- statements


def _changes(both: _Both, before: Described | None, after: Described | None) -> Iterator[Change]:
    olds, news = (block.statements if block else () for block in (before, after))
    olds = tuple(replace(item, name=both.renames.renamed(item.name)) for item in olds)
    whole = before is not None and after is not None
    for old, new in differing(olds, news):
        note = _note(both, before, after, old, new) if whole else None
        yield _change(both, old, new, note)
    steps = moved(olds, news) if before and after and after.ordered else None
    if steps is not None and before and after:
        yield _moved(both, before, after, *steps)


def _change(both: _Both, old: Statement | None, new: Statement | None, note: Note | None) -> Change:
    said = new or old
    assert said is not None, "a statement is in at least one of the blocks"
    before, after = old.text if old else "", new.text if new else ""
    if old and new and before == after:
        before, after = old.name or "no label", new.name or "no label"
    return Change(_sign(old, new), said.title, before, after, both.old.place(old), both.new.place(new), note)


def _note(
    both: _Both, before: Described | None, after: Described | None, old: Statement | None, new: Statement | None
) -> Note | None:
    if old and new and both.renames.alone(old.text, new.text):
        return RENAMED
    abouts = (item.about if item and item.about else _use(block) for item, block in ((old, before), (new, after)))
    block = after or before
    assert block is not None
    return note_of(Seen(block.kind, block.name, _sign(old, new), old, new, both.at_risk(*abouts), both.old, both.new))


def _moved(both: _Both, before: Described, after: Described, olds: list[Statement], news: list[Statement]) -> Change:
    """One statement about all steps that stand in another order."""
    old, new = (
        Statement("order of steps", "", ", ".join(item.title for item in side), (), block.span)
        for side, block in ((olds, before), (news, after))
    )
    return replace(_change(both, old, new, _note(both, before, after, old, new)), what="order of steps")
