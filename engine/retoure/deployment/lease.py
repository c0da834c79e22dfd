"""How long a call may take, and whether workers that share a database leave each other enough time for it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from .connect import http_options
from .model import Deployment, System
from .problems import Problem
from .systems import kind_of


def check_lease(deployment: Deployment) -> Iterator[Problem]:
    """A problem for each system whose calls may last longer than half of the lease.

    A worker that lost its database must have ended its calls before another one takes over. Where `pace` makes time
    run faster, in demos and drills, time-outs say nothing.
    """
    worker = deployment.worker
    if deployment.store.url is None or worker.pace > 1:
        return
    for name, system in deployment.systems.items():
        longest = _longest(system)
        if longest >= worker.lease / 2:
            message = f"a call to `{name}` may take {longest:g} seconds, and must have ended in half of the lease"
            help = f"write `lease: {math.floor(2 * longest) + 1}` or more, or shorter time-outs for `{name}`"
            yield deployment.problem("worker.lease", message, help)


def settle_after(deployment: Deployment) -> float:
    """Seconds after a start of the only worker, until calls that were cut off are looked up."""
    worker = deployment.worker
    longest = max(map(_longest, deployment.systems.values()), default=0.0)
    return longest / worker.pace if worker.settle_after is None else worker.settle_after


def _longest(system: System) -> float:
    """Seconds a call waits for a platform that says nothing: to be connected, and then for its answer."""
    if not kind_of(system).http:
        return 0.0
    times = http_options(system)
    return min(times.connect_timeout + times.read_timeout, times.total_timeout)
