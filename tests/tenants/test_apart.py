"""One process, two tenants: nothing of one ever reaches the books, the credentials or the platforms of the other."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from retoure import Rejected, load_deployment, load_tenants, open_store, upkeep
from retoure_cli.main import group

from ..embedding.shop import until
from ..plain import PLAIN
from .conftest import SECRETS, TENANTS, Street, street

ELSEWHERE = {"de": "fr", "fr": "de"}


@dataclass(frozen=True)
class Service:
    """`retoure serve` of both tenants in a process of its own."""

    address: str
    process: subprocess.Popen[str]

    def post(self, path: str, message: tuple[bytes, dict[str, str]]) -> int:
        return httpx.post(f"{self.address}{path}", content=message[0], headers=message[1], verify=PLAIN).status_code

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.address}{path}", verify=PLAIN)


@contextmanager
def served(at: Street, *more: str) -> Iterator[Service]:
    command = [sys.executable, "-W", "error", "-m", "retoure_cli", "serve", "--log", "json", *more]
    log = at.file.with_suffix(".log")
    with log.open("w") as errors:
        process = subprocess.Popen(command, cwd=at.file.parent, env=at.environment, stdout=subprocess.PIPE,
                                   stderr=errors, text=True)  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on "), line + log.read_text()
        yield Service(line.split()[2].rstrip(";"), process)
    finally:
        process.terminate()
        process.communicate()


def done(service: Service) -> dict[str, int]:
    """How many events each tenant has decided."""
    found = service.get("/status").json()["tenants"]
    return {name: one["events"].get("done", 0) for name, one in found.items()}


def returned_in(at: Street) -> dict[str, Any]:
    """A return of the same id in each shop, of different units."""
    made = {name: shop.returned(shop.ordered(quantity=1 + (name == "fr"))) for name, shop in at.shops.items()}
    assert made["de"]["id"] == made["fr"]["id"]
    return made


def test_each_webhook_reaches_its_own_tenant_only(shops: Street) -> None:
    made = returned_in(shops)
    with served(shops) as service:
        assert service.post("/de/webhooks/reveni", shops.message("de", made["de"])) == 202
        until(lambda: bool(shops.shops["de"].refunds()), "the refund")
        assert shops.shops["fr"].refunds() == []
        assert service.post("/fr/webhooks/reveni", shops.message("fr", made["fr"])) == 202
        until(lambda: bool(shops.shops["fr"].refunds()), "the other refund")
        until(lambda: done(service) == {"de": 1, "fr": 1}, "the status to tell of both")
    assert len(shops.shops["de"].refunds()) == 1
    lines = [json.loads(line) for line in shops.file.with_suffix(".log").read_text().splitlines()]
    applied = [line["tenant"] for line in lines if line["message"] == "call applied"]
    assert set(applied) == set(TENANTS)
    assert applied.index("de") < applied.index("fr")
    assert not any(secret in str(lines) for secret in SECRETS.values())


@pytest.mark.parametrize("tenant", TENANTS)
def test_a_message_signed_for_another_tenant_is_refused(shops: Street, tenant: str) -> None:
    made, other = returned_in(shops), ELSEWHERE[tenant]
    with shops.runner(tenant) as runner, pytest.raises(Rejected, match="signature"):
        runner.accept("reveni", *shops.message(other, made[other]))
    assert not shops.shops[tenant].refunds()


def test_addresses_name_the_tenant(shops: Street) -> None:
    made = returned_in(shops)["de"]
    with served(shops) as service:
        for path, status in (("/webhooks/reveni", 404), ("/it/webhooks/reveni", 404), ("/fr/webhooks/reveni", 401)):
            assert service.post(path, shops.message("de", made)) == status, path
        assert service.get("/readyz").json() == {"ready": True, "tenants": {"de": "ready", "fr": "ready"}}
        assert service.get("/fr/readyz").json() == {"ready": True}
        assert service.get("/fr/status").json()["rejected"] == 1
        assert service.get("/de/status").json()["rejected"] == 0
        figures = service.get("/metrics").text
    refused = 'retoure_messages_rejected_total{cause="signature",system="reveni",tenant="fr"} 1.0'
    assert refused in figures
    assert [figures.count(f'retoure_worker_running{{tenant="{name}"}} 1.0') for name in TENANTS] == [1, 1]
    assert figures.count("# TYPE retoure_worker_running gauge") == 1
    assert figures.count("\nprocess_resident_memory_bytes ") == 1


def test_one_tenant_may_have_a_process_of_its_own(shops: Street) -> None:
    made = returned_in(shops)
    with served(shops, "--tenant", "fr") as service:
        assert service.post("/de/webhooks/reveni", shops.message("de", made["de"])) == 404
        assert service.post("/fr/webhooks/reveni", shops.message("fr", made["fr"])) == 202
        until(lambda: bool(shops.shops["fr"].refunds()), "the refund")
    assert [(shops.file.parent / f"retoure-{name}.db").exists() for name in TENANTS] == [False, True]


@pytest.mark.anyio
@pytest.mark.parametrize("kind", ["file", "postgres"])
async def test_books_of_one_hold_nothing_of_the_other(
    kind: str, tmp_path: Any, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if kind == "postgres":
        monkeypatch.setenv("RETOURE_DATABASE", request.getfixturevalue("postgres"))
    store = "{path: retoure.db}" if kind == "file" else "{url: env:RETOURE_DATABASE}"
    with street(tmp_path, store) as shops:
        made = returned_in(shops)
        async with await shops.tenants() as tenants:
            for name, runner in tenants.runners.items():
                await runner.accept("reveni", *shops.message(name, made[name]))
            await tenants.drain()
            assert (await tenants.status()).events == {"done": 2}
        for deployment in load_tenants(shops.file):
            with closing(open_store(deployment, shops.environment, create=False)) as books:
                assert books.subjects() == (made["de"]["id"],)
                assert books.status().events == {"done": 1}
            assert list(upkeep.check(deployment, shops.environment)) == []
        assert [len(shop.refunds()) for shop in shops.shops.values()] == [1, 1]


def test_books_are_copied_and_put_back_one_by_one(
    tmp_path: Any, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RETOURE_DATABASE", postgres)
    with street(tmp_path, "{url: env:RETOURE_DATABASE}") as shops:
        made = returned_in(shops)
        with shops.runner("de") as german, shops.runner("fr"):
            german.accept("reveni", *shops.message("de", made["de"]))
            german.drain()
        de, fr = load_tenants(shops.file)
        upkeep.back_up(de, tmp_path / "de.db", shops.environment)
        upkeep.restore(fr, tmp_path / "de.db", overwrite=True, environment=shops.environment)
        for deployment in (de, fr):
            assert upkeep.upgrade(deployment, shops.environment)[0] == upkeep.upgrade(deployment, shops.environment)[1]
            with closing(open_store(deployment, shops.environment, create=False)) as books:
                assert books.status().events == {"done": 1}


# --- looking


@pytest.fixture
def looked(shops: Street, monkeypatch: pytest.MonkeyPatch) -> Street:
    """One return of `fr` was refunded; the command line is in the shops' folder."""
    monkeypatch.chdir(shops.file.parent)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    made = returned_in(shops)["fr"]
    with shops.runner("de"), shops.runner("fr") as runner:
        runner.accept("reveni", *shops.message("fr", made))
        runner.drain()
    return shops


