"""The order of a plan's criteria as pages show it: the clause it rests on, and what each stage reached."""

from __future__ import annotations

from django.urls import reverse

from assignments.allocation import governed
from assignments.allocation.named import criteria_of
from assignments.allocation.rows import CriterionShown, Source
from assignments.allocation.words import stage_told
from assignments.models import AllocationPlan
from quotas.reading import in_chinese


def criteria(plan: AllocationPlan) -> list[CriterionShown]:
    """Return the criteria in their order, with what each stage reached where the plan was computed. No query."""
    labels = criteria_of(plan)
    stages = {str(stage["criterion_id"]): stage for stage in plan.stages}
    known = {each["id"]: each for each in governed.kept(plan)}
    order = list(known) if not stages else list(stages) + [key for key in known if key not in stages]
    return [
        CriterionShown(
            id=key,
            by=str(known[key]["by"] if key in known else stages[key].get("kind", "")),
            label=labels.get(key) or _neutral_label(key),
            sentence=stage_told(stages[key]) if key in stages else "",
            **{name: stages[key].get(name) for name in ("value", "bound", "optimal", "seconds") if key in stages},
        )
        for key in order
    ]


def _neutral_label(key: str) -> str:
    for each in governed.NEUTRAL:
        if each.id == key:
            return each.label_zh if in_chinese() else each.label_en
    return key


def source(plan: AllocationPlan) -> Source | None:
    """Return the clause that orders the criteria; None: the neutral order, which has no source. No query."""
    rule = plan.rule
    if not rule:
        return None
    return Source(
        title=rule["title_zh"] if in_chinese() else rule["title_en"],
        quote=rule["quote"],
        article=rule["article"],
        document_number=rule["document_number"],
        url=f"{reverse('policies:version', args=[rule['policy'], rule['revision']])}#{rule['clause']}",
    )
