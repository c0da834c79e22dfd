"""What `from_deployment` refuses, and with which of the few documented errors."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from retoure import (
    AsyncRunner,
    CompileFailed,
    DeploymentInvalid,
    StoreError,
    StoreUnavailable,
    compile_for,
    load_deployment,
    open_store,
)

from .shop import DEPLOYMENT, MAPPING, SECRETS

ADDRESS = "http://127.0.0.1:9"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a deployment file, with lines replaced and added."""

    def written(*changes: tuple[str, str], more: str = "", mapping: Path = MAPPING) -> Path:
        text = DEPLOYMENT.format(mapping=mapping, scayle=ADDRESS, reveni=ADDRESS) + more
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "retoure.yaml"
        file.write_text(text, encoding="utf-8")
        return file

    return written


def refused(file: Path) -> tuple[str, str]:
    """Path and message of the one problem."""
    with pytest.raises(DeploymentInvalid) as caught:
        compile_for(load_deployment(file))
    (problem,) = caught.value.problems
    assert problem.help
    assert problem.place.file == str(file)
    assert problem.place.line > 0
    return problem.path, problem.message


@pytest.mark.parametrize(
    ("more", "path", "words"),
    [
        ("settings: {restock: engine}\n", "settings.restock", "no setting `restock`"),
        ("settings: {restocks: perhaps}\n", "settings.restocks", "engine, elsewhere"),
        ("teams: {finanse: Accounts}\n", "teams.finanse", "not in the mapping"),
        ("settings: {order_key: '{return.nothing}'}\n", "settings.order_key", "nothing"),
    ],
)
def test_what_the_mapping_does_not_have(write: Callable[..., Path], more: str, path: str, words: str) -> None:
    found, message = refused(write(more=more))
    assert found == path
    assert words in message


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("oncall:", "on_call:", "alerts.on_call"),
        ("connector: scayle", "connector: scayle\n    schema: scayle/admin-v2", "systems.scayle.schema"),
    ],
)
def test_names_that_do_not_agree(write: Callable[..., Path], old: str, new: str, path: str) -> None:
    assert refused(write((old, new)))[0] == path


def test_a_system_too_few_and_one_too_many(write: Callable[..., Path]) -> None:
    with pytest.raises(DeploymentInvalid) as caught:
        compile_for(load_deployment(write(("  reveni:\n", "  revenue:\n"))))
    found = {problem.path: problem.help for problem in caught.value.problems}
    assert found.keys() == {"systems.reveni", "systems.revenue"}
    assert found["systems.revenue"] == "did you mean `reveni`?"


def test_teams_and_settings_are_bound(write: Callable[..., Path]) -> None:
    more = "teams: {returns_desk: Desk Berlin, finance: Accounts}\nsettings: {restocks: engine}\n"
    program = compile_for(load_deployment(write(more=more)))
    assert (program.settings["returns_desk"], program.settings["restocks"]) == ("Desk Berlin", "engine")


def test_a_mapping_that_is_not_there(write: Callable[..., Path], tmp_path: Path) -> None:
    path, message = refused(write(mapping=tmp_path / "none.rmap"))
    assert path == "mapping"
    assert "none.rmap" in message


def test_a_folder_is_fine_when_it_holds_one_mapping(write: Callable[..., Path], tmp_path: Path) -> None:
    folder = tmp_path / "folder.rmap"
    folder.mkdir()
    file = write(mapping=folder)
    assert refused(file)[0] == "mapping"
    shutil.copy(MAPPING, folder / "one.rmap")
    assert compile_for(load_deployment(file)).source.name.endswith("one.rmap")
    shutil.copy(MAPPING, folder / "two.rmap")
    assert "one.rmap, two.rmap" in refused(file)[1]


def test_a_broken_mapping(write: Callable[..., Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.rmap"
    broken.write_text(MAPPING.read_text(encoding="utf-8").replace("only if refund_ok", "only if refund_okay"))
    with pytest.raises(CompileFailed) as caught:
        compile_for(load_deployment(write(mapping=broken)))
    assert any("refund_okay" in finding.message for finding in caught.value.findings)


@pytest.mark.anyio
async def test_every_missing_secret_is_named(write: Callable[..., Path]) -> None:
    with pytest.raises(DeploymentInvalid) as caught:
        AsyncRunner.from_deployment(write(), environment={})
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["systems.scayle.credentials.token", "systems.reveni.credentials.token"]


@pytest.mark.anyio
async def test_the_address_of_an_alert_is_a_secret_too(write: Callable[..., Path]) -> None:
    file = write(("channel: log", "channel: webhook, url: env:PAGER"))
    with pytest.raises(DeploymentInvalid) as caught:
        AsyncRunner.from_deployment(file, environment=SECRETS)
    assert [problem.path for problem in caught.value.problems] == ["alerts.oncall.url"]


@pytest.mark.anyio
async def test_a_database_in_a_folder_that_is_not_there(write: Callable[..., Path]) -> None:
    with pytest.raises(StoreUnavailable, match="folder"):
        AsyncRunner.from_deployment(write(("retoure.db", "nowhere/retoure.db")), environment=SECRETS)


def test_a_database_is_not_made_by_looking(write: Callable[..., Path]) -> None:
    deployment = load_deployment(write())
    with pytest.raises(StoreError, match="no database yet"):
        open_store(deployment, create=False)
    assert not deployment.store.path.exists()
