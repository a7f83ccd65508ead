"""What page, drawer and paper show of one score: the clause quoted, the values with their places, the arithmetic."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.models import Score
from appraisals.scoring import words
from appraisals.scoring.answers import Clauses, explain_all
from appraisals.scoring.listing import lines
from deploy_admin import clock
from deploy_admin.policies.language.month import MonthRule
from deploy_admin.policies.models import PolicyVersion


def context(score: Score) -> dict[str, Any]:
    """Return everything the page of one score shows."""
    clauses = Clauses([score.policy_version_id])
    clause, document = clauses.clause(score), clauses.document(score.policy_version_id)
    version = clauses.versions.get(score.policy_version_id or 0)
    told = explain_all([score], clauses)[score.pk].to_json()
    [line] = lines([score])
    address = reverse("appraisals:sheet_row", args=[score.pk])
    return {
        "score": score,
        "line": line,
        "month_url": address,
        "explained": told,
        "names": words.names_of(clause, document, score.missing),
        "links": {each["ref"]: address for step in told["steps"] for each in step["inputs"] if each.get("ref")},
        "clauses": [_quoted(clause, version)] if clause is not None and version is not None else [],
        "sums": _sums(score),
        "basis": _basis(score, version),
        "today": clock.today(),
    }


def _quoted(clause: MonthRule, version: PolicyVersion) -> dict[str, Any]:
    return {
        "quote": clause.cite.phrase,
        "source": version.title_zh,
        "article": clause.cite.article or "",
        "binding": clause.binding.value,
        "url": version.get_absolute_url(),
    }


def _sums(score: Score) -> list[dict[str, Any]]:
    if score.state in ("unweighted", "no_rule"):
        return []
    points: dict[str, Any] = {"label": _("Points of the month"), "value": score.points}
    return [points] if score.factor is None else [points, {"label": _("Pay factor"), "value": score.factor}]


def _basis(score: Score, version: PolicyVersion | None) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    if version is not None:
        label = _("%(title)s, revision %(n)s") % {"title": version.title, "n": version.revision}
        rows.append({"label": _("Policy"), "value": label, "url": version.get_absolute_url()})
    moment = localtime(score.computed_at)
    rows.append({"label": pgettext("score", "Computed"), "value": f"{moment:%Y-%m-%d %H:%M}"})
    if score.run_id is not None:
        rows.append({"label": _("Job"), "value": str(score.run_id)})
    rows.append({"label": _("Digest"), "value": score.digest[:12]})
    return rows
