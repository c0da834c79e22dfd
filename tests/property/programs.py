"""Programs of the mapping language, generated: maps, gates and conditions over records with a field of every type."""

from __future__ import annotations

import json
from functools import cache, cached_property
from pathlib import Path

from hypothesis import strategies as st

SUITE = Path(__file__).resolve().parents[1] / "conformance"
SCHEMAS = SUITE / "schemas"
_HEAD = (SUITE / "cases/lists/count/mapping.rmap").read_text(encoding="utf-8").partition("map values")[0]
TABLES = """
table sizes : returns.Reason -> text {
  small, big => "by size"
  broken     => "broken: {key}"
  otherwise  => "another"
}
table grades : text, integer -> integer {
  "a" and 1 => 10
  "b" and 2 => 20
  otherwise => 30
}
table judged : returns.Verdict -> shop.Size {
  accepted  => S
  refused   => hold "refused" for desk
  otherwise => L
}
"""
SETTINGS = """  setting label : template (one : returns.Return) default "<{one.note default "none"}>"
  setting place : text default "it's \\"here\\" {now}"
  setting most  : integer default 7
  setting zone  : text default "Europe/Berlin"
"""
HEAD = _HEAD.replace("  teams", SETTINGS + "  teams", 1) + TABLES
TAIL = """
rule others {
  when return becomes arrived, closed
  skip "nothing to do"
}
policy plain {
  on TIMEOUT, UNAVAILABLE           check then retry 3 times wait 1s to 1m then hold "{error}" for desk
  on CONFLICT                       retry 3 times wait 1s to 5s then hold "changed: {error}" for desk
  on ALREADY_RETURNED, OUT_OF_STOCK hold "{error}" for desk
  otherwise                         hold "{error}" for desk
}
"""
HOSTILE = [
    "a",
    "b",
    "",
    "'",
    "''' + str(1) + '''",
    '\\"',
    "\\\\",
    "%s %(x)s",
    "{{}}",
    "# comment",
    "now",
    "__import__('os').abort()",
    "\\n  raise SystemExit",
    "ß€😀",
]
"""Texts that would be code, were they not written as constants."""

Texts = st.SearchStrategy[str]


def constants() -> Texts:
    free = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"]), max_size=6)
    escaped = free.map(lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("{", "{{").replace("}", "}}"))
    return st.one_of(st.sampled_from(HOSTILE), escaped).map(lambda text: f'"{text}"')


