"""Both platforms as real HTTP servers on loopback, with everything undocumented behind a named switch.

    with SimulatorServer(ScayleSimulator(seed=7)) as scayle, SimulatorServer(ReveniSimulator()) as reveni:
        httpx.post(f"{scayle.url}/_sim/orders", json={"lines": [{"sku": "TEE-S"}], "ship": True})

The states (`Scayle`, `Reveni`) are pure and can be driven without HTTP.
"""

from .clock import FixedClock, ShiftedClock
from .knobs import changed, shown
from .reveni.app import ReveniSimulator
from .reveni.state import Reveni
from .scayle.app import ScayleSimulator
from .scayle.state import Scayle
from .server import SimulatorServer, serve_until_stopped
from .stand_in import order_for_return

__all__ = [
    "FixedClock",
    "Reveni",
    "ReveniSimulator",
    "Scayle",
    "ScayleSimulator",
    "ShiftedClock",
    "SimulatorServer",
    "changed",
    "order_for_return",
    "serve_until_stopped",
    "shown",
]
