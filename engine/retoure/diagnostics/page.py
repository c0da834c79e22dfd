"""Codes for people: one on the terminal, all of them as the reference page.

`python -m retoure.diagnostics.page docs/reference/codes.md` writes the page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import indent

from .codes import CODES, WARNINGS, Code
from .examples import Example, examples

DEFAULT = Path("docs/reference/codes.md")
HEAD = """# Codes of findings

Made from the register of codes; `retoure explain CODE` shows one of them. An *error* keeps a mapping from compiling, a
*warning* is only shown, and a line `# allow CODE: reason` above silences it. `U` and `K` are the promises of the
language: what could do harm unseen, and what cannot be known to work. Each example is a piece of a mapping, before and
after mending.
"""


def described(code: Code) -> str:
    """Everything about a code, in plain text."""
    promise = f", keeps promise {code.check} of the language" if code.check else ""
    head = (f"{code.name}: {code.title}", f"{_kind(code)}{promise}")
    return "\n".join((*head, "", f"Why: {code.why}", f"What to do: {code.remedy}", "", *_shown(examples()[code.name])))


def _shown(example: Example) -> Iterator[str]:
    where = f" ({example.file})" if example.file else ""
    yield f"Before{where}:"
    yield indent(example.before, "    ")
    yield f"After{where}:"
    yield indent(example.after, "    ").rstrip()


def record(code: Code) -> dict[str, str]:
    """A record as plain data: what the register says, its kind, and the example."""
    return {**asdict(code), "kind": _kind(code), **asdict(examples()[code.name])}


def overview() -> Iterator[tuple[str, str, str]]:
    """The codes as rows: name, kind, title."""
    yield from ((code.name, _kind(code), code.title) for code in CODES.values())


def reference() -> str:
    """The reference page in Markdown."""
    return "\n".join((HEAD, *map(_section, CODES.values())))


def _section(code: Code) -> str:
    promise = f" · {code.check}" if code.check else ""
    head = f"## {code.name}\n\n*{_kind(code)}{promise}* — {code.title}.\n\n{code.why}"
    return f"{head}\n\n**What to do:** {code.remedy}\n\n{_fenced(examples()[code.name])}"


def _fenced(example: Example) -> str:
    where = f" (`{example.file}`)" if example.file else ""
    return f"Before{where}:\n\n```text\n{example.before}```\n\nAfter{where}:\n\n```text\n{example.after}```\n"


def _kind(code: Code) -> str:
    return "warning" if code.name in WARNINGS else "error"


def main(arguments: list[str]) -> None:
    """Writes the page to the file that is named, else to its place in a checkout."""
    target = Path(arguments[0]) if arguments else DEFAULT
    target.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
