"""`retoure deployment check`: what is wrong with a deployment before it goes live, told by running simulators."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from retoure import Runner
from retoure.preflight import Check, Verdict

from ..embedding.shop import KEY, MAPPING, TOKEN, Shop
from ..plain import PLAIN
from .conftest import Call

ORDERS = """\
mapping: {mapping}
systems:
  scayle:
    connector: scayle
    base_url: {scayle}/api/admin/v1
    options: {{shop: ms, country: DE}}
    credentials: {{token: env:SCAYLE_TOKEN}}
  reveni:
    connector: reveni
    base_url: {reveni}
    options: {{store: sim-store, undocumented: true}}
    credentials: {{token: env:REVENI_TOKEN}}
store: {{path: retoure.db}}
"""


def found(call: Call, *options: str, exit_code: int = 0) -> dict[str, Check]:
    """What the command finds, by what it is about."""
    result = call("deployment", "check", "--format", "json", *options)
    assert result.exit_code == exit_code, result.output
    checks = [Check(**{**each, "verdict": Verdict(each["verdict"])}) for each in json.loads(result.stdout)]
    assert not any(secret in result.output for secret in (TOKEN, KEY, "wrong-token"))
    return {check.about: check for check in checks}


def changed(shop: Shop, old: str, new: str) -> None:
    text = shop.file.read_text(encoding="utf-8")
    assert old in text
    shop.file.write_text(text.replace(old, new), encoding="utf-8")


# --- without asking anybody


def test_a_sound_deployment(running_shop: Shop, call: Call) -> None:
    checks = found(call)
    assert checks["mapping"].detail.startswith("reveni_to_scayle 1.0.0")
    assert checks["systems.scayle.credentials.token"].detail == "found at env:SCAYLE_TOKEN"
    assert not any(check.verdict is Verdict.FAILED for check in checks.values())
    assert "store" not in checks


def test_it_reads_as_a_table(running_shop: Shop, call: Call) -> None:
    output = call("deployment", "check").output
    assert "verdict         what" in output
    assert "cannot be told  assume scayle.restocks_on_return is OFF" in output


def test_an_alert_and_a_queue_that_nobody_hears_of(running_shop: Shop, call: Call) -> None:
    checks = found(call)
    assert (checks["alert oncall"].verdict, checks["alert finance"].verdict) == (Verdict.PASSED, Verdict.WARNED)
    assert (checks["queue failed_returns"].detail, checks["queue failed_refunds"].verdict) == (
        "rings oncall",
        Verdict.WARNED,
    )


def test_a_secret_that_is_not_there(running_shop: Shop, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REVENI_TOKEN")
    check = found(call, "--live", exit_code=1)["systems.reveni.credentials.token"]
    assert check.detail == "the environment variable REVENI_TOKEN is not set"
    assert check.place.startswith("retoure.yaml:12")


def test_a_file_that_does_not_fit_its_schema(running_shop: Shop, call: Call) -> None:
    changed(running_shop, "store: {path", "stroe: {path")
    check = found(call, exit_code=1)["stroe"]
    assert (check.detail, check.help, check.place) == ("is not known here", "did you mean `store`?", "retoure.yaml:13")


def test_what_the_mapping_does_not_have(running_shop: Shop, call: Call) -> None:
    changed(running_shop, "oncall:", "onkall:")
    assert found(call, exit_code=1)["alerts.onkall"].help == "did you mean `oncall`?"


def test_a_mapping_with_errors(running_shop: Shop, call: Call) -> None:
    broken = running_shop.file.with_name("broken.rmap")
    broken.write_text("mapping broken {", encoding="utf-8")
    changed(running_shop, running_shop.file.read_text(encoding="utf-8").splitlines()[0], "mapping: broken.rmap")
    check = found(call, exit_code=1)["mapping"]
    assert check.place.startswith("broken.rmap:1")


def test_there_is_no_such_file(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("deployment", "check").exit_code == 2


# --- asking the platforms


def test_what_platforms_say(running_shop: Shop, call: Call) -> None:
    with Runner.from_deployment(running_shop.file) as runner:
        runner.drain()
    checks = found(call, "--live")
    assert checks["store"].verdict is Verdict.PASSED
    assert checks["systems.scayle.credentials"].detail == "are accepted"
    assert checks["systems.scayle orders.get"].detail == "is allowed"
    assert checks["systems.scayle stock.add"].verdict is Verdict.UNTOLD
    assert checks["systems.scayle clock"].detail == "agrees with ours"
    assert checks["systems.reveni webhooks"].verdict is Verdict.UNTOLD
    assert running_shop.refunds() == []


@pytest.mark.parametrize(
    ("options", "exit_code"), [("store: sim-store, undocumented: true", 0), ("store: sim-store", 1)]
)
def test_whether_a_schedule_can_be_kept(running_shop: Shop, call: Call, options: str, exit_code: int) -> None:
    changed(running_shop, "store: sim-store", options)
    changed(running_shop, "{token: env:REVENI_TOKEN}\n", "{token: env:REVENI_TOKEN}\n    poll: {every: 6h}\n")
    checks = found(call, "--live", exit_code=exit_code)
    assert checks["audit orders"].detail == "runs every 60m over the last 30d"
    assert checks["poll reveni"].detail == "asks every 6h for what was begun in the last 90 days"
    assert (
        "can be asked for" in checks["systems.reveni.poll"].detail
        or "undocumented" in checks["systems.reveni.poll"].detail
    )


def test_a_wrong_token(running_shop: Shop, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCAYLE_TOKEN", "wrong-token")
    checks = found(call, "--live", exit_code=1)
    assert checks["systems.scayle.credentials"].detail.startswith("are not accepted")
    assert checks["systems.reveni returns.get"].verdict is Verdict.PASSED


def test_a_permission_that_is_missing(running_shop: Shop, call: Call) -> None:
    running_shop.fault(running_shop.scayle, kind="status", status=403, path="stocks")
    checks = found(call, "--live", exit_code=1)
    assert checks["systems.scayle.credentials"].detail == "are accepted"
    assert "is not allowed, as `stock.get` is not" in checks["systems.scayle stock.add"].detail
    assert checks["systems.scayle orders.get"].verdict is Verdict.PASSED


def test_a_host_that_does_not_answer(running_shop: Shop, call: Call) -> None:
    changed(running_shop, running_shop.reveni, "http://127.0.0.1:9")
    checks = found(call, "--live", exit_code=69)
    assert checks["systems.reveni"].verdict is Verdict.SILENT
    assert checks["systems.scayle.credentials"].verdict is Verdict.PASSED


def assuming(shop: Shop, line: str) -> None:
    """The deployment works with a copy of the mapping that assumes one thing more."""
    text = MAPPING.read_text(encoding="utf-8")
    after = "  assume reveni.triggers_refund_on_acceptance is OFF\n"
    shop.file.with_name("assuming.rmap").write_text(text.replace(after, f"{after}  {line}\n"), encoding="utf-8")
    changed(shop, f"mapping: {MAPPING}", "mapping: assuming.rmap")


@pytest.mark.parametrize(("value", "exit_code"), [("ON", 0), ("OFF", 1)])
def test_an_assumption_that_a_read_can_tell(running_shop: Shop, call: Call, value: str, exit_code: int) -> None:
    changed(running_shop, "store: sim-store", "store: sim-store, undocumented: true")
    assuming(running_shop, f"assume reveni.lists_returns is {value}")
    check = found(call, "--live", exit_code=exit_code)[f"assume reveni.lists_returns is {value}"]
    assert "`returns.list` says" in check.detail


def test_what_the_connector_does_not_let_us_ask(running_shop: Shop, call: Call) -> None:
    assuming(running_shop, "assume reveni.lists_returns is ON")
    assert found(call, "--live")["assume reveni.lists_returns is ON"].verdict is Verdict.UNTOLD


@contextmanager
def server_of_another_time(date: str) -> Iterator[str]:
    """A platform that knows nothing and has another clock."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(404)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return date

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_a_clock_that_is_wrong(running_shop: Shop, call: Call) -> None:
    with server_of_another_time("Thu, 01 Jan 2015 00:00:00 GMT") as url:
        changed(running_shop, running_shop.reveni, url)
        check = found(call, "--live", exit_code=1)["systems.reveni clock"]
    assert "behind ours" in check.detail


