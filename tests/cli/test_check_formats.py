"""`retoure check` for machines: SARIF against its own schema, JSON against ours, annotations of GitHub."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

from retoure.diagnostics.codes import CODES

from .conftest import Call

ROOT = Path(__file__).resolve().parents[2]
SMALL = (ROOT / "tests/golden/base.rmap").read_text(encoding="utf-8")
SARIF = Draft4Validator(json.loads((ROOT / "tests/vendored/sarif-2.1.0.schema.json").read_text(encoding="utf-8")))
OURS = Draft202012Validator(json.loads((ROOT / "docs/reference/findings.schema.json").read_text(encoding="utf-8")))

UNUSED = "queue spare { keep 9d  replay by hand }\n"
TWICE = (
    SMALL.replace('  owner    "returns"\n', '  owner    "returns"\n', 1)
    + '\ntable reason : text -> text {\n  a => "b"\n  otherwise => "c"\n}\n'
)
CASES = {
    "nothing": SMALL,
    "one": SMALL.replace("only if may_refund(", "only if may_refnd(", 1),
    "related": TWICE,
    "silenced": f"{SMALL}\n# allow unused: kept for the next shop\n{UNUSED}",
    "safe fix": f"{SMALL}\n# allow unsed: kept for the next shop\n{UNUSED}",
    "unsafe fix": SMALL.replace("  assume   scayle.restocks_on_return is OFF\n", "", 1),
    "syntax": SMALL.replace("rule refund", "rul\u0435 refund", 1),
    "after emoji": SMALL.replace('"Reveni return {return.id}"', '"\U0001f381\U0001f381 {retrn.id}"', 1),
    "many": SMALL.replace("order.", "ordr.").replace("return.", "retrn."),
    "empty": "",
    "hidden": f"# \u202ea\n{SMALL}",
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every case as a file of the working folder, its blanks as in its name."""
    for name, text in CASES.items():
        (tmp_path / f"{name}.rmap").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_of(call: Call, *files: str) -> Any:
    """The one run of the SARIF log about some files, which the standard's schema finds right."""
    log = json.loads(call("check", *files, "--format", "sarif").stdout)
    assert [error.message for error in SARIF.iter_errors(log)] == []
    (run,) = log["runs"]
    return run


