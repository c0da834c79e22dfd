"""Code for lists: what is made for each element, and what is counted, added up or tested."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..language import nodes as n
from ..language.walk import walk
from ..runtime.evaluate import MOST_REPEATED
from ..runtime.values import extreme, total
from ..types.kinds import Integer
from .base import GiveUp, Unsupported
from .calls import Calls
from .paths import path

SHORT = 3
"""So many fields of a record stand in one line."""

LONG = 15
"""So many fields Python makes a dictionary of at once."""


def repetitions(times: int, made: int) -> range:
    """How often one more record is made. Gives up on more than may be."""
    if made + times > MOST_REPEATED:
        raise GiveUp
    return range(times)


class Loops(Calls):
    """Everything with a `for each`, and records."""

    @contextmanager
    def _each(self, loop: n.Loop, *inside: n.Alternative) -> Iterator[None]:
        """Lines written inside are run for each element that passes `where`."""
        source = self.expr(loop.source)
        self._read_before(loop, inside)
        element = self.out.fresh()
        self.elements.add(element)
        self.out.line(f"for {element} in {source}{' or ()' if self.may_miss(loop.source) else ''}:")
        with self.naming({loop.variable.text: element}), self.branch() as lines:
            if loop.where is not None:
                self.out.line(f"if not {self.truth(loop.where)}:")
                with self.out.indented():
                    self.out.line("continue")
            yield
        self.out.place(lines)

    def _read_before(self, loop: n.Loop, inside: tuple[n.Alternative, ...]) -> None:
        """Reads once, before the loop, what is the same for every element."""
        parts = [part for node in (loop.where, *inside) for part in walk(node)]
        own = {loop.variable.text, *(part.variable.text for part in parts if isinstance(part, n.Loop))}
        for part in parts:
            if isinstance(part, n.Member) and root(part) in self.variables and root(part) not in own:
                self.uses[path(part)] += 1
                self.expr(part)

    # ---- aggregates

    def _Aggregate(self, node: n.Aggregate) -> str:
        method = getattr(self, "_" + node.function.text, None)
        if method is None:
            raise Unsupported(node.function.text)
        with self.out.at(node.span):
            found: str = method(node)
            return found

    def _any(self, node: n.Aggregate) -> str:
        return self._found(node, "False", "True", "if {}:")

    def _every(self, node: n.Aggregate) -> str:
        return self._found(node, "True", "False", "if not {}:")

    def _found(self, node: n.Aggregate, before: str, after: str, test: str) -> str:
        found = self.out.fresh()
        self.out.line(f"{found} = {before}")
        with self._each(node.loop, node.value):
            self.out.line(test.format(self.truth(node.value)))
            with self.out.indented():
                self.out.line(f"{found} = {after}")
                self.out.line("break")
        return found

    def _count(self, node: n.Aggregate) -> str:
        if node.loop.where is None and not self.may_miss(node.loop.source):
            return f"len({self.expr(node.loop.source)})"
        found = self.out.fresh()
        self.out.line(f"{found} = 0")
        with self._each(node.loop):
            self.out.line(f"{found} += 1")
        return found

    def _first(self, node: n.Aggregate) -> str:
        found = self.out.fresh()
        self.out.line(f"{found} = None")
        with self._each(node.loop, node.value):
            self.out.line(f"{found} = {self.expr(node.value)}")
            self.out.line("break")
        return found

    def _sum(self, node: n.Aggregate) -> str:
        if self.kind(node.value) is Integer:
            found = self.out.fresh()
            self.out.line(f"{found} = 0")
            with self._each(node.loop, node.value):
                self.out.line(f"{found} += {self.expr(node.value)}")
            return found
        values = self._values(node)
        added = f"{self.out.bind(total)}({values})"
        return f"({added} if {values} else None)" if node in self.definitions.money_sums else added

    def _min(self, node: n.Aggregate) -> str:
        return f"{self.out.bind(extreme)}(min, {self._values(node)})"

    def _max(self, node: n.Aggregate) -> str:
        return f"{self.out.bind(extreme)}(max, {self._values(node)})"

    def _values(self, node: n.Aggregate) -> str:
        values = self.out.fresh()
        self.out.line(f"{values} = []")
        with self._each(node.loop, node.value):
            self.out.line(f"{values}.append({self.expr(node.value)})")
        return values

    # ---- records

    def _ForEachRecord(self, node: n.ForEachRecord) -> str:
        made = self.out.fresh()
        self.out.line(f"{made} = []")
        inside = (node.record, *((node.times,) if node.times else ()))
        with self._each(node.loop, *inside):
            if node.times is None:
                self.out.line(f"{made}.append({self.expr(node.record)})")
            else:
                self._repeated(node, node.times, made)
        if node.times is None:
            self.out.line(f"if len({made}) > {MOST_REPEATED}:")
            with self.out.indented():
                self.give_up()
        return made

    def _repeated(self, node: n.ForEachRecord, times: n.Expression, made: str) -> None:
        counted = f"{self.out.bind(repetitions)}({self.expr(times)}, len({made}))"
        self.out.line(f"for {self.out.fresh()} in {counted}:")
        with self.branch() as lines:
            self.out.line(f"{made}.append({self.expr(node.record)})")
        self.out.place(lines)

    def _RecordLiteral(self, node: n.RecordLiteral) -> str:
        return self.record(node.assignments)

    def record(self, items: tuple[n.Assignment, ...]) -> str:
        """A record; fields that may be missing are set where they are not, in the order of the mapping."""
        pairs = [(item, self._field_value(item)) for item in items]
        certain = next((at for at, item in enumerate(items) if self._left_out(item)), len(items))
        display = self._display(pairs[:certain])
        if certain == len(items):
            return display
        made = self.out.keep(display)
        for item, value in pairs[certain:]:
            with self.out.at(item.span):
                self._set(made, item, value)
        return made

    def _display(self, pairs: list[tuple[n.Assignment, str]]) -> str:
        """A record of fields that are certain; one of many fields has a line for each."""
        if len(pairs) <= SHORT:
            return "{" + ", ".join(f"{item.target.text!r}: {value}" for item, value in pairs) + "}"
        made = self.out.fresh()
        if len(pairs) > LONG:
            self._filled(made, pairs)
            return made
        self.out.line(f"{made} = {{")
        with self.out.indented():
            for item, value in pairs:
                with self.out.at(item.span):
                    self.out.line(f"{item.target.text!r}: {value},")
        self.out.line("}")
        return made

    def _filled(self, made: str, pairs: list[tuple[n.Assignment, str]]) -> None:
        """Fills a copy of a record that has the fields already: Python joins displays of more fields from parts."""
        empty = dict.fromkeys(item.target.text for item, _ in pairs)
        self.out.line(f"{made} = {self.out.bind(empty)}.copy()")
        for item, value in pairs:
            with self.out.at(item.span):
                self.out.line(f"{made}[{item.target.text!r}] = {value}")

    def _field_value(self, item: n.Assignment) -> str:
        with self.out.at(item.span):
            return self.name(item.value) if self._left_out(item) else self.expr(item.value)

    def _left_out(self, item: n.Assignment) -> bool:
        """Whether a field may be without a value."""
        return self.may_miss(item.value) or self.is_element(item.value)

    def _set(self, made: str, item: n.Assignment, value: str) -> None:
        if not self._left_out(item):
            self.out.line(f"{made}[{item.target.text!r}] = {value}")
            return
        self.out.line(f"if {value} is not None:")
        with self.out.indented():
            self.out.line(f"{made}[{item.target.text!r}] = {value}")


def root(node: n.Expression) -> str:
    """The variable a path begins with; empty for what is no path."""
    while isinstance(node, n.Member):
        node = node.of
    return node.name if isinstance(node, n.NameRef) else ""
