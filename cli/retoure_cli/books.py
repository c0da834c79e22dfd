"""Looking into the database of a deployment, beside a worker that may be running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from retoure import Deployment, open_store
from retoure.planning import Books

from .failures import WrongUse
from .options import deployment_at, deployments_at


@contextmanager
def opened(deployment_file: Path, where: str | None = None) -> Iterator[tuple[Deployment, Books]]:
    """The deployment and its database, which must exist, `where` it is said to be. An id that is not in it ends the
    command.
    """
    deployment = deployment_at(deployment_file, where)
    store: Books
    with closing(open_store(deployment, create=False)) as store:
        try:
            yield deployment, store
        except KeyError as unknown:
            raise WrongUse(f"error: {unknown.args[0]}") from unknown
        except ValueError as unfit:
            raise WrongUse(f"error: {unfit}") from unfit


@contextmanager
def all_opened(deployment_file: Path) -> Iterator[list[tuple[Deployment, Books]]]:
    """Those of the tenant that is named, else of all of them."""
    with ExitStack() as stack:
        yield [
            (deployment, stack.enter_context(closing(open_store(deployment, create=False))))
            for deployment in deployments_at(deployment_file)
        ]


def team_shown(deployment: Deployment, team: str) -> str:
    """A team as people know it: `finance (Accounts payable)`."""
    name = deployment.teams.get(team, team)
    return team if name == team else f"{team} ({name})"
