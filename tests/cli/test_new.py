"""`retoure new`, and what the other commands say of what it made."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from .conftest import Call


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_new_mapping_is_fine_to_every_command(call: Call) -> None:
    made = call("new", "my_shop")
    assert made.exit_code == 0
    assert made.stdout.splitlines()[:3] == [
        "my_shop/my_shop.rmap           follows reveni.Return, sends scayle.orders.annotate; 13 lines with TODO",
        "my_shop/tests/my_shop.rmap     a test of what it does as it was made",
        "my_shop/fixtures/return.json   a record made up from the schema, about nobody",
    ]
    assert call("check", "my_shop").stderr == "my_shop/my_shop.rmap: no findings\n"
    assert (call("fmt", "--check", "my_shop").exit_code, call("test", "my_shop").exit_code) == (0, 0)


def test_the_commands_it_names_are_there(call: Call) -> None:
    commands = commands_named(call("new", "my_shop").stdout)
    assert [command[0] for command in commands] == ["check", "fmt", "test", "plan"]
    assert [call(*command).exit_code for command in commands] == [0, 0, 0, 2]  # 2: something would be done


def test_the_commands_it_names_can_be_typed_where_a_folder_has_blanks(call: Call) -> None:
    commands = commands_named(call("new", "Mappings for München/my_shop").stdout)
    assert [call(*command).exit_code for command in commands] == [0, 0, 0, 2]


def commands_named(told: str) -> list[list[str]]:
    """What is typed after `retoure`, as a shell splits it."""
    parts = [part for line in told.splitlines() for part in line.split("   ")]
    return [shlex.split(part.partition("retoure ")[2]) for part in parts if "retoure " in part]


def test_nothing_is_overwritten(call: Call, somewhere: Path) -> None:
    (somewhere / "my_shop").mkdir()
    refused = call("new", "my_shop")
    assert (refused.exit_code, refused.stderr) == (
        2,
        "error: my_shop is there already, and is left as it is: choose another name\n",
    )
    assert list((somewhere / "my_shop").iterdir()) == []


def test_a_folder_above_is_made(call: Call, somewhere: Path) -> None:
    assert call("new", "mappings/stock", "--operation", "scayle.stock.add").exit_code == 0
    assert (somewhere / "mappings" / "stock" / "stock.rmap").read_text(encoding="utf-8").count("mapping stock {") == 1


@pytest.mark.parametrize("name", ["My-Shop", "2shop", "shop.rmap"])
def test_a_name_that_a_mapping_cannot_have(call: Call, name: str, somewhere: Path) -> None:
    refused = call("new", name)
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (2, "error")
    assert f"cannot be called `{name}`" in refused.stderr
    assert list(somewhere.iterdir()) == []


def test_what_cannot_be_made_leaves_nothing(call: Call, somewhere: Path) -> None:
    refused = call("new", "my_shop", "--event", "order_sent")
    assert refused.exit_code == 2
    assert refused.stderr.startswith("error: reveni sends no event `order_sent`: ")
    assert list(somewhere.iterdir()) == []
