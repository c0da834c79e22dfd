"""The tables in docs/operations.md name what there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from prometheus_client.parser import text_string_to_metric_families

from retoure.compile import CompiledMapping, compile_mapping
from retoure.connectors.breaker import BreakerPace
from retoure.connectors.memory import MemoryConnector
from retoure.delivery.context import Options
from retoure.delivery.store.sqlite import SqliteStore
from retoure.runner import AsyncRunner
from retoure.source import Source
from retoure.telemetry import Metrics
from retoure.telemetry.logs import FIELDS

ROOT: Final = Path(__file__).resolve().parents[2]
PAGE: Final = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
MAPPING: Final = ROOT / "mappings" / "reveni_to_scayle" / "returns.rmap"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def program() -> CompiledMapping:
    return compile_mapping(Source("returns.rmap", MAPPING.read_text(encoding="utf-8")))


async def families(folder: Path) -> set[str]:
    connectors = {"reveni": MemoryConnector("reveni"), "scayle": MemoryConnector("scayle")}
    options = Options(breaker=BreakerPace())
    async with AsyncRunner(program(), connectors, SqliteStore(folder / "retoure.db"), options=options) as runner:
        text = (await Metrics(runner).text())[0].decode()
    described = {family.name: family.type for family in text_string_to_metric_families(text)}
    ours = {name: kind for name, kind in described.items() if name.startswith("retoure_")}
    return {f"{name}_total" if kind == "counter" else name for name, kind in ours.items()}


@pytest.mark.anyio
async def test_every_metric_is_documented_and_every_documented_one_exists(tmp_path: Path) -> None:
    assert set(re.findall(r"^\| `(retoure_\w+)`", PAGE, re.MULTILINE)) == await families(tmp_path)


@pytest.mark.anyio
async def test_alarms_are_made_of_metrics_that_exist(tmp_path: Path) -> None:
    expressions = re.findall(r"^\| [\w ]+ \| `(.+?)` \|", PAGE.partition("### Alarms")[2], re.MULTILINE)
    assert len(expressions) == 8
    known = await families(tmp_path)
    for expression in expressions:
        assert set(re.findall(r"retoure_\w+", expression)) <= known, expression


def test_the_fields_of_the_log_that_are_named_exist() -> None:
    table = PAGE.partition("| message | level |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([a-z_]+)`", "".join(row.split("|")[3] for row in table.splitlines()[2:])))
    assert named
    assert named <= set(FIELDS)
