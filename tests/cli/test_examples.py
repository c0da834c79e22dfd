"""Every example that `--help` shows is run, in a folder in which a shop was at work.

Examples name what is there: the files below, return 018d8d18…, whose refund SCAYLE refused (letter effect-4), and
hold 1 about an order nobody knows.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from retoure import Runner, data_folder
from retoure_cli.main import group

from ..embedding.shop import SECRETS, Shop, shop, webhook
from .conftest import Call

BIN = Path(sys.executable).parent
SHIPPED = data_folder("mappings") / "reveni_to_scayle"
SOMETHING = 2

ENDS_WITH = {
    "retoure deploy released.rmap": SOMETHING,
    "retoure diff released.rmap returns.rmap": SOMETHING,
    "retoure diff reveni_to_scayle mappings/my_shop --json": 0,
    "retoure plan mappings/reveni_to_scayle --event received.json --event accepted.json": SOMETHING,
    "retoure plan returns.rmap --deployment retoure.yaml": 0,
    "retoure plan returns.rmap --against released.rmap --journal retoure.db": SOMETHING,
    "retoure report settlement invoice-2026-04.csv --from 2026-04-01 --to 2026-04-30": 1,
    "retoure report settlement invoice-2026-04.json --to 2026-04-30 --format html --out settlement.html": 1,
    "retoure poll reveni": SOMETHING,
    "retoure poll reveni --days 30 --json": SOMETHING,
    "retoure status --check --deployment production.yaml": 1,
    "retoure status --live": 2,
}
"""The examples that end with another exit code than 0, and those that could."""

SERVICES = {"retoure simulate": "is listening on", "retoure serve": "listening on", "retoure run": "working with"}
"""Commands that go on until they are interrupted, and what they say when they work."""


def documented(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The help of a command and of all below it, as it is shown."""
    with click.Context(command, info_name=" ".join(path)) as context:
        yield path, command.get_help(context)
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                yield from documented(below, (*path, name))


HELP = dict(documented(group, ("retoure",)))


def examples(text: str) -> list[str]:
    _, _, after = text.partition("\n  Examples:\n")
    return [line.strip() for line in after.partition("\n\n")[0].splitlines()]


