"""What a replay of a letter, or the answer to a hold, would do: as text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from retoure.planning import LetterPlan, Request, ReturnPlan

from . import plan_text
from .output import console, plain, say


def tell(plan: LetterPlan) -> None:
    """Prints what a replay would do."""
    if plan.ended:
        say(f"\nIt is {plan.ended}: there is nothing to replay.")
        return
    if plan.finds_out:
        say("\nIt may have happened: a replay finds out first, and sends it only if it did not.")
    tell_requests(plan.requests)
    if not plan.requests:
        say("\nA replay reads the return anew, and decides it.")
    tell_again(plan.again, plan.mapping)
    tell_ways(_ways(plan))


def tell_requests(requests: Sequence[Request]) -> None:
    """Prints what a replay sends."""
    for number, request in enumerate(requests):
        if not number:
            say("\nA replay sends:")
        say(f"  {request.method} {request.path}{f'   ({request.note})' if request.note else ''}")
        if request.body is not None:
            body = json.dumps(plain(request.body), indent=2, ensure_ascii=False)
            say("\n".join(f"    {line}" for line in body.splitlines()))


def _ways(plan: LetterPlan) -> Mapping[str, str]:
    """How a letter can come to an end: commands, and when each is right."""
    ways = {f"retoure queue replay {plan.letter}": "once the cause is mended"}
    if plan.requests and not plan.finds_out:
        ways[f"retoure queue edit {plan.letter} --set FIELD=VALUE --why TEXT"] = "where what it sends is wrong"
    if plan.requests:
        ways[f"retoure queue done {plan.letter} --why TEXT"] = "where it was done by hand"
    ways[f"retoure queue drop {plan.letter} --why TEXT"] = "where it shall not happen"
    return ways


def tell_ways(ways: Mapping[str, str]) -> None:
    """Prints commands, and when each is right."""
    say("\nWhat you can do:")
    for command, reason in ways.items():
        say(f"  {command:<62} {reason}")


def tell_again(again: ReturnPlan, mapping: str) -> None:
    """Prints what deciding a return once more would do."""
    if again.does_something:
        say(f"\nDecided again by {mapping}, this would follow (from what is recorded; reads are made anew):\n")
        plan_text.tell(again, console())
    elif again.steps:
        say(f"\nDecided again by {mapping}, nothing else would be wanted (from what is recorded).")
    else:
        say("\nThe return was never decided.")
