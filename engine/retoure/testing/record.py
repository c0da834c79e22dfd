"""Turns a recorded case into fixtures and a file of tests: the records, the answers they saw, what came of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..beside import FOLDER
from ..connectors.recorded import answer_file
from ..connectors.redact import redacted
from ..delivery.store.port import Story
from ..language.wording import duration
from ..types import json_text

SHORT = timedelta(minutes=1)
"""Less time between two decisions is not worth telling."""


@dataclass(frozen=True)
class Recorded:
    """Files to write, by path below the mapping's folder; which of them is the file of tests, and how its test begins.

    `head` is the line `test "…" {`.
    """

    files: Mapping[str, str]
    tests: str
    head: str


def record_case(
    story: Story, name: str, kind: str, mapping: str, settings: Mapping[str, object] | None = None
) -> Recorded:
    """A test called `name` from everything the journal knows of one return. Personal data is replaced.

    `kind` is the event the records come in (`reveni.return_updated`), `mapping` the file name of the mapping,
    `settings` are those it was decided with. Raises ValueError when nothing was decided.
    """
    story = replace(story, decisions=tuple(row for row in story.decisions if row["record"] is not None))
    if not story.decisions:
        raise ValueError(f"no decision about {story.subject} is kept")
    base, tests = f"fixtures/{_file_name(name)}", f"{FOLDER}/{_file_name(name)}.rmap"
    files: dict[str, str] = {}
    for decision in story.decisions:
        files.update(_answers(decision["answers"], f"{base}/answers"))
    first = f'test "{_quoted(name)}" {{'
    head = [f'  answers from "../{base}/answers"'] if files else []
    head += [f"  given setting {name} = {_literal(value)}" for name, value in (settings or {}).items()]
    head.append(f'  given now "{story.decisions[0]["as_of"]}"')
    steps = list(_given(story, kind, base, files))
    lines = (f'tests for "../{_quoted(mapping, None)}"', "", first, *head, *steps, *_expected(story), "}")
    return Recorded({**files, tests: "\n".join(lines) + "\n"}, tests, first)


def _given(story: Story, kind: str, base: str, files: dict[str, str]) -> Iterator[str]:
    """The versions of the record in order, with the time that passed between decisions. Adds the files they are in."""
    clock, last = _moment(story.decisions[0]), ""
    for number, decision in enumerate(story.decisions, 1):
        passed = timedelta(seconds=int((_moment(decision) - clock).total_seconds()))
        if passed >= SHORT:
            clock += passed
            yield f"  given after {duration(passed)}"
        text = json_text.dump(redacted(decision["record"])) + "\n"
        if text != last:
            files[f"{base}/{number}.json"] = last = text
            yield f'  given event {kind} from "../{base}/{number}.json"'


def _moment(decision: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(decision["as_of"]))


def _literal(value: object) -> str:
    """The value of a setting as a test gives it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float | Decimal) else f'"{_quoted(str(value), None)}"'


def _answers(answers: Mapping[str, Any], folder: str) -> Iterator[tuple[str, str]]:
    """The answers of reads; the key of a read is `scayle.orders.get(70001)`."""
    for key, answer in answers.items():
        operation, _, arguments = key.partition("(")
        system, _, name = operation.partition(".")
        if answer.get("error") or not name:
            continue
        path = answer_file(Path(folder), system, name, tuple(arguments.rstrip(")").split(", ")))
        yield path.as_posix(), json_text.dump(redacted(answer.get("value"))) + "\n"


def _expected(story: Story) -> Iterator[str]:
    if story.state.stage:
        yield f"  expect stage {story.state.stage}"
    sent = Counter((row["verb"], row["operation"]) for row in story.effects if row["state"] == "applied")
    for (verb, operation), count in sorted(sent.items()):
        often = verb == "keep" and len(story.decisions) > 1  # each difference is a call of its own
        yield f"  expect {verb} {operation}" + ("" if often else f" {count} times")
    held = [hold for hold in story.holds if hold.closed_at is None]
    if not held:
        yield "  expect no hold"
    for hold in held:
        about = _quoted(re.split(r"[{}]", hold.reason)[0])
        yield f'  expect hold about "{about}"'


def _quoted(text: str, most: int | None = 60) -> str:
    """The beginning of a text, without personal data, fit for a text in quotes."""
    return str(redacted(text))[:most].replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _file_name(name: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in name.lower()).split()) or "case"
