"""The contract suite: kept by every connector that comes with retoure, and broken by those that are careless."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import httpx
import pytest
from msgspec import structs

from retoure.connectors.contract import RULES, Outcome, Rule, Verdict, tried
from retoure.connectors.generic import specimens
from retoure.connectors.generic.rest import KIND as REST
from retoure.connectors.generic.rest import GenericRest
from retoure.connectors.http import Ask
from retoure.connectors.kind import ConnectorKind, Wiring
from retoure.connectors.port import Call, CallFailed, Event, Incoming, Json, Request, Settled
from retoure.connectors.registry import OWN, connector_kind
from retoure.connectors.reveni import ReveniConnector
from retoure.types.manifest import AuthKind, PageKind

RULE = {rule.name: rule for rule in RULES}
KINDS = {name: kind for name in OWN if (kind := connector_kind(name)) is not None and kind.specimen is not None}


@pytest.mark.parametrize("rule", RULES, ids=str)
@pytest.mark.parametrize("name", KINDS)
def test_every_connector_keeps_the_contract(name: str, rule: Rule) -> None:
    verdict = tried(KINDS[name], rule)
    assert verdict.outcome is not Outcome.BROKEN, verdict.detail


def speaking(auth: AuthKind, pages: PageKind) -> ConnectorKind:
    return replace(REST, specimen=lambda folder: specimens.rest(auth, pages))


@pytest.mark.parametrize("name", ["secrets-hidden", "host-kept", "doubt-settled"])
@pytest.mark.parametrize("auth", AuthKind)
def test_every_way_to_sign_in(auth: AuthKind, name: str) -> None:
    verdict = tried(speaking(auth, PageKind.CURSOR), RULE[name])
    assert verdict.outcome is (
        Outcome.NOT_APPLICABLE if (auth, name) == (AuthKind.NONE, "secrets-hidden") else Outcome.KEPT
    ), verdict.detail


@pytest.mark.parametrize("pages", PageKind)
def test_every_kind_of_pages(pages: PageKind) -> None:
    assert tried(speaking(AuthKind.BEARER, pages), RULE["lists-whole"]).outcome is Outcome.KEPT


# -- careless connectors ----------------------------------------------------------------------------------------------


class Careless(GenericRest):
    """A connector with one mistake, made around what `send` does."""

    async def send(self, call: Call, plan: Json = None) -> Json:
        return await self.wrong(call, super().send)

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        return await send(call)


class Raw(Careless):
    """Lets the exceptions of its library through."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        try:
            return await send(call)
        except CallFailed as failed:
            raise httpx.ReadError(failed.message) from failed


class Lump(Careless):
    """Calls every failure by one name."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        try:
            return await send(call)
        except CallFailed as failed:
            raise CallFailed("INVALID", failed.message, outcome_unknown=failed.outcome_unknown) from failed


class Sure(Careless):
    """Knows that nothing happened."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        try:
            return await send(call)
        except CallFailed as failed:
            failed.outcome_unknown = False
            raise

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        return Settled.NOT_APPLIED


class Hopeful(Careless):
    """Takes what it does not know for done."""

    async def settle(self, call: Call, plan: Json = None) -> Settled:
        return Settled.APPLIED


class Talkative(Careless):
    """Shows what it was given."""

    def __repr__(self) -> str:
        return f"Talkative({dict(self.client._authorise())})"


class Lazy(Careless):
    """Says that it is done, and does nothing."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        return None if call.body else await send(call)


class Forgetful(Careless):
    """Gives every try a key of its own."""

    tries = 0

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        Forgetful.tries += 1
        return await send(replace(call, key=f"{call.key}-{Forgetful.tries}"))


class Impatient(Careless):
    """Reads one page."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        answer = await self.exchange(self._ask(call))
        return answer.body


