"""Puts a new mapping together: the text from a template, a fixture, and a test of what the mapping does as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from json import dumps
from pathlib import Path
from textwrap import wrap

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from ..beside import FOLDER
from ..compile import CompiledMapping, compile_mapping
from ..diagnostics import CompileFailed
from ..language.printer import format_source
from ..source import Source
from ..testing import dry_run, read_event
from ..types.load import load_system
from ..types.manifest import Kind, Manifest, Operation
from ..types.system_files import known_systems
from .effects import Effect, assumed, effect_of
from .names import quoted, word
from .sample import sample
from .subject import CannotScaffold, Subject, lacking, subject_of

TEAM = "integration"
REMARK = 110
"""Characters in a line of a comment."""
FIXTURE = "fixtures/{}.json"
NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Scaffold:
    """The files of a new mapping by their path in its folder, and the names of what was chosen."""

    mapping: str
    tests: str
    fixture: str
    files: Mapping[str, str]
    follows: str
    operations: tuple[str, ...]

    @property
    def todos(self) -> int:
        """How many lines of the mapping ask its author something."""
        return sum("TODO" in line for line in self.files[self.mapping].splitlines())


def scaffold(
    name: str,
    source: str = "",
    targets: Sequence[str] = (),
    *,
    operations: Sequence[str] = (),
    event: str = "",
    schemas: Path | None = None,
) -> Scaffold:
    """A mapping called `name` from the system `source` to the systems `targets`, with an effect for each operation.

    Without names: the first system with something to follow, to all others, and of each the most harmless operation.
    Raises CannotScaffold, and SchemaInvalid for a damaged schema.
    """
    known = {version: load_system(version, schemas) for version in known_systems(schemas)}
    followed = _named(source, known) if source else _first(known)
    subject = subject_of(followed, event)
    told = [_named(target, known) for target in targets] or [one for one in known.values() if one is not followed]
    alone = len(told) == 1
    effects = [effect_of(subject, *chosen, TEAM, alone=alone) for chosen in _operations(told, operations)]
    systems = list({one.system: one for one in (followed, *told)}.values())
    record = sample(followed, subject.event.record, {subject.status: subject.stages[subject.main[0]][0]})
    return _Draft(name, subject, systems, told, effects, dumps(record, indent=2) + "\n", schemas).finished()


@dataclass(frozen=True)
class _Draft:
    name: str
    subject: Subject
    systems: Sequence[Manifest]
    told: Sequence[Manifest]
    effects: Sequence[Effect]
    fixture: str
    schemas: Path | None

    def finished(self) -> Scaffold:
        """With a test that says what the mapping does with the fixture."""
        mapping, fixture = f"{self.name}.rmap", FIXTURE.format(self.subject.name)
        text, tests = self._text(), f"{FOLDER}/{mapping}"
        files = {mapping: text, tests: self._tests(fixture, [*self._seen(text)]), fixture: self.fixture}
        follows = f"{self.subject.manifest.system}.{self.subject.event.record}"
        operations = tuple(effect.path for effect in self.effects)
        return Scaffold(mapping, tests, fixture, files, follows, operations)

    def _tests(self, fixture: str, expected: Sequence[str]) -> str:
        text = _template("tests").render(name=self.name, subject=self.subject, fixture=fixture, expected=expected)
        return format_source(Source(f"{self.name}.rmap", text))

    def _text(self) -> str:
        text = _template("mapping").render(
            name=self.name,
            subject=self.subject,
            systems=self.systems,
            told=self.told,
            effects=self.effects,
            assumed=[*assumed(self.systems, self.effects)],
            moves=[*_moves(self.subject)],
            waiting=[stage for stage in self.subject.stages if stage not in self.subject.main],
            team=TEAM,
        )
        return format_source(Source(f"{self.name}.rmap", text))

    def _compiled(self, text: str) -> CompiledMapping:
        try:
            return compile_mapping(Source(f"{self.name}.rmap", text), schemas=self.schemas)
        except CompileFailed as failed:
            reasons = "; ".join(finding.message for finding in failed.findings)
            names = ", ".join(effect.path for effect in self.effects)
            raise CannotScaffold(f"no mapping can be made of {names}: {reasons}") from failed

    def _seen(self, text: str) -> Iterator[str]:
        """What comes of the fixture, as expectations."""
        program = self._compiled(text)
        event = read_event(self.fixture.encode(), program)
        (run,) = dry_run(program, [(self.name, event)], now=NOON, stand_in=False)
        yield f"expect stage {self.subject.main[0]}"
        for effect in self.effects:
            number = sum(sent.operation == effect.path for sent in run.sent)
            verb = "keep" if effect.keeps else "do"
            yield f"expect {verb} {effect.path} {number} times" if number else f"expect no {effect.path}"
        reasons = dict.fromkeys(hold.reason for hold in run.holds)
        yield from (f"expect hold for {TEAM} about {quoted(reason)}" for reason in reasons)
        if not reasons:
            yield "expect no hold"


def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("retoure.scaffolding"), autoescape=False, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {"word": word, "remark": _remark}
    return environment.get_template(f"{name}.rmap")


def _remark(text: str) -> str:
    """A text as lines of comment, for the layout to indent."""
    return "\n".join(f"# {line}" for line in wrap(text, REMARK))


def _moves(subject: Subject) -> Iterator[tuple[str, list[str]]]:
    """From every stage to every later one, in the order of the schema."""
    stages = list(subject.stages)
    return ((stage, stages[number:]) for number, stage in enumerate(stages[:-1], 1))


def _named(name: str, known: Mapping[str, Manifest]) -> Manifest:
    """The system of a version (`scayle/admin-v1`), or of a name when it has one version only."""
    found = [one for version, one in known.items() if name in (version, one.system)]
    if len(found) == 1:
        return found[0]
    versions = ", ".join(version for version in known if not found or version.startswith(f"{name}/")) or "none"
    problem = f"there is no system `{name}`" if not found else f"`{name}` has several versions"
    raise CannotScaffold(f"{problem}: name one of {versions}")


def _first(known: Mapping[str, Manifest]) -> Manifest:
    """The first system that has something to follow."""
    for manifest in known.values():
        if any(not lacking(manifest.types[event.record]) for event in manifest.events.values()):
            return manifest
    raise CannotScaffold(f"no system here has a record that can be followed: {', '.join(known) or 'there is none'}")


def _operations(targets: Sequence[Manifest], names: Sequence[str]) -> Iterator[tuple[Manifest, Operation]]:
    """The operations that are named (`scayle.orders.annotate`), else the most harmless one of each system."""
    if not names:
        yield from ((target, _harmless(target)) for target in targets)
    for name in names:
        system, _, operation = name.partition(".")
        target = next((one for one in targets if one.system == system), None)
        if target is None or operation not in target.operations:
            known = ", ".join(f"{one.system}.{each.name}" for one in targets for each in _writing(one))
            raise CannotScaffold(f"there is no operation `{name}`: those that write are {known}")
        yield target, target.operations[operation]


def _writing(manifest: Manifest) -> list[Operation]:
    return [operation for operation in manifest.operations.values() if operation.kind is not Kind.READ]


def _harmless(manifest: Manifest) -> Operation:
    """One that can be taken back and sets nothing else in motion, as far as there is one."""
    found = sorted(_writing(manifest), key=lambda one: (len(one.side_effects), not one.undo, not one.idempotent))
    if not found:
        raise CannotScaffold(f"{manifest.system} has no operation that writes: name another system with --to")
    return found[0]
