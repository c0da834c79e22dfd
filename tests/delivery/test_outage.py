"""A platform that is down: it is hardly asked, and everything reaches it once it is back."""

from __future__ import annotations

from datetime import timedelta

from retoure.connectors.breaker import BreakerPace
from retoure.connectors.port import Call, CallFailed, ErrorClass

from .conftest import START, Bench

RETURNS = 40
OUTAGE = timedelta(seconds=20)
PACE = BreakerPace(failures=5, rest=10.0, longest=60.0)


def outage(bench: Bench) -> list[bool]:
    """The shop is down for a while; the list says of each call whether it was answered."""
    asked: list[bool] = []

    def answer(call: Call) -> None:
        up = bench.clock.now() >= START + OUTAGE
        asked.append(up)
        if not up:
            raise CallFailed(ErrorClass.UNAVAILABLE, "down")

    bench.shop.always("mails.send", answer)
    return asked


def test_an_outage_costs_few_calls_and_loses_none(bench: Bench) -> None:
    asked = outage(bench)
    events = [bench.returned(f"r{number}", mail="hello") for number in range(RETURNS)]
    bench.deliver(*events, wait=True, breaker=PACE)
    assert bench.ask(lambda store: store.status()).effects == {"applied": RETURNS}
    assert asked.count(True) == RETURNS
    assert asked.count(False) < RETURNS / 2


def test_without_a_breaker_each_return_asks_again_and_again(bench: Bench) -> None:
    """What the breaker spares: the same outage, and no breaker."""
    asked = outage(bench)
    events = [bench.returned(f"r{number}", mail="hello") for number in range(RETURNS)]
    bench.deliver(*events, wait=True)
    assert asked.count(False) > RETURNS
