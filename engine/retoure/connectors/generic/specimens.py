"""What the contract suite tries the generic connectors on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...types.load import load_system
from ...types.manifest import Auth, AuthKind, Manifest, PageKind, Pages, Rest
from ..contract.subject import Listing, Specimen, Trials
from ..port import Call
from .depot import KEY, ORDERS, SECRETS, SIZE, Depot

SAMPLES = Path(__file__).with_name("samples")

TAG = Call("orders.tag", body={"order": "70002", "tag": "return inside"}, key="tag-1")
NOTE = Call("notes.add", body={"order": "70001", "text": "refunded"}, key="note-1")


def rest(auth: AuthKind = AuthKind.BEARER, pages: PageKind = PageKind.CURSOR) -> Specimen:
    """The depot, spoken to as this kind of `auth` and of pages wants."""
    depot = Depot(auth, pages)
    listing = Listing(Call("orders.list"), "orders", len(ORDERS))
    trials = Trials(Call("orders.get", ("70001",)), (TAG, NOTE), Call("orders.get", ("1",)), listing)
    return Specimen(
        manifest_of(auth, pages),
        lambda url: trials,
        lambda url: depot.books(),
        depot,
        secrets=SECRETS[auth],
    )


def manifest_of(auth: AuthKind, pages: PageKind) -> Manifest:
    """The depot's manifest with these two ways."""
    manifest = load_system("depot/v1", SAMPLES)
    way = Auth(auth, KEY if auth in (AuthKind.HEADER, AuthKind.QUERY) else "", "/oauth/token", "")
    orders = manifest.operations["orders.list"]
    assert orders.http is not None
    listed = replace(orders, http=replace(orders.http, pages=_pages(pages)))
    return replace(
        manifest,
        rest=Rest(way, manifest.rest.idempotency_header),
        operations={**manifest.operations, "orders.list": listed},
    )


def _pages(kind: PageKind) -> Pages:
    items = "" if kind is PageKind.LINK else "orders"
    parameter = {PageKind.CURSOR: "cursor", PageKind.PAGE: "page", PageKind.OFFSET: "offset", PageKind.LINK: ""}[kind]
    return Pages(kind, items, parameter, "next" if kind is PageKind.CURSOR else "", size=SIZE)
