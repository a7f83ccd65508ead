"""Printing a list from its page: what the office adds, a look, the paper with its stamped copy; all in due time."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assignments.models import IssuedPaper
from deploy_admin.access import Role
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.filing.test_list_papers import World

pytestmark = pytest.mark.django_db
SAID = {"dated_on": "2026-11-22", "number": "示卫〔2026〕7号", "contact": "", "remark": ""}


@pytest.fixture
def world():
    return World()


def browser(role, unit):
    return signed_in(Client(), a_membership(role, unit))


def url(filed, kind="request"):
    return reverse(f"assignments:{kind}_list_paper", args=[filed.pk])


def test_a_look_writes_nothing_and_issuing_leads_to_the_paper_with_its_stamped_copy(world):
    filed, clerk = world.asked(), browser(Role.RECEIVER_CLERK, world.receiver)
    assert clerk.get(url(filed)).status_code == 200
    look = clerk.post(url(filed), SAID | {"look": "1"})
    assert "预览稿，未印发" in look.content.decode()
    assert IssuedPaper.objects.count() == 0
    answer = clerk.post(url(filed), SAID)
    paper = IssuedPaper.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, paper.get_absolute_url())
    assert paper.number == "示卫〔2026〕7号"
    page = clerk.get(paper.get_absolute_url()).content.decode()
    assert paper.check_code in page
    scan = SimpleUploadedFile("盖章.pdf", b"%PDF-1.4 stamped", "application/pdf")
    kept = {"version": paper.version, "number": paper.number, "dated_on": "2026-11-22", "scan": scan}
    clerk.post(reverse("assignments:paper_stamped", args=[paper.pk]), kept)
    paper.refresh_from_db()
    assert paper.state == "stamped"


def test_the_check_code_finds_the_paper_and_says_what_changed(world):
    filed, clerk = world.asked(), browser(Role.RECEIVER_CLERK, world.receiver)
    clerk.post(url(filed), SAID)
    paper = IssuedPaper.objects.get()
    filed.requests.filter(speciality="全科").update(number=5)
    page = clerk.get(reverse("assignments:paper_check"), {"code": paper.check_code}).content.decode()
    assert "全科" in page


def test_the_papers_of_the_list_stand_on_the_page_where_it_is_printed(world):
    filed, clerk = world.asked(), browser(Role.RECEIVER_CLERK, world.receiver)
    clerk.post(url(filed), SAID)
    assert IssuedPaper.objects.get().check_code in clerk.get(url(filed)).content.decode()


def test_a_list_that_is_being_entered_leads_back_to_its_page(world):
    filed, clerk = world.asked(state="draft"), browser(Role.RECEIVER_CLERK, world.receiver)
    answer = clerk.get(url(filed))
    assert (answer.status_code, answer["Location"]) == (302, filed.get_absolute_url())
    assert clerk.post(url(filed), SAID).status_code == 422
    assert IssuedPaper.objects.count() == 0


def test_what_is_wrong_is_said_on_the_form(world):
    filed, clerk = world.asked(), browser(Role.RECEIVER_CLERK, world.receiver)
    assert clerk.post(url(filed), SAID | {"dated_on": "2026-11-23"}).status_code == 422
    assert clerk.post(url(filed), SAID | {"dated_on": ""}).status_code == 422
    assert IssuedPaper.objects.count() == 0


def test_each_kind_has_its_own_address_and_strangers_find_nothing(world):
    filed = world.nominated()
    hr = browser(Role.SENDER_HR, world.sender)
    assert hr.get(url(filed, "nomination")).status_code == 200
    assert hr.get(url(filed)).status_code == 403
    assert browser(Role.SENDER_HR, world.other).get(url(filed, "nomination")).status_code == 404


def test_the_authority_answers_what_it_approved_and_nothing_before(world):
    filed, officer = world.nominated(), browser(Role.CITY_OFFICER, world.authority)
    assert officer.get(url(filed, "nomination")).status_code == 302
    world.approve(filed)
    officer.post(url(filed, "nomination"), SAID)
    assert IssuedPaper.objects.get().addressee_id == world.sender.pk
