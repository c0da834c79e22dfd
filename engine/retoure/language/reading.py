"""Reads text by the tables of the grammar, from left to right, and has nodes made as their last word is read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from ..source import Span
from .scanning import Scanner, Token
from .shapes import Made, Shape, shape
from .tables import tables

END = "$END"
DEEPEST = 60
"""How deep a text may be nested: everything that walks the tree may then recurse without running out of stack."""
Maker = Callable[[Span, Sequence[Any]], Made]
"""Makes something of the place of a node and its children: tokens, what was made of nodes, None for what is missing."""


class Makers(dict[str, Maker]):
    """Makers by the names of their rules. Each is looked for when its rule is read first: most texts need a few."""

    def __init__(self, find: Callable[[str], Maker]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, rule: str) -> Maker:
        found = self[rule] = self._find(rule)
        return found


class Unexpected(Exception):
    """The text does not fit the grammar `at` this place.

    `found` is the word or sign there, None when it is none of the language, empty at the end of the text; `expected`
    names terminals.
    """

    def __init__(self, at: int, found: str | None, expected: Sequence[str]) -> None:
        super().__init__(f"{found!r} at {at}, expected {expected}")
        self.at = at
        self.found = found
        self.expected = expected


class TooDeep(Exception):
    """The text is nested more than DEEPEST levels deep."""


class _Passed(dict[tuple[int, str, str], tuple[int, int | None]]):
    """Where what a rule has made leads: from the state below it, before a terminal, past rules that only pass it on.
    And what is to be done there at that terminal.

    Before a comma, `a` is an atom, and with it a product, a sum, …: all these reductions in a row are one look-up.
    """

    def __init__(self, rows: Sequence[dict[str, int]], shapes: Sequence[Shape]) -> None:
        super().__init__()
        self._rows = rows
        self._shapes = shapes

    def __missing__(self, key: tuple[int, str, str]) -> tuple[int, int | None]:
        below, origin, kind = key
        state = self._rows[below][origin]
        action = self._rows[state].get(kind)
        while action is not None and action < 0 and self._shapes[-1 - action].unit:
            state = self._rows[below][self._shapes[-1 - action].origin]
            action = self._rows[state].get(kind)
        found = self[key] = state, action
        return found


class Grammar:
    """The tables, prepared for reading; with `every`, trees hold each word and sign as it is written."""

    def __init__(self, every: bool = False) -> None:
        known = tables()
        self.scanner = Scanner()
        self.rows = known.states
        self.goals = known.goals
        self.shapes = [shape(rule, every) for rule in known.rules]
        self.kept = {each.name for each in known.terminals if each.kept or every}
        self.passed = _Passed(self.rows, self.shapes)

    def read(self, text: str, within: Span, goal: str, makers: Makers, deepest: int | None = DEEPEST) -> Made:
        """What the makers make of a part of a text. Raises Unexpected, TooDeep, what makers do."""
        return _Reading(self, text, within, makers, self.goals[goal], deepest or sys.maxsize).whole()


@cache
def grammar(every: bool = False) -> Grammar:
    """The grammar of mapping files (`start`) and single expressions (`expression`)."""
    return Grammar(every)


class _Reading:
    """One text on its way. What was read so far stands on stacks, side by side: values, their starts and depths.

    The stack of states has one more: the first.
    """

    def __init__(
        self, grammar: Grammar, text: str, within: Span, makers: Makers, goal: tuple[int, int], deepest: int
    ) -> None:
        self._grammar = grammar
        self._text = text
        self._end, self._limit = within.start, within.end
        self._makers = makers
        first, self._last = goal
        self._deepest = deepest
        self._states = [first]
        self._values: list[Made] = []
        self._starts: list[int] = []
        self._depths: list[int] = []

    def whole(self) -> Made:
        """What the makers make of the whole text. Long, since a call here would be one for each word and sign."""
        grammar, text, limit = self._grammar, self._text, self._limit
        rows, kept, scans, words = grammar.rows, grammar.kept, grammar.scanner.scans, grammar.scanner.words
        shapes, passed = grammar.shapes, grammar.passed
        states, values, starts, depths = self._states, self._values, self._starts, self._depths
        start = end = self._end
        while True:
            state = states[-1]
            row = rows[state]
            found = scans[state](text, end, limit)
            kind = ""
            if found:
                kind, start, end = found.lastgroup or END, found.end(1), found.end()
                if kind in words:
                    word = words[kind].get(text[start:end], kind)
                    kind = word if word in row else kind
            action = row.get(kind)
            if action is None:
                kind, start, end = self._next(state)
                action = row.get(kind)
            while action is not None and action < 0:
                shape = shapes[-1 - action]
                if not shape.unit:
                    self._reduce(shape)
                states[-1], action = passed[states[-2], shape.origin, kind]
            if action is None:
                if kind == END and states[-1] == self._last:
                    return values[-1]
                raise Unexpected(start, text[start:end], self._accepted())
            states.append(action)
            values.append(Token(kind, text[start:end], start, end) if kind in kept else None)
            starts.append(start)
            depths.append(0)
            self._end = end

    def _next(self, state: int) -> tuple[str, int, int]:
        """The kind of the next word or sign and its place, by the pattern of the state alone."""
        scanner, row = self._grammar.scanner, self._grammar.rows[state]
        found = scanner.own(state)(self._text, self._end, self._limit)
        if found is None:
            raise self._foreign(state)
        kind, start, end = found.lastgroup or END, found.end(1), found.end()
        word = scanner.words.get(kind, {}).get(self._text[start:end], kind)
        return word if word in row else kind, start, end

    def _foreign(self, state: int) -> Unexpected:
        """What stands here is nothing that a state expects, and perhaps nothing of the language."""
        scanner = self._grammar.scanner
        at = scanner.skipped(self._text, self._end, self._limit)
        found = scanner.any()(self._text, at, self._limit)
        if found is not None:
            return Unexpected(at, self._text[at : found.end()], self._accepted())
        return Unexpected(at, None, [each.name for each in scanner.expected(self._grammar.rows[state])])

    def _reduce(self, shape: Shape) -> None:
        """Puts what a rule makes of the symbols on top in their place. Which state is on top then is not said here."""
        values, depths = self._values, self._depths
        if shape.empty:
            self._push_nothing()
        base = len(values) - shape.size
        taken = values[base:]
        depth = max(depths[base:]) if shape.deep is None else depths[base + shape.deep]
        children: Sequence[Made] = taken
        if shape.children is not None:
            taken.append(None)
            children = shape.children(taken)
        if shape.inlined:
            value: Made = children
        elif shape.passes and len(children) == 1:
            value = children[0]
        else:
            depth += len(children) if shape.chain else 1
            if depth > self._deepest:
                raise TooDeep
            value = self._makers[shape.name](Span(self._starts[base], self._end), children)
        values[base] = value
        depths[base] = depth
        if shape.size > 1:
            del values[base + 1 :], depths[base + 1 :], self._starts[base + 1 :], self._states[base + 2 :]

    def _push_nothing(self) -> None:
        self._states.append(0)
        self._values.append(None)
        self._starts.append(self._end)
        self._depths.append(0)

    def _accepted(self) -> list[str]:
        """The terminals that could stand here."""
        expected = sorted(name for name in self._grammar.rows[self._states[-1]] if name.isupper())
        return [name for name in expected if self._accepts(name)] or expected

    def _accepts(self, kind: str) -> bool:
        """Whether all reductions before a terminal end where it can be read."""
        rows, shapes, states = self._grammar.rows, self._grammar.shapes, list(self._states)
        action = rows[states[-1]].get(kind)
        while action is not None and action < 0:
            shape = shapes[-1 - action]
            if not shape.empty:
                del states[len(states) - shape.size :]
            states.append(rows[states[-1]][shape.origin])
            if kind == END and states[-1] == self._last:
                return True
            action = rows[states[-1]].get(kind)
        return action is not None
