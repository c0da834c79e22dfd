"""A connector of another company: its wheel is built, installed into an environment, and used there."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from retoure.connectors.recorded import record_answer
from retoure.connectors.simulators import SimulatorServer

from .acme.retoure_acme import SECRET, Acme
from .followed import FOLLOWED

ACCEPTED = Path(__file__).resolve().parents[2] / "mappings/reveni_to_scayle/fixtures/accepted.json"
SOURCE = Path(__file__).with_name("acme")
DEPLOYMENT = """\
mapping: marks.rmap
systems:
  reveni: {{ connector: recorded, options: {{ folder: answers }} }}
  acme:
    connector: acme
    base_url: {url}
    options: {{ depot: north }}
    credentials: {{ key: env:ACME_KEY }}
store: {{ path: retoure.db }}
"""
HEAD = """\
mapping marks {
  language 1
  version  "1.0.0"
  owner    "returns-integration"
  system   reveni schema "reveni/merchants-v0"
  system   acme schema "acme/v1"
  teams    integration
}
"""
REST = """
map mark(return : reveni.Return) -> acme.Mark {
  id   = "P{return.id}"
  mark = return.status
}

map unmarked(return : reveni.Return) -> acme.Mark like mark {
  mark = "taken back"
}

rule marked "the parcel says how the return stands" {
  when return becomes approved
  keep acme.parcels.mark with mark(return)
     per return.id
     undo with unmarked(return)
     on error follow calls
}
"""
MAPPING = f"{HEAD}\n{FOLLOWED}{REST}"
WORK = """\
import json, sys
from datetime import UTC, datetime
from retoure import Event, Runner
record = json.load(open(sys.argv[1]))
with Runner.from_deployment("retoure.yaml") as runner:
    runner.submit(Event("reveni", "return_updated", "1", record["id"], json.dumps(record).encode(), record))
    runner.drain()
"""


@dataclass(frozen=True)
class Environment:
    """An environment of its own with the wheel in it; everything else is lent by that of these tests."""

    python: Path
    folder: Path

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.python), *arguments]
        known = {"PATH": "/usr/bin:/bin", "ACME_KEY": SECRET, **more}
        return subprocess.run(command, cwd=self.folder, env=known, capture_output=True, text=True, timeout=120)

    def retoure(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run("-m", "retoure_cli", *arguments)


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    home = tmp_path_factory.mktemp("third-party")
    build = ("-m", "build", "--wheel", "--no-isolation", "--outdir", str(home / "dist"), str(SOURCE))
    done = subprocess.run([sys.executable, *build], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (home / "dist").glob("*.whl")
    venv.create(home / "environment", with_pip=False)
    python = home / "environment" / "bin" / "python"
    install = ("-m", "pip", "--python", str(python), "install", "--quiet", "--no-index", "--no-deps", str(wheel))
    subprocess.run([sys.executable, *install], check=True)
    (site,) = (home / "environment" / "lib").glob("python*/site-packages")
    lent = sysconfig.get_path("purelib")
    (site / "lent.pth").write_text(f"import site; site.addsitedir({lent!r})\n", encoding="utf-8")
    (home / "marks.rmap").write_text(MAPPING, encoding="utf-8")
    return Environment(python, home)


@pytest.fixture
def acme() -> Iterator[tuple[str, Mapping[str, str]]]:
    """The platform: its address, and what is written on parcels."""
    platform = Acme()
    with SimulatorServer(platform) as server:
        yield server.url, platform.marks


def test_it_is_listed_with_its_package(environment: Environment) -> None:
    done = environment.retoure("connector", "list", "--json")
    assert done.returncode == 0, done.stderr
    (found,) = [row for row in json.loads(done.stdout) if row["name"] == "acme"]
    assert (found["package"], found["schema"]) == ("retoure-acme", "acme/v1")


def test_it_keeps_the_contract(environment: Environment) -> None:
    done = environment.retoure("connector", "check", "acme", "--json")
    assert done.returncode == 0, done.stdout
    outcomes = {row["rule"]: row["outcome"] for row in json.loads(done.stdout)}
    assert set(outcomes.values()) == {"kept", "not applicable"}
    assert outcomes["secrets-hidden"] == outcomes["idempotency-true"] == "kept"


def test_a_mapping_and_a_deployment_use_it(environment: Environment, acme: tuple[str, Mapping[str, str]]) -> None:
    url, marks = acme
    (environment.folder / "retoure.yaml").write_text(DEPLOYMENT.format(url=url), encoding="utf-8")
    checked = environment.retoure("check", "marks.rmap")
    assert checked.returncode == 0, checked.stdout
    record = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    answer = record_answer(environment.folder / "answers", "reveni", "returns.get", record, (record["id"],))
    worked = environment.run("-c", WORK, str(answer))
    assert worked.returncode == 0, worked.stderr
    assert marks == {f"P{record['id']}": "accepted"}


def test_a_wrong_entry_is_told_like_any_other(environment: Environment) -> None:
    text = DEPLOYMENT.format(url="https://acme.example").replace("depot: north", "depo: north")
    (environment.folder / "wrong.yaml").write_text(text, encoding="utf-8")
    done = environment.retoure("status", "--deployment", "wrong.yaml")
    assert done.returncode == 2
    assert "systems.acme.options.depo: is not known here" in done.stderr
    assert "did you mean `depot`?" in done.stderr


def test_a_package_that_cannot_be_loaded_is_named(environment: Environment) -> None:
    (module,) = environment.python.parents[1].glob("lib/python*/site-packages/retoure_acme/__init__.py")
    whole = module.read_text(encoding="utf-8")
    module.write_text("import nothing_like_this\n", encoding="utf-8")
    try:
        done = environment.retoure("connector", "list")
        assert done.returncode == 1
        assert "the connector `acme` cannot be loaded" in done.stdout
        assert "`retoure-acme`" in done.stdout
        assert environment.retoure("connector", "check", "acme").returncode == 1
    finally:
        module.write_text(whole, encoding="utf-8")
