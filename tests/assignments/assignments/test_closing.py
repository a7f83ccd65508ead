"""After the term: evaluation begins, a result is recorded, the assignment closes, and opens again."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.services import closing
from assignments.states import AssignmentState
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from tests.assignments.assignments.world import DECIDED, TODAY, fresh, steps
from tests.assignments.postings import CITY_OFFICER, an_assignment, on_post, receiver_head
from tests.people.factories import refused

pytestmark = pytest.mark.django_db

S = AssignmentState
OVER = date(2025, 11, 3)


def reached(**more):
    return on_post(**({"starts_on": OVER, "state": "term_reached"} | more))


def close(rows, outcome=S.RETURNED, **more):
    return closing.close(assignments=rows, outcome=outcome, **({"on": TODAY, "by": CITY_OFFICER} | more))


def test_evaluation_begins_after_the_term():
    row = reached()
    closing.begin_evaluation(assignments=[row], on=TODAY, by=CITY_OFFICER)
    assert fresh(row).state == "under_evaluation"
    with refused("not_from_here"):
        closing.begin_evaluation(assignments=[on_post()], on=TODAY, by=CITY_OFFICER)
    with refused("not_permitted"):
        other = reached()
        closing.begin_evaluation(assignments=[other], on=TODAY, by=receiver_head(other.receiving_unit))


def test_a_list_closes_as_returned_with_its_result():
    rows = [reached(), reached()]
    close(rows, result="qualified", basis=DECIDED)
    for row in rows:
        row = fresh(row)
        assert (row.state, row.result, row.result_on) == ("returned", "qualified", TODAY)
    assert rows[0].transitions.get(act="closed").document_number == DECIDED.document_number
    assert Event.objects.get(act="assignments.closed").detail["outcome"] == "returned"


def test_transferred_is_an_outcome_and_renewed_only_with_a_renewal():
    transferred, bare = reached(), reached()
    close([transferred], S.TRANSFERRED)
    assert fresh(transferred).state == "transferred"
    with refused("not_renewed"):
        close([bare], S.RENEWED)
    an_assignment(
        bare.worker, sender=bare.sending_unit, receiver=bare.receiving_unit, renews=bare, starts_on=date(2026, 11, 3)
    )
    close([bare], S.RENEWED)
    assert fresh(bare).state == "renewed"


def test_nothing_closes_within_its_term_or_as_something_else():
    with refused("outcome_unknown"):
        close([reached()], S.VOID)
    with refused("term_not_over"):
        close([reached()], on=date(2026, 11, 2))
    with refused("not_from_here"):
        close([on_post()])
    with refused("result_unknown"):
        close([reached()], result="excellent")


def test_a_result_is_recorded_later_changed_and_taken_back():
    row = reached(state="under_evaluation")
    closing.record_outcome(assignment=row, result="qualified", on=TODAY, by=CITY_OFFICER)
    with refused("nothing_to_change"):
        closing.record_outcome(assignment=row, result="qualified", on=TODAY, by=CITY_OFFICER)
    closing.record_outcome(assignment=row, result="not_qualified", on=TODAY, by=CITY_OFFICER)
    assert (fresh(row).result, fresh(row).state) == ("not_qualified", "under_evaluation")
    assert row.transitions.filter(act="result_recorded").order_by("-pk")[0].detail == {
        "result": "not_qualified",
        "before": "qualified",
    }
    closing.record_outcome(assignment=row, result="", on=TODAY, by=CITY_OFFICER)
    assert (fresh(row).result, fresh(row).result_on) == ("", None)


def test_a_result_of_somebody_on_post_is_refused_and_so_is_an_old_version():
    with refused("not_from_here"):
        closing.record_outcome(assignment=on_post(), result="qualified", on=TODAY, by=CITY_OFFICER)
    with pytest.raises(Conflict):
        closing.record_outcome(assignment=reached(state="returned"), result="qualified", on=TODAY, version=4,
                               by=CITY_OFFICER)  # fmt: skip


def test_a_closed_assignment_opens_again_with_a_reason():
    row = reached(state="returned", result="qualified", result_on=TODAY)
    with refused("reason_missing"):
        closing.reopen(assignment=row, reason="", version=1, by=CITY_OFFICER)
    closing.reopen(assignment=row, reason="复核", version=1, by=CITY_OFFICER)
    assert (fresh(row).state, fresh(row).result) == ("under_evaluation", "qualified")
    assert steps(row)[-1] == ("reopened", "returned", "under_evaluation")
    with refused("not_from_here"):
        closing.reopen(assignment=on_post(), reason="复核", version=None, by=CITY_OFFICER)
