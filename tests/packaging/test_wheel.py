"""The wheel, built and installed into an empty environment, does the main jobs from another folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel and what the wheel requires, and a folder to work in."""

    environment: Path
    folder: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A program of the environment, with nothing of this process around it."""
        program = str(self.environment / "bin" / command[0])
        alone = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        return subprocess.run(
            [program, *command[1:]], cwd=self.folder, env=alone, capture_output=True, text=True, timeout=120
        )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(CHECKOUT)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = out.glob("retoure-*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Nothing is fetched: what the wheel requires is lent by the environment of these tests."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home / "environment", with_pip=True)
    found = Installed(home / "environment", tmp_path_factory.mktemp("elsewhere"))
    done = found.run("pip", "install", "--quiet", "--no-index", "--no-deps", str(wheel))
    assert done.returncode == 0, done.stderr
    (site,) = (found.environment / "lib").glob("python*/site-packages")
    for needed in required("retoure"):
        lend(needed, site)
    return found


def required(name: str, seen: set[str] | None = None) -> Iterator[Distribution]:
    """What a distribution requires, and what that requires, extras left out."""
    known = {name} if seen is None else seen
    for line in distribution(name).requires or ():
        needed = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0].lower()
        if "extra ==" in line or needed in known:
            continue
        known.add(needed)
        try:
            yield distribution(needed)
        except ImportError:  # for another system or an older Python
            continue
        yield from required(needed, known)


def lend(needed: Distribution, site: Path) -> None:
    """Makes the packages and modules of a distribution importable there."""
    tops = {path.parts[0] for path in needed.files or () if path.parts[0] not in ("..", "__pycache__")}
    for top in tops:
        if not (site / top).exists():
            (site / top).symlink_to(Path(str(needed.locate_file(top))))


def test_the_wheel_holds_the_data_and_the_mark_of_typed_packages(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "retoure/py.typed",
        "retoure_cli/py.typed",
        "retoure/_data/grammar/retoure.lark",
        "retoure/_data/grammar/tables.json",
        "retoure/_data/schemas/reveni/merchants-v0.json",
        "retoure/_data/schemas/scayle/admin-v1.manifest.yaml",
        "retoure/_data/schemas/deployment.schema.json",
        "retoure/_data/schemas/read.json",
        "retoure/_data/mappings/reveni_to_scayle/returns.rmap",
        "retoure/_data/mappings/reveni_to_scayle/fixtures/accepted.json",
        "retoure/_data/mappings/reveni_to_scayle/tests/refunds.rmap",
        "retoure/scaffolding/templates/mapping.rmap",
    } <= names
    assert {name.partition("/")[0] for name in names} <= {"retoure", "retoure_cli"} | {
        name.partition("/")[0] for name in names if ".dist-info/" in name
    }
    code = [name for name in names if not name.startswith("retoure/_data/mappings/")]
    assert [name for name in code if "__pycache__" in name or "/tests/" in name] == []


def test_the_public_face(installed: Installed) -> None:
    code = "import retoure; from retoure import Runner; print(retoure.__file__, Runner.__name__)"
    done = installed.run("python", "-W", "error", "-c", code)
    assert done.returncode == 0, done.stderr
    file, name = done.stdout.split()
    assert (Path(file).is_relative_to(installed.environment), name) == (True, "Runner")


def test_bundled_mappings_are_those_of_the_wheel(installed: Installed) -> None:
    done = installed.run("retoure", "mappings")
    (line,) = [line for line in done.stdout.splitlines() if "reveni_to_scayle" in line]
    assert Path(line.split()[1]).is_relative_to(installed.environment)


def test_check(installed: Installed) -> None:
    done = installed.run("retoure", "check", "reveni_to_scayle")
    assert done.returncode == 0, done.stdout
    assert f"{installed.environment}" in done.stderr
    assert "returns.rmap: " in done.stderr


def test_explain(installed: Installed) -> None:
    """The examples are a file of the wheel."""
    done = installed.run("retoure", "explain", "no-key")
    assert done.returncode == 0, done.stderr
    assert "\nBefore:\n    keep " in done.stdout


def test_test(installed: Installed) -> None:
    done = installed.run("retoure", "test", "reveni_to_scayle", "--only", "instant refund")
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"(\d+) tests: \1 passed", done.stdout.splitlines()[-1])


def test_dry_run_of_a_file_that_lies_elsewhere(installed: Installed) -> None:
    record = (CHECKOUT / "mappings/reveni_to_scayle/fixtures/accepted.json").read_bytes()
    (installed.folder / "event.json").write_bytes(record)
    done = installed.run("retoure", "dry-run", "reveni_to_scayle", "--event", "event.json", "--json")
    assert done.returncode == 0, done.stderr
    (run,) = json.loads(done.stdout)
    assert (run["stage"], len(run["effects"])) == ("approved", 5)


def test_a_new_mapping_is_made_checked_and_tested(installed: Installed) -> None:
    assert installed.run("retoure", "new", "my_shop").returncode == 0
    assert installed.run("retoure", "check", "my_shop").returncode == 0
    assert installed.run("retoure", "test", "my_shop").stdout.splitlines()[-1] == "1 test: 1 passed"


def test_a_mapping_of_ones_own_beside_the_bundled_ones(installed: Installed) -> None:
    text = (CHECKOUT / "mappings/reveni_to_scayle/returns.rmap").read_text(encoding="utf-8")
    (installed.folder / "own.rmap").write_text(text.replace('"wrong-size"', '"too-tight"'), encoding="utf-8")
    assert installed.run("retoure", "check", "own.rmap").returncode == 0
    assert installed.run("retoure", "nonsense").returncode == 2


def test_the_version_is_that_of_the_wheel(installed: Installed, wheel: Path) -> None:
    assert installed.run("retoure", "--version").stdout.split()[-1] == wheel.name.split("-")[1]