class Expressions:
    """Expressions of each type, at most `depth` operators deep; `line` is the name of an element around, if any."""

    def __init__(self, depth: int, line: str = "") -> None:
        self._depth = depth
        self._line = line

    def _below(self, line: str = "") -> Expressions:
        return expressions(self._depth - 1, line or self._line)

    @cached_property
    def text(self) -> Texts:
        leaves = ["return.id", "return.status", "setting.place", "setting.label(return)", '"plain"']
        leaves += [f"{self._line}.sku", f"{self._line}.verdict"] if self._line else []
        if self._depth <= 0:
            return st.one_of(st.sampled_from(leaves), constants())
        below = self._below()
        return st.one_of(
            st.sampled_from(leaves),
            constants(),
            _form("({} default {})", _optional_texts(), below.text),
            _form("(return.note default hold {} for desk)", constants()),
            _form("(if {} then {} else {})", below.condition, below.text, below.text),
            _form("upper({})", below.text),
            _form("left({}, {})", below.text, below.integer),
            _form("sizes[return.reason default {}]", st.sampled_from(["small", "broken", "other"])),
            _form('"a{{{}}}b{{{}}}"', below.anything, below.anything),
            _form("({} as text)", below.anything),
            _form('({} as datetime "yyyy-MM-dd HH:mm:ss.SSS %" in "Europe/Berlin")', below.instant),
            _form('({} as datetime "dd.MM.yyyy" in setting.zone)', below.instant),
            _form("({}(each.sku for each each in return.lines where {}) default {})", st.just("first"),
                  self._below("each").condition, below.text),
        )  # fmt: skip

    @cached_property
    def integer(self) -> Texts:
        below = self._below()
        leaves = ["0", "1", "3", "12345678901234567890", "setting.most"]
        leaves += [f"{self._line}.quantity"] if self._line else []
        if self._depth <= 0:
            return st.sampled_from(leaves)
        inside = self._below("each")
        return st.one_of(
            st.sampled_from(leaves),
            _form("(return.pieces default {})", below.integer),
            _form("({} {} {})", below.integer, st.sampled_from("+-*"), below.integer),
            _form("(-{})", below.integer),
            _form("(if {} then {} else {})", below.condition, below.integer, below.integer),
            _form("count(each for each each in return.lines where {})", inside.condition),
            _form(
                "count({})", st.sampled_from(["return.lines", "reversed(return.lines)", "return.tags default nothing"])
            ),
            _form("sum({} for each each in return.lines)", inside.integer),
            _form("(max({} for each each in return.lines where {}) default 1)", inside.integer, inside.condition),
            _form("({} as integer on error {})", below.text, below.integer),
            _form("({} as integer rounded half_up)", below.decimal),
            _form("grades[{}, {}]", below.text, below.integer),
            _form("length({})", below.text),
        )

    @cached_property
    def decimal(self) -> Texts:
        below = self._below()
        if self._depth <= 0:
            return st.sampled_from(["1.5", "0.001", "2"])
        return st.one_of(
            st.sampled_from(["1.5"]),
            _form("({} default {})", st.sampled_from(["return.weight", "return.ratio"]), below.decimal),
            _form("({} {} {})", below.decimal, st.sampled_from("+-*"), st.one_of(below.decimal, below.integer)),
            _form("({} as decimal on error 0.5)", below.text),
            _form("rounded({}, 2, {})", below.decimal, st.sampled_from(["half_up", "half_even", "down", "up"])),
        )

    @cached_property
    def money(self) -> Texts:
        amounts = ["return.amount", "return.fee"] + ([f"{self._line}.price"] if self._line else [])
        held = _form("({} default hold {} for finance)", st.sampled_from(amounts), constants())
        if self._depth <= 0:
            return held
        below, inside = self._below(), self._below("each")
        return st.one_of(
            held,
            _form("({} {} {})", below.money, st.sampled_from("+-"), below.money),
            _form("({} * {})", below.money, below.integer),
            _form('(sum({} for each each in return.lines) default hold "none" for finance)', inside.money),
        )

    @cached_property
    def instant(self) -> Texts:
        below = ["now"] if self._depth <= 0 else ["now", "return.updated_at", "(return.arrived_at default now)"]
        return st.sampled_from(below)

    @cached_property
    def condition(self) -> Texts:
        leaves = [
            "return.note exists",
            "return.order.number is missing",
            "return.urgent is true",
            "return.reason is small",
            "return.reason is one of (small, big)",
            "return reached arrived",
            "return.status is not cancelled",
            "return.note is return.order.number",
        ]
        leaves += [f"{self._line}.verdict is accepted", f"{self._line}.price exists"] if self._line else []
        if self._depth <= 0:
            return st.sampled_from(leaves)
        below, inside = self._below(), self._below("each")
        order = st.sampled_from(["<", "<=", ">", ">=", "is", "is not"])
        return st.one_of(
            st.sampled_from(leaves),
            _form("({} {} {})", below.condition, st.sampled_from(["and", "or"]), below.condition),
            _form("(not {})", below.condition),
            _form("({} {} {})", below.integer, order, st.one_of(below.integer, below.decimal)),
            _form("({} {} {})", below.money, order, below.money),
            _form("({} {} {})", below.instant, order, below.instant),
            _form("({} {} {})", below.text, st.sampled_from(["is", "is not"]), below.text),
            _form("({} is one of ({}, {}))", below.text, below.text, constants()),
            _form("{}({} for each each in return.lines)", st.sampled_from(["any", "every"]), inside.condition),
        )

    @cached_property
    def anything(self) -> Texts:
        return st.one_of(self.text, self.integer, self.money, self.instant)

    @cached_property
    def items(self) -> Texts:
        inside = expressions(self._depth, "each")
        repeated = st.one_of(st.just(""), _form("repeated {} times", inside.integer))
        return _form(
            "for each each in return.lines where {} {} {{ sku = {} number = {} text = {} }}",
            inside.condition, repeated, inside.text, inside.integer,
            st.one_of(inside.text, st.just("return.note")),
        )  # fmt: skip


