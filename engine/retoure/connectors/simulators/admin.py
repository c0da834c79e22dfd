"""The part of the admin API both simulators have: faults, clock, switches, books. No token; loopback only."""

from __future__ import annotations

from typing import Any

from .calls import Answer, Call, Rule
from .knobs import changed, shown
from .simulator import Simulator

Anyone = Simulator[Any]


def get_faults(simulator: Anyone, _: Call) -> Answer:
    """`{faults: [...]}`, spent ones included."""
    return Answer({"faults": simulator.faults.shown()})


def post_faults(simulator: Anyone, call: Call) -> Answer:
    """Plan a fault: `{kind, method?, path?, status?, headers?, times?, skip?, seconds?}`.

    `times` null lasts until cleared.
    """
    fault = simulator.faults.add(call.body)
    return Answer({"id": fault.id}, 201)


def delete_faults(simulator: Anyone, call: Call) -> Answer:
    """Clear all faults, or the one named in the path."""
    number = call.path.get("id")
    return Answer({"removed": simulator.faults.clear(None if number is None else int(number))})


def get_switches(simulator: Anyone, _: Call) -> Answer:
    """All switches, name to value."""
    return Answer(shown(simulator.state.switches))


def put_switches(simulator: Anyone, call: Call) -> Answer:
    """Replace the switches: those named, all others back to their default."""
    simulator.state.switches = changed(type(simulator.state.switches)(), call.body)
    return get_switches(simulator, call)


def patch_switches(simulator: Anyone, call: Call) -> Answer:
    """Change only the switches named."""
    simulator.state.switches = changed(simulator.state.switches, call.body)
    return get_switches(simulator, call)


def get_clock(simulator: Anyone, _: Call) -> Answer:
    """`{now}`, ISO."""
    return Answer({"now": simulator.clock().isoformat()})


def post_clock(simulator: Anyone, call: Call) -> Answer:
    """Let time pass: `{advance_seconds}`; what was waiting for its time happens at once."""
    return Answer({"now": simulator.clock.advance(float(call.body["advance_seconds"])).isoformat()})


def get_books(simulator: Anyone, _: Call) -> Answer:
    """What really happened."""
    return Answer(simulator.books())


def get_health(_: Anyone, __: Call) -> Answer:
    """`{ok: true}` once it listens."""
    return Answer({"ok": True})


COMMON: tuple[Rule[Anyone], ...] = (
    Rule("GET", "/health", get_health),
    Rule("GET", "/books", get_books),
    Rule("GET", "/clock", get_clock),
    Rule("POST", "/clock", post_clock),
    Rule("GET", "/switches", get_switches),
    Rule("PUT", "/switches", put_switches),
    Rule("PATCH", "/switches", patch_switches),
    Rule("GET", "/faults", get_faults),
    Rule("POST", "/faults", post_faults),
    Rule("DELETE", "/faults", delete_faults),
    Rule("DELETE", "/faults/{id}", delete_faults),
)
