"""The partition drill in short: the network of hosts of its own is cut a few times. Only root may make these."""

from __future__ import annotations

import sys

import pytest

from .drilled import drilled
from .network import NotAllowed, require_allowed

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="network namespaces")]


@pytest.fixture
def _hosts() -> None:
    try:
        require_allowed()
    except NotAllowed as problem:
        pytest.skip(str(problem))


@pytest.mark.usefixtures("_hosts")
def test_cuts_of_the_network_lose_nothing_and_double_nothing() -> None:
    found = drilled("partition", "--rounds", "2")
    assert found.well, found.text
    assert found.last == "cut 2 times: 0 lost, 0 doubled"
