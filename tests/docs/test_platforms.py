"""docs/platforms.md against manifests, simulators, shipped mappings and, where they are, the fact sheets."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Literal, get_args, get_origin, get_type_hints

import pytest

from retoure import compile_for, connect, load_deployment
from retoure.connectors.port import Call
from retoure.connectors.simulators.reveni.switches import Switches as ReveniSwitches
from retoure.connectors.simulators.scayle.switches import Switches as ScayleSwitches
from retoure.types.load import load_system
from retoure.types.manifest import Manifest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "platforms.md").read_text(encoding="utf-8")
SHEETS = ROOT.parent / "shared" / "reference"
STATES = {"implemented", "switch", "not needed"}
SYSTEMS = {"scayle": "## SCAYLE Admin API", "reveni": "## Reveni merchants API"}


def manifest(system: str) -> Manifest:
    return load_system({"scayle": "scayle/admin-v1", "reveni": "reveni/merchants-v0"}[system])


def section(system: str) -> str:
    begin = PAGE.index(SYSTEMS[system]) + len(SYSTEMS[system])
    return re.split(r"^## ", PAGE[begin:], maxsplit=1, flags=re.MULTILINE)[0]


def table(system: str, title: str) -> list[Sequence[str]]:
    text = section(system).partition(f"### {title}\n")[2].partition("\n### ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def shape(path: str) -> str:
    """`/orders/*`: places have other names on the page, in a manifest and in a sheet."""
    return re.sub(r"\{[^}]*\}", "*", path.partition("?")[0].replace("...", "/shops/*/countries/*"))


def calls(system: str) -> dict[tuple[str, str], Sequence[str]]:
    found: dict[tuple[str, str], Sequence[str]] = {}
    for row in table(system, "Calls"):
        for call in quoted(row[0]):
            method, _, path = call.partition(" ")
            found[method, shape(path)] = row
    return found


@pytest.mark.parametrize("system", SYSTEMS)
def test_states_are_of_three_kinds(system: str) -> None:
    rows = [*table(system, "Calls"), *table(system, "Events")]
    assert {row[1] for row in rows} | {row[2] for row in table(system, "Facts")} <= STATES


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_operation_stands_at_its_call(system: str) -> None:
    known, rows = manifest(system).operations, calls(system)
    for operation in known.values():
        if operation.http:
            row = rows[operation.http.method, shape(operation.http.path)]
            assert operation.name in quoted(row[2]), operation.name
            assert row[1] != "not needed"
    named = {name for row in rows.values() for name in quoted(row[2]) if re.fullmatch(r"[a-z_]+\.[a-z_]+", name)}
    assert named == set(known)


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_refused_without_an_option_is_called_a_switch(system: str) -> None:
    for operation in manifest(system).operations.values():
        if operation.undocumented and operation.http:
            assert calls(system)[operation.http.method, shape(operation.http.path)][1] == "switch"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_event_and_every_fact_is_there(system: str) -> None:
    events = {name for row in table(system, "Events") if row[1] == "implemented" for name in quoted(row[0])}
    assert events == set(manifest(system).events)
    said = {name for row in table(system, "Facts") + table(system, "Calls") for name in quoted(row[-1])}
    assert set(manifest(system).facts) <= said


SWITCHES = [("scayle", ScayleSwitches), ("reveni", ReveniSwitches)]


def spoken(value: object) -> str:
    """A value as `retoure simulate --switch` takes it."""
    return value if isinstance(value, str) and value else json.dumps(value)


@pytest.mark.parametrize(("system", "switches"), SWITCHES)
def test_every_switch_is_there_with_its_values_and_no_other(system: str, switches: type) -> None:
    hints, rows = get_type_hints(switches), {quoted(row[0])[0]: row for row in table(system, "Switches")}
    assert list(rows) == [field.name for field in fields(switches)]
    for field in fields(switches):
        said, hint = quoted(rows[field.name][1]), hints[field.name]
        assert said[0] == spoken(field.default), field.name
        if get_origin(hint) is Literal:
            assert sorted(said) == sorted(spoken(word) for word in get_args(hint)), field.name


@pytest.mark.parametrize(("system", "switches"), SWITCHES)
def test_switches_that_facts_name_exist(system: str, switches: type) -> None:
    known = {field.name for field in fields(switches)}
    named = [
        name for row in table(system, "Facts") for name in quoted(row[3].partition("simulator ")[2].partition(";")[0])
    ]
    assert len(named) > 8
    assert set(named) <= known


def test_settings_and_mappings_that_are_named_exist() -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "mappings").rglob("*.rmap"))
    for name in re.findall(r"settings? `(\w+)`", PAGE):
        assert re.search(rf"^  setting {name} ", text, re.MULTILINE), name
    for folder in re.findall(r"`(mappings/\w+)`", PAGE):
        assert (ROOT / folder).is_dir(), folder


def test_the_deployment_file_is_right(tmp_path: Path) -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    shutil.copy(ROOT / "mappings" / "scayle_to_reveni" / "purchases.rmap", tmp_path)
    file = tmp_path / "retoure.yaml"
    file.write_text(block, encoding="utf-8")
    deployment = load_deployment(file)
    names = re.findall(r"env:(\w+)", block)
    compile_for(deployment)
    scayle, reveni = connect(deployment, dict.fromkeys(names, "secret")).values()
    assert len(scayle.render(Call("stock.set_many", body={"levels": [{"variant": "1"}] * 501}))) == 2
    assert reveni.render(Call("purchases.push", body={"external_id": "1"}))[0].path == "/orders/1"


# ---- the sheets


def published(system: str) -> Iterator[tuple[str, str]]:
    """The calls that a sheet names."""
    text = (SHEETS / f"{system}.md").read_text(encoding="utf-8")
    if system == "scayle":
        text = text[text.index("## 2. Transport") : text.index("## 9.")].replace("PATCH .../orders/{id}/", "")
        pattern = r"\b((?:[A-Z]+/)*(?:GET|POST|PUT|PATCH|DELETE))\s+`?((?:\.\.\.)?/[^\s`,|)]+)"
        for methods, path in re.findall(pattern, text):
            for method in methods.split("/"):
                yield method, shape(path.replace("[/{id}]", ""))
    else:
        text = text[text.index("## 6. Endpoints") : text.index("## 7.")]
        for method, path in re.findall(r"`(GET|POST|PUT|PATCH|DELETE) ([a-z][^`\s]*)", text):
            yield method, shape(f"/{path}")


@pytest.mark.skipif(not SHEETS.is_dir(), reason="the platforms' fact sheets are not on this machine")
@pytest.mark.parametrize("system", SYSTEMS)
def test_every_call_of_the_sheet_is_there(system: str) -> None:
    asked = set(published(system))
    assert len(asked) > 4
    assert asked - set(calls(system)) == set()


@pytest.mark.skipif(not SHEETS.is_dir(), reason="the platforms' fact sheets are not on this machine")
@pytest.mark.parametrize(
    ("system", "about_the_sheet"),
    [("scayle", {"0", "1", "9", "10", "11", "12", "3.1"}), ("reveni", {"12", "13"})],
)
def test_every_part_of_the_sheet_is_answered(system: str, about_the_sheet: set[str]) -> None:
    """But for parts about the sheet itself, sums of other parts, and calls, which have a table of their own."""
    text = (SHEETS / f"{system}.md").read_text(encoding="utf-8")
    parts = set(re.findall(r"^#{2,3} (\d+(?:\.\d+)?)", text, re.MULTILINE))
    answered = {row[0] for row in table(system, "Facts")}
    assert parts - answered - about_the_sheet == set()
    assert answered <= parts
