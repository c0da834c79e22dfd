"""What a change means to those who run the mapping, where that is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from ..language import nodes as n
from ..language.walk import walk
from .mapped import Mapped
from .results import Note, Sign
from .statements import Statement

RENAMED: Final = Note("only the name changed")

ADDED, REMOVED, CHANGED = Sign.ADDED, Sign.REMOVED, Sign.CHANGED


class Care(Enum):
    """When a change asks for a second look."""

    NEVER = "never"
    AT_RISK = "where money, stock or orders depend on it"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Said:
    """A note before it is known what is at risk."""

    text: str
    care: Care = Care.NEVER


@dataclass(frozen=True)
class Seen:
    """A statement that changed, in its block."""

    kind: str
    block: str
    sign: Sign
    before: Statement | None
    after: Statement | None
    at_risk: frozenset[str]
    old: Mapped
    new: Mapped

    @property
    def topic(self) -> str:
        """What kind of statement it is."""
        said = self.after or self.before
        return said.topic if said else ""


def plain(text: str) -> Said:
    """Worth knowing."""
    return Said(text)


def risky(text: str) -> Said:
    """To be looked at twice where money, stock or orders depend on it."""
    return Said(text, Care.AT_RISK)


def grave(text: str) -> Said:
    """To be looked at twice in any case."""
    return Said(text, Care.ALWAYS)


def note_of(seen: Seen) -> Note | None:
    """What a change of a statement means; None where nothing more is known than what it says."""
    special = (found for rule in _SPECIAL if (found := rule(seen)) is not None)
    by_topic = _STATEMENTS.get((seen.kind, seen.topic)) or _STATEMENTS.get(("", seen.topic)) or {}
    return _weighed(next(special, by_topic.get(seen.sign)), seen.at_risk)


def note_of_block(kind: str, sign: Sign, at_risk: frozenset[str], *, renamed: bool) -> Note | None:
    """What it means that a block is new, is gone, or has another name."""
    return _weighed(_RENAMED.get(kind) if renamed else _BLOCKS.get((kind, sign)), at_risk)


def _weighed(said: Said | None, at_risk: frozenset[str]) -> Note | None:
    if said is None:
        return None
    careful = said.care is Care.ALWAYS or (said.care is Care.AT_RISK and bool(at_risk))
    about = ", ".join(sorted(at_risk)) + ": " if careful and at_risk else ""
    return Note(about + said.text, careful)


# --- what depends on more than the topic

_Special = Callable[[Seen], Said | None]


def _let_go(seen: Seen) -> Said | None:
    """What was held, or failed, is skipped from now on."""
    if seen.before is None or seen.after is None or not _endings(seen.before) or seen.topic == "on change":
        return None
    come = _endings(seen.after) - _endings(seen.before)
    return grave("what was told to people before is let go now, and nobody sees it") if come == {"skip"} else None


def _endings(said: Statement) -> set[str]:
    return {node.ending for node in walk(said.node) if isinstance(node, n.EndingNode)}


def _unnoticed(seen: Seen) -> Said | None:
    if seen.topic == "on change" and seen.after and _endings(seen.after) == {"skip"}:
        return grave("what changes after it was sent goes unnoticed")
    return None


def _new_setting(seen: Seen) -> Said | None:
    if (seen.topic, seen.sign) != ("setting", ADDED) or seen.after is None:
        return None
    defaults = {node.name.text for head in seen.new.facts.heads for node in head.settings if node.default}
    if seen.after.name in defaults:
        return plain("deployments may set it")
    return grave("it has no default: nothing starts before the deployment sets it")


def _blind(seen: Seen) -> Said | None:
    """A check before a retry is gone: in a policy, or since an effect follows another one."""
    if seen.before is None or seen.after is None:
        return None
    before, after = _arms(seen.old, seen.before), _arms(seen.new, seen.after)
    if any(_checks(steps) and _repeats(after.get(name, after.get(""))) for name, steps in before.items()):
        return risky("a call with an unknown outcome would be repeated without looking, and may take effect twice")
    return None


def _arms(side: Mapped, said: Statement) -> Mapping[str, object]:
    """The steps of each error class that a statement is about; `""` for all others."""
    if said.topic == "on error follow":
        policy = side.facts.policies.get(said.text)
        arms = side.facts.arms(policy) if policy and said.under.startswith("effect ") else ()
        return {name: arm.steps for arm in arms for name in map(str, arm.classes or ("",))}
    return {said.name: said.node} if said.topic in ("on", "otherwise") else {}


def _checks(steps: object) -> bool:
    return any(isinstance(step, n.CheckStep) for step in walk(steps))


def _repeats(steps: object) -> bool:
    """Whether tries go on and nothing looks first."""
    return any(isinstance(step, n.RetryStep) for step in walk(steps)) and not _checks(steps)


def _replay(seen: Seen) -> Said | None:
    if (seen.kind, seen.topic) != ("queue", "replay") or seen.after is None:
        return None
    if seen.after.text == "by hand":
        return plain("letters wait for a person, also after an outage")
    return risky("letters go on by themselves after an outage")


def _keeping(seen: Seen) -> Said | None:
    """A queue's letters are not lost: what is too old becomes a hold."""
    if (seen.kind, seen.topic) != ("queue", "keep") or not (seen.before and seen.after):
        return None
    before, after = seen.before.node, seen.after.node
    assert isinstance(before, timedelta)
    assert isinstance(after, timedelta)
    return plain(f"letters that nobody answers become holds {'sooner' if after < before else 'later'}")


