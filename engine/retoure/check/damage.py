"""Which findings are only consequences of another one?

A finding that says that something is not there, or not used, is left out when a block that could not be read may hold
it. Without the mapping or the track every type is unknown, and only the syntax errors are told. And what is misspelt in
one place is not used in another.
"""

from __future__ import annotations

from ..diagnostics import Finding

HEADLESS = {"no-mapping", "no-track"}
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
        return _causes(found)
    if NEEDED & set(damaged):
        return []
    kinds = set(FOOLED) if "" in damaged else set(damaged)
    fooled = {"unused"}.union(*(FOOLED[kind] for kind in kinds), HEADLESS if "" in damaged else ())
    return _causes([finding for finding in found if finding.code not in fooled])


def _causes(found: list[Finding]) -> list[Finding]:
    codes = {finding.code for finding in found}
    misspelt = any(code.startswith("unknown-") for code in codes) or not codes.isdisjoint(HEADLESS)
    left_out = {"unused"} if misspelt else set[str]()
    if "unknown-error" in codes:
        left_out.add("conflict-unhandled")
    return [finding for finding in found if finding.code not in left_out]
