"""What the peers of several works are called, and where their files are."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCHEMAS = HERE / "schemas"
SUITE = HERE.parent / "tests" / "conformance"
SHIPPED = HERE.parent / "mappings" / "reveni_to_scayle" / "returns.rmap"
NOW = datetime(2026, 5, 1, tzinfo=UTC)
HAND, COMPILED, INTERPRETED = "hand-written Python", "retoure", "retoure, interpreted"
