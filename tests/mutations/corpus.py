"""One-line mistakes in shipped mappings: each must be found on its line, and nothing else with it.

A corpus file names a mapping and its mutations; README.md tells the form. `make mutations` tells what was missed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from retoure import Source, check_source, files_of_tests

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
KEYS = {"line", "becomes", "code", "at", "file", "found_in", "also"}


@dataclass(frozen=True, order=True)
class Found:
    """A finding: its code, and the file and line it stands at."""

    code: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.code} at {self.file}:{self.line}"


@dataclass(frozen=True)
class Mutation:
    """A text that stands once in a file of a mapping, what stands in its place, and what must be found then.

    `at` is a text on the line of the finding, empty when that is the mutated line itself; it stands in `found_in`.
    `also` has the codes of further findings, each with the reason why it is told too.
    """

    mapping: Path
    schemas: Path | None
    file: Path
    found_in: Path
    line: str
    becomes: str
    code: str
    at: str = ""
    also: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        changed = self.becomes.strip() or "without " + self.line.strip()
        return f"{self.code}: {changed.splitlines()[0]}"

    def text(self) -> str:
        """The mutated file. Raises ValueError when the corpus does not fit the mapping any more."""
        return _place_of(self.line, self.file)[0].replace(self.line, self.becomes)

    def wanted(self) -> Found:
        """What must be found."""
        text = self.text() if self.found_in == self.file else self.found_in.read_text(encoding="utf-8")
        if self.at and text.count(self.at) != 1:
            raise ValueError(f"{self.found_in.name} holds this {text.count(self.at)} times: {self.at!r}")
        start = text.index(self.at) if self.at else _place_of(self.line, self.file)[1] + _changed(self)
        return Found(self.code, self.found_in.name, text.count("\n", 0, start) + 1)

    def found(self) -> list[Found]:
        """Everything that is found."""
        return findings(self.mapping, self.schemas, {self.file: self.text()})

    def problem(self) -> str:
        """What was found in its place, empty when all is as it must be."""
        found = self.found()
        wanted = self.wanted()
        others = [one for one in found if one != wanted and one.code not in self.also]
        absent = self.also.keys() - {one.code for one in found}
        if wanted in found and not others and not absent:
            return ""
        return f"wanted {', '.join([str(wanted), *self.also])}; found {', '.join(map(str, found)) or 'nothing'}"


def findings(mapping: Path, schemas: Path | None, changed: Mapping[Path, str] | None = None) -> list[Found]:
    """What is found in a mapping, with the texts of some of its files changed."""

    def read(path: Path) -> Source:
        text = (changed or {}).get(path)
        return Source.read(path) if text is None else Source(str(path), text)

    tests = [read(Path(file.name)) for file in files_of_tests(mapping)]
    checked = check_source(read(mapping), schemas, read, tests)
    places = [(finding.code, checked.source.place(finding.at.span)) for finding in checked.findings]
    return [Found(code, Path(place.file).name, place.line) for code, place in places]


def mutations() -> Iterator[Mutation]:
    """The whole corpus. Raises ValueError for a mutation that is not in the form."""
    for file in sorted(FOLDER.glob("*.yaml")):
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        mapping = ROOT / data["mapping"]
        schemas = ROOT / data["schemas"] if "schemas" in data else None
        for given in data["mutations"]:
            if not given.keys() <= KEYS:
                raise ValueError(f"{file.name} has a mutation with {', '.join(given.keys() - KEYS)}: {given}")
            mutated = given.pop("file", mapping.name)
            found_in = given.pop("found_in", mutated)
            yield Mutation(mapping, schemas, mapping.parent / mutated, mapping.parent / found_in, **given)


def _place_of(line: str, file: Path) -> tuple[str, int]:
    """The text of a file, and where the line to be mutated stands in it."""
    text = file.read_text(encoding="utf-8")
    if text.count(line) != 1:
        raise ValueError(f"{file.name} holds this {text.count(line)} times: {line!r}")
    return text, text.index(line)


def _changed(mutation: Mutation) -> int:
    """How far into the mutated text the first change is."""
    pairs = zip(mutation.line, mutation.becomes, strict=False)
    return next((index for index, (old, new) in enumerate(pairs) if old != new), len(mutation.becomes))


def main() -> int:
    """Prints what was missed and, last, how many were caught."""
    corpus = list(mutations())
    missed = [(mutation, problem) for mutation in corpus if (problem := mutation.problem())]
    for mutation, problem in missed:
        print(f"missed {mutation.name}\n  {problem}")
    print(f"caught {len(corpus) - len(missed)} of {len(corpus)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
