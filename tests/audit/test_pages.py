"""Reading the record: who sees what, filters, export, verification."""

from __future__ import annotations

import pytest

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.audit import services
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, an_actor, municipal_authority, signed_in
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db


def visible(actor) -> set[str]:
    return set(Event.objects.visible_to(actor).values_list("act", flat=True))


class TestScope:
    @pytest.fixture(autouse=True)
    def events(self):
        self.district = a_division()
        self.unit = an_institution(division=self.district)
        services.record(act="by.the.unit", by=an_actor(Role.SENDER_HR, self.unit))
        services.record(act="by.another", by=an_actor(Role.SENDER_HR))
        services.record(act="on.the.unit", by=an_actor(Role.CITY_OFFICER), on=self.unit)
        services.record(act="by.the.machine", by=SYSTEM)
        self.all = {"by.the.unit", "by.another", "on.the.unit", "by.the.machine"}

    def test_the_audit_administrator_reads_everything(self):
        assert visible(an_actor(Role.AUDIT_ADMIN)) == self.all

    def test_an_auditor_of_the_city_too(self):
        assert visible(an_actor(Role.AUDITOR, municipal_authority())) == self.all

    def test_an_auditor_of_the_district_what_was_done_there(self):
        assert visible(an_actor(Role.AUDITOR, an_authority(self.district))) == {"by.the.unit", "on.the.unit"}

    def test_an_auditor_of_a_unit_what_was_done_there(self):
        assert visible(an_actor(Role.AUDITOR, self.unit)) == {"by.the.unit", "on.the.unit"}
        assert visible(an_actor(Role.AUDITOR)) == set()

    @pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.SENDER_HR])
    def test_nobody_else_reads_anything(self, role):
        assert visible(an_actor(role)) == set()


@pytest.fixture
def browser(client):
    return signed_in(client, a_membership(Role.AUDIT_ADMIN))


def text_of(answer) -> str:
    assert answer.status_code == 200
    text = answer.content.decode()
    assert " style=" not in text
    return text


def test_the_list_shows_acts_in_words_newest_first(browser):
    services.record(act="session.began", by=an_actor(Role.SENDER_HR))
    services.record(act="an.unnamed.act", by=SYSTEM, label="示范对象")
    text = text_of(browser.get("/audit/"))
    assert text.index("an.unnamed.act") < text.rindex("示范人员")
    assert "示范对象" in text


def test_filters_by_day_person_act_object_unit_and_result(browser):
    actor = an_actor(Role.SENDER_HR, an_institution("示范县人民医院"))
    event = services.record(act="session.began", by=actor, label="甲对象")
    services.record(act="session.ended", by=SYSTEM, label="乙对象", result="refused")
    today = clock.today().isoformat()
    for query in (
        {"since": today, "until": today, "who": actor.name},
        {"act": "session.began"},
        {"on": "甲"},
        {"unit": "人民医院"},
        {"result": "done"},
    ):
        shown = browser.get("/audit/", query).context["page"].object_list
        assert list(shown) == [event], query
    assert not browser.get("/audit/", {"until": "2020-01-01"}).context["page"].object_list
    assert 'class="empty"' in text_of(browser.get("/audit/", {"who": "没有这个人"}))


def test_a_filter_that_makes_no_sense_shows_nothing(browser):
    services.record(act="x", by=SYSTEM)
    assert not browser.get("/audit/", {"since": "not a day"}).context["page"].object_list


def test_htmx_gets_the_list_alone(browser):
    text = text_of(browser.get("/audit/", headers={"HX-Request": "true"}))
    assert text.strip().startswith('<div id="list"')


def test_one_event_whole(browser):
    event = services.record(act="session.began", by=SYSTEM, detail={"基数": 7})
    services.seal()
    text = text_of(browser.get(f"/audit/{event.pk}/"))
    assert "基数" in text
    assert Event.objects.get(pk=event.pk).digest[:16] in text


def test_a_foreign_event_is_not_found(client):
    event = services.record(act="x", by=an_actor(Role.SENDER_HR))
    signed_in(client, a_membership(Role.AUDITOR))
    assert client.get(f"/audit/{event.pk}/").status_code == 404


@pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.SENDER_HR])
def test_others_are_refused(client, role):
    signed_in(client, a_membership(role))
    assert client.get("/audit/").status_code == 403


def test_the_export_is_itself_on_record(browser):
    services.record(act="session.began", by=SYSTEM, label="=cmd|calc")
    services.record(act="session.ended", by=SYSTEM)
    answer = browser.get("/audit/", {"act": "session.began", "export": "csv"})
    text = answer.content.decode("utf-8-sig")
    assert len(text.strip().splitlines()) == 2
    assert ",=cmd" not in text
    detail = Event.objects.get(act="audit.exported").detail
    assert detail == {"rows": 1, "filter": {"act": "session.began"}, "format": "csv"}


def test_verifying_from_the_page(browser):
    services.record(act="x", by=SYSTEM)
    services.seal()
    assert browser.get("/audit/verify/").status_code == 405
    assert browser.post("/audit/verify/", follow=True).context["chain"]["verified"].result == "done"


def test_an_auditor_of_a_unit_does_not_verify_the_whole(client):
    signed_in(client, a_membership(Role.AUDITOR))
    assert client.post("/audit/verify/").status_code == 403
    assert client.get("/audit/").context["chain"] is None


def test_the_number_of_queries_does_not_grow_with_the_events(browser, django_assert_max_num_queries):
    actor = an_actor(Role.SENDER_HR)
    for _number in range(40):
        services.record(act="session.began", by=actor)
    with django_assert_max_num_queries(14):
        text_of(browser.get("/audit/"))


def test_every_recorded_person_stays_named_after_leaving():
    member = a_membership(Role.SENDER_HR)
    event = services.record(act="x", by=MembershipActor(member))
    assert event.actor_name == member.user.name
