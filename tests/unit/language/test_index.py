"""An index finds the nodes that a walk finds, each class in the same order."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import Struct

from retoure.language import nodes as n
from retoure.language.index import Index
from retoure.language.parse import parse
from retoure.language.walk import walk
from retoure.source import Source

ROOT = Path(__file__).resolve().parents[3]
FILES = [*sorted(ROOT.glob("mappings/*/**/*.rmap")), *sorted(ROOT.glob("tests/golden/**/*.rmap"))]
STRUCTS = [kind for kind in vars(n).values() if isinstance(kind, type) and issubclass(kind, Struct)]
CLASSES = [kind for kind in STRUCTS if kind.__module__ == n.__name__ and kind is not n.Name]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_an_index_finds_what_a_walk_finds(kind: type, trees: list[tuple[list[object], Index]]) -> None:
    found = 0
    for walked, index in trees:
        expected = [node for node in walked if type(node) is kind]
        assert list(map(id, index.of(kind))) == list(map(id, expected))
        found += len(expected)
    assert found, "no mapping of the repository has one"


@pytest.fixture(scope="module")
def trees() -> list[tuple[list[object], Index]]:
    modules = [parse(Source.read(path)).module for path in FILES]
    return [(list(walk(module.blocks)), Index(module.blocks)) for module in modules]
