"""Codes for people: one on the terminal, all of them as the reference page.

`python -m retoure.diagnostics.page docs/reference/codes.md` writes the page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from .codes import CODES, WARNINGS, Code

DEFAULT = Path("docs/reference/codes.md")
HEAD = """# Codes of findings

Made from the register of codes; `retoure explain CODE` shows one of them. An *error* keeps a mapping from compiling, a
*warning* is only shown, and a line `# allow CODE: reason` above silences it. `U` and `K` are the promises of the
language: what could do harm unseen, and what cannot be known to work.
"""


def described(code: Code) -> str:
    """Everything about a code, in plain text."""
    promise = f", keeps promise {code.check} of the language" if code.check else ""
    return "\n".join(
        (f"{code.name}: {code.title}", f"{_kind(code)}{promise}", "", f"Why: {code.why}", f"What to do: {code.remedy}")
    )


def overview() -> Iterator[tuple[str, str, str]]:
    """The codes as rows: name, kind, title."""
    yield from ((code.name, _kind(code), code.title) for code in CODES.values())


def reference() -> str:
    """The reference page in Markdown."""
    return "\n".join((HEAD, *map(_section, CODES.values())))


def _section(code: Code) -> str:
    promise = f" · {code.check}" if code.check else ""
    return (
        f"## {code.name}\n\n*{_kind(code)}{promise}* — {code.title}.\n\n{code.why}\n\n**What to do:** {code.remedy}\n"
    )


def _kind(code: Code) -> str:
    return "warning" if code.name in WARNINGS else "error"


def main(arguments: list[str]) -> None:
    """Writes the page to the file that is named, else to its place in a checkout."""
    target = Path(arguments[0]) if arguments else DEFAULT
    target.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
