"""The shop, its secrets in the environment, and the working folder where `retoure.yaml` stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .shop import SECRETS, Shop, shop


@pytest.fixture
def running_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.chdir(tmp_path)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    with shop(tmp_path) as found:
        yield found
