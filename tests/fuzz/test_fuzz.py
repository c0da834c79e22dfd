"""A few damaged files of every kind, the same ones each time; `make fuzz` tries for as long as you like."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from retoure import loading

from .fuzz import fuzz
from .targets import copied


def test_no_damage_ends_in_a_traceback(tmp_path: Path) -> None:
    tried = fuzz(copied(tmp_path), seed=20, most=60)
    assert [f"{found.use}\n{found.trace}" for found in tried.found] == []
    assert str(tried) == "tried 60 inputs: 0 tracebacks"


def test_a_traceback_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The net holds: a mistake in the parser is found."""

    def mistaken(*_: object) -> NoReturn:
        raise RuntimeError("a mistake")

    targets = copied(tmp_path)
    monkeypatch.setattr(loading, "parse", mistaken)
    tried = fuzz(targets, seed=1, most=3)
    assert len(tried.found) >= 2
    assert all("a mistake" in found.trace for found in tried.found)
