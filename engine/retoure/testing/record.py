"""Turns a recorded case into fixtures and a test: the records of a return, the answers it saw, what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..connectors.recorded import answer_file
from ..connectors.redact import redacted
from ..delivery.store.port import Story
from ..types import json_text


@dataclass(frozen=True)
class Recorded:
    """Files to write, by path below the mapping's folder, and the text of the test."""

    files: Mapping[str, str]
    test: str


def record_case(story: Story, name: str, kind: str, folder: str = "fixtures") -> Recorded:
    """A test called `name` from everything the journal knows of one return. Personal data is replaced.

    `kind` is the event the records come in (`reveni.return_updated`). Raises ValueError when nothing was decided.
    """
    if not story.decisions:
        raise ValueError(f"nothing was decided about {story.subject}")
    base = f"{folder}/{_file_name(name)}"
    files: dict[str, str] = {}
    lines: list[str] = []
    for number, decision in enumerate(story.decisions, 1):
        files.update(_answers(decision["answers"], f"{base}/answers"))
        path = f"{base}/{number}.json"
        text = json_text.dump(redacted(decision["record"])) + "\n"
        if text not in files.values():
            files[path] = text
            lines.append(f'  given event {kind} from "{path}"')
    now = str(story.decisions[0]["as_of"])
    head = (
        [f'  answers from "{base}/answers"', f'  given now "{now}"']
        if _any_answers(files)
        else [f'  given now "{now}"']
    )
    test = "\n".join((f'test "{name}" {{', *head, *lines, *_expected(story), "}"))
    return Recorded(files, test + "\n")


def _any_answers(files: Mapping[str, str]) -> bool:
    return any("/answers/" in path for path in files)


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
        yield f"  expect {verb} {operation} {count} times"
    held = [hold for hold in story.holds if hold.closed_at is None]
    if not held:
        yield "  expect no hold"
    for hold in held:
        yield f'  expect hold about "{_quoted(hold.reason)}"'


def _quoted(text: str) -> str:
    """The beginning of a reason, fit for a text of the language."""
    return text[:60].replace("\\", "\\\\").replace('"', '\\"').replace("{", "{{").replace("}", "}}").replace("\n", " ")


def _file_name(name: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in name.lower()).split()) or "case"
