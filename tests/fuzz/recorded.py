"""Books of a return at work, damaged, and what is made out of them: a recorded case, its story, a plan."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

from retoure import AsyncRunner, Source, SqliteStore, compile_mapping
from retoure.connectors.memory import MemoryConnector
from retoure.testing import read_event

from .uses import ROOT, Target, Use, command, invoke

SHIPPED = ROOT / "mappings/reveni_to_scayle"
RETURN = json.loads((SHIPPED / "fixtures/accepted.json").read_bytes())["id"]


def recorded(folder: Path) -> Iterator[Target]:
    """A database of one return, and the deployment that names it."""
    folder.mkdir()
    books, deployment = folder / "books.db", folder / "retoure.yaml"
    asyncio.run(_worked(books))
    shutil.copy(SHIPPED / "returns.rmap", folder)
    text = (ROOT / "tests/fuzz/retoure.yaml").read_text(encoding="utf-8")
    text = text.replace("absent.db", "books.db").replace("reveni_to_scayle/returns.rmap", "returns.rmap")
    deployment.write_text(text, encoding="utf-8")
    uses = (_record(folder / "made", deployment), command("explain", RETURN, "--journal", books))
    plan = command("plan", folder / "returns.rmap", "--journal", books)
    yield Target(books, (*uses, plan))
    yield Target(deployment, uses[:1])


async def _worked(books: Path) -> None:
    """Plays one return against platforms that answer from the fixtures."""
    program = compile_mapping(Source.read(SHIPPED / "returns.rmap"))
    platforms = {system: MemoryConnector(system, manifest) for system, manifest in program.manifests.items()}
    answer = (SHIPPED / "fixtures/answers/scayle.orders.get/70001.json").read_bytes()
    platforms["scayle"].always("orders.get", json.loads(answer))
    runner = AsyncRunner(program, platforms, SqliteStore(books))
    await runner.submit(read_event((SHIPPED / "fixtures/accepted.json").read_bytes(), program))
    await runner.drain()
    await runner.aclose()


def _record(folder: Path, deployment: Path) -> Use:
    words = ("test", "record", RETURN, "--to", str(folder), "--name", "a case", "--deployment", str(deployment))

    def run() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        shutil.copy(SHIPPED / "returns.rmap", folder)
        invoke(words)

    return Use(f"retoure {' '.join(words)}", run, lambda: words)
