"""The descriptions that both simulators serve, and schemathesis trying whatever they allow: no call breaks a simulator,
and every answer has a status, a content type and a shape that the description has."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from retoure.connectors.simulators import FixedClock, Reveni, ReveniSimulator, ScayleSimulator, SimulatorServer
from retoure.connectors.simulators.calls import Rule

from ...plain import PLAIN
from .conftest import START

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
FEW = settings(
    max_examples=int(os.environ.get("EXAMPLES", "4")),
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
RETURN = Reveni(seed=7).new_id("return")
KEYS = {"X-Access-Token": "sim-token", "Authorization": "Bearer sim-api-key"}


@pytest.fixture(scope="module")
def scayle_api() -> Iterator[Any]:
    """A shop with an order that was shipped, number 70001."""
    with SimulatorServer(ScayleSimulator(seed=7, clock=FixedClock(START))) as server:
        order = {"id": 70001, "lines": [{"sku": "TEE-S", "quantity": 2}], "ship": True}
        httpx.post(f"{server.url}/_sim/orders", json=order, verify=PLAIN).raise_for_status()
        limits = dict.fromkeys(httpx.put(f"{server.url}/_sim/limits", json={}, verify=PLAIN).json(), 10**6)
        httpx.put(f"{server.url}/_sim/limits", json=limits, verify=PLAIN).raise_for_status()
        yield schemathesis.openapi.from_url(f"{server.url}/openapi.json")


@pytest.fixture(scope="module")
def reveni_api() -> Iterator[Any]:
    """A store with a return that waits for a verdict."""
    with SimulatorServer(ReveniSimulator(seed=7, clock=FixedClock(START))) as server:
        body = {"order": {"external_id": "1"}, "items": [{"sku": "TEE-S", "quantity": 2}], "status": "received"}
        httpx.post(f"{server.url}/_sim/returns", json=body, verify=PLAIN).raise_for_status()
        yield schemathesis.openapi.from_url(f"{server.url}/openapi.json")


def tried(api: Any, rule: Rule[Any], places: Mapping[str, str]) -> None:
    """A few calls of one kind, some of them against the description, most at a place there is."""
    operation = api[rule.path][rule.method]
    right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

    @seed(20260302)
    @FEW
    @given(st.one_of(right, wrong), st.integers(0, 4))
    def answers(case: Any, die: int) -> None:
        if die:
            case.path_parameters |= {name: value for name, value in places.items() if name in case.path_parameters}
        case.call_and_validate(headers=KEYS, checks=CHECKS)

    answers()


@pytest.mark.parametrize("rule", ScayleSimulator.rules, ids=lambda rule: f"{rule.method} {rule.path}")
def test_scayle_answers_as_it_says(scayle_api: Any, rule: Rule[Any]) -> None:
    tried(scayle_api, rule, {"shop": "ms", "country": "DE", "order": "70001", "item": "70001001", "variant": "501"})


@pytest.mark.parametrize("rule", ReveniSimulator.rules, ids=lambda rule: f"{rule.method} {rule.path}")
def test_reveni_answers_as_it_says(reveni_api: Any, rule: Rule[Any]) -> None:
    tried(reveni_api, rule, {"store": "sim-store", "id": RETURN})


@pytest.mark.parametrize("app", [ScayleSimulator, ReveniSimulator])
def test_the_description_is_one_and_has_every_route(app: Any) -> None:
    with SimulatorServer(app()) as server:
        answer = httpx.get(f"{server.url}/openapi.json", verify=PLAIN)
    said = answer.json()
    assert (answer.status_code, said["openapi"]) == (200, "3.1.0")
    routes = {(rule.method.lower(), rule.path) for rule in app.rules}
    routes |= {(rule.method.lower(), f"/_sim{rule.path}") for rule in app.admin_rules}
    assert {(method, path) for path, methods in said["paths"].items() for method in methods} == routes
    for schema in said["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
