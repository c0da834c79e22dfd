"""`deploy` and `versions` on a database in which something was done, held and given up; a real service picks it up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from retoure import Runner, Scope, compile_for, load_deployment, put_in_force

from ..embedding.shop import MAPPING, Shop, until, webhook
from .conftest import Call
from .test_letters import worker


def told(call: Call, *arguments: str, code: int = 0) -> Any:
    """What a command says in JSON."""
    result = call(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture
def changed(running_shop: Shop) -> Path:
    """The shipped mapping with another return reason for what is too small."""
    text = MAPPING.read_text(encoding="utf-8")
    assert "wrong-size" in text
    file = running_shop.file.with_name("changed.rmap")
    file.write_text(text.replace("wrong-size", "damaged"), encoding="utf-8")
    return file


def reasons(shop: Shop) -> list[str]:
    """The return reasons of all refunds that were wanted, oldest first."""
    with Runner.from_deployment(shop.file) as runner:
        stories = [runner.store.story(subject) for subject in runner.store.subjects()]
    effects = sorted((row for story in stories for row in story.effects), key=lambda row: int(row["id"]))
    return [row["body"]["returnReason"] for row in effects if "returnReason" in row["body"]]


def in_force(call: Call) -> list[tuple[str, str]]:
    """Version (its hash) and scope of each activation."""
    return [(made["mapping"][-8:], made["scope"]) for made in told(call, "versions")["activations"]]


def test_the_same_mapping_changes_nothing(worked: Shop, call: Call) -> None:
    result = call("deploy", str(MAPPING))
    assert (result.exit_code, "nothing would be sent, held or settled" in result.stdout) == (0, True), result.output
    assert [scope for _, scope in in_force(call)] == ["now"]


def test_what_a_version_would_change_is_shown_and_nothing_is_done(worked: Shop, changed: Path, call: Call) -> None:
    result = call("deploy", str(changed))
    assert result.exit_code == 2, result.output
    assert any(
        line.split() == ["returnReason", '"wrong-size"', "→", '"damaged"'] for line in result.stdout.splitlines()
    )
    found = told(call, "deploy", str(changed), code=2)
    doings = sorted(
        effect["doing"] for plan in found["returns"] for step in plan["steps"] for effect in step["effects"]
    )
    assert doings == ["changed", "correction"]
    assert (len(in_force(call)), len(told(call, "versions")["versions"]), len(worked.refunds())) == (1, 1, 1)


def test_without_a_terminal_a_change_wants_a_yes(worked: Shop, changed: Path, call: Call) -> None:
    result = call("deploy", str(changed), "--activate", "now")
    assert (result.exit_code, "--yes" in result.stderr) == (2, True)
    assert len(in_force(call)) == 1


def test_a_version_for_everything_decides_what_it_changes_again(worked: Shop, changed: Path, call: Call) -> None:
    result = call("deploy", str(changed), "--activate", "now", "--yes", "--by", "mira")
    assert result.exit_code == 0, result.output
    assert "is in force for everything; 2 returns will be decided again" in result.stdout
    assert call("run", "--until-idle").exit_code == 0
    assert reasons(worked) == ["wrong-size", "wrong-size", "damaged"]
    assert (len(worked.refunds()), told(call, "queue", "list")) == (2, [])
    assert any("reported" in hold["reason"] for hold in told(call, "holds", "list"))
    table = call("versions", "--history").stdout
    assert "mira (deploy)" in table
    assert "everything" in table


def test_a_running_service_takes_a_version_up_and_goes_back(running_shop: Shop, changed: Path, call: Call) -> None:
    """No restart; known returns stay with their version; going back is deploying the version before by its hash."""

    def refunded() -> None:
        with Runner.from_deployment(running_shop.file) as runner:
            runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered())))
        number = len(running_shop.refunds())
        until(lambda: len(running_shop.refunds()) > number, "a refund")

    with worker(running_shop):
        refunded()
        assert call("deploy", str(changed), "--activate", "new-returns").exit_code == 0
        refunded()
        first = told(call, "versions")["versions"][0]["version"][-8:]
        assert call("deploy", first, "--activate", "now", "--yes").exit_code == 0
        refunded()
    assert reasons(running_shop) == ["wrong-size", "damaged", "wrong-size"]
    assert [scope for _, scope in in_force(call)] == ["now", "new-returns", "now"]
    assert len({unit for unit, _ in running_shop.refunds()}) == 3


def test_a_restart_with_the_old_file_keeps_what_was_deployed(running_shop: Shop, changed: Path, call: Call) -> None:
    with Runner.from_deployment(running_shop.file) as runner:
        runner.drain()
    assert call("deploy", str(changed), "--activate", "now").exit_code == 0
    with Runner.from_deployment(running_shop.file) as runner:
        runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered())))
        runner.drain()
    assert reasons(running_shop) == ["damaged"]


def test_a_version_from_an_event_on(worked: Shop, changed: Path, call: Call) -> None:
    result = call("deploy", str(changed), "--activate", "event-4", "--yes")
    assert "is in force for each return from event-4 on" in result.stdout
    assert "decided again" not in result.stdout
    with Runner.from_deployment(worked.file) as runner:
        runner.accept("reveni", *webhook(worked.returned(worked.ordered())))
        runner.drain()
    assert reasons(worked) == ["wrong-size", "wrong-size", "damaged"]


def test_the_same_by_the_python_api(running_shop: Shop, changed: Path) -> None:
    with Runner.from_deployment(running_shop.file) as runner:
        runner.drain()
        settings = f"mapping: {changed}\n" + running_shop.file.read_text().partition("\n")[2]
        other = running_shop.file.with_name("other.yaml")
        other.write_text(settings, encoding="utf-8")
        program = compile_for(load_deployment(other))
        made = put_in_force(runner.store, program, Scope.NOW, datetime.now(UTC), who="mira")
        assert (made.mapping, runner.store.in_force()) == (program.identity, program.identity)
        runner.accept("reveni", *webhook(running_shop.returned(running_shop.ordered())))
        runner.drain()
    assert reasons(running_shop) == ["damaged"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("deploy", "nowhere.rmap"), 2, "neither a file nor a kept version"),
        (("deploy", "changed.rmap", "--activate", "tomorrow"), 2, "say now, new-returns"),
        (("deploy", "broken.rmap"), 1, "cannot be used"),
    ],
)
def test_what_cannot_be_deployed(
    worked: Shop, changed: Path, call: Call, arguments: tuple[str, ...], code: int, said: str
) -> None:
    changed.with_name("broken.rmap").write_text("mapping broken\n", encoding="utf-8")
    result = call(*arguments)
    assert (result.exit_code, said in result.output) == (code, True), result.output
    assert len(in_force(call)) == 1
