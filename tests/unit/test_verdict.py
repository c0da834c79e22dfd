"""A verdict from the cache is the one that checking gives now, or it is not used."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import retoure.checked
from retoure import data_folder
from retoure.beside import files_of_tests
from retoure.cache import _digest
from retoure.checked import check_anew
from retoure.source import Source
from retoure.verdict import Verdict, verdict_on

GOLDEN = sorted(Path("tests/golden/check").resolve().glob("*.rmap"))[::24]
SHIPPED = Path("mappings/reveni_to_scayle/returns.rmap").resolve()
MAIN = """mapping shop {
  language 1
  version  "1"
  owner    "tests"
  system   returns schema "returns/v1"
}
import "shared.rmap"
track return : returns.Return {
  key    id
  newest updated_at
  stage from status {
    open = new
    closed = done
    unknown hold "unknown status {status}" for desk
  }
}
rule all {
  when return becomes open, closed
  skip "nothing"
}
"""
SHARED = """library shared {
  language 1
  version  "1"
  owner    "tests"
}
table names : text -> text from "names.csv"
# allow unused: for later
template mail(name : text) from "mail.txt"
"""
CASE = 'tests for "../shop.rmap"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A mapping with all that it may consist of. What it says is of no matter here."""
    monkeypatch.setenv("RETOURE_CACHE", str(tmp_path / "cache"))
    made = tmp_path / "shop"
    (made / "tests").mkdir(parents=True)
    shutil.copytree("tests/conformance/schemas/returns", made / "schemas" / "returns")
    texts = {"shop.rmap": MAIN, "shared.rmap": SHARED, "names.csv": "key,name\na,b\n", "mail.txt": "Hello {{ name }}\n"}
    for name, text in {**texts, "tests/cases.rmap": CASE}.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was checked."""
    names: list[str] = []

    def counted(source: Source, **given: Any) -> Any:
        names.append(source.name)
        return check_anew(source, **given)

    monkeypatch.setattr(retoure.checked, "check_anew", counted)
    return names


def verdict(file: Path) -> Verdict:
    return verdict_on(Source.read(file), files_of_tests(file))


def expected(file: Path) -> Verdict:
    found = check_anew(Source.read(file), tests=files_of_tests(file))
    return Verdict(found.source, found.findings, found.silenced)


def test_the_second_time_nothing_is_checked(folder: Path, checks: list[str]) -> None:
    file = folder / "shop.rmap"
    assert verdict(file) == verdict(file) == expected(file)
    assert {"shared.rmap", "names.csv", "mail.txt", "cases.rmap"} == {
        Path(part.name).name for part in verdict(file).source.parts
    }
    assert checks == [str(file)]


@pytest.mark.parametrize("file", [SHIPPED, *GOLDEN], ids=lambda file: file.stem)
def test_a_kept_verdict_is_what_checking_gives(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checks: list[str]
) -> None:
    monkeypatch.setenv("RETOURE_CACHE", str(tmp_path))
    first, second = verdict_on(Source.read(file)), verdict_on(Source.read(file))
    found = check_anew(Source.read(file))
    assert first == second == Verdict(found.source, found.findings, found.silenced)
    assert len(checks) == 1


def write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def more(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text((folder / name).read_text("utf-8") + "\n", encoding="utf-8")


CHANGES: dict[str, Callable[[Path], object]] = {
    "the mapping": more("shop.rmap"),
    "an import": write("shared.rmap", SHARED + "nonsense\n"),
    "a table": write("names.csv", "key,name\na\n"),
    "a template": write("mail.txt", "{{ nobody }}"),
    "a test": more("tests/cases.rmap"),
    "one test more": write("tests/more.rmap", CASE),
    "a test that is gone": lambda folder: (folder / "tests" / "cases.rmap").unlink(),
    "an import that is gone": lambda folder: (folder / "shared.rmap").unlink(),
    "a schema": more("schemas/returns/v1.json"),
    "a manifest": more("schemas/returns/v1.manifest.yaml"),
    "a schema that is gone": lambda folder: (folder / "schemas/returns/v1.json").unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_has_changed_is_checked_anew(
    folder: Path, checks: list[str], change: Callable[[Path], object]
) -> None:
    file = folder / "shop.rmap"
    verdict(file)
    change(folder)
    assert verdict(file) == expected(file)
    assert len(checks) == 2


def test_a_schema_of_its_own_takes_the_place_of_a_shipped_one(folder: Path, checks: list[str]) -> None:
    file = folder / "shop.rmap"
    write("shop.rmap", MAIN.replace("returns/v1", "reveni/merchants-v0").replace("returns", "reveni"))(folder)
    before = verdict(file)
    shutil.copytree(data_folder("schemas") / "reveni", folder / "schemas" / "reveni")
    more("schemas/reveni/merchants-v0.json")(folder)
    assert verdict(file) == expected(file) == before
    assert len(checks) == 2


def test_another_engine_checks_anew(folder: Path, checks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    verdict(folder / "shop.rmap")
    monkeypatch.setattr("retoure.verdict._engine", lambda: "another")
    verdict(folder / "shop.rmap")
    assert len(checks) == 2


def test_a_mark_of_the_engine_is_that_of_its_files() -> None:
    from retoure.verdict import _python

    package = Path(retoure.__file__).parent
    assert set(_python(package)) == {str(file) for file in package.rglob("*.py")}


@pytest.mark.parametrize("name", ["shared.rmap", "names.csv", "mail.txt", "schemas/returns/v1.manifest.yaml"])
def test_what_was_missing_is_looked_for_each_time(folder: Path, name: str, checks: list[str]) -> None:
    file, text = folder / "shop.rmap", (folder / name).read_text("utf-8")
    (folder / name).unlink()
    assert verdict(file).errors
    (folder / name).write_text(text, encoding="utf-8")
    assert verdict(file) == expected(file)
    assert len(checks) == 2


def test_a_file_of_tests_is_checked_with_its_mapping(folder: Path, checks: list[str]) -> None:
    file = folder / "tests" / "cases.rmap"
    first = verdict_on(Source.read(file))
    assert verdict_on(Source.read(file)) == first
    assert first.source.name.endswith("shop.rmap")
    more("shop.rmap")(folder)
    verdict_on(Source.read(file))
    assert len(checks) == 2


DAMAGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "no record": lambda entry: entry.clear(),
    "a part that is not there": lambda entry: entry["parts"].append({"name": "/etc/hosts", "start": 1, "line": 1}),
    "parts in another order": lambda entry: entry["parts"].reverse(),
    "another main file": lambda entry: entry.update(main="/etc/hosts"),
    "a finding of another kind": lambda entry: entry.update(findings=["none"]),
    "no findings": lambda entry: entry.pop("findings"),
    "a place that is none": lambda entry: entry.update(silenced=[{"finding": 1}]),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_an_entry_of_another_shape_is_not_used(
    folder: Path, checks: list[str], damage: Callable[[dict[str, Any]], object]
) -> None:
    file = folder / "shop.rmap"
    verdict(file)
    (kept,) = Path(os.environ["RETOURE_CACHE"]).glob("verdict-*")
    entry = json.loads(kept.read_text("utf-8").partition("\n")[2])
    damage(entry)
    text = json.dumps(entry)
    kept.write_text(f"{_digest(text)}\n{text}", encoding="utf-8")
    assert verdict(file) == expected(file)
    assert len(checks) == 2
