"""Mapping versions as people name and read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from retoure import Activation, Scope, Store, Version

from .failures import WrongUse

FOR_WHOM: Final[Mapping[Scope, str]] = {
    Scope.NOW: "everything",
    Scope.NEW_RETURNS: "returns first heard of from event-{} on",
    Scope.EVENT: "each return from event-{} on",
}


def found_version(store: Store, name: str) -> Version:
    """A kept version by its name, or by the end of it: `3f9a2c1b`. Ends the command when it is none or several."""
    kept = store.versions()
    fitting = [each for each in kept if each.identity == name] or [each for each in kept if _ends(each.identity, name)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = ", ".join(each.identity for each in fitting)
        raise WrongUse(f"error: `{name}` is several versions: {names}")
    raise WrongUse(f"error: `{name}` is neither a file nor a kept version: `retoure versions` lists those there are")


def _ends(identity: str, name: str) -> bool:
    return len(name) > 3 and identity.rpartition(" ")[2].startswith(name)


def in_force(activations: Iterable[Activation]) -> dict[str, str]:
    """What each version that decides something is in force for, in words, the newest first."""
    found: dict[str, list[str]] = {}
    for made in sorted(activations, key=lambda each: each.id, reverse=True):
        words = FOR_WHOM[made.scope].format(made.since)
        found.setdefault(made.mapping, []).append("everything else" if found and made.scope is Scope.NOW else words)
        if made.scope is Scope.NOW:
            break
    return {mapping: ", ".join(words) for mapping, words in found.items()}
