"""The story of one return, as it can be read aloud to whoever asks about it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import PurePath
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from retoure import Hold, Place
from retoure.planning import (
    Arrived,
    Changed,
    Closed,
    EffectTold,
    Happening,
    Judged,
    Opened,
    Passed,
    Tale,
    Tried,
    Withdrawn,
)

from .output import counted
from .provenance import origin_shown, reason_shown, version_shown

CAUSES: Final = {
    "event": "decided on {event}",
    "wake": "decided again, since time has passed",
    "answer": "decided again, since an answer came",
    "audit": "decided again, since an audit found a difference",
}
PASSED: Final = {
    "done": "was decided together with a newer message",
    "superseded": "is done with",
    "ignored": "is not followed by this mapping",
    "held": "could not be decided, and is held for a person",
    "queued": "could not be decided, and lies in queue {queue}",
}
STEPS: Final = {
    "plan": "{id} {operation} was prepared",
    "send": "{id} {operation} was sent",
    "settle": "looked whether {id} {operation} took effect",
    "person": "a person settled {id} {operation}",
}
OUTCOMES: Final = {
    "applied": "it was done",
    "failed": "it failed",
    "unknown": "nobody knows whether it was done",
    "not applied": "it was not done",
    "under way": "it is under way",
    "let go": "it shall not happen",
    "send again": "it certainly did not happen, and is sent again",
}
WAITS: Final = "waits for "
LONGEST: Final = 160
WIDEST: Final = 24
TIME: Final = " " * 10


def tell(tale: Tale, out: Console) -> None:
    """Prints the story: where the return stands, then what happened, oldest first."""
    _Page(out, tale).tell()


class _Page:
    """Prints one story. A date stands above the moments of its day; a mapping is named where it is another one."""

    def __init__(self, out: Console, tale: Tale) -> None:
        self._out = out
        self._tale = tale
        self._day: date | None = None
        self._mapping = ""

    def tell(self) -> None:
        tale = self._tale
        self._line(0, f"return {tale.subject}", "bold underline")
        if tale.only:
            self._line(0, f"only what is about {tale.only}", "dim")
        else:
            self._standing()
        for happening in tale.happenings:
            self._happening(happening)
        self._line(0, "")

    def _line(self, indent: int, text: str, style: str = "", rest: str = "") -> None:
        body = Text("  " * indent)
        body.append(text, style=style)
        body.append(rest, style="dim")
        self._out.print(body, soft_wrap=True)

    def _under(self, text: str, style: str = "", rest: str = "", deeper: int = 0) -> None:
        body = Text(TIME + "  " * deeper)
        body.append(text, style=style)
        body.append(rest, style="dim")
        self._out.print(body, soft_wrap=True)

    def _at(self, moment: datetime, text: str, style: str = "", rest: str = "") -> None:
        local = moment.astimezone()
        if local.date() != self._day:
            self._day = local.date()
            self._line(0, "")
            self._line(0, f"{local:%A}, {local.day} {local:%B %Y}", "bold")
        body = Text(f"{local:%H:%M:%S}  ", style="dim")
        body.append(text, style=style)
        body.append(rest, style="dim")
        self._out.print(body, soft_wrap=True)

    def _standing(self) -> None:
        tale = self._tale
        version = f" (version {version_shown(tale.version)})" if tale.version else ""
        self._line(0, f"stands at: {tale.stage}{version}" if tale.stage else "was not placed in any stage yet")
        for hold in tale.held:
            self._line(0, f"open: {_hold(hold)}", "bold red")
        for item in tale.pending:
            where = f"lies in queue {item.queue}" if item.queue else f"is {item.state}"
            due = f" until {_clock(item.due)}" if item.due else ""
            self._line(0, f"open: {item.id} {item.name} {where}{due}" + (f": {item.why}" if item.why else ""), "yellow")
        if not tale.held and not tale.pending:
            self._line(0, "nothing is open")

    def _happening(self, happening: Happening) -> None:
        match happening:
            case Arrived():
                self._arrived(happening)
            case Passed():
                self._passed(happening)
            case Judged():
                self._judged(happening)
            case Tried():
                self._tried(happening)
            case Changed():
                self._changed(happening)
            case Withdrawn():
                self._withdrawn(happening)
            case Opened():
                self._opened(happening)
            case Closed():
                self._closed(happening)
            case _:
                raise TypeError(f"no words for {happening}")

    # --- what came

    def _arrived(self, told: Arrived) -> None:
        self._at(told.at, f"{told.ids[0]} came from {told.system}: {told.kind}", rest=f"   {told.event}")
        if told.repeats:
            last = f", last at {_clock(told.repeated)}" if told.repeated else ""
            self._under(f"it came {counted(told.repeats, 'more time')}{last}: the same message changes nothing")
        if told.conflicts:
            times = counted(told.conflicts, "message")
            self._under(f"{times} of the same id said something else: kept aside, not followed", "yellow")

    def _passed(self, told: Passed) -> None:
        words = PASSED.get(told.state, told.state).format(queue=told.queue)
        self._at(told.at, f"{told.ids[0]} {words}", rest=f"   {told.reason}" if told.reason else "")

    # --- what was decided

    def _judged(self, told: Judged) -> None:
        head = CAUSES.get(told.cause, f"decided again ({told.cause})").format(event=told.ids[0])
        mapping = "" if told.mapping == self._mapping else f"   mapping {told.mapping}"
        self._mapping = told.mapping
        self._at(told.at, head, "bold", mapping)
        self._under(_move(told))
        for read in told.reads:
            self._under(f"asked {read.key}" + (f": {read.error}" if read.error else ""), "red" if read.error else "")
        for effect in told.effects:
            self._effect(effect)
        for stop in told.stops:
            style = "dim" if stop.ending == "skip" else "red"
            team = f" for {stop.team}" if stop.team else ""
            rule = f"rule {stop.rule}" if stop.rule else "the mapping"
            self._under(f"{rule} ended in {stop.ending}{team}: {stop.reason}", style, f"   {_file(stop.place)}")
            origins = [{"kind": o.kind, "what": o.what, "value": o.value} for o in stop.because]
            self._because(origins)
        self._quiet(told)

    def _because(self, origins: Sequence[Mapping[str, Any]]) -> None:
        because = reason_shown(origins)
        if because:
            self._under(f"because {because}", deeper=1)

    def _effect(self, effect: EffectTold) -> None:
        called = f"{effect.verb} {effect.operation}" + _key(effect, self._tale.subject)
        if effect.why:
            self._under(f"rule {effect.rule} wants {called}: {effect.why}", rest=f"   {_file(effect.place)}")
            return
        verb = "wants" if effect.wanted else "takes back"
        self._under(f"rule {effect.rule} {verb} {called}", "cyan", f"   {effect.id}, {_file(effect.place)}")
        if not effect.trace or not _same(effect):
            self._under(f"sends {_json(effect.body)}", deeper=1)
        self._fields(effect)

    def _fields(self, effect: EffectTold) -> None:
        """Each field with its value, the line that set it, and what it was made of."""
        shown = {trace.field: _field(effect, trace.field) for trace in effect.trace}
        wide = min(WIDEST, max(map(len, shown), default=0))
        values = min(WIDEST, max(map(len, shown.values()), default=0))
        for trace in effect.trace:
            made = ", ".join(dict.fromkeys(map(origin_shown, trace.origins))) or "written in the mapping"
            rest = f"  {_file(trace.place)}: {made}"
            self._under(f"{trace.field:<{wide}}  {shown[trace.field]:<{values}}", rest=rest, deeper=1)

    def _quiet(self, told: Judged) -> None:
        """Rules that did nothing; those that wait for a stage are told together."""
        waiting: dict[str, list[str]] = {}
        for note in told.notes:
            if note.text.startswith(WAITS):
                waiting.setdefault(note.text.removeprefix(WAITS), []).append(note.rule)
            else:
                self._under(f"rule {note.rule}: {note.text}", "dim", f"   {_file(note.place)}")
        if waiting:
            others = ", ".join(f"{stage} ({', '.join(rules)})" for stage, rules in waiting.items())
            self._under(f"other rules act on {others}", "dim")

    # --- what was sent

    def _tried(self, told: Tried) -> None:
        head = STEPS.get(told.step, "{id} {operation}: " + told.step).format(id=told.ids[0], operation=told.operation)
        outcome = OUTCOMES.get(told.outcome, told.outcome)
        why = f": {_reason(told)}" if _reason(told) else ""
        style = {"applied": "green", "failed": "red", "unknown": "red"}.get(told.outcome, "")
        self._at(told.at, f"{head}: {outcome}{why}", style)
        if told.answer is not None:
            self._under(f"the answer was {_json(told.answer)}", "dim")
        if told.then:
            self._under(told.then + (f" at {_clock(told.until)}" if told.until else ""))

    def _changed(self, told: Changed) -> None:
        self._at(told.at, f"{told.who} changed what {told.ids[0]} {told.operation} sends: {told.why}", "yellow")
        for cell in told.fields:
            self._under(f"{cell.field}  {_json(cell.before)} → {_json(cell.after)}", deeper=1)

    def _withdrawn(self, told: Withdrawn) -> None:
        self._at(told.at, f"{told.ids[0]} {told.operation} was withdrawn: a newer version wants something else")

    # --- what was held

    def _opened(self, told: Opened) -> None:
        self._at(told.at, f"HOLD {_hold(told.hold)}", "bold red", f"   {_name(told.hold.place)}")
        because: Any = told.hold.because or ()
        self._because(because)

    def _closed(self, told: Closed) -> None:
        who = "a person closed" if told.hold.by_hand else "closed by itself:"
        self._at(told.at, f"{who} hold-{told.hold.id} for {told.hold.team}", "green", f"   {told.hold.closed_why}")


def _move(told: Judged) -> str:
    version = f"version {version_shown(told.version)}"
    if told.stale:
        return f"{version} is older than what was decided before: ignored"
    if told.removed:
        return f"in the end it was {told.stage} ({version}); the rest was removed after the retention"
    if not told.path:
        return f"the return stays {told.stage} ({version})" if told.stage else "the return has no stage"
    start = f"the return moved from {told.origin} to" if told.origin else "the return is seen for the first time, in"
    *passed, stage = told.path
    via = f", by way of {', '.join(passed)}" if passed else ""
    return f"{start} {stage}{via} ({version})"


def _hold(hold: Hold) -> str:
    call = f" on effect-{hold.effect}" if hold.effect else ""
    return f"hold-{hold.id} for {hold.team}{call}: {hold.reason}"


def _key(effect: EffectTold, subject: str) -> str:
    """The key without the return that stands above."""
    parts = [part for part in effect.key if part != subject]
    return f" for {', '.join(parts)}" if parts else ""


def _field(effect: EffectTold, name: str) -> str:
    """A field's value; of one that is taken over as a whole, how much there is in it."""
    if name in effect.values:
        return _json(effect.values[name])
    inside = sum(path.startswith((f"{name}.", f"{name}[")) for path in effect.values)
    return counted(inside, "value") if inside else "nothing"


def _reason(told: Tried) -> str:
    return f"{told.error} ({told.message})" if told.error and told.message else told.error or told.message


def _same(effect: EffectTold) -> bool:
    """Whether what is sent is just what is wanted, so that the fields tell it all."""
    top = effect.body if isinstance(effect.body, Mapping) else {}
    return all(effect.values.get(name) == value for name, value in top.items() if not isinstance(value, dict | list))


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _file(place: Place) -> str:
    return _name(str(place))


def _name(place: str) -> str:
    """`returns.rmap:87`: the folder is the same everywhere, and long."""
    return PurePath(place).name if place else ""


def _clock(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone():%H:%M:%S}"
