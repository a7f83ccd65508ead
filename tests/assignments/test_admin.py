"""The admin site shows what assignments keep, changes none of it, and tells nobody's illness or family."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse

from assignments import models
from assignments.kinds import EndReason
from deploy_admin.access import Role
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.postings import a_step, an_assignment

pytestmark = pytest.mark.django_db

PRIVATE = {"Leave", "Absence", "Proposal", "PresenceCheck"}
MODELS = [getattr(models, name) for name in models.__all__ if name not in PRIVATE]


@pytest.fixture
def operator(client):
    return signed_in(client, a_membership(Role.SYSTEM_ADMIN))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_can_be_looked_at_and_not_written(operator, rf, model):
    name = f"admin:assignments_{model._meta.model_name}"
    assert operator.get(reverse(f"{name}_changelist")).status_code == 200
    assert operator.get(reverse(f"{name}_add")).status_code == 403
    shown = admin.site._registry[model]
    assert not any((shown.has_add_permission(rf.get("/")), shown.has_change_permission(rf.get("/"))))
    assert not shown.has_delete_permission(rf.get("/"))


@pytest.mark.parametrize("name", sorted(PRIVATE))
def test_who_was_away_and_why_is_not_among_the_tables(name):
    assert getattr(models, name) not in admin.site._registry


def test_neither_the_reason_of_an_end_nor_of_a_step_is_shown(operator):
    assignment = an_assignment(state="ended_early", end_reason=EndReason.GRAVE_ILLNESS, ended_on=date(2026, 5, 9))
    step = a_step(assignment, "ended_early", on=date(2026, 5, 9), reason="示范重病", detail={"remark": "示范病历"})
    for page in (
        reverse("admin:assignments_assignment_change", args=[assignment.pk]),
        reverse("admin:assignments_transition_change", args=[step.pk]),
    ):
        text = operator.get(page).content.decode()
        assert "2026" in text
        for hidden in (EndReason.GRAVE_ILLNESS.value, str(EndReason.GRAVE_ILLNESS.label), "示范重病", "示范病历"):
            assert hidden not in text, (page, hidden)