@pytest.mark.parametrize("case", CASES)
def test_sarif_fits_its_schema_and_tells_what_json_tells(call: Call, files: Path, case: str) -> None:
    run = run_of(call, f"{case}.rmap")
    told = json.loads(call("check", f"{case}.rmap", "--format", "json").stdout)
    shown = [result for result in run["results"] if not result["suppressions"]]
    assert [(result["ruleId"], result["level"]) for result in shown] == [(f["code"], f["severity"]) for f in told]
    for result, finding in zip(shown, told, strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == finding["code"]
        assert result["message"]["text"].startswith(finding["message"])
        region = result["locations"][0]["physicalLocation"]["region"]
        assert region["startLine"] == finding["line"]
        assert len(result.get("relatedLocations", ())) == len(finding["related"])
        assert len(result.get("fixes", ())) == (1 if finding["fix"] else 0)


@pytest.mark.parametrize("case", CASES)
def test_json_fits_its_documented_schema(call: Call, files: Path, case: str) -> None:
    told = json.loads(call("check", f"{case}.rmap", "--format", "json", "--show-silenced").stdout)
    assert [error.message for error in OURS.iter_errors(told)] == []
    assert (told == []) is (case == "nothing")


def test_the_schema_would_refuse_something_else() -> None:
    assert list(OURS.iter_errors([{"code": "x"}]))
    assert list(SARIF.iter_errors({"version": "2.1.0", "runs": [{"results": []}]}))


def test_every_rule_is_described(call: Call, files: Path) -> None:
    rules = run_of(call, "nothing.rmap")["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in rules)


def test_a_silenced_finding_is_suppressed_with_its_reason(call: Call, files: Path) -> None:
    (result,) = run_of(call, "silenced.rmap")["results"]
    (suppression,) = result["suppressions"]
    assert (suppression["kind"], suppression["justification"]) == ("inSource", "kept for the next shop")
    comment = suppression["location"]["physicalLocation"]["region"]["startLine"]
    assert comment == result["locations"][0]["physicalLocation"]["region"]["startLine"] - 1


def test_related_places_and_fixes_point_into_the_file(call: Call, files: Path) -> None:
    related = [
        item for result in run_of(call, "related.rmap")["results"] for item in result.get("relatedLocations", ())
    ]
    assert {item["physicalLocation"]["artifactLocation"]["uri"] for item in related} == {"related.rmap"}
    (fix,) = (fix for result in run_of(call, "safe fix.rmap")["results"] for fix in result.get("fixes", ()))
    (change,) = fix["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "safe%20fix.rmap"
    assert [item["insertedContent"]["text"] for item in change["replacements"]] == ["unused"]


def test_columns_count_utf_16_code_units(call: Call, files: Path) -> None:
    (result,) = run_of(call, "after emoji.rmap")["results"]
    region = result["locations"][0]["physicalLocation"]["region"]
    line = CASES["after emoji"].splitlines()[region["startLine"] - 1]
    units = line.encode("utf-16-le")[2 * (region["startColumn"] - 1) : 2 * (region["endColumn"] - 1)]
    assert units.decode("utf-16-le") == "retrn"


def test_several_files_are_one_run(call: Call, files: Path) -> None:
    found = run_of(call, "one.rmap", "nothing.rmap", str(files / "syntax.rmap"))["results"]
    uris = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in found]
    assert uris == ["one.rmap", (files / "syntax.rmap").as_uri()]


def test_a_file_beside_the_folder_is_named_as_it_stands_in_the_repository(call: Call, files: Path) -> None:
    (files / "shop").mkdir()
    (files / "wrong.rmap").write_text("library wrong {", encoding="utf-8")
    (files / "shop/shop.rmap").write_text(f'import "../wrong.rmap"\n{SMALL}', encoding="utf-8")
    places = [found["locations"][0]["physicalLocation"] for found in run_of(call, "shop/shop.rmap")["results"]]
    assert {place["artifactLocation"]["uri"] for place in places} == {"wrong.rmap"}
    assert "file=wrong.rmap," in call("check", "shop/shop.rmap", "--format", "github").stdout


def test_fingerprints_stay_when_lines_move(call: Call, files: Path) -> None:
    (before,) = run_of(call, "one.rmap")["results"]
    (files / "one.rmap").write_text("\n\n# a remark\n" + CASES["one"], encoding="utf-8")
    (after,) = run_of(call, "one.rmap")["results"]
    assert before["partialFingerprints"] == after["partialFingerprints"]
    assert before["locations"] != after["locations"]


# -- annotations ------------------------------------------------------------------------------------------------------

ANNOTATED = {
    "one": "one.rmap",
    "many": "many.rmap",
    "silenced": "silenced.rmap",
    "signs": "100%, a:b.rmap",
}


@pytest.mark.parametrize("case", ANNOTATED)
def test_annotations_of_a_workflow(call: Call, files: Path, golden: Callable[[Path, str], None], case: str) -> None:
    """Golden files, one with signs in the file's name and in the message that a workflow would take for its own."""
    signs = SMALL.replace('"scayle/admin-v1"', '"scayle/100%::x,y"', 1)
    (files / ANNOTATED["signs"]).write_text(signs, encoding="utf-8")
    result = call("check", ANNOTATED[case], "--format", "github")
    assert all(line.startswith("::") for line in result.stdout.splitlines())
    golden(ROOT / "tests/golden/github" / f"{case}.expected", result.stdout)


# -- exit codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["text", "concise", "json", "sarif", "github"])
@pytest.mark.parametrize(
    ("case", "code"), [("nothing", 0), ("silenced", 0), ("unsafe fix", 0), ("one", 1), ("empty", 1), ("absent", 2)]
)
def test_the_exit_code_is_the_same_in_every_form(call: Call, files: Path, form: str, case: str, code: int) -> None:
    """0 without errors (warnings are shown), 1 with errors, 2 for a file that cannot be read."""
    assert call("check", f"{case}.rmap", "--format", form).exit_code == code


def test_the_exit_codes_are_documented(call: Call) -> None:
    part = (ROOT / "docs/cli.md").read_text(encoding="utf-8").partition("## `retoure check`")[2].partition("\n## ")[0]
    assert [line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| ")][1:] == ["0", "1", "2"]
    told = " ".join(call("check", "--help").output.split())
    assert "Exit code 0: no errors (warnings may be shown). 1: errors. 2: a file cannot" in told
