"""The home page: an inbox first, the oldest deadline on top, then numbers, then changes; every desk has its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.translation import override

from assignments.models import Eligibility
from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Notice, Upload
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.codes import Tier
from deploy_admin.workbench import desks, numbers
from tests.accounts.factories import a_membership, an_actor, signed_in
from tests.factories import Y2024, Y2025, a_city, a_city_plan, a_hospital, an_authority, computed, promotions
from tests.people.factories import a_worker

pytestmark = pytest.mark.django_db
HOME = "/"


@pytest.fixture
def commission():
    return an_authority(a_city(), "示范市卫生健康委员会", tier=Tier.MUNICIPAL)


@pytest.fixture
def officer(client, commission):
    membership = a_membership(Role.CITY_OFFICER, commission)
    return signed_in(client, membership)


def stands(person, unit, topic: str, state: str) -> None:
    """Say that the person was judged so under a rule of this topic."""
    version = PolicyVersion.objects.first() or a_city_plan()
    Eligibility.objects.create(
        worker=person, institution=unit, target="dispatch", topic=topic, policy=topic, version=version,
        clause_id="who", code=state, state=state, digest="d", since=clock.today(),
    )  # fmt: skip


def told(institution, key, due=None, roles=(Role.CITY_OFFICER,), title="示范任务"):
    jobs.notify(
        code="jobs.done",
        params={"title": f"{title}{key}"},
        url="/somewhere/",
        institution_id=institution.pk,
        roles=roles,
        due_on=due,
        key=key,
    )


@pytest.mark.parametrize("role", list(Role))
def test_every_desk_has_a_home(client, role):
    response = signed_in(client, a_membership(role)).get(HOME)
    assert response.status_code == 200
    assert 'class="panel inbox"' in response.content.decode()
    assert role in desks.DESKS


def test_the_signed_out_are_sent_to_sign_in(client):
    response = client.get(HOME)
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("accounts:sign_in"))


def test_the_oldest_deadline_comes_first_and_what_has_none_last(officer, commission):
    today = clock.today()
    told(commission, "a")
    told(commission, "b", today)
    told(commission, "c", today - timedelta(days=3))
    page = officer.get(HOME).content.decode()
    assert page.index("示范任务c") < page.index("示范任务b") < page.index("示范任务a")
    with override("en"):
        assert desks.headline(list(Notice.objects.open()), 3, today) == "1 due today, 1 late"


def test_nobody_sees_what_waits_for_another(officer, commission):
    told(a_hospital("示范医院甲"), "theirs", roles=(Role.SENDER_HR,))
    page = officer.get(HOME)
    assert "示范任务theirs" not in page.content.decode()
    assert page.context["waiting"] == 0


def test_the_word_that_ones_own_work_has_ended_can_be_put_away(officer, commission):
    user = officer.get(HOME).wsgi_request.user
    jobs.notify(
        code="jobs.done",
        params={"title": "x"},
        url="/",
        institution_id=None,
        roles=None,
        user_id=user.pk,
        key="job:77",
    )
    notice = Notice.objects.get(key="job:77")
    assert officer.get(reverse("workbench:noted", args=[notice.pk])).status_code == 405
    assert officer.post(reverse("workbench:noted", args=[notice.pk])).status_code == 302
    assert not Notice.objects.open().filter(key="job:77").exists()


def test_a_duty_is_not_put_away_by_reading_it(officer, commission):
    told(commission, "figures:1")
    notice = Notice.objects.get(key="figures:1")
    assert officer.post(reverse("workbench:noted", args=[notice.pk])).status_code == 404
    assert Notice.objects.open().filter(pk=notice.pk).exists()


def test_the_numbers_keep_undetermined_apart_from_the_sum(commission):
    a_city_plan()
    known, unknown = a_hospital("示范医院甲"), a_hospital("示范医院乙")
    promotions(known, 7, period=Y2024)
    computed(Y2025)
    desk = numbers.Desk(an_actor(Role.CITY_OFFICER, commission), Y2025.last)
    with override("en"):
        owed, open_ones, short = desk.required(), desk.undetermined(), desk.short()
    assert owed["value"] == 3 + 2 + 2  # ⌈7 × 40 %⌉ physicians of one, two others of both
    assert owed["note"] == "and 1 undetermined"
    assert (open_ones["value"], open_ones["note"]) == (1, "1 unit without a figure")
    assert (short["value"], short["note"]) == ("Pending", "3 still pending")
    assert unknown.pk


def test_before_anything_is_computed_the_number_is_undetermined_and_not_zero(commission):
    shown = numbers.of(an_actor(Role.CITY_OFFICER, commission), ["required", "short", "undetermined"], clock.today())
    assert [number["value"] for number in shown] == [None]


def test_a_unit_counts_only_itself(commission):
    a_city_plan()
    one, other = a_hospital("示范医院甲"), a_hospital("示范医院乙")
    for hospital in (one, other):
        promotions(hospital, 5, period=Y2024)
    computed(Y2025)
    desk = numbers.Desk(an_actor(Role.SENDER_HR, one), Y2025.last)
    assert desk.required()["value"] == 2 + 2


def test_the_number_of_queries_does_not_grow_with_what_waits(
    officer, commission, django_assert_max_num_queries, django_assert_num_queries
):
    told(commission, "1")
    officer.get(HOME)
    with django_assert_max_num_queries(30) as few:
        officer.get(HOME)
    for n in range(2, 30):
        told(commission, str(n))
    with django_assert_num_queries(len(few)):
        officer.get(HOME)


def test_the_frame_shows_capacities_and_what_the_role_may_open(officer):
    page = officer.get(HOME).content.decode()
    assert reverse("quotas:board") in page
    assert reverse("audit:list") not in page
    assert 'name="membership"' in page


def test_the_machine_has_no_desk_and_no_numbers():
    assert desks.home(SYSTEM, clock.today())["numbers"] == []


def test_a_units_desk_counts_its_people_and_how_they_stand():
    unit = a_hospital("示范医院甲")
    people = [a_worker(at=unit) for _number in range(3)]
    a_worker(at=a_hospital("示范医院乙"))
    a_worker(at=unit, post={"valid_to": clock.today() - timedelta(days=1)})
    for person, state in zip(people, ("may", "undetermined", "may"), strict=True):
        for topic in ("one.rule", "another.rule"):
            stands(person, unit, topic, state)
    desk = numbers.Desk(an_actor(Role.SENDER_HR, unit), clock.today())
    assert desk.on_roster()["value"] == 3
    assert (desk.may_go()["value"], desk.unclear()["value"]) == (2, 1)


def test_a_desk_without_anybody_judged_shows_no_zero_and_the_way_to_the_roster():
    desk = numbers.Desk(an_actor(Role.SENDER_HR, a_hospital("示范医院甲")), clock.today())
    assert desk.may_go() is None
    assert desk.unclear() is None
    assert desk.on_roster()["url"] == reverse("people:rosters")


def test_a_deployed_person_goes_to_the_own_service_and_reads_when_the_own_record_changed(client):
    unit = a_hospital("示范医院甲")
    membership = a_membership(Role.DEPLOYED_PERSON, unit)
    membership.worker = a_worker(at=unit)
    membership.save()
    page = signed_in(client, membership).get(HOME)
    assert page.context["desk"].url == reverse("assignments:my_service")
    assert [change["url"] for change in page.context["changes"]] == [reverse("assignments:my_record")]


def test_a_unit_reads_which_tables_were_applied(client):
    unit = a_hospital("示范医院甲")
    membership = a_membership(Role.SENDER_HR, unit)
    file = jobs.store_file(
        name="花名册.xlsx", content=b"x", content_type="x", by=SYSTEM, owner_institution_id=unit.pk, kind="roster"
    )
    Upload.objects.create(
        column_set="roster", scope="x", file=file, sha256=file.sha256, state="applied", digest="d",
        institution_id=unit.pk, applied_at=clock.now(), applied_by_name="示范人事",
    )  # fmt: skip
    (change,) = signed_in(client, membership).get(HOME).context["changes"]
    assert "花名册.xlsx" in change["text"]
