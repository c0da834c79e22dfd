"""Where the published samples stand, beside the project and never in it, and how they are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from retoure.types import json_text

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "reference"
ABSENT = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the platforms' samples are not on this machine")


def sample(name: str) -> Any:
    """The sample `scayle-samples/order.get.response`, as JSON."""
    return json_text.parse((SAMPLES / f"{name}.json").read_bytes())


def named(*patterns: str) -> list[str]:
    """The samples that match, without their ending."""
    found = {path for pattern in patterns for path in SAMPLES.glob(f"{pattern}.json")}
    return sorted(str(path.relative_to(SAMPLES).with_suffix("")) for path in found)
