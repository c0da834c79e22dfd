"""The log: what a line says, and what it never says."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from retoure.telemetry import write_log

from ..embedding.shop import SECRETS, Shop, until
from .conftest import served
from .personal import lines, seen_by, told


def test_a_return_from_webhook_to_call_in_lines(running_shop: Shop) -> None:
    with served(running_shop) as service:
        made = running_shop.returned(running_shop.ordered())
        assert service.post(made) == 202
        until(lambda: "call applied" in service.log.read_text(), "the call")
        until(lambda: len(running_shop.refunds()) == 1, "the refund")
        unknown = running_shop.returned({"id": 4711})
        assert service.post(unknown) == 202
        until(lambda: "held for a person" in service.log.read_text(), "the hold")
        assert service.send(b"{}", {}) == 401
        log = service.log.read_text()
        texts = seen_by(running_shop.file.with_name("retoure.db"))
    found = lines(log)
    mine = [line for line in found if line.get("return_id") == made["id"]]
    assert [line["message"] for line in mine[:2]] == ["event accepted", "decided"]
    assert mine[0]["event_id"] == f"{made['id']}-1"
    assert mine[1]["mapping"].startswith("reveni_to_scayle ")
    applied = next(line for line in mine if line["message"] == "call applied")
    assert applied["place"].partition(":")[0].endswith("returns.rmap")
    assert applied["place"].partition(":")[2].isdecimal()
    failed = [line for line in found if line["message"] == "a read failed"]
    assert [(line["return_id"], line["operation"]) for line in failed] == [(unknown["id"], "scayle.orders.get")]
    (held,) = [line for line in found if line["message"] == "held for a person" and line["held"] == "decision"][:1]
    assert (held["return_id"], "reason" in held) == (unknown["id"], False)
    assert {line["cause"] for line in found if line["message"] == "a message was rejected"} == {"signature"}
    assert all({"timestamp", "level", "logger", "message"} <= line.keys() for line in found)
    assert len(texts) > 10
    assert told((*texts, *SECRETS.values()), log) == []


# -- how lines are made -----------------------------------------------------------------------------------------------


Written = Callable[[], str]


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Iterator[Written]:
    """What came to standard error; the logging of this process is as before afterwards."""
    root, ours = logging.getLogger(), logging.getLogger("retoure")
    before = (root.handlers[:], root.level, ours.level)
    yield lambda: capsys.readouterr().err
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])


def test_of_an_exception_only_its_type_and_its_way(written: Written) -> None:
    write_log(json=True)
    try:
        raise KeyError("ada@lovelace.example")
    except KeyError:
        logging.getLogger("retoure.delivery").exception("it broke")
    log = written()
    (line,) = lines(log)
    assert (line["message"], line["exception"]) == ("it broke", "KeyError")
    assert line["through"][-1].endswith("test_of_an_exception_only_its_type_and_its_way")
    assert "lovelace" not in log


def test_only_known_fields_go_out_and_addresses_are_struck(written: Written) -> None:
    write_log(json=True, tenant="acme")
    extra = {"return_id": "r1", "customer": "Ada Lovelace", "error": "no mail to ada@lovelace.example"}
    logging.getLogger("somebody.else").warning("about ada@lovelace.example", extra=extra)
    log = written()
    (line,) = lines(log)
    assert (line["return_id"], line["tenant"]) == ("r1", "acme")
    assert "ovelace" not in log


@pytest.mark.parametrize("json_wanted", [True, False])
def test_one_line_whatever_an_id_holds(written: Written, json_wanted: bool) -> None:
    write_log(json=json_wanted)
    logging.getLogger("retoure.delivery").info("taken", extra={"return_id": "r1\nlevel=error \x1b[31m"})
    log = written()
    assert len(log.splitlines()) == 1
    assert "\x1b" not in log


def test_text_for_people(written: Written) -> None:
    write_log(json=False)
    logging.getLogger("retoure.delivery").info("decided", extra={"return_id": "r1", "place": "returns.rmap:12"})
    log = written()
    assert "decided" in log
    assert "return_id=r1 place=returns.rmap:12" in log


def test_of_libraries_warnings_only(written: Written) -> None:
    write_log(json=True)
    logging.getLogger("httpx").info("GET https://shop.example/customers/4711")
    assert written() == ""


def test_a_number_is_told_where_it_stands_by_itself() -> None:
    log = '{"timestamp": "2026-01-20T08:00:21.100013Z", "return_id": "20345", "mail": "ada@example.com"}'
    assert told(["100013", "20345", "ada@example.com"], log) == ["20345", "ada@example.com"]
