"""What a module declares and what the platforms' manifests say, looked up by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, TypeVar

from msgspec.structs import replace

from ..language import nodes as n
from ..language.index import Index
from ..types.kinds import BOOLEAN, DAY, INSTANT, INTEGER, NUMBER, TEXT, ListOf, Record, Type
from ..types.manifest import Manifest, Operation

T = TypeVar(
    "T",
    n.TableNode,
    n.MapNode,
    n.TemplateNode,
    n.GateNode,
    n.PolicyNode,
    n.QueueNode,
    n.AlertNode,
    n.RuleNode,
    n.AuditNode,
    n.AnswerNode,
)
Part = TypeVar("Part")
Answer = TypeVar("Answer")
PLAIN: Mapping[str, Type] = {
    "text": TEXT,
    "integer": INTEGER,
    "decimal": NUMBER,
    "instant": INSTANT,
    "date": DAY,
    "boolean": BOOLEAN,
}
SETTING_KINDS = (*PLAIN, "choice", "template", "team")


def by_name(items: Iterable[T]) -> dict[str, T]:
    """Declarations by name; the first one counts when a name is given twice."""
    found: dict[str, T] = {}
    for item in items:
        found.setdefault(item.name.text, item)
    return found


def remembered(question: Callable[[Facts, Part], Answer]) -> Callable[[Facts, Part], Answer]:
    """A question about a part of a file that many checks ask: answered once, and the answer is kept with the facts.

    An answer is found by the identity of the part, which is kept too.
    """

    @wraps(question)
    def asked(facts: Facts, part: Part) -> Answer:
        answers = facts.known.setdefault(question, {})
        if id(part) not in answers:
            answers[id(part)] = part, question(facts, part)
        answer: Answer = answers[id(part)][1]
        return answer

    return asked


@dataclass(frozen=True)
class Facts:
    """Everything a check may ask. Built once per module by `gather`.

    `mapping` is the head of the file itself (of a library when it is one), `libraries` are the heads it imports.
    `known` holds the answers of `remembered` questions, and nothing that they could not be asked for again.
    """

    module: n.Module
    manifests: Mapping[str, Manifest]
    mapping: n.MappingNode | None = None
    libraries: tuple[n.MappingNode, ...] = ()
    track: n.TrackNode | None = None
    tables: Mapping[str, n.TableNode] = field(default_factory=dict)
    maps: Mapping[str, n.MapNode] = field(default_factory=dict)
    gates: Mapping[str, n.GateNode] = field(default_factory=dict)
    rules: Mapping[str, n.RuleNode] = field(default_factory=dict)
    policies: Mapping[str, n.PolicyNode] = field(default_factory=dict)
    queues: Mapping[str, n.QueueNode] = field(default_factory=dict)
    alerts: Mapping[str, n.AlertNode] = field(default_factory=dict)
    settings: Mapping[str, n.SettingNode] = field(default_factory=dict)
    templates: Mapping[str, n.TemplateNode] = field(default_factory=dict)
    audits: Mapping[str, n.AuditNode] = field(default_factory=dict)
    answers: Mapping[str, n.AnswerNode] = field(default_factory=dict)
    known: dict[Callable[..., Any], dict[int, tuple[Any, Any]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @cached_property
    def nodes(self) -> Index:
        """The nodes of the file and of all it imports, by their class."""
        return Index(self.module.blocks)

    @cached_property
    def heads(self) -> tuple[n.MappingNode, ...]:
        """The head of the file and of all it imports."""
        return (*((self.mapping,) if self.mapping else ()), *self.libraries)

    @cached_property
    def stages(self) -> tuple[str, ...]:
        return tuple(stage.name.text for stage in self.track.stages) if self.track else ()

    @cached_property
    def teams(self) -> tuple[str, ...]:
        """Names a `for` may use: declared teams and settings of type team."""
        declared = dict.fromkeys(team.text for head in self.heads for team in head.teams)
        return (*declared, *(name for name, node in self.settings.items() if node.kind.text == "team"))

    @cached_property
    def telling(self) -> frozenset[str]:
        """The names of fields whose word tells which of several records one is."""
        return frozenset[str]().union(*(manifest.telling for manifest in self.manifests.values()))

    def named_type(self, text: str) -> Type | None:
        """The type called `text` (`reveni.Return`, `integer`), None when there is none."""
        system, _, name = text.partition(".")
        if not name:
            return PLAIN.get(text)
        manifest = self.manifests.get(system)
        return _named(manifest, name) if manifest else None

    def type_of(self, reference: n.TypeRef) -> Type | None:
        """The type a reference means; None when unknown."""
        inner = self.named_type(reference.text)
        return ListOf(inner) if inner is not None and reference.listed else inner

    def record_of(self, reference: n.TypeRef) -> Record | None:
        found = self.type_of(reference)
        return found if isinstance(found, Record) else None

    def operation(self, path: n.Path) -> Operation | None:
        """The operation `scayle.orders.get` of a manifest; None when unknown."""
        system, _, name = str(path).partition(".")
        manifest = self.manifests.get(system)
        return manifest.operations.get(name) if manifest else None

    def operation_names(self) -> list[str]:
        return [f"{system}.{name}" for system, found in self.manifests.items() for name in found.operations]

    def type_names(self) -> list[str]:
        named = [
            f"{system}.{name}" for system, found in self.manifests.items() for name in (*found.types, *found.enums)
        ]
        return [*PLAIN, *named]

    @cached_property
    def effects(self) -> tuple[tuple[n.RuleNode, n.EffectStep], ...]:
        """Every `do` and `keep` with its rule, in the order of the text."""
        pairs = ((rule, step) for rule in self.rules.values() for step in rule.steps)
        return tuple((rule, step) for rule, step in pairs if isinstance(step, n.EffectStep))

    @remembered
    def arms(self, policy: n.PolicyNode) -> tuple[n.ArmNode, ...]:
        """The policy's own arms, then those it inherits; its own `otherwise` replaces the inherited one."""
        seen: set[str] = set()
        arms: list[n.ArmNode] = []
        node: n.PolicyNode | None = policy
        while node is not None and node.name.text not in seen:
            seen.add(node.name.text)
            arms += node.arms
            node = self.policies.get(node.extends.text) if node.extends else None
        named = [arm for arm in arms if arm.classes]
        last = [arm for arm in arms if not arm.classes]
        return (*named, *last[:1])

    def assumed(self, system: str, fact: str) -> str:
        """The value of a tenant fact: what the mapping assumes, else the manifest's default."""
        found = self.manifests[system].facts.get(fact)
        return self.stated(system, fact) or (found.default if found else "")

    def stated(self, system: str, fact: str) -> str:
        """The value the mapping itself assumes of a tenant fact, empty when it says nothing."""
        for node in self.mapping.assumes if self.mapping else ():
            if (node.system.text, node.fact.text) == (system, fact):
                return node.value.text
        return ""

    def causes(self, path: n.Path, effect: str) -> bool:
        """Whether an operation sets off a side effect (`refund`), under what the mapping assumes of the tenant."""
        operation, system = self.operation(path), path.names[0].text
        if operation is None:
            return False
        return any(
            side.name == effect and (not side.when or self.assumed(system, side.when).upper() == "ON")
            for side in operation.side_effects
        )

    def moves(self, path: n.Path, effect: str) -> bool:
        """Whether an operation does what a platform may do on its own: pays back, adds to stock, or makes an order.

        An operation that makes an order takes goods from stock and never adds any.
        """
        return self.causes(path, effect) and not (effect == "stock" and self.causes(path, "order"))


