"""What each unit owes in a period: figures, runs, quotas with their tallies and reasons, releases."""

from quotas.models.figures import Figure
from quotas.models.quotas import Contribution, Quota
from quotas.models.releases import Release, ReleasedQuota
from quotas.models.runs import Run
from quotas.models.summaries import Summary
from quotas.models.tallies import ShortfallReason, Tally

__all__ = ["Contribution", "Figure", "Quota", "Release", "ReleasedQuota", "Run", "ShortfallReason", "Summary", "Tally"]
