"""The whole text of plans, as a consultant reads it aloud. `--update-golden` writes it; then read the diff."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from retoure import Runner, compile_for, data_folder, load_deployment
from retoure.testing import read_event
from retoure_cli.main import group

from ...conftest import Golden

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = data_folder("mappings") / "reveni_to_scayle"
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/reference/plan.schema.json").read_text(encoding="utf-8")))
NOW = ("--now", "2026-04-12T10:00:00Z")
ANSWERS = ("--answers", "fixtures/answers")
DEPLOYMENT = """\
mapping: returns.rmap
settings: {restocks: engine}
systems:
  scayle: {connector: recorded, options: {folder: fixtures/answers, dry: true}}
  reveni: {connector: recorded, options: {folder: fixtures/answers, dry: true}}
store: {path: retoure.db}
"""

Plan = Callable[..., Result]


@pytest.fixture
def plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plan:
    """`plan` in a folder with the shipped mapping, and `newer.rmap`, another version of it."""
    shutil.copytree(SHIPPED, tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    text = Path("returns.rmap").read_text(encoding="utf-8")
    for old, new in (
        ('version  "1.0.0"', 'version  "1.1.0"'),
        ('wrong_size => "wrong-size"', 'wrong_size => "size"'),
        ('text   = "Reveni return', 'text   = "Return'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    Path("newer.rmap").write_text(text, encoding="utf-8")
    return lambda *arguments: CliRunner().invoke(group, ["plan", *arguments])


@pytest.fixture
def journal(plan: Plan) -> None:
    """A recorded journal: of a return that was received, then approved and refunded, and is held at last."""
    Path("retoure.yaml").write_text(DEPLOYMENT, encoding="utf-8")
    deployment = load_deployment(Path("retoure.yaml"))
    program = compile_for(deployment)
    with Runner.from_deployment("retoure.yaml") as runner:
        for name in ("received", "accepted", "no-mode"):
            event = read_event(Path(f"fixtures/{name}.json").read_bytes(), program)
            answer = Path(f"fixtures/answers/reveni.returns.get/{event.subject}.json")
            answer.parent.mkdir(exist_ok=True)
            answer.write_bytes(event.raw)
            runner.submit(event)
            runner.drain()


def events(*names: str) -> tuple[str, ...]:
    return tuple(word for name in names for word in ("--event", f"fixtures/{name}.json"))


CASES: dict[str, tuple[str, ...]] = {
    "event": ("returns.rmap", *events("accepted"), *ANSWERS, *NOW),
    "versions": (
        "returns.rmap", *events("received", "accepted", "corrected-to-rejected"), *ANSWERS, *NOW,
        "--set", "restocks=engine",
    ),
    "folder": ("returns.rmap", "--event", "fixtures", *ANSWERS, *NOW),
    "unanswered": ("returns.rmap", *events("accepted"), "--no-stand-in", *NOW),
    "against": ("newer.rmap", *events("received", "accepted"), *ANSWERS, *NOW, "--against", "returns.rmap"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_plan_reads_well(plan: Plan, golden: Golden, case: str) -> None:
    result = plan(*CASES[case])
    assert result.exit_code == 2, result.output
    golden(Path(__file__).with_name(f"{case}.expected"), _without_sums(result.output))


@pytest.mark.usefixtures("journal")
def test_a_plan_of_a_journal_reads_well(plan: Plan, golden: Golden) -> None:
    """What another version would change of what was sent; the version that runs would change nothing."""
    same = plan("returns.rmap", "--deployment", "retoure.yaml")
    newer = plan("newer.rmap", "--deployment", "retoure.yaml")
    compared = plan("newer.rmap", "--deployment", "retoure.yaml", "--against", "returns.rmap")
    assert (same.exit_code, newer.exit_code, compared.exit_code) == (0, 2, 2)
    texts = "\n".join(found.stdout for found in (same, newer, compared))
    golden(Path(__file__).with_name("journal.expected"), _without_sums(texts))


@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("source", ["journal", "deployment"])
def test_one_return_of_a_journal(plan: Plan, source: str) -> None:
    given = {
        "journal": ("--journal", "retoure.db", "--set", "restocks=engine"),
        "deployment": ("--deployment", "retoure.yaml"),
    }
    told = json.loads(plan("newer.rmap", *given[source], "--json").stdout)
    (subject,) = (item["subject"] for item in told["returns"])
    alone = json.loads(plan("newer.rmap", *given[source], "--return", subject, "--json").stdout)
    assert alone["returns"] == told["returns"]
    assert alone["totals"]["returns"] == 1


def _without_sums(text: str) -> str:
    """The hash of a mapping's text is another one whenever the mapping is."""
    return re.sub(r" [0-9a-f]{8}\)", " …)", text)


# -- JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES)
def test_the_json_is_as_documented(plan: Plan, case: str) -> None:
    told: Any = json.loads(plan(*CASES[case], "--json").stdout)
    assert [error.message for error in SCHEMA.iter_errors(told)] == []
    assert told["totals"]["touched"] == len(told["returns"]) > 0


def test_the_json_of_nothing(plan: Plan) -> None:
    result = plan("returns.rmap", *events("accepted"), *ANSWERS, *NOW, "--against", "returns.rmap", "--json")
    told: Any = json.loads(result.stdout)
    assert (result.exit_code, told) == (0, {"returns": [], "totals": {"returns": 1}})
    assert not list(SCHEMA.iter_errors(told))
    assert list(SCHEMA.iter_errors({"returns": [{"subject": "x"}], "totals": {}}))


# -- exit codes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("returns.rmap", *events("accepted"), "--against", "returns.rmap"), 0, "1 return played: no difference"),
        (("returns.rmap", "--event", "returns.rmap"), 1, "not JSON"),
        (("returns.rmap", "--event", "nowhere.json"), 1, "cannot be read: No such file or directory"),
        (("returns.rmap", "--event", "fixtures", "--answers", "broken"), 1, "70001.json: this is not JSON, line 1"),
        (("nowhere.rmap", *events("accepted")), 2, "nowhere.rmap cannot be read"),
        (("broken.rmap", *events("accepted")), 1, "broken.rmap cannot be used"),
        (("returns.rmap",), 2, "say what to play"),
        (("returns.rmap", "--journal", "nowhere.db"), 69, "there is no database nowhere.db"),
    ],
)
def test_exit_codes(plan: Plan, arguments: tuple[str, ...], code: int, says: str) -> None:
    Path("broken.rmap").write_text("queue a {", encoding="utf-8")
    folder = Path("broken/scayle.orders.get")
    folder.mkdir(parents=True)
    (folder / "70001.json").write_text("{", encoding="utf-8")
    result = plan(*arguments, *(NOW if "--event" in arguments else ()))
    assert result.exit_code == code, result.output
    assert says in result.output
