"""The work calendar as rows: loaded, proposed, published, corrected; what the rules make of it; who is told."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.models import Notice
from deploy_admin.registry import calendar_text, holiday_library
from deploy_admin.registry.calendar import revision, work_calendar
from deploy_admin.registry.holiday_library import Day
from deploy_admin.registry.models import CalendarYear, SpecialDay
from deploy_admin.registry.services import calendar, calendar_notices
from tests.registry.factories import CITY, FakeActor

pytestmark = pytest.mark.django_db
D = date
#: As a notice of the State Council is written; the days are made up.
NOTICE = """各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（周四）放假调休，共7天。2月14日（周日）、2月20日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、国庆节、中秋节：10月1日至7日放假调休，共7天。9月26日（周日）上班。
"""


@pytest.fixture
def loaded():
    return calendar.load(by=SYSTEM)


@pytest.fixture
def announced(monkeypatch):
    """The years that were announced."""
    years: list[int] = []
    monkeypatch.setattr(calendar, "_announce", years.append)
    return years


def publish(days=NOTICE, *, year=2027, number="国办发明电〔2026〕9号", version=1, by=CITY):
    days = calendar_text.read(days, year) if isinstance(days, str) else days
    return calendar.publish_year(year=year, days=days, document_number=number, version=version, by=by)


def test_the_published_years_and_next_year_are_loaded(loaded):
    years = dict(CalendarYear.objects.values_list("year", "state"))
    assert loaded.added == 24
    assert years == {**dict.fromkeys(range(2004, 2027), "published"), 2027: "provisional"}


def test_loading_again_changes_nothing(loaded):
    before = revision()
    again = calendar.load(by=SYSTEM)
    assert (again.added, again.changed, again.same) == (0, 0, 24)
    assert revision() == before


def test_the_command_loads_it():
    call_command("load_reference")
    assert SpecialDay.objects.get(day=D(2025, 10, 11)).kind == "make_up"


def test_the_hand_counted_days_hold_on_the_rows(loaded):
    held = work_calendar()
    assert held.nth_of_month(D(2025, 5, 1), 5) == D(2025, 5, 12)
    assert held.nth_of_month(D(2025, 10, 1), 5) == D(2025, 10, 14)
    assert held.is_workday(D(2023, 5, 6))
    assert held.workdays(D(2023, 5, 8), D(2023, 5, 12)) == 5
    assert held.workdays(D(2025, 9, 28), D(2025, 10, 10)) == 5  # 28 Sept is made up; 1 to 8 Oct off


def test_next_year_is_statutory_days_and_provisional(loaded):
    held = work_calendar()
    assert held.is_provisional(2027)
    assert not held.is_provisional(2026)
    assert held.is_provisional(2028)
    assert not held.is_workday(D(2027, 10, 1))
    assert not held.is_workday(D(2027, 10, 5))  # for the third, a Sunday
    assert held.is_workday(D(2027, 10, 7))


def test_the_calendar_is_read_once_for_what_it_says(loaded, django_assert_num_queries):
    work_calendar()
    with django_assert_num_queries(1):
        held = work_calendar()
    SpecialDay.objects.create(day=D(2027, 10, 7), kind="holiday")
    assert held.is_workday(D(2027, 10, 7))
    assert not work_calendar().is_workday(D(2027, 10, 7))


def test_a_year_is_published_by_its_document(loaded, announced):
    row = publish()
    assert (row.state, row.document_number, row.version) == ("published", "国办发明电〔2026〕9号", 2)
    held = work_calendar()
    assert not held.is_provisional(2027)
    assert held.is_workday(D(2027, 9, 26))
    assert not held.is_workday(D(2027, 2, 11))
    assert held.is_workday(D(2027, 5, 3))  # what the notice does not name is not off
    assert announced == [2027]
    event = Event.objects.get(act="calendar.published")
    assert "2027-09-26 make_up" in event.detail["added"]
    assert "2027-05-01 holiday" in event.detail["removed"]


def test_what_a_person_published_is_not_loaded_over(loaded, announced):
    publish()
    assert calendar.load(by=SYSTEM).changed == 0
    assert work_calendar().is_workday(D(2027, 9, 26))


def test_a_year_the_library_knows_better_meanwhile_is_brought_up_to_date(loaded, announced):
    SpecialDay.objects.filter(day=D(2026, 10, 1)).delete()
    assert calendar.load(by=SYSTEM).changed == 1
    assert announced == [2026]
    assert not work_calendar().is_workday(D(2026, 10, 1))


def test_a_published_year_is_corrected_with_a_reason(loaded, announced):
    days = [day for day in holiday_library.known(2026).days if day.day != D(2026, 10, 7)]
    row = calendar.correct_year(year=2026, days=days, reason="录入有误", version=1, by=CITY)
    assert row.version == 2
    assert work_calendar().is_workday(D(2026, 10, 7))
    assert announced == [2026]
    event = Event.objects.get(act="calendar.corrected")
    assert event.detail["removed"] == ["2026-10-07 holiday"]
    assert event.detail["reason"] == "录入有误"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": " "}, "document_missing"),
        ({"by": FakeActor(role=Role.DISTRICT_OFFICER)}, "not_permitted"),
        ({"year": 2026, "days": [Day(D(2026, 1, 1), "holiday")]}, "calendar_published"),
        ({"days": [Day(D(2026, 12, 31), "holiday")]}, "day_of_another"),
        ({"days": [Day(D(2027, 1, 1), "holiday"), Day(D(2027, 1, 1), "make_up")]}, "day_twice"),
        ({"days": [Day(D(2027, 1, 1), "holiday"), Day(D(2027, 1, 4), "make_up")]}, "weekday_worked_anyway"),
        ({"days": []}, "no_day_off"),
        ({"year": 2040, "days": [Day(D(2040, 1, 1), "holiday")]}, "calendar_unknown"),
    ],
)
def test_what_cannot_be_published_is_refused(loaded, change, code):
    before = revision()
    with pytest.raises(RuleViolation) as refused, transaction.atomic():
        publish(**change)
    assert refused.value.code == code
    assert revision() == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": ""}, "reason_missing"),
        ({"days": holiday_library.known(2026).days}, "nothing_to_correct"),
        ({"year": 2027, "days": [Day(D(2027, 1, 1), "holiday")]}, "calendar_provisional"),
        ({"by": FakeActor(role=Role.DISTRICT_OFFICER)}, "not_permitted"),
    ],
)
def test_what_cannot_be_corrected_is_refused(loaded, change, code):
    facts = {"year": 2026, "days": [Day(D(2026, 1, 1), "holiday")], "reason": "示范", "version": 1, "by": CITY}
    with pytest.raises(RuleViolation) as refused, transaction.atomic():
        calendar.correct_year(**(facts | change))
    assert refused.value.code == code


def test_an_older_version_is_refused_with_both_values(loaded, announced):
    publish()
    with pytest.raises(Conflict) as conflict:
        publish(version=1)
    assert conflict.value.code == "stale_version"
    assert conflict.value.context["version"] == 2


def test_a_year_nobody_holds_is_proposed_and_only_once(announced):
    row = calendar.propose_year(year=2029, by=CITY)
    assert row.state == "provisional"
    assert SpecialDay.objects.filter(day__year=2029, day=D(2029, 10, 1)).exists()
    with pytest.raises(RuleViolation) as refused:
        calendar.propose_year(year=2029, by=CITY)
    assert refused.value.code == "calendar_there"
    assert announced == [2029]


def test_the_city_is_told_from_november_until_next_year_is_published(loaded, announced):
    assert not calendar_notices.remind(on=D(2026, 10, 31))
    assert not Notice.objects.open().filter(key="registry.calendar:2027").exists()
    assert calendar_notices.remind(on=D(2026, 11, 1))
    notice = Notice.objects.open().get(key="registry.calendar:2027")
    assert (notice.roles, notice.due_on) == (["city_officer"], D(2026, 12, 31))
    publish()
    assert not Notice.objects.open().filter(key="registry.calendar:2027").exists()
    assert not calendar_notices.remind(on=D(2026, 11, 2))


def test_a_year_that_began_unpublished_is_still_reminded_of(loaded):
    assert calendar_notices.remind(on=D(2027, 1, 5))
    assert Notice.objects.open().filter(key="registry.calendar:2027").exists()


def test_a_change_is_announced_after_the_commit(loaded, django_capture_on_commit_callbacks, monkeypatch):
    sent: list[object] = []
    monkeypatch.setattr(
        "deploy_admin.registry.tasks.calendar_changed.apply_async", lambda args, **_: sent.append(args)
    )
    with django_capture_on_commit_callbacks(execute=True):
        publish()
        assert not sent
    assert sent == [(2027,)]


def test_what_follows_a_change_stands_at_the_top_of_the_house():
    from deploy_admin.celery import FOLLOW_UPS, app
    from deploy_admin.registry.tasks import calendar_changed

    assert calendar_changed(2027) == 2027
    assert FOLLOW_UPS[calendar_changed.name] == ("assignments.after_calendar", "appraisals.after_calendar")
    assert set(FOLLOW_UPS[calendar_changed.name]) <= set(app.tasks)


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("calendar_year_sane", CalendarYear(year=1999, state="published")),
        ("special_day_known", SpecialDay(day=D(2027, 1, 1), kind="party")),
    ],
)
def test_the_database_refuses_what_the_services_do(name, row):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        row.save()


def test_a_notice_is_read_as_it_is_written():
    found = {day.day: day for day in calendar_text.read(NOTICE, 2027)}
    assert len(found) == 3 + 7 + 2 + 3 + 7 + 1
    assert found[D(2027, 2, 20)].kind == "make_up"
    assert found[D(2027, 10, 7)].name == "国庆节、中秋"
    assert found[D(2027, 10, 7)].name_en == "National Day, Mid-autumn Festival"
    assert D(2027, 2, 12) not in found


def test_what_is_written_is_read_back():
    days = list(holiday_library.known(2026).days)
    assert calendar_text.read(calendar_text.write(days), 2026) == days


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2027-02-30 放假", "day_unknown"),
        ("2027-02-03", "line_unread"),
        ("2027-02-03 夜班", "line_unread"),
        ("五月一日放假1日", "day_unknown"),
        ("2月3日休息", "line_unread"),
        ("Feb 5 off", "line_unread"),
        ("2027-02-05 至 2027-02-01 放假", "period_reversed"),
        ("2027-02-05 放假\n2027-02-05 上班", "day_two_ways"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text, code):
    with pytest.raises(RuleViolation) as refused:
        calendar_text.read(text, 2027)
    assert refused.value.code == code


def test_a_click_turns_a_weekday_off_and_a_weekend_day_worked_then_off():
    weekday, sunday = D(2027, 2, 5), D(2027, 2, 14)
    once = calendar_text.turned([], weekday)
    assert [(day.day, day.kind) for day in once] == [(weekday, "holiday")]
    assert calendar_text.turned(once, weekday) == []
    worked = calendar_text.turned([], sunday)
    off = calendar_text.turned(worked, sunday)
    assert [day.kind for day in worked + off] == ["make_up", "holiday"]
    assert calendar_text.turned(off, sunday) == []
