"""`retoure mappings`: which mappings come with retoure?"""

from __future__ import annotations

import click

from ..mapping_files import bundled
from ..output import show_table


@click.command()
def command() -> None:
    """List the mappings that come with retoure. Every command takes their names instead of a path.

    \b
    Examples:
      retoure mappings
      retoure test reveni_to_scayle
    """
    show_table(("name", "folder"), list(bundled().items()))
