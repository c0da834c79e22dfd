"""Whether the database can be used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing

from ..delivery.errors import StoreError, StoreUnavailable
from ..deployment.model import Deployment
from ..deployment.problems import DeploymentInvalid
from ..embed import open_store
from .check import Check, Verdict, failed, passed, warned


def store_answers(deployment: Deployment, environment: Mapping[str, str]) -> Check:
    """That it answers and has the layout of this release; may be asked beside a worker."""
    path = deployment.store.path
    if deployment.store.url is None and not path.exists():
        return _to_be_made(deployment)
    try:
        with closing(open_store(deployment, environment, create=False)) as store:
            store.status()
    except DeploymentInvalid as invalid:
        return failed("store", "was not asked", f"see {invalid.problems[0].path}")
    except StoreUnavailable as problem:
        return Check("store", Verdict.SILENT, str(problem), "is the address right, and does the database run?")
    except StoreError as problem:
        return failed("store", str(problem), "`retoure store check` and `retoure store upgrade` say more")
    return passed("store", "answers, and has the layout of this release")


def _to_be_made(deployment: Deployment) -> Check:
    path = deployment.store.path
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        return failed("store", f"{path.parent} is no folder that can be written to", "make it, or name another file")
    return warned("store", f"there is no {path.name} yet", "the first `retoure serve` or `retoure run` makes it")
