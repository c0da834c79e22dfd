"""The Admin API endpoints as plain functions `(state, call) -> answer` (scayle.md 3.1, 4, 5, 6.2)."""

from __future__ import annotations

from typing import Any

from ..calls import Answer, Call, Rule, number
from .answers import Json, document_json, invoice_json, status_json
from .billing import override_billing
from .errors import bad_request, not_found
from .fulfilment import Shipped, cancel, return_items, ship
from .intake import create_order
from .presented import shown_item, shown_order
from .records import Order
from .seed import add_warehouse
from .state import Scayle, parsed_time
from .stock import StockWrite
from .webhooks import event_list, redirect, subscribe, subscription, subscription_json

BASE = "/api/admin/v1"
SHOP = BASE + "/shops/{shop}/countries/{country}"
ORDER = SHOP + "/orders/{order}"


# -- orders ---------------------------------------------------------------------------------------------------------


def list_orders(state: Scayle, call: Call) -> Answer:
    """A page of orders by ascending id; `filters[id]`, `filters[minId]`, `filters[maxId]`, `limit`, `cursor`."""
    shop = state.shop(call.path["shop"], call.path["country"])
    found = [order for order in _filtered(state, call) if order.shop == shop]
    return page(state, found, call, lambda order: _shown(state, call, order))


def get_order(state: Scayle, call: Call) -> Answer:
    """One order by id or `key=`."""
    return Answer(_shown(state, call, _order(state, call)))


def get_status(state: Scayle, call: Call) -> Answer:
    """Only the statuses of an order."""
    return Answer(status_json(_order(state, call)))


def post_order(state: Scayle, call: Call) -> Answer:
    """Import an order."""
    shop = state.shop(call.path["shop"], call.path["country"])
    order = create_order(state, shop, call.body)
    return Answer(_shown(state, call, order), state.switches.order_create_success)


def put_reference_key(state: Scayle, call: Call) -> Answer:
    """Set your key; the path takes the numeric id only (scayle.md 2.1)."""
    order = _numeric_order(state, call)
    key = call.body.get("referenceKey") if isinstance(call.body, dict) else None
    if not isinstance(key, str) or not key:
        raise bad_request("referenceKey is required.", field="referenceKey")
    state.set_reference_key(order, key)
    return Answer(_shown(state, call, order))


def patch_billing_status(state: Scayle, call: Call) -> Answer:
    """Record a refund that was made elsewhere."""
    order = _order(state, call)
    override_billing(state, order, call.body)
    return Answer(_shown(state, call, order))


def put_order_custom_data(state: Scayle, call: Call) -> Answer:
    """Replace the order's custom data."""
    state.set_custom_data(_order(state, call), None, _object(call.body))
    return Answer(None, 204)


def put_item_custom_data(state: Scayle, call: Call) -> Answer:
    """Replace one item's custom data; numeric ids only; answers the item."""
    order = _numeric_order(state, call)
    unit = order.unit(_number(call.path["item"], "order item id"))
    if unit is None:
        raise not_found("order_item", call.path["item"])
    state.set_custom_data(order, unit, _object(call.body))
    return Answer(shown_item(unit, order.currency, state.switches, ("items.legacyCustomData",)))


def get_documents(state: Scayle, call: Call) -> Answer:
    """The documents and mails of an order."""
    return page(state, _order(state, call).parcels, call, document_json)


def get_invoices(state: Scayle, call: Call) -> Answer:
    """The money documents of an order."""
    return page(state, _order(state, call).invoices, call, invoice_json)


# -- fulfilment -----------------------------------------------------------------------------------------------------


def post_shipment(state: Scayle, call: Call) -> Answer:
    """Record one parcel."""
    body = _object(call.body)
    order = _fulfilled_order(state, body)
    for name in ("shipmentKey", "carrier", "deliveryDate"):
        _text(body, name)
    parsed_time(body["deliveryDate"], "deliveryDate")
    units = [(_unit_id(item), _text(item, "returnKey")) for item in _items(body)]
    ship(state, order, Shipped(body["shipmentKey"], body["carrier"], units, body.get("returnIdentCode")))
    return Answer(None, state.switches.fulfilment_success)


def post_cancellation(state: Scayle, call: Call) -> Answer:
    """Report items the merchant cannot deliver."""
    body = _object(call.body)
    cancel(state, _fulfilled_order(state, body), [_unit_id(item) for item in _items(body)])
    return Answer(None, state.switches.fulfilment_success)


def post_return_items(state: Scayle, call: Call) -> Answer:
    """Record returned units; the body is a bare array."""
    return_items(state, call.body)
    return Answer(None, state.switches.fulfilment_success)


