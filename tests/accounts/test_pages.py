"""The pages about members: what each person sees, is offered and is refused."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from django.contrib.admin import site

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts.models import Authenticator, Membership, User
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, a_user, signed_in
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager():
    return a_membership(Role.SENDER_HR, an_institution("示范市第一医院"), manages_unit=True)


@pytest.fixture
def browser(client, manager):
    return signed_in(client, manager)


def page(answer) -> str:
    assert answer.status_code == 200, answer
    text = answer.content.decode()
    assert " style=" not in text
    assert "<script>" not in text
    return text


def test_the_list_shows_the_own_unit_and_no_other(browser, manager):
    a_membership(Role.RECEIVER_CLERK, manager.institution, user=a_user("here", name="示范本院人员"))
    a_membership(Role.SENDER_HR, user=a_user("there", name="示范外院人员"))
    text = page(browser.get("/accounts/members/"))
    assert "示范本院人员" in text
    assert "示范市第一医院" in text
    assert "示范外院人员" not in text


def test_the_filter_narrows_and_says_so_when_nothing_is_left(browser, manager):
    a_membership(Role.RECEIVER_CLERK, manager.institution, user=a_user("wang.wu", name="示范王五"))
    assert "示范王五" in page(browser.get("/accounts/members/", {"q": "王五"}))
    assert "示范王五" in page(browser.get("/accounts/members/", {"unit": "第一医院", "role": "receiver_clerk"}))
    assert "示范王五" not in page(browser.get("/accounts/members/", {"state": "ended"}))
    assert 'class="empty"' in page(browser.get("/accounts/members/", {"q": "没有这个人"}))


def test_htmx_gets_the_list_alone(browser):
    text = page(browser.get("/accounts/members/", headers={"HX-Request": "true"}))
    assert text.strip().startswith('<div id="list"')


def test_the_export_is_what_is_shown_and_is_on_record(browser, manager):
    a_membership(Role.RECEIVER_CLERK, manager.institution, user=a_user("wang.wu", name="=示范王五"))
    answer = browser.get("/accounts/members/", {"q": "王五", "export": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.values)
    assert len(rows) >= 2
    assert any("示范王五" in str(cell) for cell in rows[-1])
    assert not any(str(cell).startswith("=") for cell in rows[-1])
    assert Event.objects.get(act="members.exported").detail == {"rows": 1, "format": "xlsx"}
    assert "示范王五" in browser.get("/accounts/members/", {"q": "王五", "export": "csv"}).content.decode("utf-8-sig")


def test_the_number_of_queries_does_not_grow_with_the_people(browser, manager, django_assert_max_num_queries):
    for _number in range(30):
        a_membership(Role.DEPLOYED_PERSON, manager.institution)
    with django_assert_max_num_queries(14):
        page(browser.get("/accounts/members/"))


def test_adding_shows_the_password_once(browser, manager):
    page(browser.get("/accounts/members/add/"))
    form = {
        "name": "示范李四",
        "username": "li.si",
        "institution": manager.institution_id,
        "role": "receiver_clerk",
        "valid_from": clock.today().isoformat(),
    }
    answer = browser.post("/accounts/members/add/", form)
    text = page(answer)
    password = re.search(r"[:：]\s*([A-Za-z2-9+-]{16})$", answer.context["text"], re.MULTILINE)[1]
    user = User.objects.get(username="li.si")
    assert user.check_password(password)
    assert "no-store" in answer["Cache-Control"]
    assert password in text
    assert password not in page(browser.get(f"/accounts/members/{user.memberships.get().pk}/"))


def test_a_foreign_institution_is_no_choice(browser):
    other = an_institution()
    form = {
        "name": "示范李四",
        "username": "li.si",
        "institution": other.pk,
        "role": "receiver_clerk",
        "valid_from": clock.today().isoformat(),
    }
    answer = browser.post("/accounts/members/add/", form)
    assert answer.status_code == 422
    assert "institution" in answer.context["form"].errors


def test_a_refusal_stands_beside_its_field(browser, manager):
    form = {
        "name": "示范李四",
        "username": manager.user.username,
        "institution": manager.institution_id,
        "role": "receiver_clerk",
        "valid_from": clock.today().isoformat(),
    }
    answer = browser.post("/accounts/members/add/", form)
    assert answer.status_code == 422
    assert "username" in answer.context["form"].errors


FOREIGN = ["", "replace/", "end/", "substitute/", "grant/"]
ACTS = ["resume/", "manager/", "password/", "second-factor/", "unlock/", "disable/"]


@pytest.mark.parametrize("path", FOREIGN)
def test_the_page_of_a_foreign_person_is_not_found(browser, path):
    assert browser.get(f"/accounts/members/{a_membership(Role.SENDER_HR).pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ACTS)
def test_nor_is_an_act_upon_one(browser, path):
    assert browser.post(f"/accounts/members/{a_membership(Role.SENDER_HR).pk}/{path}").status_code == 404


@pytest.mark.parametrize("path", ACTS)
def test_acts_take_a_post(browser, manager, path):
    assert browser.get(f"/accounts/members/{manager.pk}/{path}").status_code == 405


@pytest.mark.parametrize("path", ["replace/", "end/", "substitute/", "grant/"])
def test_every_form_opens_and_refuses_nothing_filled_in(browser, manager, path):
    member = a_membership(Role.RECEIVER_CLERK, manager.institution)
    page(browser.get(f"/accounts/members/{member.pk}/{path}"))
    assert browser.post(f"/accounts/members/{member.pk}/{path}", {}).status_code == 422


def test_a_colleague_who_does_not_manage_sees_but_is_offered_nothing(client, manager):
    colleague = a_membership(Role.SENDER_HR, manager.institution)
    signed_in(client, colleague)
    text = page(client.get(f"/accounts/members/{manager.pk}/"))
    assert "/password/" not in text.replace("/accounts/password/", "")
    answer = client.post(f"/accounts/members/{manager.pk}/password/")
    assert answer.status_code == 409
    assert manager.user == User.objects.get(pk=manager.user_id, password=manager.user.password)


def test_whoever_may_not_view_members_is_refused(client):
    signed_in(client, a_membership(Role.FINANCE_SECTION))
    assert client.get("/accounts/members/").status_code == 403


def test_replacing_over_the_page(browser, manager):
    member = a_membership(Role.RECEIVER_CLERK, manager.institution)
    form = {
        "version": 1,
        "on": clock.today().isoformat(),
        "name": "示范王五",
        "username": "wang.wu",
    }
    assert "wang.wu" in page(browser.post(f"/accounts/members/{member.pk}/replace/", form))
    again = browser.post(f"/accounts/members/{member.pk}/replace/", form | {"username": "zhao.liu"})
    assert again.status_code == 409
    assert not User.objects.filter(username="zhao.liu").exists()


def test_an_officer_sees_the_units_of_the_district(client):
    district = a_division()
    officer = a_membership(Role.DISTRICT_OFFICER, an_authority(district))
    inside = a_membership(Role.SENDER_HR, an_institution(division=district))
    signed_in(client, officer)
    text = page(client.get("/accounts/members/"))
    assert inside.user.username in text
    assert "member_password" not in text


def test_the_security_administrator_sees_everybody_and_resets(client):
    officer = a_membership(Role.CITY_OFFICER)
    signed_in(client, officer)  # gives the officer an authenticator
    signed_in(client, a_membership(Role.SECURITY_ADMIN))
    text = page(client.get(f"/accounts/members/{officer.pk}/"))
    assert "second-factor/" in text
    assert client.post(f"/accounts/members/{officer.pk}/second-factor/").status_code == 302
    assert not Authenticator.objects.filter(user=officer.user).exists()


def test_the_administrators_own_page_offers_nothing(client):
    security = a_membership(Role.SECURITY_ADMIN)
    signed_in(client, security)
    assert 'action="/accounts/members/' not in page(client.get(f"/accounts/members/{security.pk}/"))


def test_own_pages_open(browser):
    for path in (
        "me/",
        "password/",
        "second-factor/",
        "second-factor/set-up/",
        "tokens/",
        "tokens/issue/",
        "confirm/",
    ):
        page(browser.get(f"/accounts/{path}"))
    assert Membership.objects.exists()


def test_changing_to_a_capacity_one_does_not_have_is_not_found(browser):
    other = a_membership(Role.CITY_OFFICER)
    assert browser.post("/accounts/capacity/", {"membership": other.pk}).status_code == 404


def test_changing_the_capacity_is_on_record(browser, manager):
    second = a_membership(Role.RECEIVER_CLERK, manager.institution, user=manager.user)
    assert browser.post("/accounts/capacity/", {"membership": second.pk}).status_code == 302
    assert page(browser.get("/accounts/me/"))
    assert Event.objects.get(act="session.switched").membership_id == second.pk


class TestAdminSite:
    def test_lets_the_system_administrator_in(self, client):
        signed_in(client, a_membership(Role.SYSTEM_ADMIN))
        assert client.get("/admin/").status_code == 200
        assert client.get("/admin/accounts/membership/").status_code == 200
        assert client.get("/admin/accounts/user/add/").status_code == 403

    @pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.CITY_OFFICER, Role.SENDER_HR])
    def test_and_nobody_else(self, client, role):
        signed_in(client, a_membership(role))
        assert client.get("/admin/").status_code in (302, 403)
        assert client.get("/admin/accounts/user/").status_code in (302, 403)

    def test_not_even_the_system_administrator_without_the_second_factor(self, client):
        member = a_membership(Role.SYSTEM_ADMIN)
        signed_in(client, member)
        session = client.session
        del session["otp_device_id"]
        session.save()
        assert client.get("/admin/")["Location"].startswith("/accounts/second-factor/code/")

    def test_shows_no_password_hash(self, client):
        administrator = a_membership(Role.SYSTEM_ADMIN)
        signed_in(client, administrator)
        text = client.get(f"/admin/accounts/user/{administrator.user_id}/change/").content.decode()
        assert administrator.user.password not in text

    def test_nobody_writes_in_it(self, client, rf):
        administrator = a_membership(Role.SYSTEM_ADMIN)
        request = rf.get("/admin/")
        request.user = administrator.user
        assert site._registry
        for model, pages in site._registry.items():
            assert pages.has_view_permission(request), model
            assert not pages.has_add_permission(request), model
            assert not pages.has_change_permission(request), model
            assert not pages.has_delete_permission(request), model

    def test_holds_neither_secrets_nor_the_record(self):
        registered = {model._meta.label for model in site._registry}
        assert not registered & {"audit.Event", "accounts.Authenticator", "accounts.RecoveryCodes", "auth.Group"}
