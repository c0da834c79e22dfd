"""The formatter: a tree with its comments in, the one canonical layout out."""

from . import audits as audits
from . import expressions as expressions
from . import failures as failures
from . import heads as heads
from . import rules as rules
from . import tables as tables
from .source import format_source as format_source