ALL = sorted({example for text in HELP.values() for example in examples(text)})
LONG = [example for example in ALL if example.startswith("retoure demo")]
SERVING = [
    example
    for example in ALL
    if any(example.startswith(name) for name in SERVICES) and not re.search("--until|--switches", example)
]
REDIRECTED = [example for example in ALL if " > " in example]
SHORT = [example for example in ALL if example not in (*LONG, *SERVING, *REDIRECTED)]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with mappings, events, a deployment, and its books after a while."""
    folder = tmp_path_factory.mktemp("lived")
    with pytest.MonkeyPatch.context() as patch, shop(folder) as found:
        patch.chdir(folder)
        for name, value in SECRETS.items():
            patch.setenv(name, value)
        work(found)
        furnish(folder)
        yield folder


def work(found: Shop) -> None:
    with Runner.from_deployment(found.file) as runner:
        for order in (found.ordered(), {"id": 4711}):
            runner.accept("reveni", *webhook(found.returned(order)))
        runner.drain()
        found.fault(found.scayle, kind="status", status=400, path="return-items", times=1)
        runner.accept("reveni", *webhook(found.returned(found.ordered())))
        runner.drain()


def furnish(folder: Path) -> None:
    """The files that examples name."""
    text = (SHIPPED / "returns.rmap").read_text(encoding="utf-8")
    (folder / "returns.rmap").write_text(text, encoding="utf-8")
    (folder / "released.rmap").write_text(text.replace('"wrong-size"', '"too-tight"'), encoding="utf-8")
    for name in ("received.json", "accepted.json"):
        shutil.copy(SHIPPED / "fixtures" / name, folder)
    record = json.dumps(json.loads((SHIPPED / "fixtures" / "received.json").read_bytes()))
    (folder / "returns.jsonl").write_text(f"{record}\n", encoding="utf-8")
    (folder / "export.json").write_text(f"[{record}]", encoding="utf-8")
    saved = {"mapping": "reveni_to_scayle", "decisions": 1, "rounds": 3, "rows": []}
    (folder / "monday.json").write_text(json.dumps(saved), encoding="utf-8")
    for invoice in (SHIPPED.parent / "reveni_invoice" / "fixtures").iterdir():
        shutil.copy(invoice, folder)
    for name in ("fixtures", "tests"):
        shutil.copytree(SHIPPED / name, folder / name)
    for name in ("mappings/reveni_to_scayle", "mappings/my_shop"):
        shutil.copytree(SHIPPED, folder / name)
    shutil.copy(folder / "retoure.yaml", folder / "production.yaml")
    shutil.copy(folder / "retoure.db", folder / "monday.db")


@pytest.fixture
def here(lived: Path, tmp_path: Path) -> Path:
    """The folder anew for each example, since some change it."""
    return Path(shutil.copytree(lived, tmp_path / "here"))


def started(example: str, at: Path, **more: str) -> subprocess.Popen[str]:
    alone = {name: value for name, value in os.environ.items() if not name.startswith("RETOURE_")}
    known = {**alone, **SECRETS, "PATH": f"{BIN}:{os.environ['PATH']}", **more}
    out = subprocess.PIPE
    return subprocess.Popen(["sh", "-c", f"exec {example}"], cwd=at, env=known, stdout=out, stderr=out, text=True)


@pytest.mark.parametrize("path", HELP, ids=" ".join)
def test_every_command_has_examples_of_itself(path: tuple[str, ...]) -> None:
    found = examples(HELP[path])
    assert found
    for example in found:
        words = shlex.split(example)
        assert words[: len(path)] == list(path) or (path, words[0]) == (("retoure", "mappings"), "retoure")


@pytest.mark.parametrize("example", SHORT)
def test_an_example_does_what_it_says(example: str, here: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(here)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    result = call(*shlex.split(example)[1:])
    assert result.exit_code == ENDS_WITH.get(example, 0), result.output


@pytest.mark.parametrize("example", REDIRECTED)
def test_an_example_of_a_shell_does_what_it_says(example: str, here: Path) -> None:
    process = started(example, here)
    out, problem = process.communicate(timeout=120)
    assert process.returncode == 0, out + problem
    assert (here / example.rpartition(" > ")[2]).stat().st_size > 0


@pytest.mark.parametrize("example", SERVING)
def test_a_service_works_until_it_is_interrupted(example: str, here: Path, request: pytest.FixtureRequest) -> None:
    elsewhere = {"RETOURE_DATABASE_URL": request.getfixturevalue("postgres")} if "env:" in example else {}
    process = started(example, here, **elsewhere)
    word = next(word for name, word in SERVICES.items() if example.startswith(name))
    assert process.stdout is not None
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        assert any(word in line for line in process.stdout)
        process.send_signal(signal.SIGINT)
        out, problem = process.communicate()
    finally:
        watchdog.cancel()
        process.kill()
    assert process.returncode == 0, out + problem


@pytest.mark.slow
@pytest.mark.parametrize("example", LONG)
def test_a_day_of_returns(example: str, here: Path) -> None:
    process = started(example, here)
    out, problem = process.communicate(timeout=300)
    assert process.returncode == 0, out + problem
    last = out.splitlines()[-1]
    kinds = re.fullmatch(r"drill: (\d+) kinds of damage, (\d+) found, 0 false", last)
    assert last.endswith("0 lost, 0 doubled") if kinds is None else kinds[1] == kinds[2], out


def test_other_exit_codes_are_documented_where_they_are_expected() -> None:
    for example, code in ENDS_WITH.items():
        assert example in ALL
        text = next(text for text in HELP.values() if example in text and "Exit code" in text)
        assert re.search(rf"\b{code}: ", text), f"{example}: {code} is not in its help"
