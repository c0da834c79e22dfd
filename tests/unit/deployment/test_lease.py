"""A lease must leave calls the time to end: told at start-up, with the number that would do."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from retoure.deployment.lease import check_lease
from retoure.deployment.load import read_deployment
from retoure.deployment.model import Deployment
from retoure.deployment.problems import DeploymentInvalid, Problem
from retoure.embed import assemble

from .test_deployment import ENVIRONMENT, GOOD

ROOT = Path(__file__).resolve().parents[3]
BOOKS = "store: {path: var/retoure.db}"
SHARED = GOOD.replace(BOOKS, "store: {url: env:DATABASE}")


def deployment(text: str = SHARED, *, lease: str = "60", read: str = "20", more: str = "") -> Deployment:
    text = text.replace("read_timeout: 2.5", f"read_timeout: {read}{more}").replace(
        "poll: 0.5", f"poll: 0.5, lease: {lease}"
    )
    return read_deployment(text, Path("deploy.yaml"))


def told(found: Deployment) -> list[str]:
    return [f"{problem.path}: {problem.message}; {problem.help}" for problem in check_lease(found)]


def test_the_usual_times_fit() -> None:
    assert told(read_deployment(SHARED, Path("deploy.yaml"))) == []


def test_a_short_lease_is_told_for_each_system() -> None:
    found = told(deployment(lease="50", read="2.5"))
    assert found == [
        (
            "worker.lease: a call to `reveni` may take 25 seconds, and must have ended in half of the lease;"
            " write `lease: 51` or more, or shorter time-outs for `reveni`"
        )
    ]


@pytest.mark.parametrize(
    ("lease", "read", "more", "fits"),
    [
        ("60", "26", "", False),
        ("63", "26", "", True),
        ("60", "100", ", total_timeout: 29", True),
        ("60", "100", "", False),
    ],
)
def test_time_outs_count(lease: str, read: str, more: str, fits: bool) -> None:
    assert (told(deployment(lease=lease, read=read, more=more)) == []) is fits


def test_a_file_has_one_worker_and_no_lease() -> None:
    assert told(deployment(GOOD, lease="2")) == []


def test_where_time_runs_faster_nothing_is_said() -> None:
    assert told(deployment(SHARED.replace("poll: 0.5", "poll: 0.5, pace: 100"), lease="2")) == []


def test_a_runner_does_not_start_with_it() -> None:
    text = SHARED.replace("mappings/returns.rmap", "mappings/reveni_to_scayle/returns.rmap")
    lines = [
        line
        for line in text.splitlines()
        if not line.startswith(("settings", "teams", "  oncall", "  finance", "alerts"))
    ]
    found = read_deployment("\n".join(lines).replace("poll: 0.5", "poll: 0.5, lease: 10"), ROOT / "deploy.yaml")
    with pytest.raises(DeploymentInvalid, match="half of the lease") as caught:
        assemble(found, ENVIRONMENT)
    first: Problem = caught.value.problems[0]
    assert (first.place.line, first.path) == (18, "worker.lease")


def test_the_retention_is_read() -> None:
    assert deployment(GOOD).store.retention is None
    found = deployment(GOOD.replace("var/retoure.db}", "var/retoure.db, retention: 400d}"))
    assert found.store.retention == timedelta(days=400)
    assert found.with_store("other.db").store.retention == timedelta(days=400)


@pytest.mark.parametrize("text", ["0d", "400", "forever", "-1d", "1h", "400d."])
def test_a_retention_is_a_number_of_days(text: str) -> None:
    with pytest.raises(DeploymentInvalid, match="write a number of days"):
        deployment(GOOD.replace("var/retoure.db}", f"var/retoure.db, retention: {text}}}"))
