"""Deployment files: what a good one says, and that every mistake names its line, its path and a remedy."""

from __future__ import annotations

import asyncio
import logging
import pickle
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from retoure.connectors.memory import MemoryConnector
from retoure.connectors.port import Connector, Incoming, Receiver, Rejected
from retoure.connectors.recorded import RecordedConnector
from retoure.connectors.reveni import ReveniConnector
from retoure.connectors.scayle import ScayleConnector
from retoure.connectors.secret import Secret
from retoure.delivery.errors import StoreUnavailable
from retoure.deployment.connect import connect
from retoure.deployment.load import load_deployment, read_deployment
from retoure.deployment.model import AlertChannel, Deployment
from retoure.deployment.problems import DeploymentInvalid, Problem
from retoure.deployment.secrets import SecretRef
from retoure.embed import open_store

GOOD = """\
mapping: mappings/returns.rmap
settings: {refund_payer: scayle, warehouse: 7, rate: 0.10, on_sale: on, exact: true, code: "007"}
systems:
  scayle:
    connector: scayle
    base_url: https://acme-live.admin.api.scayle.cloud/api/admin/v1/
    options: {shop: ms, country: DE, company: 42, read_timeout: 2.5, connections: 4}
    credentials:
      token: env:SCAYLE_TOKEN
      webhook_user: env:HOOK_USER
      webhook_password: file:secrets/hook
  reveni:
    connector: reveni
    base_url: https://api.reveni.io
    options: {store: s-1}
    credentials: {token: env:REVENI_TOKEN, previous_token: env:REVENI_OLD}
store: {path: var/retoure.db}
teams: {finance: Finance, returns_desk: Returns desk}
alerts:
  oncall: {channel: log}
  finance: {channel: webhook, url: env:FINANCE_HOOK}
web: {port: 9000, max_body_bytes: 5000, tolerance: 60}
worker: {concurrency: 3, poll: 0.5}
"""
ENVIRONMENT = {
    "SCAYLE_TOKEN": "scayle-token-1",
    "HOOK_USER": "hook-user-1",
    "REVENI_TOKEN": "reveni-token-1",
    "REVENI_OLD": "reveni-token-0",
}
SECRETS = (*ENVIRONMENT.values(), "hook-password-1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "hook").write_text("hook-password-1\n", encoding="utf-8")
    path = tmp_path / "deploy.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(DeploymentInvalid) as caught:
        read_deployment(text, Path("deploy.yaml"))
    return caught.value.problems


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def closed(connectors: Mapping[str, Connector]) -> None:
    async def close() -> None:
        for connector in connectors.values():
            await connector.aclose()

    asyncio.run(close())


# -- a good file ------------------------------------------------------------------------------------------------------


def test_what_a_good_file_says(file: Path) -> None:
    found = load_deployment(file)
    assert found.mapping == file.parent / "mappings" / "returns.rmap"
    assert found.store.path == file.parent / "var" / "retoure.db"
    assert found.settings == {
        "refund_payer": "scayle",
        "warehouse": 7,
        "rate": Decimal("0.10"),
        "on_sale": "on",
        "exact": True,
        "code": "007",
    }
    assert isinstance(found.settings["rate"], Decimal)
    assert found.systems["scayle"].base_url == "https://acme-live.admin.api.scayle.cloud/api/admin/v1"
    assert found.systems["scayle"].credentials["token"] == SecretRef("env:SCAYLE_TOKEN", file.parent)
    assert found.teams["returns_desk"] == "Returns desk"
    assert found.alerts["oncall"] == AlertChannel("log")
    assert found.alerts["finance"].url == SecretRef("env:FINANCE_HOOK", file.parent)
    assert (found.web.host, found.web.port, found.web.max_body_bytes, found.web.tolerance) == (
        "127.0.0.1",
        9000,
        5000,
        60.0,
    )
    assert (found.worker.concurrency, found.worker.poll, found.worker.pace) == (3, 0.5, 1.0)


def test_lines_are_known(file: Path) -> None:
    found = load_deployment(file)
    assert found.place("systems.scayle.base_url").line == 6
    assert found.place("systems.scayle.options.absent").line == 7
    assert found.place("nothing").line == 1


def test_left_out_parts_have_defaults() -> None:
    text = "mapping: a.rmap\nsystems: {shop: {connector: memory}}\nstore: {path: x.db}\n"
    found = read_deployment(text, Path("deploy.yaml"))
    assert (found.settings, found.teams, found.alerts, found.web.port, found.worker.concurrency) == (
        {},
        {},
        {},
        8080,
        32,
    )


# -- connecting -------------------------------------------------------------------------------------------------------


def test_the_connectors_are_built(file: Path) -> None:
    connectors = connect(load_deployment(file), ENVIRONMENT)
    scayle, reveni = connectors["scayle"], connectors["reveni"]
    assert isinstance(scayle, ScayleConnector)
    assert isinstance(reveni, ReveniConnector)
    assert scayle.client.options.read_timeout == 2.5
    assert scayle.client.options.connections == 4
    assert scayle.options == {"shop": "ms", "country": "DE"}
    assert reveni.client.options.base_url == "https://api.reveni.io/merchants/v0/stores/s-1"
    with pytest.raises(Rejected) as caught:
        reveni.accept(Incoming(b"x" * 5001), datetime.now(UTC))
    assert caught.value.reason == "too large"
    closed(connectors)


def test_stand_ins_take_the_schema_of_the_system_they_stand_for(tmp_path: Path) -> None:
    text = (
        "mapping: a.rmap\nstore: {path: x.db}\nsystems:\n  scayle: {connector: memory}\n"
        "  reveni: {connector: recorded, options: {folder: answers, dry: true}}\n"
        "  other: {connector: memory}\n  third: {connector: memory, schema: reveni/merchants-v0}\n"
    )
    connectors = connect(read_deployment(text, tmp_path / "deploy.yaml"), {})
    memory, recorded, other, third = (connectors[name] for name in ("scayle", "reveni", "other", "third"))
    assert isinstance(memory, MemoryConnector)
    assert memory.manifest is not None
    assert memory.manifest.version == "scayle/admin-v1"
    assert isinstance(recorded, RecordedConnector)
    assert (recorded.folder, recorded.dry) == (tmp_path / "answers", True)
    assert isinstance(other, MemoryConnector)
    assert other.manifest is None
    assert isinstance(third, MemoryConnector)
    assert third.manifest is not None
    assert third.manifest.system == "reveni"


def test_the_books_may_be_in_postgresql(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("{path: var/retoure.db}", "{url: env:DATABASE}")
    found = read_deployment(text, file)
    assert str(found.store.url) == "env:DATABASE"
    with pytest.raises(DeploymentInvalid) as caught:
        open_store(found, {})
    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == ("store.url", "the environment variable DATABASE is not set")


@pytest.mark.parametrize("text", ["postgresql://u:hunter2@h/d", "postgres://u:hunter2@h/d"])
def test_an_address_given_elsewhere_is_a_secret(file: Path, text: str) -> None:
    found = load_deployment(file).with_store(text)
    assert "hunter2" not in repr(found)
    assert isinstance(found.store.url, Secret)
    assert found.store.url.reveal() == text


def test_a_file_given_elsewhere(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(file.parent)
    assert load_deployment(file).with_store("x.db").store.path == file.parent / "x.db"
    assert str(load_deployment(file).with_store("env:DATABASE").store.url) == "env:DATABASE"


def test_a_missing_driver_is_named_with_the_remedy(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("retoure.delivery.store.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnavailable, match=r"pip install 'retoure\[postgres\]'"):
        open_store(load_deployment(file).with_store("postgresql://h/d"))


def test_every_missing_secret_is_named_at_once(file: Path) -> None:
    (file.parent / "secrets" / "hook").unlink()
    with pytest.raises(DeploymentInvalid) as caught:
        connect(load_deployment(file), {**ENVIRONMENT, "SCAYLE_TOKEN": "  ", "REVENI_OLD": "x"} | {"HOOK_USER": ""})
    found = caught.value.problems
    assert [(p.place.line, p.path.rpartition(".")[2]) for p in found] == [
        (9, "token"),
        (10, "webhook_user"),
        (11, "webhook_password"),
    ]
    assert found[0].message == "`env:SCAYLE_TOKEN` is empty"
    assert "cannot be read: No such file" in found[2].message
    assert all(problem.help for problem in found)


@pytest.mark.parametrize("value", ["two\nlines", "tab\there", "ümlaut"])
def test_a_secret_that_fits_no_header_is_refused_unseen(file: Path, value: str) -> None:
    with pytest.raises(DeploymentInvalid, match="no header can carry") as caught:
        connect(load_deployment(file), {**ENVIRONMENT, "REVENI_TOKEN": value})
    assert value not in str(caught.value)


def test_an_unset_variable_is_named(file: Path) -> None:
    with pytest.raises(DeploymentInvalid, match="the environment variable REVENI_TOKEN is not set"):
        connect(load_deployment(file), {name: value for name, value in ENVIRONMENT.items() if name != "REVENI_TOKEN"})


def test_secrets_show_nowhere(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    deployment = load_deployment(file)
    connectors = connect(deployment, ENVIRONMENT)
    shown = [repr(deployment), str(deployment), caplog.text, repr(connectors)]
    for connector in connectors.values():
        shown += [repr(value) for value in vars(connector).values()]
        shown += [repr(value) for value in vars(vars(connector)["client"]).values()]
        assert isinstance(connector, Receiver)
    assert not [secret for secret in SECRETS if secret in "\n".join(shown)]
    closed(connectors)


def test_a_secret_is_three_stars() -> None:
    secret = Secret("hunter2")
    assert [repr(secret), str(secret), f"{secret}", f"{secret!r:>5}", f"{[secret]}"] == [
        "***",
        "***",
        "***",
        "  ***",
        "[***]",
    ]
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


# -- mistakes ---------------------------------------------------------------------------------------------------------

MISTAKES = [
    ("token: env:SCAYLE_TOKEN", "token: hunter2", 9, "systems.scayle.credentials.token", "it is not shown"),
    ("url: env:FINANCE_HOOK", "url: https://hook", 21, "alerts.finance.url", "it is not shown"),
    ("https://acme-live", "https://user:hunter2@acme", 6, "systems.scayle.base_url", "it is not shown"),
    ("https://acme-live", "http://acme-live", 6, "systems.scayle.base_url", "unencrypted"),
    ("    base_url: https://api.reveni.io\n", "", 12, "systems.reveni.base_url", "is missing"),
    ("connector: scayle", "conector: scayle", 5, "systems.scayle.conector", "is not known here"),
    ("connector: scayle", "connector: scale", 5, "systems.scayle.connector", "no connector is called `scale`"),
    ("shop: ms", "shp: ms", 7, "systems.scayle.options.shp", "is not known here"),
    ("shop: ms, ", "", 7, "systems.scayle.options.shop", "is missing"),
    ("read_timeout: 2.5", "read_timeout: fast", 7, "systems.scayle.options.read_timeout", "`fast` has the wrong type"),
    ("connections: 4", "connections: 0", 7, "systems.scayle.options.connections", "`0` has the wrong type"),
    ("connections: 4", "connections: [4]", 7, "systems.scayle.options.connections", "a list where a text"),
    ("      token: env:SCAYLE_TOKEN\n", "", 8, "systems.scayle.credentials.token", "is missing"),
    ("      webhook_user: env:HOOK_USER\n", "", 10, "systems.scayle.credentials.webhook_password", "half of the pair"),
    ("previous_token", "older_token", 16, "systems.reveni.credentials.older_token", "is not known here"),
    (
        "connector: scayle",
        "connector: scayle\n    schema: scayle/v9",
        6,
        "systems.scayle.schema",
        "not among the schemas",
    ),
    (
        "connector: reveni",
        "connector: reveni\n    schema: scayle/admin-v1",
        14,
        "systems.reveni.schema",
        "does not speak",
    ),
    ("store: {path: var/retoure.db}\n", "", 1, "store", "is missing"),
    ("{path: var/retoure.db}", "{}", 17, "store.path", "is missing"),
    ("{path: var/retoure.db}", "{path: a.db, url: env:DATABASE}", 17, "store.path", "a second time"),
    ("{path: var/retoure.db}", "{url: postgresql://u:hunter2@h/d}", 17, "store.url", "not shown"),
    ("{path: var/retoure.db}", "{url: env:DATABASE, pool: 3}", 17, "store.pool", "is not known here"),
    ("channel: log", "channel: pager", 20, "alerts.oncall.channel", "`pager` is none of log, webhook"),
    ("channel: log", "channel: webhook", 20, "alerts.oncall.url", "is missing"),
    ("finance: Finance", "Finance: Finance", 18, "teams.Finance", "is no name"),
    ("port: 9000", "port: 99000", 22, "web.port", "`99000` is out of range"),
    ("tolerance: 60", "tolerance: 0", 22, "web.tolerance", "`0` is out of range"),
    ("poll: 0.5", "poll: soon", 23, "worker.poll", "a text where a number is wanted"),
    ("returns.rmap", "returns.yaml", 1, "mapping", "does not have the form"),
    ("warehouse: 7", "warehouse: {a: 1}", 2, "settings.warehouse", "an object where"),
    ("warehouse: 7", "warehouse:", 2, "settings.warehouse", "nothing where"),
    ("teams: {", "settings: {", 18, "settings", "written twice"),
]


@pytest.mark.parametrize(("old", "new", "line", "path", "message"), MISTAKES, ids=[m[3] + " " + m[4] for m in MISTAKES])
def test_mistakes(old: str, new: str, line: int, path: str, message: str) -> None:
    (found,) = problems(changed(old, new))
    assert (found.place.file, found.place.line, found.path) == ("deploy.yaml", line, path)
    assert message in found.message
    assert found.help
    assert "hunter2" not in str(found)


@pytest.mark.parametrize(
    ("text", "line"), [("systems: [", 1), ("a: 1\nb: 'x\n", 2), ("a: 1\n--- \nb: 2\n", 2), ("a: \x00", 1), ("\tx", 1)]
)
def test_broken_yaml(text: str, line: int) -> None:
    (found,) = problems(text)
    assert found.message.startswith("no YAML: ")
    assert found.place.line in (line, line + 1)


@pytest.mark.parametrize("text", ["", "- a\n", "just text", "~"])
def test_a_file_that_is_no_object(text: str) -> None:
    assert "where an object is wanted" in problems(text)[0].message


@pytest.mark.parametrize("text", ["a: &x [*x]\n", "? [1]\n: 2\n"])
def test_strange_yaml(text: str) -> None:
    assert problems(text)


def test_all_mistakes_are_told_in_the_order_of_the_file() -> None:
    text = changed("port: 9000", "port: x").replace("poll: 0.5", "pol: 1").replace("returns.rmap", "r")
    assert [problem.path for problem in problems(text)] == ["mapping", "web.port", "worker.pol"]


def test_suggestions() -> None:
    assert problems(changed("worker:", "workers:"))[0].help == "did you mean `worker`?"
    assert problems(changed("connector: scayle", "connector: scale"))[0].help == "did you mean `scayle`?"
    assert problems(changed("country: DE", "country: DE, shoe: 1"))[0].help == "did you mean `shop`?"


def test_how_a_problem_reads() -> None:
    with pytest.raises(DeploymentInvalid) as caught:
        read_deployment(changed("port: 9000", "port: -1"), Path("deploy.yaml"))
    assert str(caught.value) == (
        "deploy.yaml:22: web.port: `-1` is out of range (minimum 0)\n  help: Port to listen on"
    )


def test_plain_http_is_for_this_machine_or_by_consent() -> None:
    assert problems(changed("https://api.reveni.io", "http://sim:9"))[0].message == "would send credentials unencrypted"
    for url in ("http://127.0.0.1:9/api", "http://localhost:9", "http://[::1]:9"):
        assert read_deployment(changed("https://api.reveni.io", f"'{url}'"), Path("d.yaml")).systems["reveni"].base_url
    allowed = changed("https://api.reveni.io", "http://simulator:9").replace(
        "store: s-1", "store: s-1, allow_http: true"
    )
    assert isinstance(read_deployment(allowed, Path("d.yaml")), Deployment)


def test_no_file() -> None:
    with pytest.raises(DeploymentInvalid, match="cannot be read"):
        load_deployment(Path("absent.yaml"))


@pytest.mark.parametrize(
    ("content", "message", "help"),
    [
        (b"", "nothing where an object is wanted", "write at least `mapping: …`, `systems: …` and `store: …`"),
        ("mapping: ä".encode("latin-1"), "is not UTF-8, byte 9", "save it as UTF-8"),
        (b"systems:\n\tscayle: {}\n", "no YAML: found character '\\t'", "indent with blanks"),
    ],
)
def test_a_file_that_is_hardly_one(content: bytes, message: str, help: str, tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_bytes(content)
    with pytest.raises(DeploymentInvalid) as refused:
        load_deployment(tmp_path / "d.yaml")
    (problem,) = refused.value.problems
    assert problem.message.startswith(message)
    assert problem.help.startswith(help)


def test_the_example_is_plain_yaml_too() -> None:
    assert set(yaml.safe_load(GOOD)) == {"mapping", "settings", "systems", "store", "teams", "alerts", "web", "worker"}