def _fulfilled_order(state: Scayle, body: Json) -> Order:
    number = body.get("orderId")
    if not isinstance(number, int):
        raise bad_request("orderId must be an integer.", field="orderId")
    order = state.order(number)
    if state.shop(_text(body, "shopKey"), _text(body, "countryCode")).shop_key != order.shop.shop_key:
        raise bad_request("shopKey is not the shop of the order.", field="shopKey")
    return order


def _items(body: Json) -> list[Json]:
    items = body.get("items")
    if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
        raise bad_request("items must be a non-empty array.", field="items")
    return items


def _unit_id(item: Json) -> int:
    number = item.get("orderItemId")
    if not isinstance(number, int):
        raise bad_request("orderItemId must be an integer.", field="orderItemId")
    return number


# -- stock ----------------------------------------------------------------------------------------------------------


def get_stocks(state: Scayle, call: Call) -> Answer:
    """Every stock of a variant, one per warehouse and merchant; not paged, so without a cursor (scayle.md 2.2)."""
    return Answer({"entities": state.stocks(state.variant(call.path["variant"]))})


def post_stock(state: Scayle, call: Call) -> Answer:
    """Set one stock; answers the stock in force."""
    variant = state.variant(call.path["variant"])
    body = _object(call.body)
    return Answer(state.write_stock(stock_write(state, variant.id, variant.sku, body)))


def stock_write(state: Scayle, variant_id: int, sku: str, body: Json) -> StockWrite:
    """The write a body asks for; 400 names what is missing or not of its type."""
    quantity = body.get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 0:
        raise bad_request("quantity must be an integer of 0 or more.", field="quantity")
    for name, kind in (("merchantReferenceKey", str), ("sellableWithoutStock", bool), ("expectedAvailabilityAt", str)):
        if not isinstance(body.get(name), kind | None):
            raise bad_request(f"{name} is not of its type.", field=name)
    warehouse = _text(body, "warehouseReferenceKey")
    held = state.warehouses.get(warehouse)
    return StockWrite(
        variant_id,
        sku,
        warehouse,
        body.get("merchantReferenceKey") or (held.merchant if held else "default"),
        quantity,
        parsed_time(_text(body, "changedAt"), "changedAt"),
        body.get("sellableWithoutStock"),
        body.get("expectedAvailabilityAt"),
    )


def put_sellable_without_stock(state: Scayle, call: Call) -> Answer:
    """Sell a variant at stock 0, or not; there must be a stock."""
    variant, body = state.variant(call.path["variant"]), _object(call.body)
    warehouse = _text(body, "warehouseReferenceKey")
    levels = {place: level for place, level in state.stock.of(variant.id).items() if place[1] == warehouse}
    if not isinstance(body.get("sellableWithoutStock"), bool) or not levels:
        raise bad_request("sellableWithoutStock must be a boolean, the warehouse must have a stock.")
    for level in levels.values():
        level.sellable_without_stock = body["sellableWithoutStock"]
    return Answer(None, 204)


def get_warehouses(state: Scayle, call: Call) -> Answer:
    """All warehouses."""
    return page(state, list(state.warehouses.values()), call, lambda held: _warehouse_json(state, held.reference_key))


def _warehouse_json(state: Scayle, key: str) -> Json:
    held = add_warehouse(state, key)
    return {
        "id": held.id,
        "referenceKey": held.reference_key,
        "merchants": [{"id": 1, "referenceKey": held.merchant, "name": held.merchant, "priority": 1}],
        "shopCountries": [
            {"shopKey": shop.shop_key, "countryCode": shop.country.lower(), "priority": 100} for shop in state.shops
        ],
    }


# -- webhooks -------------------------------------------------------------------------------------------------------


def get_events(state: Scayle, _: Call) -> Answer:
    """The list of webhook events."""
    return Answer({"entities": event_list(state.switches)})


def post_subscription(state: Scayle, call: Call) -> Answer:
    """Subscribe to one event."""
    return Answer(subscription_json(state, subscribe(state, call.body)), 201)


def get_subscriptions(state: Scayle, call: Call) -> Answer:
    """All subscriptions, URLs masked."""
    return page(state, list(state.subscriptions.values()), call, lambda held: subscription_json(state, held))


def get_subscription(state: Scayle, call: Call) -> Answer:
    """One subscription, URL masked."""
    return Answer(subscription_json(state, subscription(state, call.path["id"])))


def patch_subscription(state: Scayle, call: Call) -> Answer:
    """Change where it is delivered."""
    return Answer(subscription_json(state, redirect(state, call.path["id"], call.body)))


def delete_subscription(state: Scayle, call: Call) -> Answer:
    """Unsubscribe."""
    del state.subscriptions[subscription(state, call.path["id"]).id]
    return Answer(None, 204)