class Wanderer(Careless):
    """Goes wherever it is sent, reads whatever comes, and waits for ever."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        ask = self._ask(call)
        async with httpx.AsyncClient(follow_redirects=True) as client:
            url, headers = f"{self.client.options.base_url}{ask.path}", dict(self.client._authorise())
            answer: Json = (await client.request(ask.method, url, headers=headers)).json()
            return answer


class Busy(Careless):
    """Breaks down when asked twice at once."""

    asked = 0

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        self.asked += 1
        try:
            return {"mixed": "up"} if self.asked > 1 else await send(call)
        finally:
            self.asked -= 1


class Silent(Careless):
    """Does not say what it would do."""

    def render(self, call: Call) -> tuple[Request, ...]:
        return ()


class Guessing(Careless):
    """Asks the platform even where it does not know how."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        try:
            return await send(call)
        except CallFailed as failed:
            if failed.status is None:
                await self.exchange(Ask("GET", "/orders"))
            raise


class Vague(Careless):
    """Says of what it cannot send that it is not there."""

    async def wrong(self, call: Call, send: Callable[[Call], Awaitable[Json]]) -> Json:
        try:
            return await send(call)
        except CallFailed as failed:
            raise CallFailed("NOT_FOUND", failed.message) from failed


class Brittle(Careless):
    """Breaks when it is closed a second time."""

    closed = False

    async def aclose(self) -> None:
        if self.closed:
            raise RuntimeError("already closed")
        self.closed = True
        await super().aclose()


class Gullible(Careless):
    """Believes every webhook."""

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        return Event(self.system, "order_changed", "1", "70001", incoming.body)


class Startled(Careless):
    """Takes every webhook for JSON."""

    def accept(self, incoming: Incoming, now: datetime) -> Event:
        return Event(self.system, "order_changed", "1", json.loads(incoming.body)["subject"], incoming.body)


CARELESS: list[tuple[type[Careless], str]] = [
    (Raw, "errors-classified"),
    (Raw, "absent-not-found"),
    (Raw, "unreadable-fails"),
    (Lump, "errors-classified"),
    (Lump, "waits-told"),
    (Lump, "silence-bounded"),
    (Lump, "nobody-there"),
    (Lump, "size-bounded"),
    (Sure, "doubt-admitted"),
    (Sure, "doubt-settled"),
    (Hopeful, "doubt-settled"),
    (Talkative, "secrets-hidden"),
    (Lazy, "writes-take-effect"),
    (Forgetful, "idempotency-true"),
    (Impatient, "lists-whole"),
    (Wanderer, "host-kept"),
    (Wanderer, "compressed-bounded"),
    (Busy, "reads-together"),
    (Silent, "render-sends-nothing"),
    (Guessing, "unknown-refused"),
    (Vague, "unknown-refused"),
    (Brittle, "closes-twice"),
    (Gullible, "webhooks-verified"),
    (Startled, "webhooks-verified"),
]


@pytest.mark.parametrize(("made", "rule"), CARELESS)
def test_a_careless_connector_is_caught(made: type[Careless], rule: str) -> None:
    def build(wiring: Wiring) -> Careless:
        return made(wiring.required(), wiring.http, wiring.secrets)

    verdict: Verdict = tried(replace(REST, build=build), RULE[rule])
    assert verdict.outcome is Outcome.BROKEN
    assert verdict.detail


def test_a_record_that_does_not_stand_where_it_is_said_to_is_caught() -> None:
    """It is read from there when it is decided."""

    class Astray(ReveniConnector):
        def accept(self, incoming: Incoming, now: datetime) -> Event:
            return structs.replace(super().accept(incoming, now), part=("data", "record"))

    def build(wiring: Wiring) -> Astray:
        return Astray(wiring.required(), wiring.http, wiring.secrets["token"], wiring.option("store"))

    verdict = tried(replace(KINDS["reveni"], build=build), RULE["webhooks-verified"])
    assert (verdict.outcome, "under data.record" in verdict.detail) == (Outcome.BROKEN, True)


def test_every_rule_catches_somebody() -> None:
    assert {rule for _, rule in CARELESS} == set(RULE)
