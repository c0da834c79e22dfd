"""Types in the words of a finding."""

from __future__ import annotations

from ...types.kinds import MoneyType, Number, Type
from .conversions import CONVERSIONS

BARE = ("one of", "value", "yes", "anything", "money")


def a(kind: Type) -> str:
    """`an instant`, `a text`, `reveni.Return`: a type with its article."""
    if isinstance(kind, MoneyType) and kind.minor:
        return "whole cents"
    words = str(kind)
    if words.startswith(BARE) or ("." in words and not words.startswith("list")):
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def conversion_help(found: Type, wanted: Type) -> str | None:
    """The conversion that makes one type of the other, None when there is none."""
    if isinstance(wanted, MoneyType) and wanted.minor and isinstance(found, MoneyType):
        return "convert it: `as cents`"
    for name, conversion in CONVERSIONS.items():
        same = type(conversion.result) is type(wanted) or (isinstance(wanted, Number) and name == "decimal")
        if same and isinstance(found, conversion.sources) and type(found) is not type(wanted) and name != "cents":
            return f"convert it: `as {name}`"
    return None


def counted(count: int, word: str) -> str:
    """`1 key`, `2 keys`."""
    return f"{count} {word}{'s' if count != 1 else ''}"