def gather(module: n.Module, manifests: Mapping[str, Manifest]) -> Facts:
    """The facts of a module."""
    found, tracks = module.of(n.MappingNode), module.of(n.TrackNode)
    mapping = next((head for head in found if module.own(head.span)), None)
    libraries = tuple(head for head in found if head is not mapping and (head.library or not module.own(head.span)))
    heads = (*libraries, *((mapping,) if mapping else ()))
    settings = {node.name.text: node for head in heads for node in head.settings}
    return Facts(
        module,
        manifests,
        mapping,
        libraries,
        track=tracks[0] if tracks else None,
        tables=by_name(module.of(n.TableNode)),
        maps=with_likes(by_name(module.of(n.MapNode))),
        gates=by_name(module.of(n.GateNode)),
        rules=by_name(module.of(n.RuleNode)),
        policies=by_name(module.of(n.PolicyNode)),
        queues=by_name(module.of(n.QueueNode)),
        alerts=by_name(module.of(n.AlertNode)),
        settings=settings,
        templates=by_name(module.of(n.TemplateNode)),
        audits=by_name(module.of(n.AuditNode)),
        answers=by_name(module.of(n.AnswerNode)),
    )


def with_likes(maps: Mapping[str, n.MapNode]) -> dict[str, n.MapNode]:
    """Every map with the assignments it takes over from another."""
    return {name: replace(node, assignments=_assignments(node, maps, ())) for name, node in maps.items()}


def _assignments(node: n.MapNode, maps: Mapping[str, n.MapNode], chain: tuple[str, ...]) -> tuple[n.Assignment, ...]:
    if node.like is None or node.like.base.text not in maps or node.name.text in chain:
        return node.assignments
    base = _assignments(maps[node.like.base.text], maps, (*chain, node.name.text))
    left = {name.text for name in node.like.without} | {item.target.text for item in node.assignments}
    return (*(item for item in base if item.target.text not in left), *node.assignments)


def _named(manifest: Manifest, name: str) -> Type | None:
    if name in manifest.types:
        return manifest.types[name]
    return manifest.enums.get(name)
