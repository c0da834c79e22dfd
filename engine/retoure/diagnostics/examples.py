"""A mapping that raises a code, and the same mapping mended: `examples.yaml` has both for every code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of a mapping before and after mending; `file` names its file when it is not the mapping itself."""

    before: str
    after: str
    file: str = ""


@cache
def examples() -> Mapping[str, Example]:
    """The examples by code. Read when somebody asks, since no check needs them."""
    text = Path(__file__).with_name("examples.yaml").read_text(encoding="utf-8")
    return {code: Example(**item) for code, item in yaml.safe_load(text).items()}
