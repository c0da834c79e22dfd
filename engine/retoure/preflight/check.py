"""What a preflight check found, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How one check ended. UNTOLD: nothing harmless would tell."""

    PASSED = "ok"
    WARNED = "warning"
    FAILED = "failed"
    SILENT = "no answer"
    UNTOLD = "cannot be told"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `about` is its path in the deployment file (`systems.scayle.credentials.token`) or
    a name of the mapping (`alert oncall`), `place` where it is written (`retoure.yaml:7`), `help` what to do.
    """

    about: str
    verdict: Verdict
    detail: str
    help: str = ""
    place: str = ""
    tenant: str = ""


def passed(about: str, detail: str) -> Check:
    """All is well."""
    return Check(about, Verdict.PASSED, detail)


def warned(about: str, detail: str, help: str) -> Check:
    """It works, and may not be what is wanted."""
    return Check(about, Verdict.WARNED, detail, help)


def failed(about: str, detail: str, help: str) -> Check:
    """It will not work."""
    return Check(about, Verdict.FAILED, detail, help)


def untold(about: str, detail: str, help: str = "") -> Check:
    """Nobody knows before it is tried."""
    return Check(about, Verdict.UNTOLD, detail, help)
