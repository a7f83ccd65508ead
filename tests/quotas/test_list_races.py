"""Lists under two hands at once: two uploads of a unit, a sign-off while a list changes, two answers to one row."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections, transaction

from deploy_admin.access import SYSTEM
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing import services as imports
from deploy_admin.jobs.importing.columns import column_set_of
from deploy_admin.jobs.models import Upload
from deploy_admin.people.models import HealthWorker
from quotas import services
from quotas.models import Figure, ListedPerson
from tests import factories as make
from tests.jobs.plans import run_jobs
from tests.people.factories import hr
from tests.quotas.listing import PROMOTED, Y2024, list_promotions, numbers, promoted, workbook
from tests.quotas.test_races import together

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


def add(rows, by=SYSTEM):
    return lambda: services.list_people("promotions", Y2024, rows, by=by)


def test_two_lists_of_one_unit_at_once_are_both_counted():
    hospital = make.a_hospital()
    first, second = promoted(hospital, "clinical", "clinical"), promoted(hospital, "clinical", "tcm")
    answers = together(add(first), add(second))
    assert [answer.added for answer in answers] == [2, 2]
    assert numbers(hospital) == {"clinical": 3, "tcm": 1, "dental": 0, "public_health": 0}


def test_the_same_new_person_on_two_lists_at_once_is_one_person():
    first, second = make.a_hospital(), make.a_hospital()
    (row,) = promoted(first, "clinical")
    (same,) = promoted(second, "clinical", national_id=row.national_id, name=row.name)
    answers = together(add([row]), add([same]))
    assert sorted(type(answer).__name__ for answer in answers) == ["Listed", "str"]
    assert "id_taken" in answers
    assert HealthWorker.objects.count() == ListedPerson.objects.count() == 1


def test_two_uploads_of_one_list_are_applied_once():
    hospital = make.a_hospital("示范甲医院")
    actor = hr(hospital)
    (row,) = promoted(hospital, "clinical")
    head = ("姓名", "身份证件号码", "取得资格日期", "执业类别")
    for name in ("甲.xlsx", "乙.xlsx"):
        content = workbook(head, (row.name, row.national_id.number, "2024-12-20", "临床"))
        imports.send_in(
            column_set=column_set_of("promotions"), name=name, content=content, params={"year": 2024}, by=actor
        )
    run_jobs()
    uploads = list(Upload.objects.order_by("pk"))
    together(*(lambda u=upload: imports.confirm(upload=u, digest=u.digest, by=actor) for upload in uploads))
    run_jobs()
    assert sorted(Upload.objects.values_list("state", flat=True)) == ["applied", "unchanged"]
    assert ListedPerson.objects.count() == numbers(hospital)["clinical"] == 1


@pytest.mark.parametrize("typed", [True, False], ids=["typed", "counted"])
def test_a_sign_off_waits_for_a_list_that_is_changing_and_sees_what_it_says(typed):
    """Deterministic: the list holds its lock while the sign-off tries."""
    hospital = make.a_hospital()
    if typed:
        make.promotions(hospital, 1, signed=False)
    list_promotions(hospital, "clinical")
    ids = list(Figure.objects.current().filter(measure=PROMOTED).values_list("pk", flat=True))
    answers: list[str] = []

    def sign() -> None:
        try:
            services.sign_off(ids, by=make.CITY_OFFICER)
        except RuleViolation as refusal:
            answers.append(refusal.code)
        finally:
            connections.close_all()

    with transaction.atomic():
        services.list_people("promotions", Y2024, promoted(hospital, "clinical"), by=SYSTEM)
        thread = threading.Thread(target=sign)
        thread.start()
        time.sleep(0.3)
        assert not answers
    thread.join(10)
    assert answers == ["figures_differ" if typed else "changed_meanwhile"]
    assert not Figure.objects.signed_off().exists()


def test_of_two_answers_to_one_row_one_wins():
    hospital = make.a_hospital()
    (row,) = list_promotions(hospital, "clinical", by=make.CITY_OFFICER)
    actor = hr(hospital)
    confirm = {"kind": "promotions", "period": Y2024, "institution_id": hospital.pk, "seen": [row.pk]}
    again = ListedPerson.objects.get()
    answers = together(
        lambda: services.confirm_list(**confirm, by=actor),
        lambda: services.object_to(row=again, reason="非本院人员", by=actor),
    )
    assert sum(answer == "changed_meanwhile" for answer in answers) == 1
