"""A record of 25 fields made of an order: as a mapping, in Python, and in the languages one could use instead."""

from __future__ import annotations

from typing import Any

STATES = {"new": "OPEN", "paid": "CONFIRMED", "sent": "SHIPPED", "back": "RETURNED"}
COUNTRIES = {"DE": "Germany", "AT": "Austria", "CH": "Switzerland", "FR": "France"}
METHODS = {"card": "CREDIT_CARD", "bank": "TRANSFER", "later": "INVOICE"}


def order(lines: int) -> dict[str, Any]:
    """An order as JSON. Some optional fields are missing."""
    return {
        "id": "018d8d18",
        "number": 70001,
        "status": "paid",
        "currency": "EUR",
        "email": "shopper@example.com",
        "note": "leave it with the neighbours",
        "customer": {"id": 4711, "first_name": "Ada", "last_name": "Lovelace"},
        "address": {"street": "Main Street", "house": "12b", "zip": "10115", "city": "Berlin", "country": "DE"},
        "payment": {"method": "card", "reference": "pay_19f3"},
        "totals": {"goods": 12990, "shipping": 0, "discount": 1000},
        "lines": [{"sku": f"SKU-{n}", "quantity": n % 3 + 1, "price": 1999 + n} for n in range(lines)],
    }


def by_hand(order: dict[str, Any]) -> dict[str, Any]:
    """As one writes it in Python."""
    customer, address, payment, totals = order["customer"], order["address"], order["payment"], order["totals"]
    lines = order["lines"]
    return {
        "referenceKey": f"REV-{order['id']}",
        "number": order["number"],
        "state": STATES.get(order["status"], "UNKNOWN"),
        "currencyCode": order["currency"],
        "email": order["email"],
        "phone": order.get("phone") or "none",
        "comment": order.get("note") or "",
        "customerId": customer["id"],
        "customerName": f"{customer['first_name']} {customer['last_name']}",
        "language": customer.get("language") or "en",
        "street": f"{address['street']} {address['house']}",
        "zip": address["zip"],
        "city": address["city"],
        "country": COUNTRIES.get(address["country"], "elsewhere"),
        "company": address.get("company") or "-",
        "paymentMethod": METHODS.get(payment["method"], "OTHER"),
        "paymentReference": payment["reference"],
        "goods": totals["goods"],
        "shipping": totals["shipping"],
        "discount": totals["discount"],
        "total": totals["goods"] + totals["shipping"] - totals["discount"],
        "free": totals["shipping"] == 0,
        "pieces": sum(line["quantity"] for line in lines),
        "lineCount": len(lines),
        "items": [
            {"sku": line["sku"], "quantity": line["quantity"], "amount": line["price"] * line["quantity"]}
            for line in lines
        ],
    }


def by_trick(order: dict[str, Any]) -> dict[str, Any]:
    """With every honest trick: no path read twice, one walk through the lines, no dictionary that grows."""
    customer, address, payment, totals = order["customer"], order["address"], order["payment"], order["totals"]
    goods, shipping, discount = totals["goods"], totals["shipping"], totals["discount"]
    phone, note, language = order.get("phone"), order.get("note"), customer.get("language")
    company, lines = address.get("company"), order["lines"]
    pieces, items = 0, []
    for line in lines:
        quantity = line["quantity"]
        pieces += quantity
        items.append({"sku": line["sku"], "quantity": quantity, "amount": line["price"] * quantity})
    made = _EMPTY.copy()
    made["referenceKey"] = "REV-" + order["id"]
    made["number"] = order["number"]
    made["state"] = STATES.get(order["status"], "UNKNOWN")
    made["currencyCode"] = order["currency"]
    made["email"] = order["email"]
    made["phone"] = "none" if phone is None else phone
    made["comment"] = "" if note is None else note
    made["customerId"] = customer["id"]
    made["customerName"] = customer["first_name"] + " " + customer["last_name"]
    made["language"] = "en" if language is None else language
    made["street"] = address["street"] + " " + address["house"]
    made["zip"] = address["zip"]
    made["city"] = address["city"]
    made["country"] = COUNTRIES.get(address["country"], "elsewhere")
    made["company"] = "-" if company is None else company
    made["paymentMethod"] = METHODS.get(payment["method"], "OTHER")
    made["paymentReference"] = payment["reference"]
    made["goods"] = goods
    made["shipping"] = shipping
    made["discount"] = discount
    made["total"] = goods + shipping - discount
    made["free"] = shipping == 0
    made["pieces"] = pieces
    made["lineCount"] = len(lines)
    made["items"] = items
    return made


