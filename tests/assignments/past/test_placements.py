"""Placements as a table: the placing checks beside the row, warnings accepted by confirming, plans changed."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.models import Assignment
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.jobs.importing import outgoing, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.models import Upload
from deploy_admin.registry.services import calendar
from tests.assignments.campaigns.world import World
from tests.assignments.past.world import applied, kinds, plan_of, sent_in, sheet, told
from tests.assignments.postings import CITY_OFFICER, an_assignment, sender_hr
from tests.jobs.plans import run_jobs

pytestmark = pytest.mark.django_db
KEY = "placements"


@pytest.fixture
def world():
    calendar.load(by=SYSTEM)
    return World()


def table(world, *rows):
    base = {"人员编号": world.person.number, "接收单位": "示范县医院"}
    return sheet(*rows, base=base)


def plan(world, *rows, by=CITY_OFFICER):
    return plan_of(table(world, *rows), by, KEY, campaign=world.campaign.pk)


def put(world, *rows):
    return applied(table(world, *rows), CITY_OFFICER, KEY, campaign=world.campaign.pk)


def test_a_row_with_person_and_unit_is_placed_as_the_campaign_says(world):
    put(world, {})
    own = Assignment.objects.get()
    assert (own.worker_id, own.receiving_unit_id, own.campaign_id) == (
        world.person.pk, world.receiver.pk, world.campaign.pk,
    )  # fmt: skip
    assert (own.state, own.starts_on, own.term_months) == ("planned", world.campaign.starts_on, 12)
    assert own.speciality == "心血管内科"


def test_what_the_row_says_holds(world):
    row = {
        "到岗日期": "2027-04-01",
        "派驻月数": "６个月",
        "服务科室": "内科",
        "带教负责人": "李主任",
        "排班方式": "轮班",
        "专业": "全科",
    }
    put(world, row)
    own = Assignment.objects.get()
    assert (own.starts_on, own.term_months, own.term_days) == (date(2027, 4, 1), 6, 0)
    assert (own.department, own.supervisor, own.roster_pattern, own.speciality) == ("内科", "李主任", "shift", "全科")


def test_people_are_named_by_name_and_unit_too(world):
    row = {"人员编号": None, "姓名": "安可往", "派出单位": "示范甲医院"}
    put(world, row)
    assert Assignment.objects.get().worker_id == world.person.pk
    assert told(plan(world, {"人员编号": None, "姓名": "安可往"})) == [("姓名", "post_person_unknown")]


def test_refusals_of_the_checks_stand_beside_the_row(world):
    an_assignment(world.person, receiver=world.township, starts_on=date(2027, 2, 1))
    found = plan(world, {})
    assert told(found) == [("starts_on", "placement_refused")]
    finding = next(each for entry in found.entries for each in entry.record.findings)
    assert "安可往" in finding.params["message"]
    assert "示范卫生院" in finding.params["message"]


def test_a_nurse_for_twelve_months_is_a_warning_that_confirming_accepts(world):
    nurse = world.nurse("白护士")
    found = plan(world, {"人员编号": nurse.number})
    assert (told(found), told(found, refuses=False)) == ([], [("months", "placement_warned")])
    put(world, {"人员编号": nurse.number})
    step = Assignment.objects.get().transitions.get()
    assert set(step.detail["accepted"]) == {"twelve_months_exactly"}


def test_a_warning_that_nobody_saw_is_not_accepted(world):
    """The plan is made again where the campaign's term changed into one that warns."""
    nurse = world.nurse("白护士")
    world.campaign.__class__.objects.filter(pk=world.campaign.pk).update(term_months=13)
    upload = sent_in(table(world, {"人员编号": nurse.number}), CITY_OFFICER, KEY, campaign=world.campaign.pk)
    assert upload.state == "planned"
    world.campaign.__class__.objects.filter(pk=world.campaign.pk).update(term_months=12)
    services.confirm(upload=upload, digest=upload.digest, by=CITY_OFFICER)
    run_jobs()
    upload = Upload.objects.get(pk=upload.pk)
    assert (upload.state, upload.summary["made_again"]) == ("planned", True)
    assert not Assignment.objects.exists()


def test_all_are_placed_or_nobody(world):
    other = world.physician("别人")
    upload = sent_in(
        table(world, {}, {"人员编号": other.number, "接收单位": "无此单位"}),
        CITY_OFFICER,
        KEY,
        campaign=world.campaign.pk,
    )
    assert upload.state == "refused"
    assert not Assignment.objects.exists()


def test_the_same_again_changes_nothing_and_another_unit_changes_the_plan(world):
    content = table(world, {})
    applied(content, CITY_OFFICER, KEY, campaign=world.campaign.pk)
    assert sent_in(content, CITY_OFFICER, KEY, campaign=world.campaign.pk).state == "unchanged"
    put(world, {"接收单位": "示范卫生院", "服务科室": "外科"})
    own = Assignment.objects.get()
    assert (own.receiving_unit_id, own.department) == (world.township.pk, "外科")
    assert own.transitions.latest("pk").act == "plan_changed"


def test_whoever_has_gone_is_not_changed_by_a_table(world):
    put(world, {})
    Assignment.objects.update(state="on_post", arrived_at=clock.now(), arrived_by_name="示范接收")
    assert told(plan(world, {"服务科室": "外科"})) == [("服务科室", "placement_begun")]


def test_a_row_without_a_unit_says_nothing(world):
    other = world.physician("别人")
    found = plan(world, {}, {"人员编号": other.number, "接收单位": None})
    assert kinds(found) == ["new"]
    assert [notice.code for notice in found.parsed.notices] == ["rows_without_value"]


def test_only_campaigns_that_one_runs_are_offered(world):
    column_set = column_set_of(KEY)
    assert column_set.asked({"campaign": world.campaign.pk}, CITY_OFFICER).is_valid()
    assert not column_set.asked({"campaign": world.campaign.pk}, world.county_officer()).is_valid()
    assert not column_set.asked({"campaign": world.campaign.pk}, sender_hr(world.hospital)).is_valid()


def test_the_template_names_the_destinations_to_choose_from_and_who_is_placed(world):
    put(world, {})
    context = Context(CITY_OFFICER, {"campaign": world.campaign.pk}, clock.today())
    column_set = column_set_of(KEY)
    offered = next(column for column in column_set.columns(context) if column.key == "receiving_unit")
    assert {"示范县医院", "示范卫生院"} <= {code.zh for code in offered.codes}
    assert [row["number"] for row in column_set.rows_for_template(context)] == [world.person.number]
    again = plan_of(outgoing.template(column_set, context), CITY_OFFICER, KEY, campaign=world.campaign.pk)
    assert (told(again), kinds(again)) == ([], ["unchanged"])
