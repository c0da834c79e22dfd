"""Which findings can be trusted while some blocks could not be read?

A finding that says that something is not there, or not used, is left out when a damaged block may hold it. Without
the mapping or the track every type is unknown, and only the syntax errors are told.
"""

from __future__ import annotations

from ..diagnostics import Finding

NEEDED = {"mapping", "track"}
FOOLED = {
    "table": {"unknown-table"},
    "map": {"unknown-map"},
    "gate": {"unknown-gate", "refund-before-approval"},
    "rule": {"stage-without-rule"},
    "policy": {"unknown-policy"},
    "queue": {"unknown-queue"},
    "alert": {"unknown-alert"},
    "test": set[str](),
}


def trusted(found: list[Finding], damaged: tuple[str, ...]) -> list[Finding]:
    """The findings that no damaged block could make untrue; a damaged block of an unknown kind may be any."""
    if not damaged:
        return found
    if NEEDED & set(damaged):
        return []
    kinds = set(FOOLED) if "" in damaged else set(damaged)
    fooled = {"unused"}.union(*(FOOLED[kind] for kind in kinds), {"no-mapping", "no-track"} if "" in damaged else ())
    return [finding for finding in found if finding.code not in fooled]
