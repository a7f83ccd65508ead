"""The admin site shows people's records, changes none, and tells neither an ID number nor why somebody is away."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib import admin
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.people import models
from tests.accounts.factories import a_membership, signed_in
from tests.people.factories import a_worker, an_id

pytestmark = pytest.mark.django_db

MODELS = [getattr(models, name) for name in models.__all__ if name != "Unavailability"]


@pytest.fixture
def operator(client):
    return signed_in(client, a_membership(Role.SYSTEM_ADMIN))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_table_can_be_looked_at_and_not_written(operator, rf, model):
    name = f"admin:people_{model._meta.model_name}"
    assert operator.get(reverse(f"{name}_changelist")).status_code == 200
    assert operator.get(reverse(f"{name}_add")).status_code == 403
    shown = admin.site._registry[model]
    assert not any((shown.has_add_permission(rf.get("/")), shown.has_change_permission(rf.get("/"))))
    assert not shown.has_delete_permission(rf.get("/"))


def test_what_keeps_people_away_is_not_among_the_tables():
    assert models.Unavailability not in admin.site._registry


def test_neither_number_nor_day_of_birth_is_shown(operator):
    number = an_id(born_on=date(1979, 8, 9))
    worker = a_worker(number_of_id=number)
    pages = [
        reverse("admin:people_healthworker_changelist"),
        reverse("admin:people_healthworker_change", args=[worker.pk]),
    ]
    for page in pages:
        text = operator.get(page).content.decode()
        assert worker.name in text
        for hidden in (number, "1979-08-09", "8月9日"):
            assert hidden not in text, (page, hidden)