_EMPTY = dict.fromkeys(by_hand(order(1)))


def _rows(table: dict[str, str], other: str) -> str:
    rows = "\n".join(f'  "{key}" => "{value}"' for key, value in table.items())
    return f'{{\n{rows}\n  otherwise => "{other}"\n}}'


MAPPING = f"""library fields {{
  language 1
  version  "1"
  owner    "benchmarks"
  system   orders schema "orders/v1"
  system   target schema "target/v1"
}}
table states : text -> text {_rows(STATES, "UNKNOWN")}
table countries : text -> text {_rows(COUNTRIES, "elsewhere")}
table methods : text -> text {_rows(METHODS, "OTHER")}
map fields(order : orders.Order) -> target.Order {{
  referenceKey     = "REV-{{order.id}}"
  number           = order.number
  state            = states[order.status]
  currencyCode     = order.currency
  email            = order.email
  phone            = order.phone default "none"
  comment          = order.note default ""
  customerId       = order.customer.id
  customerName     = "{{order.customer.first_name}} {{order.customer.last_name}}"
  language         = order.customer.language default "en"
  street           = "{{order.address.street}} {{order.address.house}}"
  zip              = order.address.zip
  city             = order.address.city
  country          = countries[order.address.country]
  company          = order.address.company default "-"
  paymentMethod    = methods[order.payment.method]
  paymentReference = order.payment.reference
  goods            = order.totals.goods
  shipping         = order.totals.shipping
  discount         = order.totals.discount
  total            = order.totals.goods + order.totals.shipping - order.totals.discount
  free             = order.totals.shipping is 0
  pieces           = sum(line.quantity for each line in order.lines)
  lineCount        = count(order.lines)
  items            = for each line in order.lines {{
    sku      = line.sku
    quantity = line.quantity
    amount   = line.price * line.quantity
  }}
}}
"""


def _jsonata_table(table: dict[str, str], key: str, other: str) -> str:
    rows = ", ".join(f'"{name}": "{value}"' for name, value in table.items())
    return f'($v := $lookup({{{rows}}}, {key}); $exists($v) ? $v : "{other}")'


JSONATA = f"""{{
  "referenceKey": "REV-" & id, "number": number, "state": {_jsonata_table(STATES, "status", "UNKNOWN")},
  "currencyCode": currency, "email": email, "phone": $exists(phone) ? phone : "none",
  "comment": $exists(note) ? note : "", "customerId": customer.id,
  "customerName": customer.first_name & " " & customer.last_name,
  "language": $exists(customer.language) ? customer.language : "en",
  "street": address.street & " " & address.house, "zip": address.zip, "city": address.city,
  "country": {_jsonata_table(COUNTRIES, "address.country", "elsewhere")},
  "company": $exists(address.company) ? address.company : "-",
  "paymentMethod": {_jsonata_table(METHODS, "payment.method", "OTHER")}, "paymentReference": payment.reference,
  "goods": totals.goods, "shipping": totals.shipping, "discount": totals.discount,
  "total": totals.goods + totals.shipping - totals.discount, "free": totals.shipping = 0,
  "pieces": $sum(lines.quantity), "lineCount": $count(lines),
  "items": [lines.{{"sku": sku, "quantity": quantity, "amount": price * quantity}}]
}}"""


def _logic_table(table: dict[str, str], key: str, other: str) -> dict[str, Any]:
    arms: list[Any] = []
    for name, value in table.items():
        arms += [{"==": [{"var": key}, name]}, value]
    return {"if": [*arms, other]}


def _var(path: str, *other: str) -> dict[str, Any]:
    return {"var": [path, *other]}


