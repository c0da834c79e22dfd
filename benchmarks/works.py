"""The works that are compared. Each file is a group of them; `works` of a file names its own, large ones if not quick.

(a), (b) maps; (c) rules; (d) texts; (e) preparing; (f) checking; (g) accepting; (h) delivering; (i) to (l) growing.
"""

from __future__ import annotations

from collections.abc import Iterator

import accepting
import checking
import growing
import maps
import preparing
import rules
import texts
from measuring import Work

import delivery

GROUPS = (
    maps,
    rules,
    texts,
    preparing,
    checking,
    accepting,
    delivery,
    growing,
)


def works(*, quick: bool) -> Iterator[Work]:
    """The works in the order of their letters."""
    yield from sorted((work for group in GROUPS for work in group.works(quick=quick)), key=lambda work: work.name[0])
