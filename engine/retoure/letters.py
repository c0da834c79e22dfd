"""Characters that are not what they look like: letters of other alphabets, and what cannot be seen at all."""

from __future__ import annotations

import re
import unicodedata

TWINS = {
    **dict(zip("аеорсухіѕјһԁԛԝкмтв", "aeopcyxisjhdqwkmtb", strict=True)),
    **dict(zip("АВЕЅІЈКМНОРСТУХ", "ABESIJKMHOPCTYX", strict=True)),
    **dict(zip("οανρικυτΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oavpikutABEZHIKMNOPTYX", strict=True)),
}
"""Letters of the Cyrillic and the Greek alphabet, and the Latin ones they are taken for."""

HIDDEN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060-\u2069\ufeff]")
"""What steers a terminal, turns the direction of a line, ends a line for some programs only, or has no width.

Marks that texts in Arabic, Hebrew or Persian need, and the joiners of emoji, are not among them.
"""
LINE_ENDS = frozenset("\x85\u2028\u2029")
_UNNAMED = "a control character"


def named(char: str) -> str:
    """`U+0430 (cyrillic small letter a)`."""
    return f"U+{ord(char):04X} ({unicodedata.name(char, _UNNAMED).lower()})"


def twin(char: str) -> str | None:
    """The letter from a to z that a character is taken for, None when it is mistaken for none."""
    plain = unicodedata.normalize("NFKC", char)
    return TWINS.get(char) or (plain if plain != char and plain.isascii() and plain.isalnum() else None)
