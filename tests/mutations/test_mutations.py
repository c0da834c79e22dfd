"""Every mistake of the corpus is found on its line; the files themselves are without a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from retoure import Source, check_source
from retoure.diagnostics.codes import CODES

from .corpus import Mutation, mutations

ALL = list(mutations())


@pytest.mark.parametrize("mutation", ALL, ids=lambda mutation: mutation.name)
def test_a_mistake_is_found(mutation: Mutation) -> None:
    assert mutation.wanted() in mutation.found()


@pytest.mark.parametrize("mapping", sorted({one.mapping for one in ALL}), ids=lambda path: path.stem)
def test_the_mapping_itself_has_no_finding(mapping: Path) -> None:
    assert check_source(Source.read(mapping)).findings == ()


def test_the_codes_exist() -> None:
    assert {one.code for one in ALL} - set(CODES) == set()
