"""Which layouts of the tables this release can use, and what to do about the others."""

from __future__ import annotations

from ..errors import WrongVersion
from .schema import OLDEST, VERSION


def require_current(name: str, version: int) -> None:
    """Raises WrongVersion, saying what to do, for any layout but this release's own."""
    if version == VERSION:
        return
    require_upgradable(name, version)
    raise WrongVersion(_told(name, version, "Stop what uses it, and run `retoure store upgrade`."))


def require_upgradable(name: str, version: int) -> None:
    """Raises WrongVersion for a layout that no upgrade starts from."""
    if version > VERSION:
        raise WrongVersion(_told(name, version, "Use a newer retoure."))
    if version < OLDEST:
        advice = "It is too old to be upgraded: let the release that wrote it finish its work, then start anew."
        raise WrongVersion(_told(name, version, advice))


def _told(name: str, version: int, advice: str) -> str:
    return f"{name}: the database has layout version {version}, this release reads version {VERSION}. {advice}"
