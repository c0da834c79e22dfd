"""How a connector behaves otherwise: many calls at once, long lists, dry runs, webhooks, the end."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from ...types.json_text import JsonInvalid
from ..envelope import MAX_WEBHOOK_BYTES
from ..places import listed
from ..port import Event, Incoming, Receiver, Rejected
from .rule import Rule
from .stand import Broken, NotApplicable, Stand

MANY = 20


async def reads_together(stand: Stand) -> None:
    call = stand.trials.read
    async with stand.connector() as connector:
        alone = await connector.send(call)
        together = await asyncio.gather(*(connector.send(call) for _ in range(MANY)))
    if any(answer != alone for answer in together):
        raise Broken(f"{MANY} reads at once do not give what one gives")


async def lists_whole(stand: Stand) -> None:
    listing = stand.trials.listing
    if listing is None:
        raise NotApplicable("it reads no list in pages")
    async with stand.connector() as connector:
        answer = await connector.send(listing.call)
    found = len(answer) if isinstance(answer, list) else len(list(listed(answer, listing.items)))
    if found != listing.count:
        raise Broken(f"{listing.call.operation} gives {found} of {listing.count}")


async def render_sends_nothing(stand: Stand) -> None:
    before = stand.books()
    async with stand.connector() as connector:
        for call in (stand.trials.read, *stand.trials.writes):
            if not connector.render(call):
                raise Broken(f"{call.operation} renders no request")
    if stand.interposer is not None and stand.interposer.requests:
        raise Broken("rendering sent a request")
    if stand.books() != before:
        raise Broken("rendering changed something")


async def closes_twice(stand: Stand) -> None:
    async with stand.connector() as connector:
        await connector.send(stand.trials.read)
        await connector.aclose()


async def webhooks_verified(stand: Stand) -> None:
    async with stand.connector() as connector:
        if not isinstance(connector, Receiver):
            raise NotApplicable("it takes no webhooks")
        right = stand.trials.webhook
        headers: Mapping[str, str] = right.headers if right else {}
        for words, incoming in (
            ("without a signature", Incoming(right.body if right else b'{"id": "1"}')),
            ("that is too large", Incoming(b" " * (MAX_WEBHOOK_BYTES + 1), headers)),
            ("of nothing", Incoming(b"", headers)),
        ):
            _rejected(connector, incoming, words)
        if right is not None:
            _whole(connector.accept(right, datetime.now(UTC)))


def _whole(event: Event) -> None:
    if not event.subject:
        raise Broken("an accepted webhook does not say which record it concerns")
    try:
        found = isinstance(event.record, Mapping)
    except (JsonInvalid, KeyError, TypeError):
        found = False
    if not found:
        raise Broken(f"no record stands in the body of an accepted webhook under {'.'.join(event.part)}")


def _rejected(connector: Receiver, incoming: Incoming, words: str) -> None:
    try:
        event: Event = connector.accept(incoming, datetime.now(UTC))
    except Rejected:
        return
    except Exception as problem:
        raise Broken(f"a webhook {words} raised {type(problem).__name__}, not Rejected") from problem
    raise Broken(f"a webhook {words} was taken as {event.kind}")


RULES = (
    Rule("reads-together", "many reads at once give what each gives alone", reads_together),
    Rule("lists-whole", "a list in pages is read to its end", lists_whole),
    Rule("render-sends-nothing", "showing what would be sent sends nothing", render_sends_nothing),
    Rule("closes-twice", "closing twice does no harm", closes_twice),
    Rule("webhooks-verified", "a webhook is taken only when it is proved to be the platform's", webhooks_verified),
)
