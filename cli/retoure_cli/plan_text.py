"""Plans and comparisons as they are read aloud: per return, per event, before and after of every field."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from retoure.planning import (
    Cell,
    Doing,
    EffectChange,
    EffectDifference,
    HoldShown,
    ReturnDifference,
    ReturnPlan,
    Side,
    Step,
    StepDifference,
    WordsDifference,
)

from .output import counted
from .provenance import version_shown

SIGNS: Final = {
    Doing.NEW: ("+", "green"),
    Doing.CHANGED: ("~", "yellow"),
    Doing.TAKEN_BACK: ("-", "red"),
    Doing.WITHDRAWN: ("-", "red"),
    Doing.CORRECTION: ("!", "bold red"),
}
SIDES: Final = {Side.AFTER: ("+", "green"), Side.BEFORE: ("-", "red"), Side.BOTH: ("~", "yellow")}
REMARKS: Final = {
    Doing.WITHDRAWN: "still waits, and would not be sent",
    Doing.CORRECTION: "was sent and cannot be taken back",
}
DONE: Final = {doing: "to be corrected" if doing is Doing.CORRECTION else doing.value for doing in Doing}
WIDEST: Final = 40


class Page:
    """Lines of a plan, indented."""

    def __init__(self, out: Console) -> None:
        self._out = out

    def line(self, indent: int, text: str, style: str = "", rest: str = "") -> None:
        """One line; `rest` follows in a quiet style."""
        body = Text("  " * indent)
        body.append(text, style=style)
        body.append(rest, style="dim")
        self._out.print(body, soft_wrap=True)


def tell(plan: ReturnPlan, out: Console) -> None:
    """Prints what the events of one return would do."""
    page = Page(out)
    page.line(0, f"return {plan.subject}", "bold underline")
    for step in plan.steps:
        _step(step, plan.subject, page)
    page.line(0, "")


def tell_difference(found: ReturnDifference, out: Console) -> None:
    """Prints what two mappings do differently with one return."""
    page = Page(out)
    page.line(0, f"return {found.subject}", "bold underline")
    for step in found.steps:
        _step_difference(step, found.subject, page)
    page.line(0, "")


def tell_cells(cells: Sequence[Cell], out: Console) -> None:
    """Prints fields that change, before and after."""
    _cells(cells, Page(out), both=True)


def totals(counts: Counter[str]) -> str:
    """The last line of a plan: `5 returns played, 2 with something to do: 3 new effects, 1 changed, 1 hold opened`."""
    seen, touched = counts["returns"], counts["touched"]
    head = f"{counted(seen, 'return')} played"
    if not touched:
        return f"{head}: nothing would be sent, held or settled"
    parts = _effects({words: counts[doing.value] for doing, words in DONE.items()}) + _held(counts)
    return f"{head}, {touched} with something to do: {', '.join(parts)}"


def totals_of_differences(counts: Counter[str]) -> str:
    """The last line of a comparison."""
    head = f"{counted(counts['returns'], 'return')} played"
    if not counts["touched"]:
        return f"{head}: no difference"
    names = {Side.BOTH: "changed", Side.AFTER: "added", Side.BEFORE: "dropped"}
    parts = _effects({words: counts[side.value] for side, words in names.items()})
    parts += [f"{counted(counts[what], words)}" for what, words in _WORDS.items() if counts[what]]
    return f"{head}, {counts['touched']} with a difference: {', '.join(parts)}"


_WORDS: Final = {
    "stage": "other stage",
    "hold": "other hold",
    "hold settled": "hold settled otherwise",
    "skip": "other skip",
    "not answered": "read without an answer",
}


def _effects(counts: Mapping[str, int]) -> list[str]:
    """`5 new effects`, `1 changed`: the first one says what is counted."""
    first, *others = [f"{number} {words}" for words, number in counts.items() if number] or [""]
    if not first:
        return []
    number, words = first.split(" ", 1)
    noun = "effect" if number == "1" else "effects"
    return [f"{number} {noun} {words}" if " " in words else f"{number} {words} {noun}", *others]


def count(plan: ReturnPlan, counts: Counter[str]) -> None:
    """Adds a plan to the totals."""
    counts.update(returns=1, touched=int(plan.does_something))
    for step in plan.steps:
        counts.update(effect.doing.value for effect in step.effects)
        counts.update(opened=len(step.opened), closed=len(step.closed), unanswered=len(step.unanswered))


def count_differences(found: ReturnDifference | None, counts: Counter[str]) -> None:
    """Adds a comparison to the totals."""
    counts.update(returns=1, touched=int(found is not None))
    for step in found.steps if found else ():
        counts.update(effect.side.value for effect in step.effects)
        counts.update(words.what for words in step.words)


def value(found: Any) -> str:
    """A value of a command as it is written in JSON; numbers with all their digits."""
    if found is None:
        return "nothing"
    if isinstance(found, Decimal):
        return format(found, "f")
    return found.isoformat() if isinstance(found, datetime) else json.dumps(found, ensure_ascii=False, default=str)


# --- one event


def _step(step: Step, subject: str, page: Page) -> None:
    page.line(1, f"{step.name}: {step.move}")
    for key, source in step.reads.items():
        page.line(2, f"{key} answered from {source}", "dim")
    for effect in step.effects:
        _effect(effect, subject, page)
    for hold in step.opened:
        page.line(2, f"HOLD for {hold.team}: {hold.reason}", "bold red", _where(hold))
    for hold in step.closed:
        page.line(2, f"settled: the hold for {hold.team}: {hold.reason}", "green")
    _unanswered(step.unanswered, page)
    if not step.does_something:
        page.line(2, "nothing to send", "dim")


def _effect(effect: EffectChange, subject: str, page: Page) -> None:
    sign, style = SIGNS[effect.doing]
    page.line(2, f"{sign} {_called(effect, subject)}", style, f"   rule {effect.rule}, {effect.place}")
    if effect.doing in REMARKS:
        page.line(4, REMARKS[effect.doing])
    _cells(effect.cells, page, both=effect.doing is not Doing.NEW)
    for call in effect.calls:
        page.line(4, "sends " + ", ".join(f"{name} {value(part)}" for name, part in call.items()))
    if effect.outcome:
        page.line(4, effect.outcome, "bold red")


def _called(effect: EffectChange | EffectDifference, subject: str) -> str:
    """The effect and its key, without the return that stands above."""
    key = ", ".join(part for part in effect.key if part != subject)
    return f"{effect.verb} {effect.operation}" + (f" for {key}" if key else "")


def _cells(cells: Sequence[Cell], page: Page, *, both: bool) -> None:
    wide = min(WIDEST, max((len(cell.field) for cell in cells), default=0))
    for cell in cells:
        told = f"{value(cell.before)} → {value(cell.after)}" if both else value(cell.after)
        page.line(4, f"{cell.field:<{wide}}  {told}")


def _where(hold: HoldShown) -> str:
    found = ", ".join(part for part in (f"rule {hold.rule}" if hold.rule else "", hold.place) if part)
    return f"   ({found})" if found else ""


def _unanswered(keys: Iterable[str], page: Page) -> None:
    for key in keys:
        page.line(2, f"cannot be judged: no answer to {key} is recorded (--answers gives one)", "bold yellow")


def _held(counts: Mapping[str, int]) -> list[str]:
    parts = [f"{counted(counts['opened'], 'hold')} opened"] if counts["opened"] else []
    parts += [f"{counted(counts['closed'], 'hold')} settled"] if counts["closed"] else []
    return parts + ([f"{counted(counts['unanswered'], 'read')} without an answer"] if counts["unanswered"] else [])


# --- one event, two mappings


def _step_difference(step: StepDifference, subject: str, page: Page) -> None:
    page.line(1, f"{step.name}, version {version_shown(step.version)}" if step.version else step.name)
    for words in step.words:
        _said(words, page)
    for effect in step.effects:
        sign, style = SIDES[effect.side]
        page.line(2, f"{sign} {_called(effect, subject)}", style, f"   rule {effect.rule}, {effect.place}")
        if effect.side is Side.BEFORE:
            _gone(effect.cells, page)
        else:
            _cells(effect.cells, page, both=effect.side is Side.BOTH)


def _gone(cells: Sequence[Cell], page: Page) -> None:
    _cells([Cell(cell.field, None, cell.before) for cell in cells], page, both=False)


def _said(words: WordsDifference, page: Page) -> None:
    sign, style = SIDES[words.side]
    told = f"{words.before} → {words.after}" if words.side is Side.BOTH else words.before or words.after
    page.line(2, f"{sign} {words.what}: {told}", style)
