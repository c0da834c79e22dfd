"""Products, variants and merchants as they are read (scayle.md 4.5, 5)."""

from __future__ import annotations

from ..calls import Answer, Call, Rule
from .answers import Json
from .errors import not_found
from .records import Variant
from .routes import BASE
from .state import Scayle


def get_product(state: Scayle, call: Call) -> Answer:
    """A product by its number or `key=P-<number>`, with the variants that are not gone."""
    return Answer(_product(state, call.path["product"]))


def get_variant(state: Scayle, call: Call) -> Answer:
    """A variant of that product."""
    product, variant = _product(state, call.path["product"]), state.variant(call.path["variant"])
    if variant.product_id != product["id"]:
        raise state.no_variant(call.path["variant"])
    return Answer(_shown(state, variant))


def _product(state: Scayle, identifier: str) -> Json:
    wanted = identifier.removeprefix("key=P-")
    variants = [held for held in state.variants.values() if str(held.product_id) == wanted and not held.discontinued]
    if not variants:
        raise not_found("product", identifier)
    return {
        "id": variants[0].product_id,
        "referenceKey": f"P-{variants[0].product_id}",
        "state": "live",
        "name": {"de_DE": variants[0].name},
        "variants": [_shown(state, variant) for variant in variants],
    }


def _shown(state: Scayle, variant: Variant) -> Json:
    shop = state.shops[0]
    price = {
        "price": variant.price,
        "tax": round(variant.tax_rate * 100),
        "countryCode": shop.country,
        "currencyCode": shop.currency,
    }
    merchants = sorted({held.merchant for held in state.warehouses.values()})
    return {
        "id": variant.id,
        "referenceKey": variant.sku,
        "merchantReferenceKeys": merchants,
        "attributes": [],
        "prices": [price],
        "stocks": state.stocks(variant),
        "isComposite": False,
    }


def get_merchant(state: Scayle, call: Call) -> Answer:
    """A merchant by number or `key=`."""
    return Answer(_merchant(state, call.path["merchant"]))


def get_return_addresses(state: Scayle, call: Call) -> Answer:
    """Where that merchant wants returns sent; every field may be null."""
    held = _merchant(state, call.path["merchant"])
    address = {
        "id": held["id"],
        "name": f"Returns {held['name']}",
        "street": "Probeweg",
        "streetNo": "7",
        "zipCode": "20099",
        "city": "Hamburg",
        "countryCode": "DE",
        "dhlCode": None,
    }
    return Answer({"entities": [address]})


def _merchant(state: Scayle, identifier: str) -> Json:
    keys = sorted({held.merchant for held in state.warehouses.values()})
    for number, key in enumerate(keys, 1):
        if identifier in (str(number), f"key={key}"):
            urls = {"orderDelegationUrl": None, "cancellationUrl": None}
            return {"id": number, "referenceKey": key, "name": key, "priority": 1, **urls}
    raise not_found("merchant", identifier)


RULES: tuple[Rule[Scayle], ...] = (
    Rule("GET", BASE + "/products/{product}", get_product, "productRead"),
    Rule("GET", BASE + "/products/{product}/variants/{variant}", get_variant, "productRead"),
    Rule("GET", BASE + "/merchants/{merchant}", get_merchant, "globalRead"),
    Rule("GET", BASE + "/merchants/{merchant}/return-addresses", get_return_addresses, "globalRead"),
)
