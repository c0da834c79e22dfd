"""Layouts: what to print and where lines may break, before anybody knows where they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Printed as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line end in a group that is broken (`blank`: with a blank line), else `flat`."""

    flat: str = " "
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Hard:
    """Always a line end; `blank`: with a blank line."""

    blank: bool = False


@dataclass(frozen=True, slots=True)
class Pad:
    """Blanks that line something up where the lines around it are broken, nothing where they are not."""

    width: int


@dataclass(frozen=True, slots=True)
class Above:
    """A comment on a line of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A comment at the end of its line: whatever follows goes to the next."""

    text: str


@dataclass(frozen=True, slots=True)
class Join:
    """One after the other."""

    parts: tuple[Doc, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """On one line if it fits there, else all its own lines broken."""

    inner: Doc


@dataclass(frozen=True, slots=True)
class Indent:
    """Lines inside start further right."""

    inner: Doc
    by: int = 2


@dataclass(frozen=True, slots=True)
class Hang:
    """Lines inside start under the place where this begins."""

    inner: Doc


Doc = Text | Line | Hard | Pad | Above | Beside | Join | Group | Indent | Hang

LINE, SPACE, NOTHING = Line(), Text(" "), Join(())


def join(*parts: Doc | str) -> Join:
    """The parts in turn, texts among them."""
    return Join(tuple(Text(part) if isinstance(part, str) else part for part in parts))


def between(separator: Doc, docs: Iterable[Doc]) -> Join:
    """The docs with a separator between any two."""
    parts: list[Doc] = []
    for doc in docs:
        parts += [separator, doc] if parts else [doc]
    return Join(tuple(parts))


def hung(*parts: Doc | str) -> Hang:
    """A group whose lines start where it starts."""
    return Hang(Group(join(*parts)))


def leaves(doc: Doc) -> Iterator[Doc]:
    """What a doc is made of, in turn, with no groups and indents around it."""
    waiting = [doc]
    while waiting:
        match waiting.pop():
            case Join(parts):
                waiting += reversed(parts)
            case Group(inner) | Indent(inner) | Hang(inner):
                waiting.append(inner)
            case leaf:
                yield leaf


def on_one_line(doc: Doc) -> tuple[str, bool] | None:
    """The doc on one line, and whether a comment ends it. None: a line end or a comment inside forbids that."""
    said, commented = "", False
    for leaf in leaves(doc):
        match leaf:
            case Text(text) | Line(text) if not (commented and text.strip()):
                said += text
            case Beside():
                commented = True
            case Pad():
                pass
            case _:
                return None
    return said, commented


def one_line(doc: Doc) -> str | None:
    """The doc on one line, None when it has comments or cannot be on one."""
    said, commented = on_one_line(doc) or ("", True)
    return None if commented or "\n" in said or "\r" in said else said
