"""(d): bytes of JSON in, every input checked, mapped, bytes of JSON out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from importlib.util import find_spec
from typing import Any

import fields
from measuring import Peers, Run, Work
from peers import COMPILED, HAND, NOW, SCHEMAS

from retoure.checked import check_source
from retoure.compile import Expressions
from retoure.source import Source
from retoure.types import json_text
from retoure.types.kinds import Type
from retoure.types.lift import lift
from retoure.types.lower import lower

ABOUT = """Bytes of JSON in, bytes of JSON out; numbers with a point are exact decimals. By hand the type of each field
that is read is tested, and nothing else. `retoure` checks every field of both schemas, the depth of the text and halves
of surrogate pairs (decision 0045). Peers named after a library have it check the order, and are by hand otherwise; of
them only `jsonschema` keeps decimals."""
PARTS = """The steps of the first two rows, each by itself. `checked and typed` looks at every field of the order's
schema and makes a record of those that are known; `checked again` does the same with what was made, by the schema it is
for. By hand only fields that are read are looked at, and nothing is looked at afterwards."""
GOAL = "1.00, better 0.60"


def works(*, quick: bool) -> Iterator[Work]:
    few, many = fields.order(3), fields.order(500 if quick else 5000)
    yield Work("d", "25 fields, text to text, checked", lambda _: texts(few), ABOUT, GOAL, same=False)
    lines = f"{len(many['lines']):,} lines, text to text, checked"
    yield Work("d lines", lines, lambda _: texts(many), "The same with many lines in the order.", GOAL, same=False)
    for name, order in (("d parts", few), ("d lines parts", many)):
        title = f"where the time of {len(order['lines']):,} lines goes"
        yield Work(name, title, lambda _, order=order: parts(order), PARTS, same=False)


def texts(order: dict[str, Any]) -> Peers:
    """Every peer makes the same record; blanks and the order of fields in its text are as each has them."""
    text = json.dumps(order).encode()
    others = {name: peer(text) for name, (module, peer) in PEERS.items() if find_spec(module)}
    peers = {HAND: lambda: by_hand(text), COMPILED: retoure(text), **others}
    expected = fields.by_hand(order)
    for name, run in peers.items():
        assert json.loads(run()) == expected, name
    return peers


def compiled() -> tuple[Callable[..., dict[str, Any]], Type, Type]:
    """The map, the type of what it takes, and that of what it makes."""
    program = Expressions(check_source(Source("fields.rmap", fields.MAPPING), SCHEMAS).facts, {})
    node = program.maps["fields"]
    kind, target = program.facts.type_of(node.parameters[0].type), program.facts.type_of(node.target)
    assert kind is not None
    assert target is not None
    return program.maker("fields"), kind, target


def retoure(text: bytes) -> Run:
    make, kind, target = compiled()

    def run() -> bytes:
        order, wrong = lift(json_text.parse(text), kind)
        if wrong:
            raise ValueError(wrong)
        made, refused = lower(make(NOW, order), target)
        if refused:
            raise ValueError(refused)
        return json_text.written(made)

    for _ in range(100):  # a type that is used often gets a function of its own
        run()
    return run


def parts(order: dict[str, Any]) -> Peers:
    text = json.dumps(order).encode()
    make, kind, target = compiled()
    whole, parsed, plain = retoure(text), json_text.parse(text), json.loads(text, parse_float=Decimal)
    typed, _ = lift(parsed, kind)
    made = make(NOW, typed)
    lowered, _ = lower(made, target)
    return {
        f"{COMPILED}, all": whole,
        f"{COMPILED}, JSON read": lambda: json_text.parse(text),
        f"{COMPILED}, checked and typed": lambda: lift(parsed, kind),
        f"{COMPILED}, mapped": lambda: make(NOW, typed),
        f"{COMPILED}, checked again": lambda: lower(made, target),
        f"{COMPILED}, JSON written": lambda: json_text.written(lowered),
        "by hand, all": lambda: by_hand(text),
        "by hand, JSON read": lambda: json.loads(text, parse_float=Decimal),
        "by hand, checked": lambda: check(plain),
        "by hand, mapped": lambda: fields.by_hand(plain),
        "by hand, JSON written": lambda: json.dumps(made),
    }


def by_hand(text: bytes) -> bytes:
    """As one writes it in Python."""
    order = json.loads(text, parse_float=Decimal)
    check(order)
    return json.dumps(fields.by_hand(order)).encode()


def check(order: dict[str, Any]) -> None:
    texts_in(order, "id", "status", "currency", "email")
    whole_in(order, "number")
    perhaps_texts_in(order, "phone", "note")
    texts_in(order["customer"], "first_name", "last_name")
    whole_in(order["customer"], "id")
    perhaps_texts_in(order["customer"], "language")
    texts_in(order["address"], "street", "house", "zip", "city", "country")
    perhaps_texts_in(order["address"], "company")
    texts_in(order["payment"], "method", "reference")
    whole_in(order["totals"], "goods", "shipping", "discount")
    if not isinstance(order["lines"], list):
        raise ValueError("lines: expected a list")
    for line in order["lines"]:
        if not isinstance(line["sku"], str):
            raise ValueError("sku: expected text")
        if type(line["quantity"]) is not int or type(line["price"]) is not int:
            raise ValueError("quantity, price: expected whole numbers")


def texts_in(record: dict[str, Any], *names: str) -> None:
    for name in names:
        if not isinstance(record[name], str):
            raise ValueError(f"{name}: expected text")


def whole_in(record: dict[str, Any], *names: str) -> None:
    for name in names:
        if type(record[name]) is not int:
            raise ValueError(f"{name}: expected a whole number")


def perhaps_texts_in(record: dict[str, Any], *names: str) -> None:
    for name in names:
        if not isinstance(record.get(name), str | None):
            raise ValueError(f"{name}: expected text")


# ---- by libraries


def schema() -> dict[str, Any]:
    """The JSON Schema of an order."""
    found = json.loads((SCHEMAS / "orders" / "v1.json").read_text(encoding="utf-8"))
    return {"$ref": "#/$defs/Order", "$defs": found["$defs"]}


def _jsonschema(text: bytes) -> Run:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(schema())

    def run() -> bytes:
        order = json.loads(text, parse_float=Decimal)
        validator.validate(order)
        return json.dumps(fields.by_hand(order)).encode()

    return run


def _jsonschema_rs(text: bytes) -> Run:
    from jsonschema_rs import validator_for

    validator = validator_for(schema())

    def run() -> bytes:
        order = json.loads(text)
        validator.validate(order)
        return json.dumps(fields.by_hand(order)).encode()

    return run


def _fastjsonschema(text: bytes) -> Run:
    from fastjsonschema import compile as compiled

    validate: Callable[[Any], Any] = compiled(schema())

    def run() -> bytes:
        return json.dumps(fields.by_hand(validate(json.loads(text)))).encode()

    return run


def _msgspec(text: bytes) -> Run:
    """Into dictionaries of declared fields, checked in C; what is read has no null in it."""
    from msgspec.json import Decoder, encode

    decoder = Decoder(_declared(schema()["$defs"], "Order"))
    return lambda: encode(fields.by_hand(decoder.decode(text)))


def _declared(defs: Mapping[str, Any], name: str) -> Any:
    from typing import NotRequired, TypedDict

    def kind(part: dict[str, Any]) -> Any:
        match part:
            case {"$ref": ref}:
                return _declared(defs, ref.rpartition("/")[2])
            case {"items": items}:
                return list[kind(items)]  # type: ignore[misc]
            case {"type": [*kinds]}:
                return plain[kinds[0]] | None
        return plain[part["type"]]

    plain: dict[str, Any] = {"string": str, "integer": int}
    known = defs[name]
    found = {
        field: kind(part) if field in known["required"] else NotRequired[kind(part)]
        for field, part in known["properties"].items()
    }
    return TypedDict(name, found)  # type: ignore[operator]


PEERS: Mapping[str, tuple[str, Callable[[bytes], Run]]] = {
    "msgspec": ("msgspec", _msgspec),
    "jsonschema-rs": ("jsonschema_rs", _jsonschema_rs),
    "fastjsonschema": ("fastjsonschema", _fastjsonschema),
    "jsonschema": ("jsonschema", _jsonschema),
}
"""Peers from PyPI: the module each needs, and how it does the work."""
