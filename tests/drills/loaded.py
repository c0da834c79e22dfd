"""Everything a worker loads, and a mapping compiled once, so that processes forked from here start in no time."""

from __future__ import annotations

from retoure import Source, check_source, data_folder
from retoure.deployment import connect
from retoure.web import serve
from retoure_cli.commands import queue
from retoure_cli.commands import serve as serve_command
from retoure_cli.demo.run import MAPPING

from . import lives, probes

__all__ = ["connect", "lives", "probes", "queue", "serve", "serve_command"]

check_source(Source.read(data_folder("mappings") / MAPPING))
