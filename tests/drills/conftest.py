"""Both platforms in processes of their own, and the engine as `retoure serve`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from retoure_cli.demo.platforms import Platforms

from .simulators import both


@pytest.fixture
def platforms() -> Iterator[Platforms]:
    with both(11) as found:
        yield found