def test_a_database_that_is_none(running_shop: Shop, call: Call) -> None:
    running_shop.file.with_name("retoure.db").write_text("no database" * 100, encoding="utf-8")
    assert found(call, "--live", exit_code=1)["store"].verdict is Verdict.FAILED


# --- webhooks of a platform that tells its subscriptions


@pytest.fixture
def following_orders(running_shop: Shop) -> Shop:
    """A deployment of a mapping that follows orders of SCAYLE."""
    mapping = Path(__file__).resolve().parents[2] / "mappings" / "scayle_to_reveni"
    text = ORDERS.format(mapping=next(mapping.glob("*.rmap")), scayle=running_shop.scayle, reveni=running_shop.reveni)
    running_shop.file.write_text(text, encoding="utf-8")
    return running_shop


def subscribed(shop: Shop, *events: str) -> None:
    for event in events:
        body = {"event": event, "url": "https://user:pass@shop.example/webhooks/scayle"}
        url = f"{shop.scayle}/api/admin/v1/webhooks/subscriptions"
        httpx.post(url, json=body, headers={"X-Access-Token": TOKEN}, verify=PLAIN).raise_for_status()


def test_nothing_is_subscribed(following_orders: Shop, call: Call) -> None:
    check = found(call, "--live", exit_code=1)["systems.scayle webhooks"]
    assert check.detail.startswith("nothing is subscribed, of order-confirmed")


def test_some_events_are_subscribed(following_orders: Shop, call: Call) -> None:
    subscribed(following_orders, "order-confirmed", "order-invoiced")
    check = found(call, "--live")["systems.scayle webhooks"]
    assert check.verdict is Verdict.WARNED
    assert "order-delegated" in check.detail
    assert "order-confirmed" not in check.detail