LOGIC: dict[str, Any] = {
    "referenceKey": {"cat": ["REV-", _var("id")]},
    "number": _var("number"),
    "state": _logic_table(STATES, "status", "UNKNOWN"),
    "currencyCode": _var("currency"),
    "email": _var("email"),
    "phone": _var("phone", "none"),
    "comment": _var("note", ""),
    "customerId": _var("customer.id"),
    "customerName": {"cat": [_var("customer.first_name"), " ", _var("customer.last_name")]},
    "language": _var("customer.language", "en"),
    "street": {"cat": [_var("address.street"), " ", _var("address.house")]},
    "zip": _var("address.zip"),
    "city": _var("address.city"),
    "country": _logic_table(COUNTRIES, "address.country", "elsewhere"),
    "company": _var("address.company", "-"),
    "paymentMethod": _logic_table(METHODS, "payment.method", "OTHER"),
    "paymentReference": _var("payment.reference"),
    "goods": _var("totals.goods"),
    "shipping": _var("totals.shipping"),
    "discount": _var("totals.discount"),
    "total": {"-": [{"+": [_var("totals.goods"), _var("totals.shipping")]}, _var("totals.discount")]},
    "free": {"==": [_var("totals.shipping"), 0]},
    "pieces": {"reduce": [_var("lines"), {"+": [_var("current.quantity"), _var("accumulator")]}, 0]},
    "lineCount": {"length": _var("lines")},
    "items": {
        "map": [
            _var("lines"),
            {
                "sku": _var("sku"),
                "quantity": _var("quantity"),
                "amount": {"*": [_var("price"), _var("quantity")]},
            },
        ]
    },
}


def _zen_table(table: dict[str, str], key: str, other: str) -> str:
    arms = "".join(f'{key} == "{name}" ? "{value}" : ' for name, value in table.items())
    return f'({arms}"{other}")'


ZEN = f"""{{
  referenceKey: "REV-" + id, number: number, state: {_zen_table(STATES, "status", "UNKNOWN")},
  currencyCode: currency, email: email, phone: phone ?? "none", comment: note ?? "", customerId: customer.id,
  customerName: customer.first_name + " " + customer.last_name, language: customer.language ?? "en",
  street: address.street + " " + address.house, zip: address.zip, city: address.city,
  country: {_zen_table(COUNTRIES, "address.country", "elsewhere")}, company: address.company ?? "-",
  paymentMethod: {_zen_table(METHODS, "payment.method", "OTHER")}, paymentReference: payment.reference,
  goods: totals.goods, shipping: totals.shipping, discount: totals.discount,
  total: totals.goods + totals.shipping - totals.discount, free: totals.shipping == 0,
  pieces: sum(map(lines, #.quantity)), lineCount: len(lines),
  items: map(lines, {{sku: #.sku, quantity: #.quantity, amount: #.price * #.quantity}})
}}""".replace("\n", " ")

JINJA = (
    "{% set items = [] %}{% for line in order.lines %}"
    "{% set _ = items.append({'sku': line.sku, 'quantity': line.quantity, 'amount': line.price * line.quantity}) %}"
    "{% endfor %}{{ {'referenceKey': 'REV-' ~ order.id, 'number': order.number,"
    " 'state': states.get(order.status, 'UNKNOWN'), 'currencyCode': order.currency, 'email': order.email,"
    " 'phone': order.phone or 'none', 'comment': order.note or '', 'customerId': order.customer.id,"
    " 'customerName': order.customer.first_name ~ ' ' ~ order.customer.last_name,"
    " 'language': order.customer.language or 'en', 'street': order.address.street ~ ' ' ~ order.address.house,"
    " 'zip': order.address.zip, 'city': order.address.city,"
    " 'country': countries.get(order.address.country, 'elsewhere'), 'company': order.address.company or '-',"
    " 'paymentMethod': methods.get(order.payment.method, 'OTHER'), 'paymentReference': order.payment.reference,"
    " 'goods': order.totals.goods, 'shipping': order.totals.shipping, 'discount': order.totals.discount,"
    " 'total': order.totals.goods + order.totals.shipping - order.totals.discount,"
    " 'free': order.totals.shipping == 0, 'pieces': order.lines | sum(attribute='quantity'),"
    " 'lineCount': order.lines | length, 'items': items} }}"
)
