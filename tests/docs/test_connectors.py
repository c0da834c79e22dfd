"""The entries of systems on docs/connectors.md, used as they stand there: only hosts are those of the test."""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from starlette.types import ASGIApp

from retoure import connect, load_deployment
from retoure.connectors.contract import Specimen
from retoure.connectors.generic import specimens
from retoure.connectors.generic.depot import SECRETS, Depot
from retoure.connectors.generic.receiver import SIGNING, Receiver
from retoure.connectors.kit import known_connectors
from retoure.connectors.simulators import SimulatorServer
from retoure.types.load import load_system
from retoure.types.manifest import AuthKind, PageKind

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "connectors.md").read_text(encoding="utf-8")
SECTIONS = {found[1]: found[2] for found in re.finditer(r"^## `(\w+)`(.*?)(?=^## |\Z)", PAGE, re.DOTALL | re.MULTILINE)}
PLATFORMS: Mapping[str, type[Depot | Receiver]] = {"rest": Depot, "webhook": Receiver}
SPECIMENS: Mapping[str, Callable[[Path], Specimen]] = {
    "rest": lambda folder: specimens.rest(),
    "webhook": lambda folder: specimens.webhook(),
    "folder": specimens.files,
    "sql": specimens.sql,
}


@pytest.fixture
def secrets(tmp_path: Path) -> dict[str, str]:
    return {
        "DEPOT_TOKEN": SECRETS[AuthKind.BEARER]["token"],
        "RECEIVER_SECRET": SIGNING,
        "LEDGER_URL": f"sqlite:///{tmp_path / 'ledger.db'}",
    }


def entry(section: str) -> str:
    blocks: list[str] = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    return next(block for block in blocks if "systems:" in block)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open:
        yield open


@pytest.mark.parametrize("name", SECTIONS)
def test_an_entry_works_as_it_stands(name: str, tmp_path: Path, stack: ExitStack, secrets: Mapping[str, str]) -> None:
    text, platform = entry(SECTIONS[name]), PLATFORMS.get(name)
    if platform is not None:
        app: ASGIApp = platform()
        url = stack.enter_context(SimulatorServer(app)).url
        text = re.sub(r"https://[\w.]+(/api)?", url, text)
    shutil.copytree(specimens.SAMPLES, tmp_path / "schemas")
    (tmp_path / "retoure.yaml").write_text(f"mapping: x.rmap\n{text}store: {{path: x.db}}\n", encoding="utf-8")
    trials = SPECIMENS[name](tmp_path).trials("")

    async def tried() -> Any:
        (connector,) = connect(load_deployment(tmp_path / "retoure.yaml"), secrets).values()
        for call in trials.writes:
            await connector.send(call)
        answer = await connector.send(trials.read)
        await connector.aclose()
        return answer

    answer = asyncio.run(tried())
    assert answer is None if name == "webhook" else answer["id"] == "70001"


def test_the_table_of_credentials_is_that_of_the_manifest_schema() -> None:
    kinds = re.findall(r"^\| `(\w+)` \|", SECTIONS["rest"], re.MULTILINE)
    assert kinds == [*AuthKind, *PageKind]


def test_every_generic_connector_has_a_section() -> None:
    others = {"scayle", "reveni", "memory", "recorded"}
    assert set(SECTIONS) == {known.name for known in known_connectors() if known.origin == "retoure"} - others


def test_the_piece_of_a_manifest_is_that_of_the_example() -> None:
    pieces = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(rest:.*?)```", PAGE, re.DOTALL)]
    example = yaml.safe_load((specimens.SAMPLES / "depot/v1.manifest.yaml").read_text(encoding="utf-8"))
    assert [piece["rest"] for piece in pieces] == [example["rest"]]
    assert load_system("depot/v1", specimens.SAMPLES).rest.auth.kind is AuthKind.BEARER
