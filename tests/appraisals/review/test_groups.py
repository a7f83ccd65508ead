"""On which heap a sheet lies, and which numbers stand out beside the months before."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from appraisals.review.comparing import mark_of
from appraisals.review.groups import LABELS, OF_FINDING, SHAPES, Facts, Group, groups_of
from appraisals.review.words import SHORT
from appraisals.workload.findings import SENTENCES
from assignments.services.months_findings import CODES
from assignments.states import SheetState

TODAY = date(2026, 11, 22)
S = SheetState


def test_what_is_with_the_unit_is_still_to_come_until_its_last_day_and_missing_after_it():
    assert groups_of(Facts(S.DRAFT, submit_by=TODAY), TODAY) == (Group.AWAITED,)
    assert groups_of(Facts(S.DRAFT, submit_by=date(2026, 11, 21)), TODAY) == (Group.MISSING,)
    assert groups_of(Facts(S.DRAFT), TODAY) == (Group.AWAITED,)
    assert groups_of(Facts(S.RETURNED, submit_by=date(2026, 11, 6)), TODAY) == (Group.RETURNED,)


def test_what_is_decided_lies_where_it_was_decided_whatever_was_found():
    odd = {"is_late": True, "findings": ["unchanged"], "disputed": 2, "undetermined": 1}
    assert groups_of(Facts(S.ACCEPTED, **odd), TODAY) == (Group.ACCEPTED,)
    assert groups_of(Facts(S.RELEASED, **odd), TODAY) == (Group.RELEASED,)


def test_a_sheet_lies_on_the_first_heap_that_fits_and_is_found_under_all():
    facts = Facts(S.IN_REVIEW, is_late=True, findings=["workload_unusual", "contradicts_leave"], disputed=1)
    assert groups_of(facts, TODAY) == (Group.LATE, Group.CONTRADICTORY, Group.DISPUTED, Group.OUT_OF_RANGE)


@pytest.mark.parametrize(
    ("facts", "group"),
    [
        (Facts(S.SUBMITTED), Group.CLEAN),
        (Facts(S.SUBMITTED, findings=["late", "disputed", "calendar_provisional"]), Group.CLEAN),
        (Facts(S.SUBMITTED, is_late=True), Group.LATE),
        (Facts(S.SUBMITTED, findings=["two_sheets"]), Group.CONTRADICTORY),
        (Facts(S.SUBMITTED, findings=["something_new"]), Group.CONTRADICTORY),
        (Facts(S.SUBMITTED, disputed=1), Group.DISPUTED),
        (Facts(S.SUBMITTED, findings=["workload_unchanged"]), Group.UNCHANGED),
        (Facts(S.SUBMITTED, findings=["no_attendance"]), Group.OUT_OF_RANGE),
        (Facts(S.SUBMITTED, findings=["workload_missing"]), Group.INCOMPLETE),
        (Facts(S.SUBMITTED, undetermined=1), Group.UNDETERMINED),
        (Facts(S.SUBMITTED, undetermined=1, is_scored=False), Group.COMPUTING),
        (Facts(S.SUBMITTED, is_own_entry=True), Group.SECOND_PERSON),
    ],
)
def test_each_reason_to_look_has_its_heap(facts, group):
    assert groups_of(facts, TODAY) == (group,)


def test_every_heap_has_its_word_and_shape_and_every_finding_a_short_name():
    assert set(LABELS) == set(SHAPES) == set(Group)
    known = (CODES | set(SENTENCES)) - {"late", "disputed"}
    assert known == set(SHORT)
    assert set(OF_FINDING) <= known


@pytest.mark.parametrize(
    ("earlier", "now", "mark"),
    [
        (["20", "21", "19"], "20", ""),
        (["20", "21", "19"], "26", ""),
        (["20", "21", "19"], "27", "up"),
        (["20", "21", "19"], "13", "down"),
        (["1", "1", "1"], "2", ""),
        (["0", "0", "0"], "2", "up"),
        ([None, "120", None], "40", "down"),
        ([None, None, None], "40", ""),
        (["20", "21", "19"], None, ""),
    ],
)
def test_a_number_stands_out_a_third_and_two_away_from_the_mean_before(earlier, now, mark):
    known = [None if value is None else Decimal(value) for value in earlier]
    assert mark_of(known, None if now is None else Decimal(now)) == mark
