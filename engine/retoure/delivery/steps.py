"""Following a policy, purely: given a failure and the tries so far, what happens next."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ..connectors.port import CallFailed
from ..runtime.policy import Arm, Instead, Policy, Retry, Step

REREAD_POLICY: Final = Policy("re-read", (Arm((), (Step("retry", retry=Retry(8, 2.0, 600.0)), Step("hold"))),))
"""For the read of the newest record, which no mapping names: nine attempts over some twenty minutes, then a hold
for the owner. The event stays stored and can be replayed."""

CLOSING: Final = ("queue", "hold", "skip", "instead")

Counts = Mapping[int, int]
"""How many retries each arm (by index) has used."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an effect or a read ends when its tries are used up: `do` is queue, hold, skip or instead.

    `name` is the queue or the team (empty: the mapping's owner), `instead` the effect to send in its place.
    """

    do: str
    name: str = ""
    reason: str = ""
    instead: Instead | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows a failure: wait `wait` seconds and try again, or `ending`; exactly one of them is set.

    `check` is true when the arm asks to find out what became of the call before anything else.
    """

    counts: Counts
    wait: float | None = None
    ending: Ending | None = None
    alerts: tuple[str, ...] = ()
    check: bool = False


def follow(policy: Policy, failure: CallFailed, counts: Counts, jitter: random.Random, *, pace: float = 1.0) -> Verdict:
    """The verdict of `policy` on `failure`.

    `pace` shortens the waits the policy asks for, never the one the platform asks for.
    """
    index = policy.arm_for(failure.error)
    steps = policy.arms[index].steps
    check = any(step.do == "check" for step in steps)
    used = counts.get(index, 0)
    retry, earlier = _retry_left(steps, used)
    if retry is not None:
        wait = max(backoff(retry, used - earlier, jitter) / pace, failure.retry_after or 0.0)
        return Verdict({**counts, index: used + 1}, wait=wait, check=check)
    return Verdict(counts, ending=_ending(steps, failure), alerts=alerts_of(steps), check=check)


def at_once(policy: Policy, failure: CallFailed) -> Ending:
    """How the policy ends for those who cannot wait for its retries."""
    return _ending(policy.arms[policy.arm_for(failure.error)].steps, failure)


def backoff(retry: Retry, used: int, jitter: random.Random) -> float:
    """Seconds before the next try: anywhere from `least` to a ceiling that doubles with each try, up to `most`."""
    doubled: float = retry.least * 2.0 ** min(used + 1, 64)
    return jitter.uniform(retry.least, max(retry.least, min(retry.most, doubled)))


def alerts_of(steps: tuple[Step, ...]) -> tuple[str, ...]:
    """The alerts an arm names."""
    return tuple(step.name for step in steps if step.do == "alert")


def team_of(policy: Policy, error: str) -> str:
    """Who decides when an outcome stays unknown: the team of the error's arm, else of any arm, else nobody named."""
    arms = (policy.arms[policy.arm_for(error)], *policy.arms)
    return next((step.name for arm in arms for step in arm.steps if step.do == "hold" and step.name), "")


def filled(reason: str, message: str) -> str:
    """The text of a hold with `{error}` replaced; the message alone when there is no text."""
    return reason.replace("{error}", message) if reason else message


def _retry_left(steps: tuple[Step, ...], used: int) -> tuple[Retry | None, int]:
    """The retry step that is not used up, and how many tries the steps before it took."""
    earlier = 0
    for retry in (step.retry for step in steps if step.retry is not None):
        if used < earlier + retry.times:
            return retry, earlier
        earlier += retry.times
    return None, earlier


def _ending(steps: tuple[Step, ...], failure: CallFailed) -> Ending:
    """The first closing step of an arm. An arm without one ends in a hold: nothing disappears."""
    for step in steps:
        if step.do in CLOSING:
            return Ending(step.do, step.name, filled(step.reason, str(failure)), step.instead)
    return Ending("hold", "", str(failure))


def without_instead(policy: Policy) -> Policy:
    """What a replacement's own failures follow: the arm `otherwise`, without another replacement."""
    steps = tuple(step for step in policy.arms[-1].steps if step.do != "instead")
    return Policy(policy.name, (Arm((), steps),))
