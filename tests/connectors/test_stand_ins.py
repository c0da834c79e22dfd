"""The connectors without a network: scripted answers, and answers from files."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Call, CallFailed, Connector, Json, Settled
from retoure.connectors.recorded import RecordedConnector, answer_file, file_name, record_answer
from retoure.connectors.redact import redacted
from retoure.types.load import load_system

SCAYLE = load_system("scayle/admin-v1")
ORDER: dict[str, Json] = {"id": 7}


def send(connector: Connector, operation: str, *arguments: str, **body: Json) -> Json:
    return asyncio.run(connector.send(Call(operation, arguments, body or None)))


def error(connector: Connector, operation: str, *arguments: str) -> str:
    with pytest.raises(CallFailed) as caught:
        send(connector, operation, *arguments)
    return caught.value.error


# -- memory -----------------------------------------------------------------------------------------------------------


def test_answers_and_the_calls_are_remembered() -> None:
    memory = MemoryConnector("scayle", SCAYLE)
    memory.always("orders.get", ORDER)
    assert send(memory, "orders.get", "7") == ORDER
    assert send(memory, "stock.add", quantity=1) is None
    assert memory.calls == [Call("orders.get", ("7",)), Call("stock.add", (), {"quantity": 1})]
    assert memory.counts() == {"orders.get": 1, "stock.add": 1}
    assert memory.called("stock.add") == (Call("stock.add", (), {"quantity": 1}),)


def test_once_gives_way_to_always() -> None:
    memory = MemoryConnector("scayle")
    memory.always("orders.get", ORDER)
    memory.once("orders.get", {"id": 8}, times=2)
    assert [send(memory, "orders.get", "7") for _ in range(3)] == [{"id": 8}, {"id": 8}, ORDER]


def test_arguments_win_over_any() -> None:
    memory = MemoryConnector("scayle")
    memory.always("orders.get", ORDER, arguments=("7",))
    memory.always("orders.get", {"id": 0})
    assert send(memory, "orders.get", "7") == ORDER
    assert send(memory, "orders.get", "8") == {"id": 0}


def test_an_answer_can_be_worked_out() -> None:
    memory = MemoryConnector("scayle")
    memory.always("orders.get", lambda call: {"id": int(call.arguments[0])})
    assert send(memory, "orders.get", "12") == {"id": 12}


def test_failures() -> None:
    memory = MemoryConnector("scayle", SCAYLE)
    memory.fails("stock.add", "SKU_DISCONTINUED")
    memory.fails("stock.add", "TIMEOUT", times=1)
    with pytest.raises(CallFailed) as caught:
        send(memory, "stock.add")
    assert (caught.value.error, caught.value.outcome_unknown) == ("TIMEOUT", True)
    first, second = error(memory, "stock.add"), error(memory, "stock.add")
    assert first == second == "SKU_DISCONTINUED"
    assert len(memory.calls) == 3


def test_each_failure_is_its_own() -> None:
    memory = MemoryConnector("scayle")
    memory.always("x.do", CallFailed("RATE_LIMITED", "slow", retry_after=3.0))
    raised: list[CallFailed] = []
    for _ in range(2):
        with pytest.raises(CallFailed) as caught:
            send(memory, "x.do")
        raised.append(caught.value)
    assert raised[0] is not raised[1]
    assert raised[1].retry_after == 3.0


def test_what_is_not_scripted() -> None:
    memory = MemoryConnector("scayle", SCAYLE)
    assert error(memory, "orders.get", "7") == "NOT_FOUND"
    assert error(memory, "orders.burn") == "INVALID"
    assert error(MemoryConnector("x"), "things.list") == "NOT_FOUND"
    with pytest.raises(ValueError, match=r"orders\.burn"):
        memory.always("orders.burn", None)


def test_plans_and_outcomes() -> None:
    memory = MemoryConnector("scayle", SCAYLE)
    call = Call("stock.add")
    assert asyncio.run(memory.plan(call)) is None
    assert asyncio.run(memory.settle(call)) is Settled.UNKNOWN
    memory.plans("stock.add", {"quantity": 3})
    memory.settles("stock.add", Settled.APPLIED)
    assert asyncio.run(memory.plan(call)) == {"quantity": 3}
    assert asyncio.run(memory.settle(call)) is Settled.APPLIED
    assert memory.calls == []


def test_a_request_is_shown_where_the_manifest_has_one() -> None:
    memory = MemoryConnector("scayle", SCAYLE)
    (read,) = memory.render(Call("orders.get", ("7",)))
    (add,) = memory.render(Call("stock.add", (), {"quantity": 1}))
    assert read.path == "/shops/SHOP/countries/COUNTRY/orders/7?with=legacyCustomData"
    assert (add.method, add.path, add.body) == ("CALL", "stock.add()", {"quantity": 1})


# -- recorded ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("100234",), "100234"),
        (("key=A/1 ü",), "key=A%2F1%20%C3%BC"),
        (("..",), "%2E%2E"),
        ((".hidden",), "%2Ehidden"),
        ((), "_"),
        (("",), "%"),
        (("a", "b,c"), "a,b%2Cc"),
        (("a~b",), "a%7Eb"),
    ],
)
def test_file_names(arguments: tuple[str, ...], name: str) -> None:
    assert file_name(arguments) == name


def test_long_names_are_cut_and_stay_apart() -> None:
    one, two = file_name(("x" * 300,)), file_name(("x" * 299 + "y",))
    assert one != two
    assert len(one) == len(two) == 131


def test_an_answer_is_recorded_and_read(tmp_path: Path) -> None:
    answer = json.loads('{"id": 7, "customer": {"email": "a@b.example", "id": 3}}')
    path = record_answer(tmp_path, "scayle", "orders.get", answer, ("key=A/1",))
    assert path == tmp_path / "scayle.orders.get" / "key=A%2F1.json"
    for recorded in (RecordedConnector("scayle", tmp_path, SCAYLE), RecordedConnector("scayle", tmp_path)):
        found = send(recorded, "orders.get", "key=A/1")
        assert found == {"id": 7, "customer": {"email": "redacted@example.com", "id": 3}}


def test_arguments_cannot_leave_the_folder(tmp_path: Path) -> None:
    assert answer_file(tmp_path, "s", "o.get", ("../../x",)).resolve().is_relative_to(tmp_path.resolve())


def test_what_was_not_recorded(tmp_path: Path) -> None:
    recorded = RecordedConnector("scayle", tmp_path, SCAYLE)
    with pytest.raises(CallFailed, match=r"NOT_FOUND: no recorded answer: .*8\.json"):
        send(recorded, "orders.get", "8")
    record_answer(tmp_path, "scayle", "orders.get", None, ("9",)).write_text("{", encoding="utf-8")
    assert error(recorded, "orders.get", "9") == "INVALID"


def test_writes_are_refused_or_collected(tmp_path: Path) -> None:
    assert error(RecordedConnector("scayle", tmp_path, SCAYLE), "stock.add") == "UNAUTHORIZED"
    dry = RecordedConnector("scayle", tmp_path, SCAYLE, dry=True)
    assert send(dry, "stock.add", quantity=1) is None
    assert dry.calls == [Call("stock.add", (), {"quantity": 1})]
    assert asyncio.run(dry.settle(Call("stock.add"))) is Settled.NOT_APPLIED


# -- redaction --------------------------------------------------------------------------------------------------------


def test_personal_data_goes_and_the_rest_stays() -> None:
    order: Json = {
        "id": 7,
        "referenceKey": "A-7",
        "customer": {"id": 3, "firstName": "Mira", "last_name": "B", "name": "Mira B", "phone": None, "gender": "f"},
        "address": {"shipping": {"street": "Weg", "houseNumber": 5, "zipCode": "20099", "countryCode": "DEU"}},
        "items": [{"product": {"name": "Tee"}, "variant": {"referenceKey": "TEE-S"}, "status": "delivered"}],
        "payment": [{"key": "card", "amount": 1190, "data": {"IPCity": "x"}, "transactionKey": "t-1"}],
        "legacyCustomData": {"anything": "secret"},
        "reason": "to DE89 3704 0044 0532 0130 00, ask mira@b.example",
        "state": "open",
    }
    assert redacted(order) == {
        "id": 7,
        "referenceKey": "A-7",
        "customer": {
            "id": 3,
            "firstName": "[redacted]",
            "last_name": "[redacted]",
            "name": "[redacted]",
            "phone": None,
            "gender": "[redacted]",
        },
        "address": {
            "shipping": {"street": "[redacted]", "houseNumber": 0, "zipCode": "[redacted]", "countryCode": "DEU"}
        },
        "items": [{"product": {"name": "Tee"}, "variant": {"referenceKey": "TEE-S"}, "status": "delivered"}],
        "payment": [{"key": "card", "amount": 1190, "data": {}, "transactionKey": "t-1"}],
        "legacyCustomData": {},
        "reason": "to [redacted], ask redacted@example.com",
        "state": "open",
    }


def test_a_webhook_keeps_its_record() -> None:
    event: Json = {"data": {"resource_id": "r", "object": {"id": "r", "customer": {"email": "a@b.example"}}}}
    expected = {"data": {"resource_id": "r", "object": {"id": "r", "customer": {"email": "redacted@example.com"}}}}
    assert redacted(event) == expected
