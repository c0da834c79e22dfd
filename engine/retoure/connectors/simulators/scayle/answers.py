"""Orders, items, invoices and stock as the Admin API shows them (scayle.md 3.2 to 3.4, 4.4).

Optional fields that are not known are left out, not sent as null; a few unknown fields are added on purpose.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from .records import Invoice, Order, Parcel, ShopCountry, Unit, net_of

Json = dict[str, Any]

# Localised names, never to be compared (scayle.md 3.2).
NAMES = {
    "order_created": "Erstellt",
    "order_open": "Offen",
    "order_imported": "Importiert",
    "order_pended": "Angehalten",
    "order_confirmed": "Bestätigt",
    "order_delegated": "An Händler übergeben",
    "order_shipped": "Versendet",
    "order_invoiced": "Rechnung gestellt",
    "order_aborted": "Abgebrochen",
    "order_cancelled": "Storniert",
    "shipping_open": "Versand offen",
    "shipping_ordered": "Versand beauftragt",
    "shipping_delivered": "Ware versendet",
    "shipping_undeliverable": "Nicht zustellbar",
    "shipping_partially_undeliverable": "Teilweise nicht zustellbar",
    "shipping_cancelled": "Versand storniert",
    "shipping_partially_returned": "Teilweise retourniert",
    "shipping_returned": "Retourniert",
    "billing_open": "Zahlung offen",
    "billing_payment_pending": "Zahlung reserviert",
    "billing_completed": "Bezahlt",
    "billing_payment_cancelled": "Zahlung storniert",
    "billing_partially_refunded": "Teilweise erstattet",
    "billing_refunded": "Erstattet",
}


def iso(at: datetime) -> str:
    """`2026-01-20T09:30:15+00:00`, whole seconds."""
    return at.replace(microsecond=0).isoformat()


def order_json(order: Order, shown: Collection[str] = (), *, extra: bool = True) -> Json:
    """The order as `GET order` answers; `shown` holds the parts of `with=`, `extra` adds fields nobody documents."""
    body: Json = {
        "id": order.id,
        "publicKey": order.public_key,
        "status": order.status,
        "detailedStatus": detailed_status(order),
        "currencyCode": order.currency,
        "shopCountry": shop_json(order.shop),
        "address": order.address,
        "customer": _customer(order.customer, shown),
        "items": [item_json(unit, order.currency, shown, extra=extra) for unit in order.units],
        "packages": [_parcel(parcel) for parcel in order.parcels],
        "cost": _cost(order),
        "payment": order.payments,
        "vouchers": order.vouchers,
        "shipping": {"policy": "least_packages", "deliveryCosts": order.delivery_cost, "expressDeliveryCosts": 0},
        "createdAt": iso(order.created_at),
        "updatedAt": iso(order.updated_at),
    }
    _put(body, referenceKey=order.reference_key, confirmedAt=order.confirmed_at, invoicedAt=order.invoiced_at)
    if "legacyCustomData" in shown:
        _put(body, legacyCustomData=order.custom_data)
    if extra:
        body["checkoutGeneration"] = "v3"
    return body


def item_json(unit: Unit, currency: str, shown: Collection[str] = (), *, extra: bool = True) -> Json:
    """One order item; `items.legacyCustomData` in `shown` adds its custom data."""
    body: Json = {
        "id": unit.id,
        "key": unit.key,
        "status": unit.status,
        "product": {"id": unit.variant.product_id, "name": unit.variant.name},
        "variant": {"id": unit.variant.id, "referenceKey": unit.variant.sku, "stock": {"supplierId": 1}},
        "merchant": {"id": 1, "referenceKey": unit.merchant},
        "price": _price(unit),
        "currency": currency,
        "warehouseId": unit.warehouse.id if unit.warehouse else None,
        "createdAt": iso(unit.created_at),
    }
    _put(body, itemGroup=unit.group, packageId=unit.package_id, updatedAt=unit.updated_at, shippedAt=unit.shipped_at)
    _put(body, cancelledAt=unit.cancelled_at, returnedAt=unit.returned_at)
    if "items.legacyCustomData" in shown:
        _put(body, legacyCustomData=unit.custom_data)
    if extra and unit.id % 2:
        body["sustainabilityLabels"] = []
    return body


def status_json(order: Order) -> Json:
    """The cheap poll: `{status, detailedStatus}`."""
    return {"status": order.status, "detailedStatus": detailed_status(order)}


def detailed_status(order: Order) -> Json:
    """`{order, shipping, billing}`, each `{code, name}`."""
    codes = {"order": order.order_code, "shipping": order.shipping_code, "billing": order.billing_code}
    return {part: {"code": code, "name": NAMES.get(code, code)} for part, code in codes.items()}


def shop_json(shop: ShopCountry) -> Json:
    """`shopCountry` of an order; its country is alpha-2, while addresses carry alpha-3."""
    return {
        "id": shop.id,
        "shopKey": shop.shop_key,
        "countryCode": shop.country,
        "url": f"{shop.shop_key}.shop.example",
        "active": True,
        "deleted": False,
        "currencyCode": None,
        "priceGroupKey": None,
        "defaultLanguageCode": shop.language,
        "supportedLanguageCodes": [],
    }


def invoice_json(invoice: Invoice) -> Json:
    """One entry of the invoice list; there are no amounts in it (scayle.md 4.4)."""
    full = f"{invoice.created_at:%y}-{invoice.number:05d}"
    return {
        "id": invoice.id,
        "createdAt": iso(invoice.created_at),
        "type": invoice.type,
        "available": True,
        "invoice": {"number": invoice.number, "fullNumber": full},
    }


def document_json(parcel: Parcel) -> Json:
    """One entry of the document list: the mail about a parcel (scayle.md 4.4)."""
    return {
        "id": parcel.id,
        "availabilityStatus": "available",
        "createdAt": iso(parcel.shipped_at),
        "format": "eml",
        "type": "email_shipment",
    }


def _price(unit: Unit) -> Json:
    body = {
        "withTax": unit.price,
        "withoutTax": unit.net,
        "tax": {"vat": {"amount": unit.price - unit.net, "rate": unit.tax_rate}},
        "undiscountedWithTax": unit.price,
        "undiscountedWithOutTax": unit.net,
    }
    if unit.reduced is not None:
        net = net_of(unit.reduced, unit.tax_rate)
        body["absoluteVoucherReducedPrice"] = {"withTax": unit.reduced, "withOutTax": net}
    return body


def _cost(order: Order) -> Json:
    net = sum(net_of(unit.paid, unit.tax_rate) for unit in order.live_units) + order.delivery_cost
    return {
        "withTax": order.total,
        "withoutTax": net,
        "tax": {"vat": {"amount": order.total - net}},
        "costCapture": order.total,
        "appliedFees": [],
        "appliedReductions": [],
    }


def _parcel(parcel: Parcel) -> Json:
    return {
        "id": parcel.id,
        "carrierKey": parcel.carrier,
        "shipmentKey": parcel.shipment_key,
        "returnIdentCode": parcel.return_ident_code,
        "deliveryStatus": "shipment_completed",
        "tracking": {"id": parcel.shipment_key},
        "shippedAt": iso(parcel.shipped_at),
    }


def _customer(customer: Json, shown: Collection[str]) -> Json:
    hidden = () if "customer.legacyCustomData" in shown else ("legacyCustomData",)
    return {name: value for name, value in customer.items() if name not in hidden}


def _put(body: Json, **fields: Any) -> None:
    for name, value in fields.items():
        if value is not None:
            body[name] = iso(value) if isinstance(value, datetime) else value
