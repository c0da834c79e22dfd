"""Every mistake of the corpus is found on its line, and nothing else with it; the files themselves have no finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from retoure.diagnostics.codes import CODES

from .corpus import Mutation, findings, mutations

ALL = list(mutations())
EVERY = 5
"""Of so many one is tried in the quick tests; `make test` and `make mutations` try all."""
TRIED = [
    pytest.param(mutation, id=mutation.name, marks=[] if number % EVERY == 0 else pytest.mark.slow)
    for number, mutation in enumerate(ALL)
]


@pytest.mark.parametrize("mutation", TRIED)
def test_a_mistake_is_found_and_nothing_else(mutation: Mutation) -> None:
    assert mutation.problem() == ""


@pytest.mark.parametrize(("mapping", "schemas"), dict.fromkeys((one.mapping, one.schemas) for one in ALL), ids=str)
def test_the_mapping_itself_has_no_finding(mapping: Path, schemas: Path | None) -> None:
    assert findings(mapping, schemas) == []


def test_the_codes_exist() -> None:
    assert {one.code for one in ALL} - set(CODES) == set()
