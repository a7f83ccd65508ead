"""Lists by workbook: all that is wrong at once beside its cell, the same file twice, one unit or many on behalf."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from assignments.importing.filed_lists import ListForm
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination, NominationWish, StaffingRequest
from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs.importing import outgoing, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.factories import of_unit
from tests.assignments.filing.factories import a_list, a_nomination, a_request
from tests.assignments.filing.nominating import World
from tests.assignments.past import world as past
from tests.assignments.past.world import applied, kinds, plan_of, sent_in, told
from tests.assignments.postings import CITY_OFFICER
from tests.jobs.plans import run_jobs

pytestmark = pytest.mark.django_db
REQUESTS, NOMINATIONS = "staffing_requests", "nominations"
WINDOW = {"requests_from": date(2026, 11, 1), "requests_to": date(2026, 11, 30)}


@pytest.fixture
def world():
    return World(**WINDOW)


@pytest.fixture
def clerk(world):
    return of_unit(world.receiver, Role.RECEIVER_CLERK)


def sheet(*rows, base=None):
    """Return a table with these rows and no others' columns."""
    return past.sheet(*rows, base=base or {"备注": None})


def asked(world, unit=None):
    return {"campaign": world.campaign.pk, "unit": unit.pk if unit else None}


def requests(world, by, *rows, unit=None, base=None):
    """Return the plan of a table of requests; of the receiving unit unless it is one with a column for the unit."""
    content = sheet(*rows, base=base or {"专业": "儿科", "人数": 1})
    return plan_of(content, by, REQUESTS, **asked(world, unit))


def nominations(world, *rows, by=None, unit="own"):
    content = sheet(*rows, base={"人员编号": world.person.number, "备注": None})
    own = world.hospital if unit == "own" else None
    return plan_of(content, by or world.hr, NOMINATIONS, **asked(world, own))


def lines(unit):
    rows = StaffingRequest.objects.filter(institution=unit, state="standing").order_by("rank")
    return [(row.rank, row.speciality, row.number) for row in rows]


# ------------------------------------------------------------ requests of one unit


def test_a_units_table_begins_its_list_and_writes_the_lines_in_their_order(world, clerk):
    table = sheet(
        {"专业": "儿科", "人数": "2人", "可接受的其他专业": "新生儿科，内科", "人员类别": "执业医师类"},
        {"专业": "全科", "最低职称": "中级", "最早到岗日期": "2027-04-01", "缓急": "急需", "需求理由": "门诊停诊"},
        base={"人数": 1},
    )
    upload = applied(table, clerk, REQUESTS, **asked(world, world.receiver))
    assert upload.result == {"lists": 1, "lines": 2}
    filed = FiledList.objects.get(kind=ListKind.REQUESTS)
    assert (filed.institution, filed.state, filed.on_behalf) == (world.receiver, "draft", False)
    first, second = filed.requests.order_by("rank")
    assert (first.speciality, first.number, first.also_accepts, first.staff_category) == (
        "儿科", 2, ["新生儿科", "内科"], "physician",
    )  # fmt: skip
    assert (second.minimum_title, second.starts_on, second.priority, second.reason) == (
        "intermediate", date(2027, 4, 1), 1, "门诊停诊",
    )  # fmt: skip


def test_the_same_table_twice_changes_nothing_even_if_it_was_sent_under_another_name(world, clerk):
    rows = ({"专业": "儿科"}, {"专业": "全科", "人数": 3})
    table = sheet(*rows, base={"人数": 1})
    applied(table, clerk, REQUESTS, **asked(world, world.receiver))
    before = list(StaffingRequest.objects.values_list("pk", "version"))
    assert kinds(requests(world, clerk, *rows, unit=world.receiver)) == ["unchanged", "unchanged"]
    again = sent_in(table, clerk, REQUESTS, **asked(world, world.receiver))
    assert again.state == "unchanged"
    assert list(StaffingRequest.objects.values_list("pk", "version")) == before


def test_without_a_line_number_a_row_is_known_by_what_it_asks_for_and_the_others_stay(world, clerk):
    filed = a_list(world.receiver, campaign=world.campaign, state="draft")
    a_request(filed=filed, speciality="儿科", number=1)
    a_request(filed=filed, speciality="内科", number=1)
    applied(sheet({"专业": "内科", "人数": 4}), clerk, REQUESTS, **asked(world, world.receiver))
    assert lines(world.receiver) == [(1, "儿科", 1), (2, "内科", 4)]


