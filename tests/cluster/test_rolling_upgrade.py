"""Workers of two mapping versions side by side on one PostgreSQL database, as processes: the store says who decides."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from retoure import PostgresStore, Runner

from ..embedding.shop import MAPPING, until, webhook
from .test_workers import RETOURE, Cluster, Gate, cluster

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")]


def other_version(found: Cluster) -> tuple[Path, Path]:
    """The shipped mapping with another return reason, and a deployment file that names it."""
    mapping, file = found.shop.file.with_name("changed.rmap"), found.shop.file.with_name("other.yaml")
    mapping.write_text(MAPPING.read_text(encoding="utf-8").replace("wrong-size", "damaged"), encoding="utf-8")
    head = f"mapping: {mapping}\n"
    file.write_text(head + found.shop.file.read_text(encoding="utf-8").partition("\n")[2], encoding="utf-8")
    return mapping, file


def accept(found: Cluster, made: object, event: str = "1") -> None:
    with Runner.from_deployment(found.shop.file, environment=found.environment) as runner:
        runner.accept("reveni", *webhook(made, event))


def deciders(found: Cluster, subject: str) -> list[str]:
    """The hashes of the versions that decided a return."""
    with closing(PostgresStore(found.url)) as store:
        return [row["mapping"][-8:] for row in store.story(subject).decisions]


def reasons(found: Cluster) -> Counter[str]:
    with closing(PostgresStore(found.url)) as store:
        rows = [row for subject in store.subjects() for row in store.story(subject).effects]
    return Counter(row["body"]["returnReason"] for row in rows if "returnReason" in row["body"])


def test_each_return_is_decided_by_the_version_the_store_says_whoever_works(tmp_path: Path, postgres: str) -> None:
    with cluster(tmp_path, postgres, Gate()) as found:
        mapping, other = other_version(found)
        found.worker()
        known = [found.shop.returned(found.shop.ordered(), "received") for _ in range(4)]
        for made in known:
            accept(found, made)
        until(lambda: all(len(deciders(found, made["id"])) == 1 for made in known), "the first decisions")
        deployed = found.call("deploy", str(mapping), "--activate", "new-returns")
        assert deployed.returncode == 0, deployed.stderr
        new_one = found.worker(*RETOURE, "run", "--deployment", str(other))
        for made in known:
            accept(found, found.shop.moved(made, "accepted"), "2")
        fresh = [found.shop.returned(found.shop.ordered()) for _ in range(6)]
        for made in fresh:
            accept(found, made)
        until(lambda: len(found.refunded()) == 10, "all refunds")
        until(lambda: set(found.effects()) == {"applied"}, "all effects")
        assert found.refunded() == [1] * 10
        assert reasons(found) == {"wrong-size": 4, "damaged": 6}
        old = {version for made in known for version in deciders(found, made["id"])}
        new = {version for made in fresh for version in deciders(found, made["id"])}
        assert (len(old), len(new), old & new) == (1, 1, set())
        assert new_one.poll() is None


def test_a_worker_of_the_old_version_that_starts_again_puts_nothing_back(tmp_path: Path, postgres: str) -> None:
    with cluster(tmp_path, postgres, Gate()) as found:
        mapping, _ = other_version(found)
        found.worker().kill()
        assert found.call("deploy", str(mapping), "--activate", "now").returncode == 0
        again = found.worker()
        found.accept(2)
        until(lambda: found.refunded() == [1, 1], "the refunds")
        assert reasons(found) == {"damaged": 2}
        assert "`retoure deploy` changes that" in found.log(again)
