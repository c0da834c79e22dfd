"""A dry run as a consultant can read it aloud, and as data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

from rich.console import Console
from rich.text import Text

from retoure import CompiledMapping, RuleNote
from retoure.testing import DryRun, SentEffect

from .output import counted
from .provenance import origin_shown, reason_shown, version_shown

LABEL = 10
WIDE = 30
WAITS = "waits for "
LEAVES = "leaves out "


def tell(run: DryRun, program: CompiledMapping, out: Console) -> None:
    """Prints one event: the move, the effects, what is held, and why the other rules kept still."""
    out.print(Text(run.name, style="bold underline"), soft_wrap=True)
    _line(out, "event", f"{run.event.system}.{run.event.kind} about {run.event.subject}")
    if run.decision is None:
        _line(out, "ignored", run.ignored)
        out.print()
        return
    _line(out, program.tracked.name, _move(run))
    for read in run.reads:
        source = f"from {read.source}" if read.source else "no answer is recorded"
        _line(out, "read", f"{read.operation}({', '.join(read.arguments)}), {source}")
    for number, sent in enumerate(run.sent, 1):
        _effect(out, number, sent, program)
    _afterwards(out, run)
    out.print()


def as_data(run: DryRun) -> dict[str, Any]:
    """The run as JSON-like data."""
    decision = run.decision
    return {
        "file": run.name,
        "event": {"system": run.event.system, "kind": run.event.kind, "subject": run.event.subject},
        "ignored": run.ignored,
        "stage": decision.stage if decision else None,
        "path": list(decision.entry.path) if decision and decision.entry else [],
        "version": decision.version if decision else None,
        "mapping": decision.mapping if decision else None,
        "reads": [asdict(read) for read in run.reads],
        "effects": [_effect_data(sent) for sent in run.sent],
        "unchanged": [{"operation": wanted.operation, "key": list(wanted.key)} for wanted in run.unchanged],
        "holds": [_hold_data(hold) for hold in run.holds],
        "closed": [_hold_data(hold) for hold in run.closed],
        "queued": [{"queue": letter.queue, "what": letter.what, "error": letter.error} for letter in run.letters],
        "stops": [_stop_data(stop) for stop in (decision.stops if decision else ())],
        "notes": [
            {"rule": note.rule, "at": str(note.place), "why": note.text}
            for note in (decision.notes if decision else ())
        ],
    }


def _move(run: DryRun) -> str:
    decision = run.decision
    if decision is None:
        return ""
    if decision.stale:
        return f"version {version_shown(decision.version)} is older than what was decided before: nothing to do"
    if decision.entry is None:
        return f"stays {decision.stage}" if decision.stage else "not placed in any stage"
    path = " → ".join(decision.entry.path)
    start = f"{decision.entry.origin} → " if decision.entry.origin else "first seen: "
    return f"{start}{path}   (version {version_shown(decision.version)})"


def _line(out: Console, label: str, text: str, style: str = "") -> None:
    body = Text(f"{label:<{LABEL}}", style=style or "dim")
    body.append(text, style="")
    out.print(body, soft_wrap=True)


def _effect(out: Console, number: int, sent: SentEffect, program: CompiledMapping) -> None:
    out.print()
    head = Text(f"{number:>3}  ", style="bold")
    head.append(f"{sent.verb} {sent.operation}", style="bold cyan")
    head.append(f"   rule {sent.rule}, {sent.place}", style="dim")
    out.print(head, soft_wrap=True)
    purpose = program.facts.rules[sent.rule].purpose if sent.rule in program.facts.rules else ""
    what = purpose if sent.wanted else "takes back what an earlier version wanted"
    if what:
        out.print(Text(f"     {what}", style="italic"), soft_wrap=True)
    out.print(Text(f"     {'once per' if sent.verb == 'do' else 'kept per'} {_key(sent, program)}"), soft_wrap=True)
    for request in sent.requests:
        _request(out, request)
    _origins(out, sent)


def _key(sent: SentEffect, program: CompiledMapping) -> str:
    """The parts of the key, each after the path it was taken from."""
    effects = ((rule.name.text, str(step.operation), step.key) for rule, step in program.facts.effects)
    paths = next((key for rule, operation, key in effects if (rule, operation) == (sent.rule, sent.operation)), ())
    named = zip_longest(map(str, paths[: len(sent.key)]), sent.key, fillvalue="")
    return ", ".join(f"{path} {part}".strip() for path, part in named)


def _request(out: Console, request: Any) -> None:
    note = f"   ({request.note})" if request.note else ""
    line = Text(f"     {request.method} {request.path}", style="green")
    line.append(note, style="dim")
    out.print(line, soft_wrap=True)
    if request.body is not None:
        for row in json.dumps(request.body, indent=2, ensure_ascii=False, default=str).splitlines():
            out.print(Text(f"       {row}"), soft_wrap=True)


def _origins(out: Console, sent: SentEffect) -> None:
    if sent.wanted is None or not sent.wanted.trace:
        return
    out.print(Text("     where it comes from", style="dim"))
    wide = min(WIDE, max(len(trace.field) for trace in sent.wanted.trace))
    for trace in sent.wanted.trace:
        made = ", ".join(dict.fromkeys(origin_shown(origin) for origin in trace.origins)) or "written in the mapping"
        out.print(Text(f"       {trace.field:<{wide}}  line {trace.place.line:<4} {made}"), soft_wrap=True)


def _afterwards(out: Console, run: DryRun) -> None:
    if run.sent:
        out.print()
    for (verb, operation), count in Counter((wanted.verb, wanted.operation) for wanted in run.unchanged).items():
        _line(out, "as before", f"{verb} {operation}, {counted(count, 'time')}: nothing to send")
    for hold in run.holds:
        where = f"rule {hold.rule}, {hold.place}" if hold.rule else hold.place
        _line(out, "HOLD", f"for {hold.team}: {hold.reason}   ({where})", "bold red")
        because = reason_shown(hold.because or ())
        if because:
            _line(out, "", f"because {because}")
    for hold in run.closed:
        _line(out, "settled", f"the hold for {hold.team}: {hold.reason}", "green")
    for letter in run.letters:
        _line(out, "QUEUED", f"in {letter.queue}: {letter.what}: {letter.error}", "bold yellow")
    for stop in run.decision.stops if run.decision else ():
        if stop.outcome.ending.value == "skip":
            _line(out, "skipped", f"rule {stop.rule}: {stop.outcome.reason}")
    _quiet_rules(out, run.decision.notes if run.decision else ())


def _quiet_rules(out: Console, notes: Sequence[RuleNote]) -> None:
    """Rules that did nothing: each with its reason; those that wait for a stage by that stage."""
    waiting: dict[str, list[str]] = {}
    for note in notes:
        if note.text.startswith(WAITS):
            waiting.setdefault(note.text.removeprefix(WAITS), []).append(note.rule)
        elif note.text.startswith(LEAVES):
            _line(out, "left out", f"by rule {note.rule}: {note.text.removeprefix(LEAVES)}")
        else:
            _line(out, "nothing", f"from rule {note.rule}: {note.text}")
    if waiting:
        told = (f"for {stage}: {', '.join(rules)}" for stage, rules in waiting.items())
        _line(out, "waiting", "; ".join(told))


def _effect_data(sent: SentEffect) -> dict[str, Any]:
    return {
        "verb": sent.verb,
        "operation": sent.operation,
        "key": list(sent.key),
        "rule": sent.rule,
        "at": sent.place,
        "state": sent.state,
        "command": sent.body,
        "requests": [asdict(request) for request in sent.requests],
        "fields": [_field_data(trace) for trace in (sent.wanted.trace if sent.wanted else ())],
    }


def _field_data(trace: Any) -> dict[str, Any]:
    return {"field": trace.field, "at": str(trace.place), "from": [origin_shown(origin) for origin in trace.origins]}


def _hold_data(hold: Any) -> dict[str, Any]:
    return {"team": hold.team, "reason": hold.reason, "rule": hold.rule, "at": hold.place, "because": hold.because}


def _stop_data(stop: Any) -> dict[str, Any]:
    outcome = stop.outcome
    return {
        "rule": stop.rule, "at": str(stop.place), "ending": outcome.ending.value, "reason": outcome.reason,
        "team": outcome.team, "key": list(stop.key),
    }  # fmt: skip
