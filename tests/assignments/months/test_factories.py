"""The factories' rows are rows the database takes."""

from __future__ import annotations

import pytest

from assignments.models import MonthSheet
from assignments.states import SheetState
from tests.assignments.months.factories import a_sheet

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", SheetState.values)
def test_a_sheet_in_every_state(state):
    sheet = a_sheet(state=state, people=2)
    row = sheet.rows.first()
    assert MonthSheet.objects.get().state == state
    assert row.attended_halves == 2 * row.duty_days == 34  # October 2026: seventeen working days
