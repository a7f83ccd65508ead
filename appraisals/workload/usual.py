"""What is usual for each person's counts of work: their own last months, else their speciality's, else the band."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisals.rules.usual_range import PERSON_LEAST, SPECIALITY_LEAST, Of, Range, widened
from appraisals.rules.written import plain
from appraisals.workload.asked import Asked, indicators_of
from assignments.models import AssignmentMonth
from assignments.states import SHEET_HANDED_IN
from deploy_admin.months import Month
from deploy_admin.registry.models import Indicator

#: So many months back, and of a speciality at most so many people with so many person-months, the latest.
MONTHS_BACK = 6
PEOPLE, SAMPLE = 30, 100

#: The person's own earlier months, summed where a move gave two rows in one month.
_OF_PERSONS = """
SELECT wanted.worker_id, wanted.month, value.indicator_id, row.month, SUM(value.value)
FROM unnest(%s::bigint[], %s::date[]) AS wanted(worker_id, month)
JOIN assignments_assignment AS own ON own.worker_id = wanted.worker_id
JOIN assignments_assignmentmonth AS row ON row.assignment_id = own.id
    AND row.month >= wanted.month - make_interval(months => %s) AND row.month < wanted.month
JOIN assignments_monthsheet AS sheet ON sheet.id = row.sheet_id AND sheet.state = ANY(%s)
JOIN appraisals_workload AS value ON value.row_id = row.id AND value.value IS NOT NULL
GROUP BY 1, 2, 3, 4
"""
#: The latest person-months of each speciality, of some who were there the month before: of everybody's six months they
#: would tell hardly more, and take many times as long. What the assignment says goes before the person's record.
_OF_SPECIALITIES = """
WITH there AS MATERIALIZED (
    SELECT DISTINCT (row.month + make_interval(months => 1))::date AS month, own.id,
        COALESCE(NULLIF(own.speciality, ''), worker.speciality) AS speciality
    FROM assignments_assignmentmonth AS row
    JOIN assignments_assignment AS own ON own.id = row.assignment_id
    JOIN people_healthworker AS worker ON worker.id = own.worker_id
    WHERE row.month = ANY(%s::date[]) AND COALESCE(NULLIF(own.speciality, ''), worker.speciality) = ANY(%s::text[])
), alike AS (
    SELECT wanted.speciality, wanted.month, there.id,
        row_number() OVER (PARTITION BY wanted.speciality, wanted.month ORDER BY there.id DESC) AS place
    FROM unnest(%s::text[], %s::date[]) AS wanted(speciality, month)
    JOIN there ON there.month = wanted.month AND there.speciality = wanted.speciality
), ranked AS (
    SELECT row.id, alike.speciality, alike.month,
        row_number() OVER (PARTITION BY alike.speciality, alike.month ORDER BY row.month DESC, row.id DESC) AS place
    FROM alike
    JOIN assignments_assignmentmonth AS row ON row.assignment_id = alike.id
        AND row.month >= alike.month - make_interval(months => %s) AND row.month < alike.month
    JOIN assignments_monthsheet AS sheet ON sheet.id = row.sheet_id AND sheet.state = ANY(%s)
    WHERE alike.place <= %s
)
SELECT ranked.speciality, ranked.month, value.indicator_id, array_agg(value.value)
FROM ranked JOIN appraisals_workload AS value ON value.row_id = ranked.id AND value.value IS NOT NULL
WHERE ranked.place <= %s
GROUP BY 1, 2, 3
"""

Values = dict[tuple[int | str, date, int], list[Decimal]]


def usual_ranges(
    rows: Iterable[AssignmentMonth], asked: Mapping[int, Iterable[Asked]] | None = None
) -> dict[tuple[int, str], Range]:
    """Return by row and indicator where values usually lie; nothing where nobody can tell.

    A constant number of queries; `asked` spares asking again what is asked of the rows.
    """
    ids = [row.pk for row in rows]
    asked = indicators_of(ids) if asked is None else asked
    whose = {
        pk: (month, worker, speciality or of_worker)
        for pk, month, worker, speciality, of_worker in AssignmentMonth.objects.filter(pk__in=ids)
        .order_by()
        .values_list(
            "pk", "month", "assignment__worker_id", "assignment__speciality", "assignment__worker__speciality"
        )
    }
    persons = _of_persons({(worker, month) for month, worker, _s in whose.values()})
    wanting = {
        (speciality, month)
        for pk, (month, worker, speciality) in whose.items()
        if speciality and any(_few(persons, worker, month, each) for each in asked.get(pk, ()))
    }
    specialities = _of_specialities(wanting)
    found = {}
    for pk, (month, worker, speciality) in whose.items():
        for each in asked.get(pk, ()):
            indicator = each.indicator
            own = persons.get((worker, month, indicator.pk), [])
            alike = specialities.get((speciality, month, indicator.pk), [])
            if (usual := _range(indicator, own, alike)) is not None:
                found[pk, indicator.code] = usual
    return found


def sentence_of(usual: Range) -> str:
    """Say where values usually lie, and whose."""
    values = {"low": plain(usual.low), "high": plain(usual.high), "count": usual.months}
    if usual.of == "person":
        return (
            ngettext(
                "usually %(low)s to %(high)s (own last %(count)s month)",
                "usually %(low)s to %(high)s (own last %(count)s months)",
                usual.months,
            )
            % values
        )
    if usual.of == "speciality":
        return _("usually %(low)s to %(high)s (this speciality)") % values
    return _("usually %(low)s to %(high)s") % values


def _few(persons: Values, worker: int, month: date, asked: Asked) -> bool:
    return len(persons.get((worker, month, asked.indicator.pk), ())) < PERSON_LEAST


def _range(indicator: Indicator, own: list[Decimal], alike: list[Decimal]) -> Range | None:
    def around(values: list[Decimal], of: Of) -> Range:
        return widened(values, of=of, decimals=indicator.decimals, lowest=indicator.lowest, highest=indicator.highest)

    if len(own) >= PERSON_LEAST:
        return around(own, "person")
    if len(alike) >= SPECIALITY_LEAST:
        return around(alike, "speciality")
    if indicator.usual_low is None or indicator.usual_high is None:
        return None
    return Range(indicator.usual_low, indicator.usual_high, "indicator")


def _of_persons(wanted: set[tuple[int, date]]) -> Values:
    found: Values = defaultdict(list)
    if wanted:
        workers, months = zip(*sorted(wanted), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(_OF_PERSONS, [list(workers), list(months), MONTHS_BACK, list(map(str, SHEET_HANDED_IN))])
            for worker, month, indicator, _month, value in cursor.fetchall():
                found[worker, month, indicator].append(value)
    return found


def _of_specialities(wanted: set[tuple[str, date]]) -> Values:
    if not wanted:
        return {}
    names, months = zip(*sorted(wanted), strict=True)
    with connection.cursor() as cursor:
        states = list(map(str, SHEET_HANDED_IN))
        before = sorted({Month.of(month).previous.first for month in months})
        alike = [before, list(names), list(names), list(months)]
        cursor.execute(_OF_SPECIALITIES, [*alike, MONTHS_BACK, states, PEOPLE, SAMPLE])
        return {(name, month, indicator): values for name, month, indicator, values in cursor.fetchall()}
