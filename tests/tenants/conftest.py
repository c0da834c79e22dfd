"""Two shops with platforms of their own and one deployment file. Both know orders and returns of the same ids."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from retoure import Runner, Tenants, load_deployment, load_tenants
from retoure.connectors.simulators import ReveniSimulator, ScayleSimulator, SimulatorServer

from ..embedding.shop import MAPPING, Shop, webhook

TENANTS = ("de", "fr")
FILE = """\
mapping: {mapping}
systems:
  scayle:
    connector: scayle
    options: {{shop: ms, read_timeout: 120, total_timeout: 300}}
    credentials: {{token: env:DE_SCAYLE}}
  reveni: {{connector: reveni, options: {{store: sim-store}}, credentials: {{token: env:DE_REVENI}}}}
store: {store}
alerts: {{oncall: {{channel: log}}}}
web: {{port: 0}}
worker: {{poll: 0.05, lease: 300}}
tenants:
  de:
    systems:
      scayle: {{base_url: "{de.scayle}/api/admin/v1", options: {{country: DE}}}}
      reveni: {{base_url: "{de.reveni}"}}
  fr:
    systems:
      scayle:
        base_url: "{fr.scayle}/api/admin/v1"
        options: {{country: DE}}
        credentials: {{token: env:FR_SCAYLE}}
      reveni: {{base_url: "{fr.reveni}", credentials: {{token: env:FR_REVENI}}}}
"""
SECRETS = {f"{name.upper()}_{system.upper()}": f"{name}-{system}-secret" for name in TENANTS
           for system in ("scayle", "reveni")}  # fmt: skip


@dataclass(frozen=True)
class Street:
    """The shops by the name of their tenant, and the deployment `file` of both."""

    shops: dict[str, Shop]
    file: Path

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **SECRETS}

    async def tenants(self) -> Tenants:
        return await Tenants.from_deployments(load_tenants(self.file), environment=self.environment)

    def runner(self, tenant: str) -> Runner:
        """The runner of one tenant alone."""
        return Runner.from_deployment(load_deployment(self.file, tenant), environment=self.environment)

    def message(self, tenant: str, made: Any, event: str = "1") -> tuple[bytes, dict[str, str]]:
        """Reveni's webhook about a return, signed for a tenant."""
        return webhook(made, event, key=SECRETS[f"{tenant.upper()}_REVENI"])


Before = Callable[[ASGIApp], ASGIApp]


@contextmanager
def platforms(folder: Path, tenant: str, before: Before) -> Iterator[Shop]:
    """Both platforms of a tenant, which take nobody else's credentials."""
    scayle = ScayleSimulator(seed=1, tokens={SECRETS[f"{tenant.upper()}_SCAYLE"]: None})
    reveni = ReveniSimulator(seed=1, api_key=SECRETS[f"{tenant.upper()}_REVENI"])
    with SimulatorServer(before(scayle)) as first, SimulatorServer(reveni) as second:
        yield Shop(first.url, second.url, folder / "retoure.yaml")


@contextmanager
def street(folder: Path, store: str = "{path: retoure.db}", before: Before = lambda app: app) -> Iterator[Street]:
    """Both shops. `before` may put something in front of the SCAYLE of `de`."""
    with platforms(folder, "de", before) as de, platforms(folder, "fr", lambda app: app) as fr:
        file = folder / "retoure.yaml"
        file.write_text(FILE.format(mapping=MAPPING, store=store, de=de, fr=fr), encoding="utf-8")
        yield Street({"de": de, "fr": fr}, file)


@pytest.fixture
def shops(tmp_path: Path) -> Iterator[Street]:
    with street(tmp_path) as found:
        yield found


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