@cache
def expressions(depth: int, line: str = "") -> Expressions:
    """Made once each: what is below is asked for many times."""
    return Expressions(depth, line)


def _optional_texts() -> Texts:
    return st.sampled_from(["return.note", "return.order.number", "return.currency", "return.reason"])


def _form(pattern: str, *parts: Texts) -> Texts:
    return st.tuples(*parts).map(lambda given: pattern.format(*given))


@st.composite
def programs(draw: st.DrawFn, depth: int = 3) -> str:
    """The text of a mapping. The checker may still refuse it."""
    made = expressions(depth)
    fields = {
        "name": made.text,
        "text": st.one_of(made.text, _optional_texts()),
        "integer": st.one_of(made.integer, st.just("return.pieces")),
        "decimal": made.decimal,
        "currency": st.just("return.currency"),
        "instant": made.instant,
        "flag": made.condition,
        "size": st.sampled_from(["S", "judged[accepted]", "judged[refused]", "judged[open]"]),
        "texts": st.sampled_from(["return.tags", "distinct(return.tags default nothing)"]),
        "anything": st.sampled_from(["return.extra", "return.lines"]),
        "items": made.items,
    }
    chosen = draw(st.lists(st.sampled_from(list(fields)[1:]), unique=True, max_size=4))
    lines = "\n".join(f"  {name} = {draw(fields[name])}" for name in ("name", *chosen))
    condition, requirement, where = draw(made.condition), draw(made.condition), draw(expressions(2, "line").condition)
    return f"""{HEAD}
map values(return : returns.Return) -> shop.Values {{
{lines}
}}
gate fine(return : returns.Return) {{
  require {requirement}
  otherwise hold "not fine: {{failed}}" for desk
}}
rule put {{
  when return becomes open, approved
  if {condition}
  for each line in return.lines where {where}
  only if fine(return)
  keep shop.values.put with values(return)
       per return.id, line.id
       on error follow plain
}}
{TAIL}"""


def records() -> st.SearchStrategy[dict[str, object]]:
    """A return as JSON, usual or unusual, nearly always one that fits its schema."""
    words = st.one_of(st.sampled_from(["", "a", "b", "12", "-3.50", "x" * 40, "{x}", "%s", "ß"]), st.text(max_size=4))
    amounts = st.sampled_from(["0.00", "12.50", "-3", "7.125", "9" * 20])
    numbers = st.one_of(st.integers(-3, 5), st.sampled_from([10**27, -(10**20)]))
    moments = st.sampled_from(["2026-03-29T01:30:00Z", "2026-10-25T00:30:00+00:00", "0001-01-01T00:00:00Z"])
    line = st.fixed_dictionaries(
        {
            "id": st.sampled_from(["l1", "l2", "l3"]),
            "sku": words,
            "quantity": st.integers(0, 4),
            "verdict": st.sampled_from(["accepted", "refused", "open"]),
        },
        optional={"price": st.one_of(st.none(), amounts)},
    )
    return st.fixed_dictionaries(
        {
            "id": st.just("r1"),
            "status": st.sampled_from(["new", "NEW", "accepted", "Accepted"]),
            "updated_at": moments,
            "currency": st.sampled_from(["EUR", "EUR", "JPY"]),
            "lines": st.lists(line, max_size=3),
        },
        optional={
            "amount": st.one_of(st.none(), amounts),
            "fee": numbers,
            "note": st.one_of(st.none(), words),
            "reason": st.sampled_from(["small", "big", "broken", "other"]),
            "weight": st.one_of(numbers, st.decimals(-5, 5, places=3)),
            "ratio": amounts,
            "pieces": numbers,
            "urgent": st.booleans(),
            "arrived_at": moments,
            "tags": st.lists(st.one_of(words, st.none()), max_size=2),
            "extra": st.one_of(words, numbers, st.lists(words, max_size=2)),
            "order": st.one_of(st.none(), st.fixed_dictionaries({"number": words})),
        },
    )