# -- reading a call -------------------------------------------------------------------------------------------------


def _order(state: Scayle, call: Call) -> Order:
    state.shop(call.path["shop"], call.path["country"])
    return state.order(call.path["order"])


def _numeric_order(state: Scayle, call: Call) -> Order:
    _number(call.path["order"], "order id")
    return _order(state, call)


def _number(text: str, what: str) -> int:
    found = number(text)
    if found is None:
        raise bad_request(f"The {what} must be numeric.")
    return found


def _shown(state: Scayle, call: Call, order: Order) -> Json:
    return shown_order(order, state.switches, _with(call))


def _with(call: Call) -> list[str]:
    return [part.strip() for part in call.query.get("with", "").split(",")]


def _object(body: Any) -> Json:
    if not isinstance(body, dict):
        raise bad_request("The body must be an object.")
    return body


def _text(body: Json, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(f"{name} is required.", field=name)
    return value


def _filtered(state: Scayle, call: Call) -> list[Order]:
    if state.switches.order_filters == "ignored":
        return [order for _, order in sorted(state.orders.items())]
    wanted = {found for part in call.query.get("filters[id]", "").split(",") if (found := number(part)) is not None}
    least, most = _whole(call, "filters[minId]", 0), _whole(call, "filters[maxId]", 10**18 - 1)
    return [
        order
        for number, order in sorted(state.orders.items())
        if (not wanted or number in wanted) and least <= number <= most
    ]


def _whole(call: Call, name: str, default: int) -> int:
    found = number(call.query.get(name) or str(default))
    if found is None:
        raise bad_request(f"{name} is not valid.", field=name)
    return found


def page(state: Scayle, found: list[Any], call: Call, shown: Any = lambda entry: entry) -> Answer:
    """The part of a list that `limit` and `cursor` ask for, each entry as `shown` makes it."""
    limit, start = _whole(call, "limit", 100), _whole(call, "cursor", 0)
    if not 1 <= limit <= 1000:
        raise bad_request("limit must be between 1 and 1000.", field="limit")
    more = start + limit < len(found)
    entities = [shown(entry) for entry in found[start : start + limit]]
    if not more and state.switches.last_page == "absent":
        return Answer({"entities": entities})
    return Answer({"entities": entities, "cursor": {"next": str(start + limit) if more else None}})


RULES: tuple[Rule[Scayle], ...] = (
    Rule("GET", SHOP + "/orders", list_orders, "ordersRead"),
    Rule("POST", SHOP + "/orders", post_order, "ordersWrite", 201),
    Rule("GET", ORDER, get_order, "ordersRead"),
    Rule("GET", ORDER + "/status", get_status, "ordersRead"),
    Rule("PUT", ORDER + "/reference-key", put_reference_key, "ordersWrite"),
    Rule("PATCH", ORDER + "/billing-status", patch_billing_status, "ordersWrite"),
    Rule("PUT", ORDER + "/legacy-custom-data", put_order_custom_data, "customDataWrite", 204),
    Rule("PUT", ORDER + "/items/{item}/legacy-custom-data", put_item_custom_data, "customDataWrite"),
    Rule("GET", ORDER + "/invoices", get_invoices, "ordersRead"),
    Rule("GET", ORDER + "/documents", get_documents, "ordersRead"),
    Rule("POST", BASE + "/fulfillment/shipments", post_shipment, "fulfillmentWrite", 204),
    Rule("POST", BASE + "/fulfillment/cancellations", post_cancellation, "fulfillmentWrite", 204),
    Rule("POST", BASE + "/fulfillment/return-items", post_return_items, "fulfillmentWrite", 204),
    Rule("GET", BASE + "/variants/{variant}/stocks", get_stocks, "stocksRead"),
    Rule("POST", BASE + "/variants/{variant}/stocks", post_stock, "stocksWrite"),
    Rule(
        "PUT", BASE + "/variants/{variant}/stocks/sellableWithoutStock", put_sellable_without_stock, "stocksWrite", 204
    ),
    Rule("GET", BASE + "/warehouses", get_warehouses, "globalRead"),
    Rule("GET", BASE + "/webhooks/events", get_events, "globalRead"),
    Rule("POST", BASE + "/webhooks/subscriptions", post_subscription, "globalWrite", 201),
    Rule("GET", BASE + "/webhooks/subscriptions", get_subscriptions, "globalRead"),
    Rule("GET", BASE + "/webhooks/subscriptions/{id}", get_subscription, "globalRead"),
    Rule("PATCH", BASE + "/webhooks/subscriptions/{id}", patch_subscription, "globalWrite"),
    Rule("DELETE", BASE + "/webhooks/subscriptions/{id}", delete_subscription, "globalWrite", 204),
)
