"""Works out the tables of the grammar with Lark: `make grammar` writes `tables.json` beside it.

Reading a mapping then needs neither Lark nor the half second it takes to work them out (decision 0051).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from lark import Lark
from lark.grammar import NonTerminal, Rule, Symbol
from lark.lexer import PatternStr, TerminalDef
from lark.parsers.lalr_analysis import Shift

GRAMMAR = Path(__file__).with_name("retoure.lark")
TABLES = Path(__file__).with_name("tables.json")
GOALS = ["start", "expression"]


def worked_out(grammar: str) -> dict[str, Any]:
    """The tables of a grammar, as plain data."""
    made = Lark(grammar, parser="lalr", lexer="contextual", start=GOALS, maybe_placeholders=True)
    frontend: Any = made.parser
    table = frontend.parser._parse_table
    rules = list(dict.fromkeys(made.rules))
    _check_edges(rules)
    reductions = {rule: -1 - number for number, rule in enumerate(rules)}
    places = _numbered(table)
    terminals = frontend.lexer.root_lexer.terminals
    kept = {symbol.name for rule in rules for symbol in rule.expansion if not _left_out(symbol)}
    return {
        "goals": {goal: [places[table.start_states[goal]], places[table.end_states[goal]]] for goal in GOALS},
        "ignored": sorted(made.ignore_tokens),
        "terminals": [{**_terminal(each, terminals), "kept": each.name in kept} for each in terminals],
        "rules": [_rule(rule) for rule in rules],
        "states": [_state(table.states[state], places, reductions) for state in places],
    }


def written(tables: dict[str, Any]) -> str:
    """The text of the file: one line for each terminal, rule and state."""
    parts = [f" {json.dumps(name)}: {_lines(part)}" for name, part in tables.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(part: Any) -> str:
    if not isinstance(part, list):
        return json.dumps(part)
    return "[\n" + ",\n".join(f"  {json.dumps(item, separators=(',', ':'))}" for item in part) + "\n ]"


def _terminal(terminal: TerminalDef, others: list[TerminalDef]) -> dict[str, Any]:
    """A terminal in the order in which they are tried. What it reads may be a `word` of the same rank instead; it is
    `hiding` when it reads words of a lower rank, which are meant wherever the grammar does not expect it."""
    pattern = terminal.pattern.to_regexp()
    if isinstance(terminal.pattern, PatternStr):
        return {"name": terminal.name, "pattern": pattern, "text": terminal.pattern.value}
    strings = [each for each in others if isinstance(each.pattern, PatternStr)]
    read = [each for each in strings if _is_whole(pattern, each.pattern.value)]
    words = {each.pattern.value: each.name for each in read if each.priority == terminal.priority}
    hiding = any(each.priority < terminal.priority for each in read)
    return {"name": terminal.name, "pattern": pattern, "words": words, "hiding": hiding}


def _is_whole(pattern: str, text: str) -> bool:
    found = re.match(pattern, text)
    return found is not None and found.end() == len(text)


def _rule(rule: Rule) -> dict[str, Any]:
    """What becomes of each symbol of a rule; `missing`: how many optional ones are not there."""
    missing, parts = 0, []
    for before, symbol in zip(_missing(rule), rule.expansion, strict=False):
        kept = not _left_out(symbol)
        missing += before
        part = {"missing": missing if kept else 0, "kept": kept, "spliced": _is_spliced(symbol)}
        parts.append({**part, "word": symbol.is_term})
        missing = 0 if kept else missing
    return {
        "name": rule.alias or rule.origin.name,
        "origin": rule.origin.name,
        "passes": bool(rule.options.expand1 and not rule.alias),
        "parts": parts,
        "missing": missing + _missing(rule)[-1],
    }


def _missing(rule: Rule) -> list[int]:
    """How many optional symbols are not there before each symbol of the rule, and after the last."""
    counts = [0]
    for absent in rule.options.empty_indices or [False] * len(rule.expansion):
        if absent:
            counts[-1] += 1
        else:
            counts.append(0)
    return counts


def _left_out(symbol: Symbol) -> bool:
    return symbol.is_term and bool(getattr(symbol, "filter_out", False))


def _is_spliced(symbol: Symbol) -> bool:
    return isinstance(symbol, NonTerminal) and symbol.name.startswith("_")


def _numbered(table: Any) -> dict[Any, int]:
    """Numbers of the states, the same each time: in the order in which they are reached."""
    found = dict.fromkeys(table.start_states[goal] for goal in GOALS)
    waiting = list(found)
    for state in waiting:
        row = table.states[state]
        reached = [row[name][1] for name in sorted(row) if row[name][0] is Shift]
        waiting += [each for each in dict.fromkeys(reached) if each not in found]
        found.update(dict.fromkeys(reached))
    return {state: number for number, state in enumerate(found)}


def _state(row: dict[str, tuple[Any, Any]], places: dict[Any, int], reductions: dict[Rule, int]) -> dict[str, int]:
    """What to do at each symbol: go to a state (0 and up), or reduce by a rule (-1 - its number)."""
    return {name: (places if action is Shift else reductions)[arg] for name, (action, arg) in sorted(row.items())}


def _check_edges(rules: list[Rule]) -> None:
    """Places are those of the first and the last symbol, so neither may be empty. Raises ValueError."""
    empty = {rule.origin for rule in rules if not rule.expansion} - {NonTerminal(goal) for goal in GOALS}
    wrong = [rule for rule in rules if rule.expansion and {rule.expansion[0], rule.expansion[-1]} & empty]
    if wrong:
        raise ValueError(f"these rules begin or end with what may be empty: {wrong}")


if __name__ == "__main__":
    TABLES.write_text(written(worked_out(GRAMMAR.read_text(encoding="utf-8"))), encoding="utf-8")
