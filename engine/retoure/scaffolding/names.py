"""Names of platforms as names and words of the language."""

from __future__ import annotations

import re


def stage_name(word: str) -> str:
    """A status as a name of the language: `on-hold` becomes `on_hold`."""
    name = re.sub(r"\W+", "_", word.lower(), flags=re.ASCII).strip("_")
    return name if name[:1].isalpha() else f"status_{name}"


def snake(name: str) -> str:
    """`ReturnItem` as `return_item`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def word(text: str) -> str:
    """A word of a platform as a stage or a row takes it: in quotes unless it is a name."""
    return text if re.fullmatch(r"[A-Za-z_]\w*", text, re.ASCII) else quoted(text)


def quoted(text: str) -> str:
    """A text of the language that says just this."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("{", "{{").replace("}", "}}")
    return f'"{escaped}"'


def letters(name: str) -> str:
    """What is left of a name without case and separators: `returnReason` and `return_reason` are the same."""
    return re.sub(r"[^a-z0-9]", "", name.lower())
