"""Takes personal data out of recorded answers and keeps their shape."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .port import Json

HIDDEN = "[redacted]"
EMAIL = "redacted@example.com"

_FIELDS = re.compile(
    r"e?mail|(first|last|full|sur|given|middle)name|salutation|gender|birth(date|day)|dateofbirth|passport|taxid|vatid"
    r"|phone(number)?|mobile|telephone|fax|street(2|no|name)?|housenumber|additional|address(line)?[12]|city"
    r"|zip(code)?|post(al)?code|iban|bic|swift|bankaccount|account(number|holder)|card(number|holder)"
    r"|(customer)?(note|comment)s?|ip(address)?|useragent|(access|refresh)?token|password|secret|apikey|authorization"
    r"|labelurl|tracking(number|url)?|(customer|public)key"
)
_OF_PEOPLE = frozenset({"name", "title", "state"})
_PEOPLE = frozenset({"customer", "recipient", "address", "billing", "shipping", "sender", "contact", "shopper", "user"})
_WHOLE = frozenset({"contacts", "legacycustomdata", "customdata"})
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_PHONE = re.compile(r"(?<![\w+])\+[1-9](?:[ ()/.-]*\d){7,13}\b")


def redacted(value: Json) -> Json:
    """`value` with personal data replaced: text by a fixed word, numbers by 0.

    E-mail addresses, IBANs, and phone numbers with a country code (`+49 …`) are replaced in any text.

    Goes by field names (spelling and case do not matter), by place (a `name` below `customer` is a person's, one below
    `product` is not) and, for those three, by form. Ids, SKUs, amounts, times and statuses stay.
    """
    return _walk(value, "", False)


def without_addresses(text: str) -> str:
    """`text` with e-mail addresses, IBANs and phone numbers replaced: they are known by their form."""
    return _PHONE.sub(HIDDEN, _IBAN.sub(HIDDEN, _EMAIL.sub(EMAIL, text)))


def without_free_data(value: Json) -> Json:
    """`value` without what has no fixed fields, such as custom data: words in it need not be a person's."""
    if isinstance(value, Mapping):
        kept = ((key, part) for key, part in value.items() if not _free(_plain(key), part))
        return {key: without_free_data(part) for key, part in kept}
    return [without_free_data(part) for part in value] if isinstance(value, list | tuple) else value


def _free(name: str, value: Json) -> bool:
    return isinstance(value, Mapping | list) and (name in _WHOLE or _payment_data(name, value))


def _plain(key: str) -> str:
    """The name of a field without what differs between spellings."""
    return re.sub(r"[^a-z0-9]", "", key.lower())


def _walk(value: Json, name: str, person: bool) -> Json:
    if isinstance(value, Mapping):
        return {key: _field(key, part, person) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_walk(part, name, person) for part in value]
    return without_addresses(value) if isinstance(value, str) else value


def _field(key: str, value: Json, person: bool) -> Json:
    name = _plain(key)
    if _FIELDS.fullmatch(name) or (person and name in _OF_PEOPLE):
        return _blank(value)
    if _free(name, value):
        return [] if isinstance(value, list) else {}
    return _walk(value, name, person or name in _PEOPLE)


def _payment_data(name: str, value: Json) -> bool:
    """SCAYLE's `payment[].data` holds card and location details; the `data` of a Reveni webhook is the record."""
    return name == "data" and isinstance(value, Mapping) and "resource_id" not in value


def _blank(value: Json) -> Json:
    """The same kind of value without its content; null stays null, so that optional fields keep their meaning."""
    if isinstance(value, Mapping):
        return {key: _blank(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_blank(part) for part in value]
    if isinstance(value, str) and value:
        return EMAIL if _EMAIL.fullmatch(value) else HIDDEN
    return value if value in (None, "") or isinstance(value, bool) else 0
