"""`retoure poll`."""

from __future__ import annotations

from ..embedding.shop import Shop
from .conftest import Call, told


def let(shop: Shop) -> None:
    text = shop.file.read_text(encoding="utf-8")
    shop.file.write_text(text.replace("store: sim-store", "store: sim-store, undocumented: true"), encoding="utf-8")


def test_what_changed_is_stored_for_a_worker(running_shop: Shop, call: Call) -> None:
    let(running_shop)
    running_shop.returned(running_shop.ordered())
    assert told(call, "poll", "reveni") == {"tenant": "", "listed": 1, "changed": 1, "new": 1}
    assert call("poll", "reveni").output == "1 records listed, 1 changed lately, 0 events stored\n"
    assert call("run", "--until-idle").exit_code == 0
    assert len(running_shop.refunds()) == 1


def test_what_nobody_has_published_is_not_called(running_shop: Shop, call: Call) -> None:
    result = call("poll", "reveni")
    assert result.exit_code == 2
    assert "set `undocumented: true` in the options of `reveni`" in result.output


def test_a_system_that_cannot_be_asked(running_shop: Shop, call: Call) -> None:
    result = call("poll", "scayle")
    assert (result.exit_code, "no connector here can be asked" in result.output) == (2, True)


def test_a_platform_that_does_not_answer(running_shop: Shop, call: Call) -> None:
    let(running_shop)
    running_shop.fault(running_shop.reveni, kind="status", status=503, path="returns", times=1)
    result = call("poll", "reveni")
    assert (result.exit_code, "could not be asked" in result.output) == (69, True)