def test_a_line_number_changes_that_line(world, clerk):
    filed = a_list(world.receiver, campaign=world.campaign, state="draft")
    first = a_request(filed=filed, speciality="儿科", number=1)
    plan = requests(world, clerk, {"行号": 1, "专业": "新生儿科"}, unit=world.receiver)
    assert kinds(plan) == ["changed"]
    assert plan.entries[0].changes == [{"column": "speciality", "was": "儿科", "now": "新生儿科"}]
    applied(sheet({"行号": 1, "专业": "新生儿科", "人数": 1}), clerk, REQUESTS, **asked(world, world.receiver))
    first.refresh_from_db()
    assert (first.speciality, first.version) == ("新生儿科", 2)


def test_a_cell_that_is_emptied_is_emptied_and_a_column_that_is_missing_says_nothing(world, clerk):
    filed = a_list(world.receiver, campaign=world.campaign, state="draft")
    line = a_request(filed=filed, speciality="儿科", reason="示范理由", also_accepts=["内科"])
    table = sheet(
        {"专业": "儿科", "人数": 1, "需求理由": None, "行号": 1}, {"专业": "外科", "人数": 1, "需求理由": "停诊"}
    )
    applied(table, clerk, REQUESTS, **asked(world, world.receiver))
    line.refresh_from_db()
    assert (line.reason, line.also_accepts) == ("", ["内科"])


def test_everything_wrong_is_said_at_once_each_beside_its_cell(world, clerk):
    plan = requests(
        world, clerk,
        {"专业": None},
        {"专业": "外科", "人数": 0},
        {"专业": "妇科", "人数": "两"},
        {"专业": "眼科", "最低职称": "院士"},
        {"专业": "骨科", "最早到岗日期": "2027-02-30"},
        unit=world.receiver,
    )  # fmt: skip
    assert told(plan) == [
        ("专业", "required"), ("人数", "too_small"), ("人数", "not_a_number"), ("最低职称", "not_in_list"),
        ("最早到岗日期", "not_a_date"),
    ]  # fmt: skip
    assert plan.entries[1].record.findings[0].value == "0"
    assert plan.entries[1].record.findings[0].cell == "B3"


def test_what_the_services_refuse_of_a_row_stands_beside_its_cell(world, clerk):
    plan = requests(world, clerk, {"最早到岗日期": "2029-01-01"}, {"专业": "内科"}, unit=world.receiver)
    assert told(plan) == [("最早到岗日期", "list_refused")]
    assert [entry.kind.value for entry in plan.entries] == ["refused", "new"]
    assert StaffingRequest.objects.count() == FiledList.objects.filter(kind="requests").count() == 0


def test_the_same_request_twice_in_a_table_is_refused(world, clerk):
    plan = requests(world, clerk, {}, {"人数": 2}, unit=world.receiver)
    assert told(plan) == [("专业", "same_row")]


def test_outside_the_window_no_row_is_taken(world, clerk):
    world.campaign.requests_to = date(2026, 11, 21)
    world.campaign.save()
    assert told(requests(world, clerk, {}, unit=world.receiver)) == [("专业", "list_not_open")]


def test_a_list_that_was_handed_in_is_not_written_on(world, clerk):
    a_list(world.receiver, campaign=world.campaign, state="submitted")
    assert told(requests(world, clerk, {}, unit=world.receiver)) == [("专业", "list_not_open")]


def test_a_unit_writes_on_no_other_units_list(world, clerk):
    assert told(requests(world, clerk, {}, unit=world.township)) == [("专业", "list_not_open")]
    plan = requests(world, clerk, {"单位": "示范县医院"}, unit=None)
    assert told(plan) == []  # its own name in the column for the unit
    other = world.township.profiles.get().name
    assert told(requests(world, clerk, {"单位": other}, unit=None)) == [("单位", "list_not_open")]


# ------------------------------------------------------------ many units, on their behalf


def test_an_authority_enters_for_many_units_with_a_column_for_the_unit(world):
    second = world.township.profiles.get().name
    table = sheet({"单位": "示范县医院"}, {"单位": second, "人数": 2}, base={"专业": "儿科", "人数": 1})
    applied(table, CITY_OFFICER, REQUESTS, **asked(world))
    lists = FiledList.objects.filter(kind=ListKind.REQUESTS).order_by("institution_id")
    assert {each.institution_id for each in lists} == {world.receiver.pk, world.township.pk}
    assert {(each.on_behalf, each.state) for each in lists} == {(True, "draft")}
    assert (lines(world.receiver), lines(world.township)) == ([(1, "儿科", 1)], [(1, "儿科", 2)])


