"""What does the corpus cover? Counts its mutations by promise of the language, by construct and by warning.

`python -m tests.mutations.covered` writes the tables into README.md; a test compares them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

from retoure.diagnostics.codes import CODES, WARNINGS
from retoure.language.blocks import block_spans
from retoure.source import Span

from .corpus import FOLDER, Mutation, mutations

README = FOLDER / "README.md"
START = "<!-- made by `python -m tests.mutations.covered` -->\n"
PROMISES = tuple(f"{letter}{number}" for letter in "UK" for number in range(1, 13))
BLOCKS = (
    *("mapping", "import", "library", "track", "table", "template", "map", "gate", "rule", "policy", "queue"),
    *("alert", "watch", "audit", "answer", "test"),
)

Shows = Callable[[Mutation], bool]


def in_block(word: str) -> Shows:
    """Whether a block of this kind is what is mutated."""
    return lambda mutation: keyword(mutation) == word


def written(pattern: str) -> Shows:
    """Whether what is mutated, or what comes of it, is written so."""
    return lambda mutation: re.search(pattern, f"{mutation.line}\n{mutation.becomes}\n{mutation.at}") is not None


CONSTRUCTS: dict[str, Shows] = {word: in_block(word) for word in BLOCKS} | {
    "imported files": lambda mutation: mutation.file != mutation.mapping and mutation.file.parent.name != "tests",
    "files of tests": lambda mutation: mutation.file.parent.name == "tests",
    "a table from a CSV file": lambda mutation: mutation.file.suffix == ".csv" or written(r'from "\w+\.csv"')(mutation),
    "a map like another": written(r"\blike\b"),
    "a policy that extends another": written(r"\bextends\b"),
    "moves": lambda mutation: keyword(mutation) == "track" and written(r"->")(mutation),
    "moves `via` stages": lambda mutation: keyword(mutation) == "track" and written(r"\bvia\b")(mutation),
    "`stays … for`": written(r"\bstays\b"),
    "`changes`": written(r"\bchanges?\b (status|amount)"),
    "`goes back`": written(r"\bgoes back\b"),
    "`pick`": written(r"\bpick\b|units? .* left to return"),
    "cases of a test": lambda mutation: keyword(mutation) == "test" and mutation.line.startswith(("    ", "  cases")),
    "`undo`": written(r"\bundo with\b"),
    "`instead do`": written(r"\binstead do\b"),
    "conversions with `as`": written(r"\bas (cents?|money|date_?time|date|integer|decimal)\b"),
    "records that a word tells apart": lambda mutation: mutation.mapping.stem == "variants",
    "functions": written(r"\b(left|lower|weekday_of|left_padded|count|sum|any|every)\("),
    "settings": written(r"\bsetting\b"),
    "assumptions": written(r"\bassume\b"),
    "owners of data": written(r"\bowns\b"),
}


def keyword(mutation: Mutation) -> str:
    """The first word of the block that is mutated; `table` for a row of a CSV file."""
    if mutation.file.suffix == ".csv":
        return "table"
    text, spans = _read(mutation.file)
    place = text.index(mutation.line) + len(mutation.line) - len(mutation.line.lstrip())
    block = next(text[span.start : span.end] for span in spans if span.start <= place < span.end)
    found = re.search(r"^[a-z]+", block, re.MULTILINE)
    return found[0] if found else ""


@cache
def _read(file: Path) -> tuple[str, tuple[Span, ...]]:
    """The text of a file, and where its blocks stand."""
    text = file.read_text(encoding="utf-8")
    return text, tuple(block_spans(text))


def by_promise(corpus: Sequence[Mutation]) -> dict[str, Counter[str]]:
    """For each promise how often each of its codes is raised."""
    found: dict[str, Counter[str]] = {promise: Counter() for promise in PROMISES}
    for mutation in corpus:
        if promise := CODES[mutation.code].check:
            found[promise][mutation.code] += 1
    return found


def by_construct(corpus: Sequence[Mutation]) -> dict[str, int]:
    """For each construct how many mutations it has."""
    return {name: sum(map(shows, corpus)) for name, shows in CONSTRUCTS.items()}


def by_warning(corpus: Sequence[Mutation]) -> dict[str, int]:
    """For each warning how often it is raised."""
    counted = Counter(mutation.code for mutation in corpus)
    return {name: counted[name] for name in sorted(WARNINGS)}


def tables(corpus: Sequence[Mutation]) -> str:
    """The tables of the README."""
    promises = ((promise, _codes(codes), codes.total()) for promise, codes in by_promise(corpus).items())
    warnings = ((f"`{name}`", count) for name, count in by_warning(corpus).items())
    return "\n".join(
        (
            f"{len(corpus)} mutations. By promise of the language, with the codes that they raise:\n",
            *_table(("promise", "codes", "mutations"), promises),
            "\nBy construct; one mutation may count for several:\n",
            *_table(("construct", "mutations"), by_construct(corpus).items()),
            "\nBy warning:\n",
            *_table(("warning", "mutations"), warnings),
            "",
        )
    )


def _codes(codes: Counter[str]) -> str:
    return ", ".join(f"`{code}` {count}" for code, count in codes.most_common())


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(map(str, row))} |"


def readme(text: str, corpus: Sequence[Mutation]) -> str:
    """The README with its tables made anew."""
    return text.partition(START)[0] + START + "\n" + tables(corpus)


if __name__ == "__main__":
    README.write_text(readme(README.read_text(encoding="utf-8"), list(mutations())), encoding="utf-8")