def _effect_gone(seen: Seen) -> Said | None:
    if (seen.topic, seen.sign) != ("effect", REMOVED) or seen.before is None:
        return None
    if seen.before.node == "do":
        return risky("it is no longer sent; what was sent stays")
    return risky("what it kept is taken back when the return is decided again")


def _field(seen: Seen) -> Said | None:
    """What a field means depends on what its map is sent by."""
    if (seen.kind, seen.topic) != ("map", "field"):
        return None
    said = seen.after or seen.before
    sent = [step for side in (seen.old, seen.new) for step, _ in side.risks.sends.get(seen.block, ())]
    operations = [found for step in sent if (found := seen.new.facts.operation(step.operation)) is not None]
    name = said.name if said else ""
    if any(operation.additive == name for operation in operations):
        return risky("the amount: the difference is booked for returns that are decided again")
    if any(step.verb == "do" for step in sent):
        return risky("what was sent stays; returns that are decided again ask for a correction (`on change`)")
    if any(name in operation.identity for operation in operations):
        return risky("it names what is written to: the old one is taken back when the return is decided again")
    return plain("returns that are decided again send the new value") if sent else None


_SPECIAL: Final[tuple[_Special, ...]] = (
    *(_unnoticed, _blind, _let_go, _new_setting, _replay, _keeping, _effect_gone, _field),
)

# --- what the topic alone says: (kind of block or "" for all, topic)

_Words = Mapping[Sign, Said]


def _all(said: Said) -> _Words:
    return dict.fromkeys(Sign, said)


