"""Sets of rules, generated: triggers of every kind, conditions that can be looked up and others, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from hypothesis import strategies as st

from retoure.runtime.decision import Decision, LedgerEntry, State

from .programs import HEAD, HOSTILE, Texts, constants, expressions

STAGES = ["open", "arrived", "approved", "closed"]
NOTES = ["a", "b", "12", "{{x}}", *HOSTILE[3:10]]
"""Few, so that rules ask for what events bring; some would be code, were they not written as constants."""
STATUSES = ["new", "sent", "arrived", "ACCEPTED", "refused", "unheard of"]
FOLLOWS = """
policy plain {
  on TIMEOUT, UNAVAILABLE           check then retry 3 times wait 1s to 1m then hold "{error}" for desk
  on CONFLICT                       retry 3 times wait 1s to 5s then hold "changed: {error}" for desk
  on ALREADY_RETURNED, OUT_OF_STOCK hold "{error}" for desk
  otherwise                         hold "{error}" for desk
}
rule last {
  when return becomes open, arrived, approved, closed
  skip "nothing to do"
}
"""


@st.composite
def rule_sets(draw: st.DrawFn) -> str:
    """A mapping of several rules."""
    bodies = draw(st.lists(_body(), min_size=1, max_size=9))
    rules = "\n".join(f"rule r{number} {{\n{body}\n}}" for number, body in enumerate(_each_effect_once(bodies)))
    return f"""{HEAD}
map values(return : returns.Return) -> shop.Values {{ name = {draw(expressions(1).text)} }}
map notes(return : returns.Return) -> shop.Note {{ name = return.id text = return.note default "none" }}
map line_values(return : returns.Return, line : returns.Line) -> shop.Values {{ name = line.sku text = return.id }}
map line_notes(return : returns.Return, line : returns.Line) -> shop.Note {{ name = line.sku text = "{{now}}" }}
gate fine(return : returns.Return) {{
  require {draw(expressions(1).condition)}
  otherwise hold "not fine: {{failed}}" for desk
}}
{rules}
{FOLLOWS}"""


def _each_effect_once(bodies: list[str]) -> Iterator[str]:
    """No two rules may send the same under the same key."""
    sent: set[str] = set()
    for body in bodies:
        head, effect, rest = body.rpartition("  keep ")
        yield body if not effect or rest not in sent else f'{head}  skip "sent by another"'
        sent.add(rest)


def _stages() -> Texts:
    return st.lists(st.sampled_from(STAGES), min_size=1, max_size=3, unique=True).map(", ".join)


def _trigger() -> Texts:
    usual = st.sampled_from(["becomes open", "becomes open", "becomes arrived", "becomes open, approved"])
    return st.one_of(
        usual,
        usual,
        _stages().map("becomes {}".format),
        _stages().map("reached {}".format),
        st.sampled_from(["goes back from approved to arrived"]),
        st.sampled_from(["stays open for more than 48h", "stays arrived, open for more than 1h"]),
        st.sampled_from(["changes note", "changes pieces, note"]),
    )


def _question() -> Texts:
    """A condition that can be looked up."""
    quoted = [f'"{note}"' for note in NOTES if '"' not in note]
    return st.one_of(
        st.sampled_from(quoted).map("return.note is {}".format),
        st.sampled_from(["small", "broken"]).map("return.reason is {}".format),
        st.integers(0, 2).map("return.pieces is {}".format),
        st.integers(0, 2).map("{} is return.pieces".format),
        st.sampled_from(["true", "false"]).map("return.urgent is {}".format),
        st.lists(st.sampled_from(quoted), min_size=1, max_size=3).map(
            lambda words: f"return.note is one of ({', '.join(words)})"
        ),
        st.sampled_from(["return.order.number is setting.place", 'return.order.number is "a"']),
        st.sampled_from(["return.pieces is setting.most", "return.status is new"]),
    )  # fmt: skip


def _condition() -> Texts:
    """Questions and conditions that cannot be looked up, among them some that end in an outcome."""
    general = expressions(1).condition
    one = st.one_of(_question(), _question(), _question(), general, st.just("return.lines is missing"))
    return st.lists(one, min_size=1, max_size=3).map(" and ".join)


@st.composite
def _body(draw: st.DrawFn) -> str:
    purpose = draw(st.sampled_from(["", "", " and "]))
    when = f"  when return {draw(_trigger())}" + (purpose + draw(_condition()) if purpose else "")
    ifs = [f"  if {condition}" for condition in draw(st.lists(_condition(), max_size=2))]
    return "\n".join([when, *ifs, draw(_end())])


def _end() -> Texts:
    line = expressions(1, "line").condition
    return st.one_of(
        constants().map("  skip {}".format),
        constants().map("  hold {} for desk".format),
        st.just('  hold "{return.id}: {return.note default "none"}" for finance'),
        st.just(f"  only if fine(return)\n{_effect('values', 'return')}"),
        st.sampled_from([_effect("values", "return"), _effect("notes", "return")]),
        line.map(lambda where: f"  for each line in return.lines where {where}\n  if return.note exists\n"
                 + _effect("values", "line")),
        line.map(lambda where: f"  for each line in return.lines where {where}\n{_effect('notes', 'line')}"),
        line.map(lambda where: f'  for each line in return.lines where {where}\n  skip "line {{line.id}}"'),
    )  # fmt: skip


def _effect(operation: str, of: str) -> str:
    made, key = (f"{operation}(return)", "") if of == "return" else (f"line_{operation}(return, line)", ", line.id")
    undo = f" undo with {made}" if operation == "notes" else ""
    return f"  keep shop.{operation}.put with {made} per return.id{key}{undo} on error follow plain"


def after(decision: Decision, state: State, at: datetime) -> State:
    """The state that a decision leaves, with every effect applied."""
    entries = (*state.entries, decision.entry) if decision.entry else state.entries
    wanted = {
        f"{want.operation} {want.key}": LedgerEntry(want.verb, want.operation, want.key, want.rule, at, want.body)
        for want in decision.wanted
    }
    version, picks = decision.version or state.version, {**state.picks, **decision.picks}
    return State(version, entries, {**state.ledger, **wanted}, picks, decision.seen or state.seen)


def moments() -> st.SearchStrategy[timedelta]:
    """How long after the first event another one comes."""
    return st.sampled_from([timedelta(0), timedelta(hours=2), timedelta(hours=49)])
