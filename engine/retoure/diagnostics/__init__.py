"""Findings as plain data, the register of their codes, and renderers that decide nothing."""

from .finding import CompileFailed as CompileFailed
from .finding import Edit as Edit
from .finding import Finding as Finding
from .finding import Fix as Fix
from .finding import Label as Label
from .finding import Severity as Severity
from .finding import Silenced as Silenced
from .finding import error as error
from .finding import inserted as inserted
from .finding import replaced as replaced
from .finding import warning as warning
from .suggest import correction as correction
from .suggest import did_you_mean as did_you_mean
from .suggest import nearest as nearest
from .suggest import unmistakable as unmistakable
