"""The contract of connectors, as a suite that runs against any of them and its simulator over real sockets.

In the tests of a package that ships a connector:

    from retoure.connectors.contract import RULES, Outcome, tried

    @pytest.mark.parametrize("rule", RULES, ids=str)
    def test_contract(rule):
        verdict = tried(KIND, rule)
        assert verdict.outcome is not Outcome.BROKEN, verdict.detail
"""

from .rule import Outcome, Rule, Verdict
from .subject import Listing, Specimen, Trials
from .suite import RULES, tried, verdicts

__all__ = ["RULES", "Listing", "Outcome", "Rule", "Specimen", "Trials", "Verdict", "tried", "verdicts"]
