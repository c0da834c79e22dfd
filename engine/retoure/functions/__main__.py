"""Writes the reference page of the functions: `python -m retoure.functions docs/reference/functions.md`."""

from __future__ import annotations

import sys
from pathlib import Path

from .page import reference

DEFAULT = Path("docs/reference/functions.md")


def main(arguments: list[str]) -> None:
    """Writes the page to the file that is named, else to its place in a checkout."""
    target = Path(arguments[0]) if arguments else DEFAULT
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