def said(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(group, arguments)
    return result.exit_code, result.output


@pytest.mark.usefixtures("looked")
def test_status_shows_all_tenants_or_the_one_that_is_named() -> None:
    code, text = said("status", "--json")
    found = json.loads(text)["tenants"]
    assert (code, found["de"]["events"], found["fr"]["events"]) == (0, {}, {"done": 1})
    assert json.loads(said("status", "--json", "--tenant", "fr")[1])["tenants"].keys() == {"fr"}
    lines = said("status")[1].splitlines()
    assert [line.split()[1] for line in lines if line.startswith("tenant ")] == ["de", "fr"]


def test_status_shows_the_others_when_a_database_is_missing(looked: Street) -> None:
    load_deployment(looked.file, "de").store.path.unlink()
    code, text = said("status", "--json")
    assert code == 69
    found = json.loads(text[: text.rindex("}") + 1])["tenants"]
    assert found["fr"]["events"] == {"done": 1}
    assert "there is no database yet" in found["de"]["error"]
    assert "error: tenant de: " in text
    assert said("status", "--tenant", "fr")[0] == 0


@pytest.mark.usefixtures("looked")
def test_whose_letters_must_be_said() -> None:
    code, text = said("queue", "list")
    assert (code, "describes several tenants: de, fr" in text, "--tenant" in text) == (2, True, True)
    assert said("queue", "list", "--tenant", "fr") == (0, "no letters\n")
    assert said("holds", "list", "--tenant", "it")[0] == 2


def test_the_story_of_a_return_is_one_tenants(looked: Street) -> None:
    with looked.runner("fr") as runner:
        (subject,) = runner.store.subjects()
    assert said("explain", subject, "--deployment", "retoure.yaml", "--tenant", "fr")[0] == 0
    assert said("explain", subject, "--deployment", "retoure.yaml", "--tenant", "de")[0] == 2
    assert said("store", "check") == (0, "the books are in order\n")
