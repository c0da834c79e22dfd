"""Reads YAML into plain values, keeping the line of every one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import yaml

from ..source import Place
from .problems import DeploymentInvalid, Problem

Value = None | bool | int | Decimal | str | list["Value"] | dict[str, "Value"]

NO_TABS = "indent with blanks: YAML allows no tabs there"

_WORDS: dict[str, Value] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Document:
    """The value of a YAML file, and where each dotted path in it stands."""

    value: Value
    places: dict[str, Place]


def nearest(path: str, places: Mapping[str, Place]) -> str:
    """A dotted path, or the nearest one above it that is written; empty for the document itself."""
    while path and path not in places:
        path = path.rpartition(".")[0]
    return path


def read_document(text: str, name: str) -> Document:
    """Reads one YAML document as YAML 1.2 does: `on`, `yes` and dates are text, decimals exact.

    Raises DeploymentInvalid for broken YAML, keys written twice, aliases, and more than one document.
    """
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name, 1)
        what = str(problem.problem or problem.context)
        raise DeploymentInvalid(
            (Problem(place, "", f"no YAML: {what}", NO_TABS if "\\t" in what else ""),)
        ) from problem
    except yaml.YAMLError as problem:
        raise DeploymentInvalid((Problem(Place(name, 1), "", f"no YAML: {problem}"),)) from problem
    reader = _Reader(name)
    value = reader.value(node, "") if node else None
    if reader.problems:
        raise DeploymentInvalid(tuple(reader.problems))
    return Document(value, reader.places)


class _Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[str, Place] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()

    def value(self, node: yaml.Node, path: str) -> Value:
        self.places.setdefault(path, self._place(node))
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        if id(node) in self._open:
            self.problems.append(Problem(self._place(node), path, "an alias inside of what it stands for"))
            return None
        self._open.add(id(node))
        try:
            return self._list(node, path) if isinstance(node, yaml.SequenceNode) else self._mapping(node, path)
        finally:
            self._open.discard(id(node))

    def _list(self, node: yaml.SequenceNode, path: str) -> Value:
        return [self.value(part, f"{path}.{i}" if path else str(i)) for i, part in enumerate(node.value)]

    def _mapping(self, node: yaml.Node, path: str) -> Value:
        found: dict[str, Value] = {}
        for key, part in self._pairs(node):
            below = f"{path}.{key.value}" if path else key.value
            self.places[below] = self._place(key)
            if key.value in found:
                self.problems.append(Problem(self._place(key), below, "written twice", "keep one of the two"))
            found[key.value] = self.value(part, below)
        return found

    def _pairs(self, node: yaml.Node) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        for key, part in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield key, part
            else:
                self.problems.append(Problem(self._place(key), "", "a key is a word, not a list or an object"))

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.name, node.start_mark.line + 1, node.start_mark.column + 1)


def _scalar(node: yaml.ScalarNode) -> Value:
    """A plain scalar by the core schema of YAML 1.2; a quoted one is text."""
    text = str(node.value)
    if node.style is not None:
        return text
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(r"[-+]?[0-9]{1,18}", text, re.ASCII):
        return int(text)
    if re.fullmatch(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}", text, re.ASCII):
        return Decimal(text)
    return text
