"""A comparison of two mappings as it is read aloud: block by block, and what each change means."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.text import Text

from retoure import Place
from retoure.comparing import BlockChange, Change, Difference, Note, Sign

from .output import counted

SIGNS: Final = {Sign.ADDED: ("+", "green"), Sign.REMOVED: ("-", "red"), Sign.CHANGED: ("~", "yellow")}
SHORT: Final = 70
"""Texts that are no longer than this together stand on one line."""


def tell(found: Difference, out: Console) -> None:
    """Prints both mappings, and each block that differs."""
    for sign, side in (("-", found.before), ("+", found.after)):
        _line(out, 0, f"{sign} {side.file} ({side.mapping} {side.version})".replace(" )", ")"))
    for block in found.blocks:
        _line(out, 0, "")
        _block(block, out)


def total(found: Difference) -> str:
    """The last line: `3 blocks differ: 1 added, 2 changed; 1 change to be careful with`."""
    if not found.blocks:
        return "no difference"
    signs = [block.sign for block in found.blocks]
    parts = [f"{signs.count(sign)} {sign.value}" for sign in Sign if sign in signs]
    careful = f"; {counted(found.careful, 'change')} to be careful with" if found.careful else ""
    verb = "differs" if len(signs) == 1 else "differ"
    return f"{counted(len(signs), 'block')} {verb}: {', '.join(parts)}{careful}"


def _block(block: BlockChange, out: Console) -> None:
    sign, style = SIGNS[block.sign]
    name = f'"{block.name}"' if block.kind == "test" else block.name
    was = f" (was {block.renamed_from})" if block.renamed_from else ""
    _line(out, 0, f"{sign} {block.kind} {name}".rstrip() + was, f"bold {style}", _places(block))
    _note(block.note, 4, out)
    for change in block.changes:
        _change(change, out)


def _change(change: Change, out: Console) -> None:
    sign, style = SIGNS[change.sign]
    texts = [_flat(text) for text in (change.before, change.after)]
    short = sum(map(len, texts)) <= SHORT
    whole = " → ".join(texts) if change.sign is Sign.CHANGED else texts[0] or texts[1]
    one = change.sign is not Sign.CHANGED or short
    _line(out, 2, f"{sign} {change.what}" + (f"  {whole}" if one else ""), style, _places(change))
    for mark, text in () if one else zip("-+", texts, strict=True):
        _line(out, 6, f"{mark} {text}")
    _note(change.note, 6, out)


def _flat(text: str) -> str:
    """A text on one line."""
    return " ⏎ ".join(text.splitlines())


def _note(note: Note | None, indent: int, out: Console) -> None:
    if note is not None:
        _line(out, indent, f"{'careful: ' if note.careful else ''}{note.text}", "bold red" if note.careful else "dim")


def _places(found: BlockChange | Change) -> str:
    places: list[Place] = [place for place in (found.before_place, found.after_place) if place is not None]
    return "   " + " → ".join(map(str, places))


def _line(out: Console, indent: int, text: str, style: str = "", rest: str = "") -> None:
    body = Text(" " * indent)
    body.append(text, style=style)
    body.append(rest, style="dim")
    out.print(body, soft_wrap=True)
