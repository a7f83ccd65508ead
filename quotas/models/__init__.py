"""What each unit owes in a period: figures and the lists behind them, runs, quotas with tallies, releases."""

from quotas.models.figures import Figure
from quotas.models.lists import ListedPerson, ListKind, UnitList
from quotas.models.quotas import Contribution, Quota
from quotas.models.releases import Release, ReleasedQuota
from quotas.models.runs import Run
from quotas.models.summaries import Summary
from quotas.models.tallies import ShortfallReason, Tally

__all__ = [
    "Contribution",
    "Figure",
    "ListKind",
    "ListedPerson",
    "Quota",
    "Release",
    "ReleasedQuota",
    "Run",
    "ShortfallReason",
    "Summary",
    "Tally",
    "UnitList",
]
