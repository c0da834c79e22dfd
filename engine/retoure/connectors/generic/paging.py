"""Reads a list that comes in pages, to its end and no further than the manifest allows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

import httpx

from ...types.manifest import PageKind, Pages
from ..http import Ask, Reply
from ..places import at
from ..port import CallFailed, ErrorClass, Json

Exchange = Callable[[Ask], Awaitable[Reply]]


async def all_pages(exchange: Exchange, ask: Ask, pages: Pages, base_url: str) -> Json:
    """The first answer with the list of all pages in it.

    Raises CallFailed: TOO_LARGE for more than `pages.most`, INVALID where a page leads to itself or elsewhere.
    """
    found: list[Json] = []
    first: Json = None
    at_page: Ask | None = _first(ask, pages)
    seen: set[str] = set()
    while at_page is not None:
        _bounded(at_page, pages, seen)
        reply = await exchange(at_page)
        first = reply.body if len(seen) == 1 else first
        items = _items(reply.body, pages, ask)
        found += items
        at_page = _next(at_page, reply, pages, items, len(found), base_url)
    return _with_items(first, pages.items.split(".") if pages.items else [], found)


def _bounded(ask: Ask, pages: Pages, seen: set[str]) -> None:
    mark = f"{ask.path}?{sorted(ask.query.items())}"
    if mark in seen:
        raise CallFailed(ErrorClass.INVALID, f"a page leads to one that was read already ({ask})")
    seen.add(mark)
    if len(seen) > pages.most:
        message = f"more than {pages.most} pages ({ask}): ask for less, or raise `most` in the manifest"
        raise CallFailed(ErrorClass.TOO_LARGE, message)


def _items(body: Json, pages: Pages, ask: Ask) -> Sequence[Json]:
    found = at(body, pages.items)
    if not isinstance(found, list):
        where = f"at `{pages.items}` " if pages.items else ""
        raise CallFailed(ErrorClass.INVALID, f"the answer has no list {where}({ask})")
    return found


def _first(ask: Ask, pages: Pages) -> Ask:
    numbered = pages.kind is PageKind.PAGE or (pages.kind is PageKind.OFFSET and pages.first == 0)
    return _numbered(ask, pages, pages.first) if numbered else ask


def _next(ask: Ask, reply: Reply, pages: Pages, items: Sequence[Json], count: int, base_url: str) -> Ask | None:
    """The request for the page behind this one, None when this was the last."""
    if pages.kind is PageKind.LINK:
        return _linked(ask, reply, base_url)
    if pages.kind is PageKind.CURSOR:
        cursor = at(reply.body, pages.next)
        return None if cursor in (None, "", False) else _numbered(ask, pages, cursor)
    if not items or len(items) < pages.size:
        return None
    if pages.kind is PageKind.OFFSET:
        return _numbered(ask, pages, count)
    return _numbered(ask, pages, int(ask.query[pages.parameter]) + 1)


def _numbered(ask: Ask, pages: Pages, value: Json) -> Ask:
    return replace(ask, query={**ask.query, pages.parameter: str(value)})


def _linked(ask: Ask, reply: Reply, base_url: str) -> Ask | None:
    """The request that `Link: <…>; rel="next"` names; it must lead to the same host, below the same address."""
    links = httpx.Response(reply.status, headers=dict(reply.headers)).links
    if "next" not in links:
        return None
    base = httpx.URL(base_url.rstrip("/"))
    target = httpx.URL(f"{base}{ask.path}").join(str(links["next"].get("url", "")))
    path, below = target.raw_path.partition(b"?")[0].decode(), base.raw_path.decode().rstrip("/")
    if (target.scheme, target.host, target.port) != (base.scheme, base.host, base.port) or not path.startswith(below):
        raise CallFailed(ErrorClass.INVALID, f"the next page is on another host, `{target.host}`, not asked ({ask})")
    return replace(ask, path=path.removeprefix(below), query=dict(target.params))


def _with_items(body: Json, steps: Sequence[str], items: list[Json]) -> Json:
    if not steps:
        return items
    inner = body if isinstance(body, Mapping) else {}
    return {**inner, steps[0]: _with_items(inner.get(steps[0]), steps[1:], items)}
