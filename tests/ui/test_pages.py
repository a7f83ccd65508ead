"""Whole pages: the gallery, the drawer, refusals, languages, and a policy on content that holds."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.http import RefusalMiddleware
from tests.accounts.factories import a_membership, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    """The system administrator, who alone may open the gallery."""
    return signed_in(client, a_membership(Role.SYSTEM_ADMIN))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_shows_every_component_without_inline_code(admin, language):
    admin.cookies["django_language"] = language
    page = admin.get(reverse("ui:gallery"))
    text = page.content.decode()
    assert page.status_code == 200
    assert f'<html lang="{"en" if language == "en" else "zh-CN"}"' in text
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", text)
    assert "'none'" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]


def test_a_page_is_a_page_and_in_the_drawer_its_content(admin):
    address = reverse("ui:explained")
    whole = admin.get(address).content.decode()
    part = admin.get(address, headers={"HX-Request": "true", "HX-Target": "drawer"}).content.decode()
    restored = admin.get(
        address, headers={"HX-Request": "true", "HX-Target": "drawer", "HX-History-Restore-Request": "true"}
    ).content.decode()
    assert "<!doctype html>" in whole
    assert "<!doctype" not in part
    assert '<h2 tabindex="-1">' in part
    assert "<!doctype html>" in restored


def test_a_job_that_is_done_stops_asking(admin):
    assert 'hx-trigger="every 2s"' in admin.get(reverse("ui:job", args=[0])).content.decode()
    assert "hx-trigger" not in admin.get(reverse("ui:job", args=[240])).content.decode()


def test_whoever_may_not_sees_403_with_a_way_out(client):
    page = signed_in(client, a_membership(Role.AUDIT_ADMIN)).get(reverse("ui:gallery"))
    assert page.status_code == 403
    assert 'class="empty"' in page.content.decode()


def test_what_is_not_there_is_404_with_a_way_out(admin):
    page = admin.get("/no/such/page/")
    assert page.status_code == 404
    assert 'class="empty"' in page.content.decode()


def test_the_language_is_kept(admin):
    home = reverse("workbench:home")
    admin.post(reverse("ui:language"), {"language": "en", "next": home})
    assert '<html lang="en"' in admin.get(home).content.decode()
    admin.post(reverse("ui:language"), {"language": "zh-hans", "next": home})
    assert '<html lang="zh-CN"' in admin.get(home).content.decode()


def test_the_language_switch_leads_to_no_other_site(client):
    answer = client.post(reverse("ui:language"), {"language": "en", "next": "https://elsewhere.invalid/"})
    assert answer["Location"] == "/"


def refused(refusal):
    request = RequestFactory().post("/x/", headers={"Referer": "http://testserver/quotas/"})
    return RefusalMiddleware(lambda r: None).process_exception(request, refusal)


def test_a_refusal_says_which_rule_and_leads_back():
    page = refused(RuleViolation("该基数已核定。", "figure_signed"))
    assert page.status_code == 409
    assert "该基数已核定。" in page.content.decode()
    assert 'href="/quotas/"' in page.content.decode()


def test_a_conflict_shows_both_values():
    page = refused(
        Conflict("已修改。", "changed", context={"yours": {"value": 12}, "theirs": {"value": 13}})
    ).content.decode()
    assert "12" in page
    assert "13" in page


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_resort_needs_no_request(name):
    assert "css/app.css" in render_to_string(name)
