"""Types with records of them, made by chance: most records are right, some are damaged in one place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from retoure.types.kinds import (
    Boolean,
    Day,
    Enum,
    Field,
    Instant,
    Integer,
    ListOf,
    Money,
    MoneyType,
    Number,
    Opaque,
    Optional,
    Record,
    Text,
    Type,
    Variants,
    variants,
)

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 10**28, -(10**28) + 1, 2**70, Decimal("3.0"), Decimal("1.5"), Decimal("1E+30")),
    *("", "3", "1.5", "x" * 99, "EUR", "JPY", "XAU", "eur", "2026-02-30", "2026-03-02T10:14:05", "\ud800", 1.5),
    *([], [None], {}, {"id": None}, ("a",), Money(Decimal("1.50"), "JPY"), Money(Decimal("0.001"), "EUR")),
    *(datetime(2026, 1, 1), date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), Decimal("NaN"), b"x"),
)  # fmt: skip
"""What is no value of most types."""

PLAIN: tuple[Callable[[Random], Type], ...] = (
    lambda _: Text(),
    lambda r: Text("^[a-zA-Z ]*$", r.choice([0, 1]), r.choice([None, 5, 40])),
    lambda _: Integer(),
    lambda r: Integer(r.choice([None, 0]), r.choice([None, 100])),
    lambda r: Number(quoted=r.random() < 0.5),
    lambda _: Boolean(),
    lambda _: Instant(),
    lambda _: Day(),
    lambda r: Enum("", ("Open", "open", "shut"), open=r.random() < 0.5, fold=r.random() < 0.5),
    lambda _: Opaque(),
)


def record(random: Random, depth: int = 2) -> Record:
    """A record with fields of all kinds, an amount beside its currency, and one with the currency of the root."""
    fields = {f"f{at}": Field(_type(random, depth), random.random() < 0.6) for at in range(random.randrange(1, 7))}
    fields["currency"] = Field(Text(), random.random() < 0.8)
    for name, place in (("price", "currency"), ("total", "/currency")):
        fields[name] = Field(MoneyType(place, minor=random.random() < 0.5), random.random() < 0.5)
    return Record("any.Record", fields)


def _type(random: Random, depth: int) -> Type:
    if depth and random.random() < 0.4:
        inner = record(random, depth - 1) if random.random() < 0.5 else _variants(random, depth - 1)
        return inner if random.random() < 0.5 else ListOf(inner, some=random.random() < 0.5)
    plain = random.choice(PLAIN)(random)
    listed = ListOf(random.choice([plain, Optional(plain)]), some=random.random() < 0.5)
    return plain if random.random() < 0.7 else listed


def _variants(random: Random, depth: int) -> Variants:
    def choice(word: str) -> Record:
        return Record(f"any.{word}", {"kind": Field(Enum("", (word,)), True), **record(random, depth).fields})

    return variants("any.Variants", "kind", {word: choice(word) for word in ("one", "two")})


def value(random: Random, type_: Type) -> Any:
    """JSON of a type; optional fields are missing or null at times, and some fields are unknown."""
    match type_:
        case Variants():
            return value(random, type_.choices[random.choice(list(type_.choices))])
        case Record():
            given = ((name, field) for name, field in type_.fields.items() if field.required or random.random() < 0.6)
            made = {name: value(random, field.type) for name, field in given}
            more: dict[str, Any] = random.choice([{}, {"unknown": 1}, dict.fromkeys(type_.fields.keys() - made.keys())])
            return made | more
        case ListOf():
            return [value(random, type_.item) for _ in range(random.randrange(int(type_.some), 3))]
        case Optional():
            return random.choice([None, value(random, type_.of)])
    return _plain(random, type_)


def _plain(random: Random, type_: Type) -> Any:
    match type_:
        case Text():
            return random.choice(["EUR", "JPY", "a b", "KWD"])
        case Integer():
            return random.choice([0, 7, 100, Decimal("7.0")])
        case Number(quoted=True) | MoneyType(minor=False):
            return random.choice(["0", "-12.50", "3.000"])
        case Number() | MoneyType():
            return random.choice([0, 1250, -3, Decimal("2.0")])
        case Boolean():
            return random.random() < 0.5
        case Instant():
            return random.choice(["2026-03-02T10:14:05Z", "2026-03-02t10:14:05.123456789+01:00"])
        case Day():
            return "2026-03-02"
        case Enum():
            return random.choice([*type_.values, "OPEN"] if type_.open or type_.fold else type_.values)
        case _:
            return random.choice([1, "x", {"a": [Decimal("0.10")]}])


def damaged(random: Random, whole: Any) -> Any:
    """The same with one part replaced, taken away or added somewhere."""
    if isinstance(whole, dict) and whole and random.random() < 0.9:
        name = random.choice(list(whole))
        if random.random() < 0.1:
            return {key: part for key, part in whole.items() if key != name}
        return {**whole, name: damaged(random, whole[name])}
    if isinstance(whole, list) and whole and random.random() < 0.8:
        at = random.randrange(len(whole))
        return [*whole[:at], damaged(random, whole[at]), *whole[at + 1 :]]
    return None if random.random() < 0.2 else random.choice(ODD)
