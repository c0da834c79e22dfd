"""A mapping that books into a database and tells a receiver, by generic connectors and without a line of code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa

from retoure import Event, Runner
from retoure.connectors.generic import specimens
from retoure.connectors.generic.receiver import SIGNING, Receiver
from retoure.connectors.recorded import record_answer
from retoure.connectors.simulators import SimulatorServer

from .followed import FOLLOWED

ACCEPTED = Path(__file__).resolve().parents[2] / "mappings/reveni_to_scayle/fixtures/accepted.json"
DEPLOYMENT = """\
mapping: booked.rmap
systems:
  reveni: {{ connector: recorded, options: {{ folder: answers }} }}
  ledger:
    connector: sql
    schema: ledger/v1
    credentials: {{ url: env:LEDGER_URL }}
  receiver:
    connector: webhook
    schema: receiver/v1
    base_url: {url}/hooks/returns
    credentials: {{ signing_secret: env:RECEIVER_SECRET }}
store: {{ path: retoure.db }}
"""
HEAD = """\
mapping booked {
  language 1
  version  "1.0.0"
  owner    "returns-integration"
  system   reveni schema "reveni/merchants-v0"
  system   ledger schema "ledger/v1"
  system   receiver schema "receiver/v1"
  teams    integration
}
"""
REST = """
map booking(return : reveni.Return) -> ledger.Booking {
  order  = return.order.external_id
  amount = 19.90
  text   = "return {return.id}"
}

map report(return : reveni.Return) -> receiver.Report {
  id     = return.id
  status = return.status
}

rule booked "the books have a line for each approved return, and the receiver is told" {
  when return becomes approved
  do ledger.bookings.add with booking(return)
     once per return.id
     on error follow calls
  do receiver.returns.report with report(return)
     once per return.id
     on error follow calls
}
"""
MAPPING = f"{HEAD}\n{FOLLOWED}{REST}"


def test_events_told_again_are_booked_and_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(specimens.SAMPLES, tmp_path / "schemas")
    (tmp_path / "booked.rmap").write_text(MAPPING, encoding="utf-8")
    address = f"sqlite:///{tmp_path / 'ledger.db'}"
    specimens.sql(tmp_path, address)
    record = json.loads(ACCEPTED.read_text(encoding="utf-8"))
    record_answer(tmp_path / "answers", "reveni", "returns.get", record, (record["id"],))
    receiver = Receiver()
    with SimulatorServer(receiver) as server:
        (tmp_path / "retoure.yaml").write_text(DEPLOYMENT.format(url=server.url), encoding="utf-8")
        secrets = {"LEDGER_URL": address, "RECEIVER_SECRET": SIGNING}
        for number in ("1", "2"):
            with Runner.from_deployment("retoure.yaml", environment=secrets) as runner:
                runner.submit(Event("reveni", "return_updated", number, record["id"], b"{}", record))
                runner.drain()
                assert runner.status().holds == {}
    with sa.create_engine(address, poolclass=sa.NullPool).connect() as db:
        booked = [tuple(row) for row in db.execute(sa.text('SELECT "order", text FROM bookings'))]
    assert booked == [(record["order"]["external_id"], f"return {record['id']}")]
    assert [told["data"] for told in receiver.messages.values()] == [{"id": record["id"], "status": "accepted"}]
