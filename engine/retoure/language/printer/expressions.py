"""Expressions: lines break before `and`, `or`, `default`, `on error`, `for each`, `where`, `then` and `else`."""

from __future__ import annotations

from collections.abc import Sequence

from .concrete import Branch, Leaf, Part
from .doc import SPACE, Doc, Group, Hang, Indent, Line, hung, join
from .lines import Row, lines_up, record, row
from .words import clauses, cut, doc, each_on_a_line, one_by_one, prints, spaced

SUFFIXES = frozenset({"default", "on_error", "convert", "convert_pattern"})


@prints("disjunction", "conjunction")
def _junction(branch: Branch) -> Doc:
    return Hang(_joined(branch))


def _joined(branch: Branch) -> Doc:
    first, *others = cut(branch.parts, "OR", "AND")
    return Group(join(_operand(first), *(join(Line(), _operand(other)) for other in others)))


def _operand(parts: Sequence[Part]) -> Doc:
    """What is joined by `and` inside of `or` has its further lines deeper, so that they are not mixed up."""
    *sign, operand = parts
    said = [join(doc(word), SPACE) for word in sign]
    if isinstance(operand, Branch) and operand.rule == "conjunction":
        return join(*said, Hang(Indent(_joined(operand))))
    return join(*said, doc(operand))


@prints("sum", "product")
def _arithmetic(branch: Branch) -> Doc:
    first, *others = cut(branch.parts, "SIGN", "TIMES")
    return hung(spaced(first), *(join(Line(), spaced(other)) for other in others))


@prints("equal", "unequal", "ordered", "among")
def _comparison(branch: Branch) -> Doc:
    left, sign, *right = branch.parts
    if branch.rule == "among":
        opening, *options, closing = right
        said: Doc = join(doc(opening), one_by_one(options), doc(closing))
    else:
        said = spaced(right)
    return hung(doc(left), Indent(join(Line(), doc(sign), SPACE, said)))


@prints(*SUFFIXES)
def _chain(branch: Branch) -> Doc:
    """`x default y as cents on error z`: what follows the value stands below it, `on error` beside its conversion."""
    base, suffixes = _unchained(branch)
    return hung(doc(base), *(join(Line(), suffix) for suffix in _paired(suffixes)))


def _unchained(branch: Branch) -> tuple[Part, list[Branch]]:
    suffixes: list[Branch] = []
    part: Part = branch
    while isinstance(part, Branch) and part.rule in SUFFIXES:
        suffixes.insert(0, Branch(part.rule, part.parts[1:]))
        part = part.parts[0]
    return part, suffixes


def _paired(suffixes: Sequence[Branch]) -> list[Doc]:
    docs: list[Doc] = []
    for index, suffix in enumerate(suffixes):
        said = spaced(suffix.parts)
        if suffix.rule == "on_error" and index and suffixes[index - 1].rule.startswith("convert"):
            docs[-1] = clauses(docs[-1], said)
        else:
            docs.append(said)
    return docs


@prints("choose")
def _choice(branch: Branch) -> Doc:
    condition, *others = cut(branch.parts, "THEN", "ELSE")
    return hung(spaced(condition), *(join(Line(), spaced(other)) for other in others))


@prints("minus")
def _minus(branch: Branch) -> Doc:
    return join(*map(doc, branch.parts))


@prints("parenthesis")
def _parenthesis(branch: Branch) -> Doc:
    return join(*map(doc, branch.parts))


@prints("call", "lookup")
def _call(branch: Branch) -> Doc:
    of, opening, *inner, closing = branch.parts
    keys = one_by_one(inner) if branch.rule == "lookup" else join(*map(doc, inner))
    return join(doc(of), doc(opening), keys, doc(closing))


@prints("arguments")
def _arguments(branch: Branch) -> Doc:
    return one_by_one(branch.parts)


@prints("aggregate")
def _aggregate(branch: Branch) -> Doc:
    function, opening, value, *loop, closing = branch.parts
    said = hung(doc(value), Line(), _loop(loop))
    return join(doc(function), doc(opening), said, doc(closing))


def _loop(parts: Sequence[Part]) -> Doc:
    """`for each x in LIST where … repeated N times`"""
    head, *others = cut(parts, "WHERE", "REPEATED")
    return clauses(spaced(head), *map(spaced, others))


@prints("for_each_record")
def _for_each_record(branch: Branch) -> Doc:
    """The record's braces stand under what the loop belongs to, not under the loop."""
    *loop, body = branch.parts
    head, *others = cut(loop, "WHERE", "REPEATED")
    said = hung(spaced(head), *(join(Line(), spaced(other)) for other in others))
    return Group(join(said, SPACE, doc(body)))


@prints("record")
def _record(branch: Branch) -> Doc:
    opening, *items, closing = branch.parts
    assert isinstance(opening, Leaf)
    assert isinstance(closing, Leaf)
    return record(opening, items, closing)


@prints("literal_record")
def _literal_record(branch: Branch) -> Doc:
    """A target and its value make an assignment here too."""
    opening, *words, closing = branch.parts
    assert isinstance(opening, Leaf)
    assert isinstance(closing, Leaf)
    items = [Branch("assignment", tuple(words[at : at + 3])) for at in range(0, len(words), 3)]
    return record(opening, items, closing)


@prints("literal_list")
def _literal_list(branch: Branch) -> Doc:
    opening, *items, closing = branch.parts
    if len(items) == 1:
        return join(doc(opening), doc(items[0]), doc(closing))
    inner = Indent(join(Line(""), each_on_a_line(items)))
    return Group(join(doc(opening), inner, Line(""), doc(closing))) if items else spaced(branch.parts)


@lines_up("assignment")
def _assignment(branch: Branch) -> Row:
    target, *value = branch.parts
    return row(spaced(value), target=doc(target))
