"""Options that several commands take."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from retoure import Deployment, load_deployment, load_tenants

F = TypeVar("F", bound=Callable[..., Any])

TENANT: Final = "retoure.tenant"
"""Where the context of a command keeps what `--tenant` says."""


def _existing(ctx: click.Context, parameter: click.Parameter, file: Path) -> Path:
    if not file.is_file():
        remedy = "Name it with --deployment FILE, or set RETOURE_DEPLOYMENT."
        raise click.BadParameter(f"there is no file `{file}`. {remedy}", ctx, parameter)
    return file


def deployment_option(function: F) -> F:
    """`--deployment FILE`, given to the command as `deployment_file`, and `--tenant NAME`, which `deployment_at` and
    `deployments_at` know of.
    """
    option = click.option(
        "--deployment",
        "deployment_file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        callback=_existing,
        default="retoure.yaml",
        envvar="RETOURE_DEPLOYMENT",
        show_default=True,
        show_envvar=True,
        help="The deployment file.",
    )
    return option(tenant_option(function))


def tenant_option(function: F) -> F:
    """`--tenant NAME`, which `deployment_at` and `deployments_at` know of."""
    option = click.option(
        "--tenant",
        metavar="NAME",
        envvar="RETOURE_TENANT",
        show_envvar=True,
        callback=_keep_tenant,
        expose_value=False,
        help="Which tenant, where the deployment file describes several.",
    )
    return option(function)


def _keep_tenant(ctx: click.Context, parameter: click.Parameter, tenant: str | None) -> None:
    ctx.meta[TENANT] = tenant or ""


def store_option(function: F) -> F:
    """`--store WHERE`, given to the command as `store`."""
    option = click.option(
        "--store",
        metavar="WHERE",
        help="Where the books are, instead of what the deployment file says: a file, env:NAME that holds the address of"
        " a PostgreSQL database, or the address itself (others on this machine can read it, with its password).",
    )
    return option(function)


def record_option(function: F) -> F:
    """`--record FOLDER`, given to the command as `record`."""
    option = click.option(
        "--record",
        metavar="FOLDER",
        type=click.Path(path_type=Path, file_okay=False),
        help="Record events, answers and HTTP traffic into FOLDER, without credentials and personal data.",
    )
    return option(function)


def deployment_at(file: Path, store: str | None = None) -> Deployment:
    """The deployment of the tenant that `--tenant` names, with its books where `--store` says when it is given."""
    return _elsewhere(load_deployment(file, named_tenant()), store)


def deployments_at(file: Path, store: str | None = None, record: Path | None = None) -> tuple[Deployment, ...]:
    """The same for all tenants where none is named, recorded where `--record` says when it is given."""
    found = (load_deployment(file, named_tenant()),) if named_tenant() else load_tenants(file)
    elsewhere = (_elsewhere(each, store) for each in found)
    return tuple(each if record is None else each.with_record(record) for each in elsewhere)


def named_tenant() -> str:
    """The tenant that `--tenant` names, empty for all."""
    name: str = click.get_current_context().meta.get(TENANT, "")
    return name


def _elsewhere(deployment: Deployment, store: str | None) -> Deployment:
    return deployment if store is None else deployment.with_store(store)


def json_option(function: F) -> F:
    """`--json`, given to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(function)


class Words(click.ParamType[str]):
    """A text that says something: an empty reason in the audit trail is none."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not value.strip():
            self.fail("say something: it is kept in the audit trail", param, ctx)
        return value


def why_option(function: F) -> F:
    """`--why TEXT`, which must be given."""
    help = "The reason, kept with it."
    return click.option("--why", required=True, type=Words(), metavar="TEXT", help=help)(function)


def reason_option(function: F) -> F:
    """`--reason TEXT` (or `--why`), which must be given, as `why`."""
    help = "The reason, kept with it."
    option = click.option("--reason", "--why", "why", required=True, type=Words(), metavar="TEXT", help=help)
    return option(function)


def who_option(function: F) -> F:
    """`--by NAME`: who does it, else who is logged in, given to the command as `who`."""
    option = click.option("--by", "who", default=getpass.getuser, envvar="RETOURE_USER", show_envvar=True,
                          metavar="NAME", help="Who does this; without it who is logged in.")  # fmt: skip
    return option(function)


def version_option(function: F) -> F:
    """`--version original|current`, given to the command as `by`."""
    help = (
        "Which mapping version decides: the one that did (calls are sent as they were wanted), or the one in force now"
        " (which decides the return again first, and says what is sent). Without it calls are sent as they were wanted,"
        " and events decided by the version in force."
    )
    return click.option("--version", "by", type=click.Choice(["original", "current"]), help=help)(function)


def rate_option(function: F) -> F:
    """`--rate N`: so many a second, given to the command as `per_second`."""
    rate = click.FloatRange(min=0, min_open=True)
    return click.option("--rate", "per_second", type=rate, metavar="N", help="At most so many a second.")(function)


def settings_option(function: F) -> F:
    """`--set NAME=VALUE`, given to the command as `settings`."""
    option = click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of the mapping.")
    return option(function)


def personal_option(function: F) -> F:
    """`--personal`: without it names, addresses and the like are blanked."""
    return click.option("--personal", is_flag=True, help="Show personal data, which is blanked otherwise.")(function)
