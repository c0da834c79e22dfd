"""What a running service says of itself: whether it answers, is ready, and how it finds the platforms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from retoure import Deployment

PATIENCE: Final = 1.0  # seconds it may take to answer
ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}


@dataclass(frozen=True)
class Service:
    """`why` says what is missing when it is not ready; `systems` has the circuit breaker of each system."""

    address: str
    answers: bool = False
    ready: bool = False
    why: str = ""
    systems: Mapping[str, Any] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """For people."""
        if not self.answers:
            return f"nobody answers at {self.address}"
        return f"{self.address} is ready" if self.ready else f"{self.address} is not ready: {self.why}"


def ask_service(deployment: Deployment) -> Service | None:
    """What answers at the address of the deployment, or of its tenant; None where that is chosen anew at each start
    (port 0).
    """
    import httpx

    web = deployment.web
    if not web.port:
        return None
    host = ANYWHERE.get(web.host, web.host)
    address = f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"
    address = f"{address}/{deployment.tenant}" if deployment.tenant else address
    try:
        with httpx.Client(base_url=address, timeout=PATIENCE, trust_env=False) as client:
            ready, status = client.get("/readyz"), client.get("/status")
            told, systems = ready.json(), status.json().get("systems", {})
    except (httpx.HTTPError, ValueError, AttributeError):
        return Service(address)
    return Service(address, True, ready.status_code == 200, str(told.get("message", "")), systems)
