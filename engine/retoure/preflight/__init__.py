"""Whether a deployment is ready to go live: what its file says, and what the platforms answer to harmless reads.

    for check in retoure.preflight.checks(Path("retoure.yaml"), live=True):
        print(check.verdict, check.about, check.detail)

Nothing is changed anywhere, and no secret is in what is found.
"""

from .check import Check as Check
from .check import Verdict as Verdict
from .checks import checks as checks
