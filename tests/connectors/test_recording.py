"""A run that is recorded: nothing secret or personal is in the folder, and it plays again without a network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from retoure import Deployment, Runner, load_deployment
from retoure.connectors.http import Exchange
from retoure.connectors.kit import Call, Receiver
from retoure.connectors.recording import Recording, described
from retoure.deployment.connect import connect

from ..cli.conftest import Call as Command
from ..cli.conftest import call
from ..embedding.shop import KEY, MAPPING, SECRETS, TOKEN, Shop, shop, webhook

__all__ = ["call"]

PERSON = {
    "firstName": "Wilhelmina",
    "lastName": "Geheimrat",
    "email": "wilhelmina.geheimrat@post.example",
    "phone": "+49 170 5550199",
}
ADDRESS = {"street": "Verborgene Zeile", "houseNumber": "77b", "zipCode": "99988", "city": "Heimlichstadt"}
IBAN = "DE89370400440532013000"
PLANTED = (*PERSON.values(), *ADDRESS.values(), IBAN, "5550199", TOKEN, KEY)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as found:
        yield found


def recorded(running: Shop) -> Deployment:
    return load_deployment(running.file).with_record(running.file.parent / "recorded")


def worked(running: Shop) -> Any:
    """A return of an order full of personal data is refunded, and the run recorded; the return."""
    line = {"sku": "TEE-S", "quantity": 1}
    customer = {**PERSON, "referenceKey": "customer-1", "note": f"pays from {IBAN}"}
    body = {"lines": [line], "ship": True, "customer": customer, "address": {"billing": ADDRESS, "shipping": ADDRESS}}
    order = running.admin(running.scayle, "/orders", {**body, "legacyCustomData": {"bank": IBAN}})
    given = {"first_name": PERSON["firstName"], "last_name": PERSON["lastName"], "email": PERSON["email"]}
    made = running.returned(order, customer=given)
    with Runner.from_deployment(recorded(running), environment=SECRETS) as runner:
        runner.accept("reveni", *webhook(made))
        runner.drain()
    assert len(running.refunds()) == 1
    return made


def test_nothing_secret_or_personal_is_recorded(running: Shop) -> None:
    worked(running)
    files = [path for path in (running.file.parent / "recorded").rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} >= {"events", "traffic", "scayle.orders.get", "reveni.returns.get"}
    for path in files:
        text = path.name + path.read_text(encoding="utf-8")
        assert [word for word in PLANTED if word in text] == [], path


def test_the_same_run_without_recording_would_have_shown_them(running: Shop) -> None:
    """What is looked for does come over the network."""
    order = running.admin(running.scayle, "/orders", {"lines": [{"sku": "TEE-S"}], "customer": PERSON})
    assert PERSON["lastName"] in json.dumps(order)


def test_traffic_tells_method_path_and_status(running: Shop) -> None:
    made = worked(running)
    lines = (running.file.parent / "recorded/traffic/scayle.jsonl").read_text(encoding="utf-8").splitlines()
    told = [(line["method"], line["path"].rpartition("/")[2], line["status"]) for line in map(json.loads, lines)]
    order = made["order"]["external_id"]
    assert ("GET", order, 200) in told
    assert ("POST", "return-items", 204) in told


def test_a_recording_plays_again_in_a_dry_run(running: Shop, call: Command) -> None:
    worked(running)
    folder = running.file.parent / "recorded"
    (event,) = (folder / "events").iterdir()
    options = ("--event", str(event), "--answers", str(folder / "answers"), "--no-stand-in", "--json")
    played = call("dry-run", str(MAPPING), *options)
    assert played.exit_code == 0, played.output
    (run,) = json.loads(played.stdout)
    assert run["stage"] == "approved"
    assert "scayle.return_items.send" in {effect["operation"] for effect in run["effects"]}


def test_a_recording_plays_again_in_a_test(running: Shop, call: Command) -> None:
    worked(running)
    home = running.file.parent / "mapping"
    shutil.copytree(MAPPING.parent, home)
    shutil.copytree(running.file.parent / "recorded", home / "recorded")
    (event,) = (home / "recorded/events").iterdir()
    (record,) = (home / "recorded/answers/reveni.returns.get").iterdir()
    shutil.copy(record, home / "recorded/record.json")
    assert event.exists()
    with (home / MAPPING.name).open("a", encoding="utf-8") as file:
        file.write(
            'test "as recorded" {\n'
            '  answers from "recorded/answers"\n'
            '  given event reveni.return_updated from "recorded/record.json"\n'
            "  expect stage approved\n"
            "  expect do scayle.return_items.send 1 times\n"
            "}\n"
        )
    played = call("test", str(home / MAPPING.name), "--only", "as recorded")
    assert played.exit_code == 0, played.output


def test_a_connector_that_takes_webhooks_still_does(running: Shop) -> None:
    assert all(isinstance(made, Receiver) for made in connect(recorded(running), SECRETS).values())


def test_tenants_are_recorded_apart(running: Shop) -> None:
    found = replace(recorded(running), tenant="north")
    assert found.recording == running.file.parent / "recorded" / "north"


def test_the_deployment_file_may_say_where(running: Shop) -> None:
    with running.file.open("a", encoding="utf-8") as file:
        file.write("record: kept\n")
    assert load_deployment(running.file).recording == running.file.parent / "kept"


def test_a_folder_that_cannot_be_written_costs_the_run_nothing(running: Shop) -> None:
    (running.file.parent / "recorded").write_text("a file is in the way", encoding="utf-8")
    worked(running)


def test_addresses_in_paths_queries_and_arguments_are_blanked(tmp_path: Path) -> None:
    mail = PERSON["email"]
    line = described(Exchange("GET", f"/orders/{mail.replace('@', '%40')}?email={mail}&page=2", "", 404, "<html>"))
    assert (line["path"], line["query"]) == (
        "/orders/redacted@example.com",
        {"email": "redacted@example.com", "page": "2"},
    )
    assert line["received"] == "[6 characters, no JSON]"
    Recording(tmp_path).answered("shop", Call("orders.find", (mail,)), {"id": 1})
    assert [path.name for path in tmp_path.rglob("*.json")] == ["redacted%40example.com.json"]
