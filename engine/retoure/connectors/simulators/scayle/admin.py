"""SCAYLE's side of `/_sim/`: furnish the shop, ship, discontinue, limit. Bodies are camel case like the API's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..admin import COMMON
from ..calls import Answer, Call, Rule
from . import by_hand
from .answers import Json, iso, order_json
from .fulfilment import Shipped, ship
from .mishaps import mishap
from .records import Order, ShopCountry
from .routes import stock_write
from .seed import add_order, add_warehouse, planned, ship_all
from .webhooks import letters

if TYPE_CHECKING:
    from .app import ScayleSimulator


def post_variants(simulator: ScayleSimulator, call: Call) -> Answer:
    """Add variants: `{variants: [{sku, id?, price?, taxRate?, name?, productId?, stock?: {warehouse: quantity}}]}`."""
    return Answer({"variants": [_variant(simulator, entry) for entry in call.body["variants"]]}, 201)


def _variant(simulator: ScayleSimulator, entry: Json) -> Json:
    names = {"id": "id", "price": "price", "taxRate": "tax_rate", "name": "name", "productId": "product_id"}
    fields = {field: entry[name] for name, field in names.items() if name in entry}
    variant = simulator.state.add_variant(entry["sku"], **fields)
    for warehouse, quantity in (entry.get("stock") or {}).items():
        _stock(simulator, {"variant": variant.sku, "warehouse": warehouse, "quantity": quantity})
    return {"id": variant.id, "sku": variant.sku}


def post_discontinue(simulator: ScayleSimulator, call: Call) -> Answer:
    """Delete a variant from the catalogue; `{gone: false}` brings it back."""
    gone = (call.body or {}).get("gone", True)
    variant = simulator.state.discontinue(call.path["sku"], gone=gone)
    return Answer({"sku": variant.sku, "discontinued": variant.discontinued})


def post_warehouse(simulator: ScayleSimulator, call: Call) -> Answer:
    """Add a warehouse: `{referenceKey, merchant?}`."""
    held = add_warehouse(simulator.state, call.body["referenceKey"], call.body.get("merchant", "default"))
    return Answer({"id": held.id, "referenceKey": held.reference_key}, 201)


def post_shop(simulator: ScayleSimulator, call: Call) -> Answer:
    """Add a shop country: `{shopKey, countryCode, currencyCode?}`."""
    body = call.body
    number = simulator.state.number("shop", 1101)
    shop = ShopCountry(number, body["shopKey"], body["countryCode"].upper(), body.get("currencyCode", "EUR"))
    simulator.state.shops.append(shop)
    return Answer({"id": shop.id}, 201)


def post_stock(simulator: ScayleSimulator, call: Call) -> Answer:
    """Set a stock as the upstream system would: `{variant: SKU, warehouse?, quantity, changedAt?, merchant?}`."""
    return Answer(_stock(simulator, call.body), 201)


def _stock(simulator: ScayleSimulator, entry: Json) -> Json:
    state = simulator.state
    variant = state.variant(f"key={entry['variant']}")
    body = {
        "quantity": entry["quantity"],
        "warehouseReferenceKey": entry.get("warehouse") or next(iter(state.warehouses)),
        "changedAt": entry.get("changedAt") or iso(state.clock()),
        "merchantReferenceKey": entry.get("merchant"),
        "sellableWithoutStock": entry.get("sellableWithoutStock"),
    }
    return state.write_stock(stock_write(state, variant.id, variant.sku, body))


def post_order(simulator: ScayleSimulator, call: Call) -> Answer:
    """Add an order: `{lines: [{sku, quantity?, price?, reduced?, group?, main?}], id?, referenceKey?, currencyCode?,
    shopKey?, countryCode?, createdAt?, deliveryCost?, vouchers?, customer?, address?, payment?, legacyCustomData?,
    ship?, returnKeyPrefix?}`.

    `ship` true ships it at once. Answers the order as `GET order` would.
    """
    order = add_order(simulator.state, planned(call.body))
    if call.body.get("ship"):
        ship_all(simulator.state, order, prefix=call.body.get("returnKeyPrefix", ""))
    return Answer(order_json(order), 201)


def post_ship(simulator: ScayleSimulator, call: Call) -> Answer:
    """Ship an order: `{returnKeyPrefix?, items?: [id], returnKeys?: {id: key}, carrier?, shipmentKey?}`.

    Left out, everything open goes in one parcel with the plain order item ids as return keys.
    """
    body = call.body or {}
    order = simulator.state.order(call.path["order"])
    if "items" in body or "returnKeys" in body or "shipmentKey" in body:
        _ship_some(simulator, order, body)
    else:
        ship_all(simulator.state, order, prefix=body.get("returnKeyPrefix", ""), carrier=body.get("carrier", "DHL"))
    keys = {str(unit.id): unit.return_key for unit in order.units if unit.return_key}
    return Answer({"orderId": order.id, "returnKeys": keys})


def _ship_some(simulator: ScayleSimulator, order: Order, body: Json) -> None:
    prefix, keys = body.get("returnKeyPrefix", ""), body.get("returnKeys") or {}
    wanted = body.get("items") or [unit.id for unit in order.live_units if unit.shipped_at is None]
    units = [(number, keys.get(str(number), f"{prefix}{number}")) for number in wanted]
    parcel_key = body.get("shipmentKey") or f"SIM{order.id:09d}{len(order.parcels) + 1}"
    ship(simulator.state, order, Shipped(parcel_key, body.get("carrier", "DHL"), units))


def post_mishap(simulator: ScayleSimulator, call: Call) -> Answer:
    """Something goes wrong: `{what: out_of_stock | unshippable | undeliverable, items?: [id]}`."""
    order = simulator.state.order(call.path["order"])
    units = mishap(simulator.state, order, call.body["what"], call.body.get("items") or [])
    return Answer({"items": [unit.id for unit in units]})


def get_order(simulator: ScayleSimulator, call: Call) -> Answer:
    """The order with all its custom data, no token needed."""
    return Answer(order_json(simulator.state.order(call.path["order"]), ("legacyCustomData", "items.legacyCustomData")))


def put_tokens(simulator: ScayleSimulator, call: Call) -> Answer:
    """Replace the access tokens: `{token: null | [scope, ...]}`; null may do all, `ordersWrite` includes reading."""
    simulator.tokens = {token: None if scopes is None else set(scopes) for token, scopes in call.body.items()}
    return Answer({"tokens": len(simulator.tokens)})


def put_limits(simulator: ScayleSimulator, call: Call) -> Answer:
    """Change rate limits: `{scope: calls per minute}`; scopes not named keep theirs."""
    simulator.limiter.limits.update({scope: int(limit) for scope, limit in call.body.items()})
    return Answer(dict(simulator.limiter.limits))


def post_redeliver(simulator: ScayleSimulator, call: Call) -> Answer:
    """Send an event of the books again under the same key; `{times?}`."""
    found = [event for event in simulator.state.events if event.key == call.path["key"]]
    times = int((call.body or {}).get("times", 1))
    simulator.courier.send(letters(simulator.state, found * times))
    return Answer({"sent": len(found) * times}, 200 if found else 404)


ADMIN: tuple[Rule[Any], ...] = (
    *COMMON,
    *by_hand.RULES,
    Rule("POST", "/variants", post_variants),
    Rule("POST", "/variants/{sku}/discontinue", post_discontinue),
    Rule("POST", "/warehouses", post_warehouse),
    Rule("POST", "/shops", post_shop),
    Rule("POST", "/stock", post_stock),
    Rule("POST", "/orders", post_order),
    Rule("GET", "/orders/{order}", get_order),
    Rule("POST", "/orders/{order}/ship", post_ship),
    Rule("POST", "/orders/{order}/mishaps", post_mishap),
    Rule("PUT", "/tokens", put_tokens),
    Rule("PUT", "/limits", put_limits),
    Rule("POST", "/webhooks/{key}/redeliver", post_redeliver),
)
