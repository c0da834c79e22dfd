"""One-line mistakes in shipped mappings: each must be found, on its line. `python tests/mutations/corpus.py` tells all.

A corpus file names a mapping and its mutations; see `reveni_to_scayle.yaml` for the form.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from retoure import Source, check_source

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(Path(__file__).parent.glob("*.yaml"))


@dataclass(frozen=True)
class Mutation:
    """A text that stands once in a mapping, what stands in its place, and the code to be found on which line."""

    mapping: Path
    line: str
    becomes: str
    code: str
    at: str

    @property
    def name(self) -> str:
        return f"{self.code}: {(self.becomes or 'without ' + self.line).strip().splitlines()[0]}"

    def source(self) -> Source:
        """The mutated mapping. Raises ValueError when the corpus does not fit the mapping any more."""
        text = self.mapping.read_text(encoding="utf-8")
        if text.count(self.line) != 1:
            raise ValueError(f"{self.mapping.name} holds this {text.count(self.line)} times: {self.line!r}")
        return Source(str(self.mapping), text.replace(self.line, self.becomes))

    def wanted(self) -> tuple[str, int]:
        """The code, and the number of its line in the mutated mapping."""
        text = self.source().text
        if self.at and text.count(self.at) != 1:
            raise ValueError(f"the mutated mapping holds this {text.count(self.at)} times: {self.at!r}")
        start = text.index(self.at) if self.at else self.mapping.read_text(encoding="utf-8").index(self.line)
        return self.code, text[:start].count("\n") + 1

    def found(self) -> list[tuple[str, int]]:
        """The codes of all findings with their lines."""
        checked = check_source(self.source())
        return [(finding.code, checked.source.place(finding.at.span).line) for finding in checked.findings]


def mutations() -> Iterator[Mutation]:
    for file in FILES:
        data: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
        for given in data["mutations"]:
            yield Mutation(ROOT / data["mapping"], given["line"], given["becomes"], given["code"], given.get("at", ""))


def main() -> int:
    """Prints what was missed and, last, how many were caught."""
    all_of_them = list(mutations())
    missed = [one for one in all_of_them if one.wanted() not in one.found()]
    for one in missed:
        print(f"missed {one.name}\n  wanted {one.wanted()}, found {one.found() or 'nothing'}")
    print(f"caught {len(all_of_them) - len(missed)} of {len(all_of_them)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
