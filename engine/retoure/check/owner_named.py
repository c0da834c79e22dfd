"""Does the mapping say who looks after it?"""

from __future__ import annotations

from collections.abc import Iterator

from ..diagnostics import Finding, warning
from .facts import Facts


def owner_named(facts: Facts) -> Iterator[Finding]:
    mapping = facts.mapping
    if mapping is not None and not mapping.owner.strip():
        message = f"mapping `{mapping.name}` has no owner"
        yield warning(
            "no-owner", message, mapping.name.span, help='write `owner "TEAM"`, so that people know whom to ask'
        )
