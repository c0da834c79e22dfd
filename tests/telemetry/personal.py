"""What a log must not say: the personal texts that an engine has seen, and those of the fixtures."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from retoure import SqliteStore
from retoure.connectors.redact import redacted

STATUSES = ("accepted", "completed")  # in the custom data of an order, which is blanked as a whole
FIXTURES = Path(__file__).resolve().parents[2] / "mappings"


def personal(value: Any, blank: Any) -> Iterator[str]:
    """The texts of a record that stand in it for a person: those that redacting blanks."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from personal(part, blank.get(name) if isinstance(blank, Mapping) else None)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from personal(part, blank[number] if isinstance(blank, list | tuple) and blank else None)
    elif isinstance(value, str) and value != blank and len(value) > 3 and value not in STATUSES:
        yield value


def seen_by(file: Path) -> set[str]:
    """Every personal text in the records and answers that an engine has seen."""
    found: set[str] = set()
    with closing(SqliteStore(file)) as store:
        for subject in store.subjects():
            story = store.story(subject)
            for row in (*story.events, *story.decisions):
                for part in ("snapshot", "record", "answers"):
                    found |= set(personal(row.get(part), redacted(row.get(part))))
    return found


def of_fixtures() -> set[str]:
    found: set[str] = set()
    for file in FIXTURES.rglob("*.json"):
        value = json.loads(file.read_text(encoding="utf-8"))
        found |= set(personal(value, redacted(value)))
    return found


def told(texts: Iterable[str], log: str) -> list[str]:
    """Those that a log says. A number counts where it stands by itself: a moment has six digits behind its point."""
    return [text for text in texts if (_alone(text, log) if text.isdigit() else text in log)]


def _alone(number: str, log: str) -> bool:
    return re.search(rf"(?<![\w.-]){number}(?![\w-])", log) is not None


def lines(log: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.splitlines() if line.startswith("{")]
