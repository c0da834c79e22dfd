from __future__ import annotations

import pytest

from retoure.types.generated import functions


@pytest.fixture(params=["by functions", "by the reference"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values are lifted and lowered by generated functions first, then again without them."""
    monkeypatch.setattr(functions, "WARM", 0 if request.param == "by functions" else 1_000_000)