_STATEMENTS: Final[Mapping[tuple[str, str], _Words]] = {
    ("mapping", "version"): {CHANGED: plain("every decision from then on names it")},
    ("mapping", "name"): {CHANGED: plain("every decision from then on names it")},
    ("", "system"): {CHANGED: grave("another interface: its fields, types and operations may differ")},
    ("", "data"): _all(plain("who may write this data")),
    ("", "setting"): {
        REMOVED: grave("a deployment that still sets it does not start"),
        CHANGED: grave("what deployments set may no longer fit"),
    },
    ("", "default"): {
        REMOVED: grave("nothing starts where the deployment does not set it"),
        CHANGED: risky("counts wherever the deployment does not set it"),
    },
    ("", "assumption"): _all(grave("what the platform does by itself: make sure that it is so for this tenant")),
    ("track", "key"): {CHANGED: grave("what is known of a return is found by its key: it would start from nothing")},
    ("track", "type"): {CHANGED: grave("another thing is followed")},
    ("track", "newest"): {CHANGED: grave("an old version that arrives late may be taken for a new one")},
    ("track", "stage from"): {CHANGED: grave("other values decide about the stage")},
    ("track", "status"): {
        ADDED: risky("it was unknown before"),
        REMOVED: plain("it is unknown now"),
        CHANGED: risky("returns with this status count as in another stage, and other rules act"),
    },
    ("track", "move"): {
        ADDED: risky("it was held before"),
        REMOVED: plain("it is held now"),
        CHANGED: risky("rules of the stages passed by act as well"),
    },
    ("table", "row"): {
        ADDED: plain("it fell to `otherwise` before"),
        REMOVED: plain("it falls to `otherwise` now"),
        CHANGED: plain("another value from the next decision on"),
    },
    ("template", "text"): {CHANGED: plain("another text from the next decision on")},
    ("gate", "require"): {
        ADDED: plain("more is held back than before"),
        REMOVED: risky("one condition less"),
        CHANGED: risky("another condition decides"),
    },
    ("rule", "when"): {CHANGED: risky("it acts at other moments")},
    ("watch", "when"): {CHANGED: plain("people are told at other moments")},
    ("rule", "read"): {CHANGED: risky("it decides by another record")},
    ("rule", "for each"): _all(risky("other lines or units are taken")),
    ("rule", "if"): {
        ADDED: plain("it does less than before"),
        REMOVED: risky("one condition less"),
        CHANGED: risky("another condition decides"),
    },
    ("rule", "only if"): {
        ADDED: plain("it waits for one gate more"),
        REMOVED: risky("it no longer waits for this gate"),
        CHANGED: risky("the gate judges something else"),
    },
    ("rule", "order of steps"): {CHANGED: risky("what comes first decides whether the rest is looked at")},
    ("", "effect"): {
        ADDED: risky("something new is sent"),
        CHANGED: grave("`do` is sent once and stays, `keep` follows every newer version"),
    },
    ("", "with"): {CHANGED: risky("something else is sent")},
    ("", "once per"): _all(grave("the effect key changed: what was sent under the old key would be sent again")),
    ("", "per"): _all(risky("the effect key changed: what it kept is taken back, and sent anew under the new key")),
    ("", "undo with"): _all(risky("it is taken back in another way")),
    ("", "on change"): _all(plain("what follows when something else should have been sent")),
    ("rule", "on error follow"): {CHANGED: risky("failures end in another way")},
    ("policy", "on"): {
        ADDED: plain("it fell to `otherwise` before; what waits already keeps its policy"),
        REMOVED: plain("it falls to `otherwise` now; what waits already keeps its policy"),
        CHANGED: plain("failures end in another way; what waits already keeps its policy"),
    },
    ("policy", "otherwise"): {CHANGED: plain("failures end in another way; what waits already keeps its policy")},
    ("alert", "when"): _all(plain("people are told at other moments")),
    ("alert", "quiet"): _all(plain("people are told again at other moments")),
}

_BLOCKS: Final[Mapping[tuple[str, Sign], Said]] = {
    ("rule", ADDED): risky("a new rule acts on it"),
    ("rule", REMOVED): risky("it sends nothing any more, and what it kept stays as it is"),
    ("watch", REMOVED): plain("nobody is told any more"),
    ("audit", REMOVED): plain("nobody compares any more"),
    ("test", REMOVED): plain("this behaviour is no longer tested"),
    ("queue", REMOVED): grave("letters that lie in it stay there: empty it first"),
    ("alert", REMOVED): grave("the deployment tells people by its name"),
    ("answer", REMOVED): grave("the platform asks by its name"),
}


_RENAMED: Final[Mapping[str, Said]] = {
    "rule": plain("what was sent is known under the new name; open holds keep the old one"),
    "queue": grave("letters that lie in the old one stay there: empty it first"),
    "alert": grave("the deployment tells people by its name"),
    "answer": grave("the platform asks by its name"),
}
