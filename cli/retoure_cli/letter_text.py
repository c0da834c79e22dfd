"""What a replay of a letter, or the answer to a hold, would do: as text."""

from __future__ import annotations

import json

from retoure.planning import LetterPlan, ReturnPlan

from . import plan_text
from .output import console, plain, say


def tell(plan: LetterPlan) -> None:
    """Prints what a replay would do."""
    if plan.finds_out:
        say("\nIt may have happened: a replay finds out first, and sends it only if it did not.")
    for number, request in enumerate(plan.requests):
        if not number:
            say("\nA replay sends:")
        say(f"  {request.method} {request.path}{f'   ({request.note})' if request.note else ''}")
        if request.body is not None:
            body = json.dumps(plain(request.body), indent=2, ensure_ascii=False)
            say("\n".join(f"    {line}" for line in body.splitlines()))
    if not plan.requests:
        say("\nA replay reads the return anew, and decides it.")
    tell_again(plan.again, plan.mapping)


def tell_again(again: ReturnPlan, mapping: str) -> None:
    """Prints what deciding a return once more would do."""
    if again.does_something:
        say(f"\nDecided again by {mapping}, this would follow (from what is recorded; reads are made anew):\n")
        plan_text.tell(again, console())
    elif again.steps:
        say(f"\nDecided again by {mapping}, nothing else would be wanted (from what is recorded).")
    else:
        say("\nThe return was never decided.")
