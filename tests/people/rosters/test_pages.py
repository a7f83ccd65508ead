"""The roster's pages: who may send one in, for whom; the template, the current roster, the whole one."""

from __future__ import annotations

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.models import Upload
from deploy_admin.people.rosters.whole import whole_roster
from tests.accounts.factories import a_membership, an_actor, signed_in
from tests.people.factories import a_worker, an_id, hr
from tests.people.rosters.sheets import context_of, kinds, plan_of, row, sheet
from tests.registry.factories import a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

PAGE = "people:roster_import"


@pytest.fixture
def hospital():
    return an_institution("示范一院", affiliation="municipal")


def test_hr_sends_in_its_own_roster(client, hospital):
    browser = signed_in(client, a_membership(Role.SENDER_HR, hospital))
    page = browser.get(reverse(PAGE))
    assert page.status_code == 200
    assert "近五年" in page.content.decode() or "last five years" in page.content.decode()
    file = SimpleUploadedFile("名册.xlsx", sheet(row("示范甲", an_id(3))))
    answer = browser.post(reverse(PAGE), {"file": file, "unit": ""})
    assert answer.status_code == 302
    assert Upload.objects.get().scope == f"roster:{hospital.pk}"


def test_an_officer_names_the_unit(client, hospital):
    browser = signed_in(client, a_membership(Role.CITY_OFFICER))
    file = SimpleUploadedFile("名册.xlsx", sheet(row("示范甲", an_id(3))))
    assert browser.post(reverse(PAGE), {"file": file, "unit": "示范一院"}).status_code == 302
    assert Upload.objects.get().scope == f"roster:{hospital.pk}"
    file = SimpleUploadedFile("名册.xlsx", sheet(row("示范甲", an_id(3))))
    assert browser.post(reverse(PAGE), {"file": file, "unit": "火星医院"}).status_code == 422
    page = browser.get(reverse(PAGE), {"unit": hospital.pk})
    assert 'value="示范一院"' in page.content.decode()


def test_a_receiving_units_clerk_has_no_roster(client):
    browser = signed_in(client, a_membership(Role.RECEIVER_CLERK))
    for name in ("import", "import_template"):
        assert browser.get(reverse(f"people:roster_{name}")).status_code == 403


def test_of_another_unit_nothing_is_given_out(client, hospital):
    a_worker("示范寅", at=hospital)
    browser = signed_in(client, a_membership(Role.SENDER_HR, an_institution()))
    for name, *args in (("import_template",), ("import_current", "xlsx")):
        answer = browser.get(reverse(f"people:roster_{name}", args=args), {"unit": hospital.pk})
        assert answer.status_code == 200  # the own unit's: a unit that is not seen cannot be asked for
        cells = [cell for line in load_workbook(io.BytesIO(answer.content)).active.values for cell in line]
        assert "示范寅" not in cells


def test_the_template_comes_filled_in_and_may_go_back(client, hospital):
    a_worker("示范甲", at=hospital, number_of_id=an_id(3))
    browser = signed_in(client, a_membership(Role.SENDER_HR, hospital))
    answer = browser.get(reverse("people:roster_import_template"))
    assert answer.status_code == 200
    cells = [cell for line in load_workbook(io.BytesIO(answer.content)).worksheets[0].values for cell in line]
    assert "509901********0070" in cells
    assert an_id(3) not in cells
    plan = plan_of(answer.content, hr(hospital))
    assert kinds(plan) == ["unchanged"]


def test_the_whole_roster_needs_the_permission_and_a_reason(hospital):
    a_worker("示范甲", at=hospital, number_of_id=an_id(3))
    with pytest.raises(RuleViolation) as refusal:
        whole_roster(unit_id=hospital.pk, format="xlsx", reason=" ", by=hr(hospital))
    assert refusal.value.code == "reason_missing"
    with pytest.raises(RuleViolation) as refusal:
        whole_roster(unit_id=hospital.pk, format="xlsx", reason="核对", by=an_actor(Role.AUDITOR))
    assert refusal.value.code == "not_permitted"
    content = whole_roster(unit_id=hospital.pk, format="csv", reason="核对身份证", by=hr(hospital))
    assert an_id(3) in content.decode("utf-8-sig")
    assert kinds(plan_of(content, hr(hospital))) == ["unchanged"]
    event = Event.objects.get(act="people.roster_revealed")
    assert (event.detail["people"], event.detail["reason"]) == (1, "核对身份证")
    assert an_id(3) not in str(event.detail)


def test_units_expected_are_open_and_keep_people(hospital):
    district = a_division("示范甲区")
    inside = an_institution("示范区医院", division=district, short_name="区医")
    an_institution("示范村卫生室", division=district, kind="village_clinic")
    an_institution("示范旧院", division=district, closed_on=date(2020, 1, 1))
    authority = an_authority(district)
    officer = district_officer(authority, date(2026, 11, 22))
    roster = column_set_of("roster")
    expected = roster.units(Context(officer, {}, date(2026, 11, 22)))
    assert [(unit.id, unit.name, unit.names) for unit in expected] == [(inside.pk, "示范区医院", ("区医",))]
    assert [unit.id for unit in roster.units(context_of(hr(hospital)))] == [hospital.pk]
    context = roster.context_for_unit(context_of(officer), inside.pk)
    assert roster.scope(context) == f"roster:{inside.pk}"
