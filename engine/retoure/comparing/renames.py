"""Blocks that only changed their names, and what that alone changes elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from ..language.uses import Use
from .statements import Described


@dataclass(frozen=True)
class Renames:
    """Old names by the keys of the blocks that bear new ones."""

    old: Mapping[Use, str]

    def alone(self, before: str, after: str) -> bool:
        """Whether two texts differ in nothing but names that changed."""
        return before != after and self.renamed(before) == after

    def renamed(self, text: str) -> str:
        """A text of the old mapping with the new names."""
        news = {old: name for (_, name), old in self.old.items()}
        if not news:
            return text
        words = re.compile(r"\b(?:" + "|".join(map(re.escape, news)) + r")\b")
        return words.sub(lambda found: news[found[0]], text)


def renames(olds: Mapping[Use, Described], news: Mapping[Use, Described]) -> Renames:
    """The renames that are certain: nothing else differs, and no other block is like them."""
    gone = _only(block for key, block in olds.items() if key not in news)
    come = _only(block for key, block in news.items() if key not in olds)
    both = ((block, gone[contents]) for contents, block in come.items() if contents in gone)
    return Renames({(block.kind, block.name): old.name for block, old in both})


def _only(blocks: Iterable[Described]) -> dict[Hashable, Described]:
    """Blocks by what they say, without those that say the same as another."""
    found = [(block.contents, block) for block in blocks]
    counts = Counter(contents for contents, _ in found)
    return {contents: block for contents, block in found if counts[contents] == 1}
