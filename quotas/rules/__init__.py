"""How many people must be sent, and what a count means against it. Pure: clause and facts in, verdict out."""

from deploy_admin.policies.language.judging import EVER, Judgement, Sheet
from quotas.rules.compiled import BoundQuota, CompiledQuota, compile_quota
from quotas.rules.inputs import Case, Cell, Counted, Member, Need, Reading, Ref, Surroundings, gather, together
from quotas.rules.outcomes import Contribution, Outcome, Part, State, Total, Way
from quotas.rules.verdicts import Tally, Verdict, VerdictCode, verdict

__all__ = [
    "EVER",
    "BoundQuota",
    "Case",
    "Cell",
    "CompiledQuota",
    "Contribution",
    "Counted",
    "Judgement",
    "Member",
    "Need",
    "Outcome",
    "Part",
    "Reading",
    "Ref",
    "Sheet",
    "State",
    "Surroundings",
    "Tally",
    "Total",
    "Verdict",
    "VerdictCode",
    "Way",
    "compile_quota",
    "gather",
    "together",
    "verdict",
]