def test_a_unit_that_nobody_knows_is_named_with_what_comes_close(world):
    assert told(requests(world, CITY_OFFICER, {"单位": "无此单位"})) == [("单位", "post_unit_unknown")]
    assert told(requests(world, CITY_OFFICER, {"单位": None}, {"单位": "示范县医院"})) == [("单位", "required")]


def test_one_unit_whose_list_is_shut_stops_its_own_rows_alone(world):
    a_list(world.township, campaign=world.campaign, state="approved")
    second = world.township.profiles.get().name
    plan = requests(world, CITY_OFFICER, {"单位": "示范县医院"}, {"单位": second})
    assert kinds(plan) == ["new", "refused"]
    assert told(plan) == [("单位", "list_not_open")]


# ------------------------------------------------------------ nominations


def test_a_person_is_nominated_with_days_and_wishes_in_order(world):
    a_request(world.township, campaign=world.campaign)
    wish = world.township.profiles.get().name
    row = {"可派结束日期": "2029-01-31", "意向接收单位": wish, "备注": "已沟通", "专业": "内科"}
    table = sheet(row, base={"人员编号": world.person.number, "备注": None})
    applied(table, world.hr, NOMINATIONS, **asked(world, world.hospital))
    line = Nomination.objects.get()
    assert (line.worker, line.filed_list, line.speciality) == (world.person, world.filed, "内科")
    assert (line.possible_to, line.remark) == (date(2029, 1, 31), "已沟通")
    assert list(line.wishes.values_list("institution_id", flat=True)) == [world.township.pk]
    assert kinds(nominations(world, row)) == ["unchanged"]


def test_people_are_named_by_name_at_the_unit(world):
    table = sheet({"姓名": world.person.name})
    applied(table, world.hr, NOMINATIONS, **asked(world, world.hospital))
    assert Nomination.objects.get().worker == world.person
    assert told(nominations(world, {"人员编号": None, "姓名": "查无此人"})) == [("姓名", "post_person_unknown")]


def test_refusals_and_warnings_of_the_checks_stand_beside_the_row(world):
    junior = world.physician("白初级", title="234")
    plan = nominations(world, {"人员编号": junior.number}, {"可派开始日期": "2027-06-01"}, {"人员编号": "P99999999"})
    assert told(plan) == [("name", "list_refused"), ("人员编号", "post_person_unknown")]
    assert ("可派开始日期", "list_warned") in told(plan, refuses=False)
    assert Nomination.objects.count() == 0


def test_a_warning_is_accepted_by_confirming_the_plan_that_showed_it(world):
    row = {"可派开始日期": "2027-06-01"}
    applied(
        sheet(row, base={"人员编号": world.person.number, "备注": None}),
        world.hr,
        NOMINATIONS,
        **asked(world, world.hospital),
    )
    assert list(Nomination.objects.get().accepted) == ["later_than_start"]


def test_a_warning_that_came_after_the_plan_is_looked_at_again(world):
    table = sheet({"人员编号": world.person.number, "备注": "示范"})
    upload = sent_in(table, world.hr, NOMINATIONS, **asked(world, world.hospital))
    world.person.speciality = ""
    world.person.save(update_fields=["speciality"])
    services.confirm(upload=upload, digest=upload.digest, by=world.hr)
    run_jobs()
    upload.refresh_from_db()
    assert (upload.state, upload.summary["made_again"]) == ("planned", True)
    assert Nomination.objects.count() == 0


def test_a_nomination_that_stands_is_changed_and_what_the_table_leaves_out_stays(world):
    a_request(world.township, campaign=world.campaign)
    line = a_nomination(world.person, filed=world.filed, remark="示范备注", wishes=[world.township])
    other = a_nomination(world.physician("钱留下"), filed=world.filed)
    table = sheet({"人员编号": world.person.number, "专业": "全科"}, base={"姓名": None})
    applied(table, world.hr, NOMINATIONS, **asked(world, world.hospital))
    line.refresh_from_db()
    assert (line.speciality, line.remark, line.version) == ("全科", "示范备注", 2)
    assert NominationWish.objects.filter(nomination=line).count() == 1
    assert Nomination.objects.filter(pk=other.pk, state="standing", version=1).exists()


