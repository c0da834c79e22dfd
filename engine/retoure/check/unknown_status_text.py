"""Does the text for a status nobody knows name only what is known there: the record, and the `status`?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding
from ..types.kinds import TEXT
from .facts import Facts
from .rule_scopes import track_scope
from .typing import Typer


def unknown_status_text(facts: Facts) -> Iterator[Finding]:
    found: list[Finding] = []
    if facts.track is not None and facts.track.unknown is not None:
        scope = track_scope(facts).having("status", TEXT)
        Typer(facts, found.append).infer(facts.track.unknown, scope)
    yield from found
