"""The words around what counts: why an assignment counts for a quota or not, and what a quota's drawer says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from assignments.counting import Weighed
from assignments.models import Assignment, Counted
from assignments.reading import missing_labels
from assignments.rules.counting import MAIN
from assignments.states import CountedState
from deploy_admin import clock
from deploy_admin.policies.language import Truth
from deploy_admin.registry.models import Institution
from quotas import reading
from quotas.models import Quota


def refusal_words() -> dict[str, str]:
    """Return the words for what keeps an assignment from counting."""
    return {
        "who": gettext("the person is not of those who count"),
        "where": gettext("the place is not of those that count"),
        "year": gettext("it belongs to another period"),
        "term": gettext("the term is too short"),
        "full_time": gettext("full detachment is asked for"),
        "renewal": gettext("a renewed term does not count again"),
    }


@dataclass(frozen=True, slots=True)
class Choice:
    """How one assignment stands to one quota, in words."""

    weighed: Weighed
    rule: str
    quote: str
    owes: str
    shape: str
    verdict: str
    reasons: tuple[str, ...]
    row: Counted | None

    @property
    def stands(self) -> bool:
        return self.row is not None and self.row.state in (CountedState.PROPOSED, CountedState.CONFIRMED)


def of_assignment(assignment: Assignment, weighed: Sequence[Weighed], rows: Iterable[Counted]) -> list[Choice]:
    """Return how the assignment stands to each quota of the periods it could count in; the others are left out."""
    held = {(row.institution_id, row.topic, row.group_key, row.period_start, row.period_end): row for row in rows}
    in_question = [each for each in weighed if any(reason != "year" for reason in _refused(each)) or each.perhaps]
    names = Institution.objects.filter(pk__in={each.owed.institution_id for each in in_question})
    units = names.named(clock.today()) if in_question else {}
    return [
        _choice(each, units.get(each.owed.institution_id, ""), held.get((*each.owed.key, *_days(each))))
        for each in in_question
    ]


def _days(weighed: Weighed) -> tuple[Any, Any]:
    return weighed.owed.period.first, weighed.owed.period.last


def _refused(weighed: Weighed) -> list[str]:
    """Return by way what refuses first: a demand beside the facts, else nothing."""
    return [weighed.refused.get(answer.way, "") for answer in weighed.answers]


def _choice(weighed: Weighed, owes: str, row: Counted | None) -> Choice:
    clause, document = weighed.rule.clause, weighed.rule.document
    words = refusal_words()
    reasons: list[str] = []
    for answer in weighed.answers:
        found = [words[code] for code in answer.refuses]
        if (code := weighed.refused.get(answer.way)) is not None:
            found.append(words[code])
        if answer.truth is Truth.UNKNOWN:
            facts = gettext(", ").join(missing_labels(answer.missing, document))
            found.append(gettext("missing: %(facts)s") % {"facts": facts})
        if found and answer.way != MAIN and len(weighed.answers) > 1:
            found = [f"{_way_label(weighed, answer.way)}: {gettext(', ').join(found)}"]
        reasons += found
    if weighed.ways:
        shape, verdict, reasons = "ok", gettext("fits"), []
    elif weighed.perhaps:
        shape, verdict = "und", gettext("cannot be told")
    else:
        shape, verdict = "mute", gettext("does not fit")
    label = clause.label_zh if reading.in_chinese() else clause.label_en
    return Choice(weighed, str(label), clause.cite.phrase, owes, shape, verdict, tuple(reasons), row)


def _way_label(weighed: Weighed, way: str) -> str:
    for each in weighed.rule.clause.alternatives:
        if each.id == way:
            return str(each.label_zh if reading.in_chinese() else each.label_en)
    return way


def of_quota(quota: Quota) -> dict[str, Any]:
    """Return the words of one quota's drawer: unit, rule, numbers, what is to be done."""
    document = reading.documents([quota.version_id])[quota.version_id]
    unit = reading.profiles([quota.institution_id], reading.day_of(quota.period)).get(quota.institution_id)
    return {
        "quota": quota,
        "unit": unit,
        "label": reading.clause_label(document, quota.clause_id),
        "scheme_name": reading.scheme_label(document),
        "todo": reading.what_to_do(quota),
        "decides": decides(quota),
    }


def decides(quota: Any) -> str:
    """Return the sentence that says which of the numbers the verdict compares."""
    if quota.recognised_final is not None:
        return gettext("Everybody is back and confirmed: the number recognised finally decides.")
    if quota.recognised_year_end is not None:
        return gettext("The period has ended: the number of its last day decides until everybody is back.")
    if quota.on_post is not None:
        return gettext("The period is running: the number on post decides.")
    return gettext("Nobody is counted yet.")
