"""What a mapping costs on its own tests: its decisions, their parts, its maps and rules; and what changed since."""

from .baseline import BaselineUnreadable as BaselineUnreadable
from .baseline import Change as Change
from .baseline import Verdict as Verdict
from .baseline import compared as compared
from .baseline import read as read
from .measured import Measured as Measured
from .measured import NothingToMeasure as NothingToMeasure
from .measured import Timed as Timed
from .measured import measured as measured
