"""The calls that the fault matrix of docs/platforms.md speaks of, by the words it uses for them: each prepares the
platform and gives what the connector is asked, of which the last call counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, Final

from retoure.connectors.port import Call

from ..connectors.conftest import ReveniPlatform, ScaylePlatform

Calls = tuple[Call, ...]
NUMBERS = count(1)
AT: Final = "2026-03-02 10:00:00"
STOCKED: Final = "STOCKED"


def number() -> str:
    return str(next(NUMBERS))


# -- SCAYLE ------------------------------------------------------------------------------------------------------------


def prepare(scayle: ScaylePlatform) -> None:
    """The catalogue that all plays share."""
    variants = [{"sku": STOCKED, "stock": {"main-warehouse": 50}}, {"sku": "EMPTY", "stock": {"main-warehouse": 0}}]
    scayle.admin("POST", "/variants", {"variants": variants})


def order_read(scayle: ScaylePlatform) -> Calls:
    return (Call("orders.get", (str(scayle.order()["id"]),)),)


def no_order(_: ScaylePlatform) -> Calls:
    return (Call("orders.get", ("1",)),)


def _unit(order: Any, at: int = 0, **fields: Any) -> Call:
    unit = order["items"][at]["id"]
    body = {"order": order["id"], "unit": unit, "returnKey": str(unit), "received": AT, **fields}
    return Call("return_items.send", body=body, key=f"unit-{number()}")


def unit_back(scayle: ScaylePlatform) -> Calls:
    return (_unit(scayle.order()),)


def unit_twice(scayle: ScaylePlatform) -> Calls:
    order = scayle.order()
    return (_unit(order), _unit(order))


def unit_not_shipped(scayle: ScaylePlatform) -> Calls:
    return (_unit(scayle.order(ship=False)),)


def unknown_key(scayle: ScaylePlatform) -> Calls:
    return (_unit(scayle.order(), returnKey="nobody"),)


def foreign_prefix(scayle: ScaylePlatform) -> Calls:
    """The warehouse ships under other keys than the order item ids."""
    return (_unit(scayle.order(returnKeyPrefix="WH-")),)


def not_a_time(scayle: ScaylePlatform) -> Calls:
    return (_unit(scayle.order(), received="yesterday"),)


def _units(scayle: ScaylePlatform, second: str = "") -> Calls:
    """Two units of an order, the other one under the key `second`, else under the key of the first."""
    order = scayle.order(quantity=2)
    first, other = [item["id"] for item in order["items"]]
    keys = ((first, str(first)), (other, second or str(first)))
    units: Any = [{"unit": unit, "returnKey": key, "received": AT} for unit, key in keys]
    return (Call("return_items.send_all", body={"order": order["id"], "units": units}, key=f"all-{number()}"),)


def half_unknown(scayle: ScaylePlatform) -> Calls:
    return _units(scayle, "nobody")


def one_key_twice(scayle: ScaylePlatform) -> Calls:
    return _units(scayle)


def _parcel(order: Any) -> Call:
    item = order["items"][0]["id"]
    items: Any = [{"orderItemId": item, "returnKey": str(item)}]
    body = {"orderId": order["id"], "shipmentKey": f"P{number()}", "carrier": "DHL", "deliveryDate": AT, "items": items}
    return Call("shipments.create", body=body, key=f"parcel-{number()}")


def shipped_twice(scayle: ScaylePlatform) -> Calls:
    order = scayle.order(ship=False)
    return (_parcel(order), _parcel(order))


def shipped_cancelled(scayle: ScaylePlatform) -> Calls:
    order = scayle.order()
    body: Any = {"order": order["id"], "units": [{"unit": order["items"][0]["id"]}]}
    return (Call("cancellations.send", body=body, key=f"cancel-{number()}"),)


def _billing(order: Any, code: str) -> Call:
    return Call("orders.billing_status", body={"order": order["id"], "code": code, "reason": "refunded elsewhere"})


def billed_twice(scayle: ScaylePlatform) -> Calls:
    order = scayle.order()
    return (_billing(order, "billing_refunded"), _billing(order, "billing_refunded"))


def billed_back(scayle: ScaylePlatform) -> Calls:
    order = scayle.order()
    return (_billing(order, "billing_refunded"), _billing(order, "billing_completed"))


def _new_order(scayle: ScaylePlatform, sku: str, **fields: Any) -> Call:
    held: Any = scayle.order()
    items: Any = [{"variant": {"referenceKey": sku}, "price": {"withTax": 1000}}]
    body = {"currencyCode": "EUR", "items": items, "address": held["address"], "customer": held["customer"]}
    return Call("orders.create", body={**body, "referenceKey": f"X{number()}", **fields}, key=f"order-{number()}")


def ordered(scayle: ScaylePlatform) -> Calls:
    return (_new_order(scayle, STOCKED),)


def sold_out(scayle: ScaylePlatform) -> Calls:
    return (_new_order(scayle, "EMPTY"),)


def order_of_nothing_known(scayle: ScaylePlatform) -> Calls:
    return (_new_order(scayle, "NOWHERE"),)


def order_twice(scayle: ScaylePlatform) -> Calls:
    key = f"TWICE{number()}"
    return (_new_order(scayle, STOCKED, referenceKey=key), _new_order(scayle, STOCKED, referenceKey=key))


def _stock(operation: str, sku: str = STOCKED, warehouse: str = "main-warehouse", **fields: Any) -> Call:
    body = {"variant": f"key={sku}", "warehouse": warehouse, "quantity": 1, **fields}
    return Call(operation, body=body, key=f"stock-{number()}")


def stock_added(_: ScaylePlatform) -> Calls:
    return (_stock("stock.add"),)


def stock_of_nothing_known(_: ScaylePlatform) -> Calls:
    return (_stock("stock.add", "NOWHERE"),)


def stock_nowhere(_: ScaylePlatform) -> Calls:
    return (_stock("stock.set", warehouseReferenceKey="nowhere", changedAt="2026-03-01T10:00:00+00:00"),)


def stock_of_tomorrow(_: ScaylePlatform) -> Calls:
    return (_stock("stock.set", warehouseReferenceKey="main-warehouse", changedAt="2099-03-01T10:00:00+00:00"),)


def many_stocks(_: ScaylePlatform) -> Calls:
    level = {"variant": f"key={STOCKED}", "quantity": 1, "warehouseReferenceKey": "main-warehouse"}
    levels: Any = [{**level, "changedAt": "2026-03-01T10:00:00+00:00"}]
    return (Call("stock.set_many", body={"levels": levels}, key=f"many-{number()}"),)


def subscribed_twice(_: ScaylePlatform) -> Calls:
    body = {"event": "order-item-returned", "url": f"https://retoure.example/{number()}"}
    return (Call("webhook_subscriptions.create", body=body),) * 2


SCAYLE: Final[Mapping[str, Callable[[ScaylePlatform], Calls]]] = {
    "an order is read": order_read,
    "an order there is not": no_order,
    "a unit comes back": unit_back,
    "a unit comes back twice": unit_twice,
    "a unit that was not shipped": unit_not_shipped,
    "a unit under an unknown key": unknown_key,
    "a unit that was shipped under another key": foreign_prefix,
    "a unit with a wrong time": not_a_time,
    "two units, one under an unknown key": half_unknown,
    "two units under one key": one_key_twice,
    "a unit is shipped twice": shipped_twice,
    "a shipped unit is cancelled": shipped_cancelled,
    "refunded elsewhere, said twice": billed_twice,
    "refunded elsewhere, taken back": billed_back,
    "an order is created": ordered,
    "an order of what is sold out": sold_out,
    "an order of an unknown SKU": order_of_nothing_known,
    "an order under a key that is taken": order_twice,
    "stock is added": stock_added,
    "stock of an unknown SKU": stock_of_nothing_known,
    "stock in an unknown warehouse": stock_nowhere,
    "stock as of tomorrow": stock_of_tomorrow,
    "many stocks are set": many_stocks,
    "an event is subscribed to twice": subscribed_twice,
}

# -- Reveni ------------------------------------------------------------------------------------------------------------


def _made(reveni: ReveniPlatform, **fields: Any) -> Any:
    line = {"sku": STOCKED, "quantity": 1, "price": "15.0000", **fields}
    return reveni.admin("POST", "/returns", {"order": {"external_id": "1"}, "items": [line], "status": "received"})


def return_read(reveni: ReveniPlatform) -> Calls:
    return (Call("returns.get", (_made(reveni)["id"],)),)


def no_return(_: ReveniPlatform) -> Calls:
    return (Call("returns.get", ("0" * 32,)),)


def _verdict(ret: Any, status: str = "accepted", **fields: Any) -> Call:
    item = {"item_id": ret["return_items"][0]["id"], "quantity": 1, "status": status, **fields}
    items: Any = [item]
    return Call("returns.partial_validate", body={"return_id": ret["id"], "items": items}, key=f"verdict-{number()}")


def verdict(reveni: ReveniPlatform) -> Calls:
    return (_verdict(_made(reveni)),)


def verdict_twice(reveni: ReveniPlatform) -> Calls:
    ret = _made(reveni)
    return (_verdict(ret), _verdict(ret))


def rejection(reveni: ReveniPlatform) -> Calls:
    return (_verdict(_made(reveni), "rejected", reject_reason="worn"),)


def return_list(reveni: ReveniPlatform) -> Calls:
    _made(reveni)
    return (Call("returns.list", ("", "", "")),)


def return_created_twice(_: ReveniPlatform) -> Calls:
    items: Any = [{"sku": "TEE-S", "quantity": 1}]
    order = {"external_id": f"C{number()}", "currency": "EUR", "items": items}
    return (Call("returns.create", body={"currency": "EUR", "order": order, "items": items}),) * 2


def instant_offer(_: ReveniPlatform) -> Calls:
    return (Call("returns.instant_offer", ("1",)),)


def purchase(_: ReveniPlatform) -> Calls:
    items: Any = [{"sku": "TEE-S", "quantity": 1, "price": "15.0000"}]
    return (Call("purchases.push", body={"external_id": "P1", "currency": "EUR", "items": items}),)


def exchange_told(reveni: ReveniPlatform) -> Calls:
    ret = _made(reveni, exchange={"sku": "L", "quantity": 1})
    return (Call("returns.report_exchange", body={"return_id": ret["id"], "order": {"external_id": "2"}}),)


REVENI: Final[Mapping[str, Callable[[ReveniPlatform], Calls]]] = {
    "a return is read": return_read,
    "a return there is not": no_return,
    "a verdict": verdict,
    "a verdict is given twice": verdict_twice,
    "a rejection for another reason": rejection,
    "returns are listed": return_list,
    "a return is created twice": return_created_twice,
    "is a refund at once offered": instant_offer,
    "a purchase is pushed": purchase,
    "an exchange order is told": exchange_told,
}