def test_wishes_that_name_nobody_are_refused_by_name(world):
    plan = nominations(world, {"意向接收单位": "无此医院"})
    assert told(plan) == [("意向接收单位", "wish_not_known")]
    assert plan.entries[0].record.findings[0].params == {"name": "无此医院"}


def test_the_same_person_twice_is_refused_even_by_number_and_by_name(world):
    content = sheet({"人员编号": world.person.number}, {"姓名": world.person.name})
    plan = plan_of(content, world.hr, NOMINATIONS, **asked(world, world.hospital))
    assert [code for _where, code in told(plan)] == ["same_row"]


def test_somebody_whom_another_unit_nominated_is_refused(world):
    a_nomination(world.person, institution=world.second, campaign=world.campaign)
    assert [code for _where, code in told(nominations(world, {}))] == ["list_refused"]


def test_many_people_cost_as_many_queries_as_few(world, django_assert_max_num_queries):
    people = [world.physician(f"孙多{n}") for n in range(12)]
    content = sheet(*({"人员编号": each.number} for each in people))
    with django_assert_max_num_queries(90):
        plan = plan_of(content, world.hr, NOMINATIONS, **asked(world, world.hospital))
    assert kinds(plan) == ["new"] * 12


# ------------------------------------------------------------ template, form, address


def cells(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def test_the_template_holds_the_list_as_it_stands_and_is_a_valid_table(world, clerk):
    filed = a_list(world.receiver, campaign=world.campaign, state="draft")
    a_request(filed=filed, speciality="儿科", number=2, also_accepts=["内科"], priority=1)
    column_set = column_set_of(REQUESTS)
    content = outgoing.template(column_set, Context(clerk, asked(world, world.receiver), clock.today()))
    assert any("儿科" in row and 2 in row for row in cells(content))
    assert kinds(plan_of(content, clerk, REQUESTS, **asked(world, world.receiver))) == ["unchanged"]


def test_the_export_of_nominations_is_a_valid_table(world):
    a_request(world.township, campaign=world.campaign)
    a_nomination(world.person, filed=world.filed, wishes=[world.township], possible_from=date(2027, 3, 10))
    column_set = column_set_of(NOMINATIONS)
    context = Context(world.hr, asked(world, world.hospital), clock.today())
    content = outgoing.current(column_set, context, "xlsx")
    assert kinds(plan_of(content, world.hr, NOMINATIONS, **asked(world, world.hospital))) == ["unchanged"]


def test_a_unit_is_offered_its_own_list_and_an_authority_a_column(world, clerk):
    own = ListForm({"campaign": str(world.campaign.pk)}, ListKind.REQUESTS, clerk)
    assert own.is_valid(), own.errors
    assert own.cleaned_data == {"campaign": world.campaign.pk, "unit": world.receiver.pk}
    many = ListForm({"campaign": str(world.campaign.pk)}, ListKind.REQUESTS, CITY_OFFICER)
    assert many.is_valid(), many.errors
    assert many.cleaned_data == {"campaign": world.campaign.pk, "unit": None}
    foreign = ListForm({"campaign": str(world.campaign.pk), "unit": str(world.township.pk)}, ListKind.REQUESTS, clerk)
    assert not foreign.is_valid()


def test_the_pages_ask_for_the_file_alone_and_hand_out_the_template(world):
    clerk = signed_in(Client(), a_membership(Role.RECEIVER_CLERK, world.receiver))
    officer = signed_in(Client(), a_membership(Role.CITY_OFFICER, world.campaign.authority))
    for browser, unit in ((clerk, world.receiver.pk), (officer, "")):
        page = browser.get(reverse("assignments:staffing_requests_import"), {"campaign": world.campaign.pk})
        assert page.status_code == 200
        assert f'value="{unit}"' in page.content.decode() or unit == ""
        address = reverse("assignments:staffing_requests_import_template")
        template = browser.get(address, {"campaign": world.campaign.pk, "unit": unit})
        heads = [cell for row in cells(template.content) for cell in row]
        assert ("单位*" in heads) is (unit == "")
        assert ("行号" in heads) is (unit != "")


def test_a_campaign_that_is_not_open_takes_no_table(world, clerk):
    world.campaign.state = "closed"
    world.campaign.save()
    upload = sent_in(sheet({"专业": "儿科", "人数": 1}), clerk, REQUESTS, **asked(world, world.receiver))
    assert (upload.state, upload.summary["code"]) == ("unreadable", "list_no_campaign")
