"""From people's rows to the answer, by hand: the clauses of the shipped policies, absences, the days that decide."""

from __future__ import annotations

from datetime import date

import pytest

from assignments import services
from deploy_admin.people.models import Employment
from tests.assignments.factories import (
    TODAY,
    a_county_hospital,
    a_municipal_hospital,
    a_nurse,
    a_physician,
    a_place,
    answers,
    seeds,
)
from tests.people.factories import a_licence, a_title, a_worker, an_employment, away
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def adopted():
    return seeds()


# ------------------------------------------------------------------------------------------ the city's scheme


@pytest.mark.parametrize(
    ("title", "licence", "expected"),
    [
        ("233", "physician", "may"),  # attending physician: intermediate itself is enough
        ("232", "physician", "may"),
        ("234", "physician", "may_not"),  # junior
        ("233", "assistant_physician", "may_not"),  # no licence as physician
        (None, "physician", "undetermined"),  # nobody entered a title
        ("233", None, "undetermined"),  # nobody entered a licence
        ("234", None, "may_not"),  # decided whatever the licence is
    ],
)
def test_a_municipal_physician_needs_a_licence_and_an_intermediate_title(adopted, title, licence, expected):
    worker = a_physician(a_municipal_hospital(), title=title, licence=licence)
    assert answers(worker)["physicians_sent"] == expected


@pytest.mark.parametrize("category", ["clinical", "tcm", "dental", "public_health"])
def test_a_physician_of_any_category_may_be_sent(adopted, category):
    worker = a_physician(a_municipal_hospital(), licence=None)
    a_licence(worker, practice_category=category)
    assert answers(worker)["physicians_sent"] == "may"


@pytest.mark.parametrize(("military", "expected"), [(False, "may"), (True, "may_not"), (None, "undetermined")])
def test_a_military_hospital_sends_physicians_without_military_status(adopted, military, expected):
    unit = a_municipal_hospital(affiliation="military")
    worker = a_physician(unit, post={"military": military})
    found = answers(worker)
    assert found["military_physicians_sent"] == expected
    assert "physicians_sent" not in found


@pytest.mark.parametrize(
    ("category", "title", "expected"),
    [("nursing", "253", "may"), ("nursing", "254", "may_not"), ("management", None, "may_not")],
)
def test_others_need_an_intermediate_title_and_whoever_manages_without_one_has_none(
    adopted, category, title, expected
):
    worker = a_worker(at=a_municipal_hospital(), post={"staff_category": category})
    if title:
        a_title(worker, title)
    assert answers(worker)["non_clinical_sent"] == expected


def test_anybody_of_a_public_municipal_hospital_with_an_intermediate_title_may_go_to_a_medical_community(adopted):
    nurse = a_nurse(a_municipal_hospital())
    assert answers(nurse) == {"non_clinical_sent": "may", "professionals_sent": "may"}
    other = a_nurse(a_municipal_hospital(ownership="private"))
    assert "professionals_sent" not in answers(other)


# ------------------------------------------------------------------------------------------ districts and counties


@pytest.mark.parametrize(
    ("licence", "expected"), [("physician", "may"), ("assistant_physician", "may_not"), (None, "undetermined")]
)
def test_wanzhou_sends_licensed_physicians_whatever_their_title(adopted, licence, expected):
    worker = a_physician(a_county_hospital(code="500101"), title=None, licence=licence)
    assert answers(worker)["physicians_sent"] == expected


def test_others_of_wanzhou_are_encouraged_at_hospitals_of_the_second_grade_and_above(adopted):
    assert answers(a_nurse(a_county_hospital(code="500101", level=2), title=None))["others_encouraged"] == "may"
    small = a_nurse(a_county_hospital(code="500101", level=1), title=None)
    assert answers(small, targets=["dispatch"]) == {"": "not_applicable"}
    ungraded = a_nurse(a_county_hospital(code="500101", level=None), title=None)
    assert answers(ungraded)["others_encouraged"] == "undetermined"


@pytest.mark.parametrize(("experience", "expected"), [(True, "may"), (False, "may_not"), (None, "undetermined")])
def test_a_deputy_director_has_managed_before(adopted, experience, expected):
    worker = a_physician(a_county_hospital(code="500101"), management_experience=experience)
    assert answers(worker, targets=["deputy_director"]) == {"deputy_director": expected}


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (date(2021, 11, 22), "may"),  # five years to the day
        (date(2021, 11, 23), "may_not"),  # one day short
        (date(2010, 1, 1), "may"),
        (None, "undetermined"),
    ],
)
def test_dianjiang_asks_five_years_of_clinical_work_five_included(adopted, since, expected):
    worker = a_physician(a_county_hospital(code="500231"), clinical_since=since)
    assert answers(worker)["who_may_be_sent"] == expected
    assert answers(worker, date(2026, 11, 23))["who_may_be_sent"] == ("undetermined" if since is None else "may")


def test_dianjiang_asks_all_three_together(adopted):
    unit = a_county_hospital(code="500231")
    since = date(2010, 1, 1)
    assert answers(a_physician(unit, clinical_since=since, title="234"))["who_may_be_sent"] == "may_not"
    assert (
        answers(a_physician(unit, clinical_since=since, licence="assistant_physician"))["who_may_be_sent"] == "may_not"
    )


def test_where_no_rule_speaks_the_answer_says_so(adopted):
    worker = a_physician(a_county_hospital(code="500102"))
    assert answers(worker) == {"": "not_applicable"}


# ------------------------------------------------------------------------------------------ days, units, absences


def test_whoever_is_away_on_the_day_is_unavailable_and_may_go_the_day_after(adopted):
    worker = a_physician(a_municipal_hospital())
    away(worker, "further_study", valid_from=date(2026, 9, 1), valid_to=date(2027, 2, 28))
    [answer] = [
        a for a in services.judge_live([worker.pk], TODAY)[worker.pk] if a.clause.clause_id == "physicians_sent"
    ]
    assert (answer.state, answer.standing.code) == ("unavailable", "may")
    assert (answer.unavailable, answer.unavailable_until) == ("further_study", date(2027, 2, 28))
    assert answers(worker, date(2027, 2, 28))["physicians_sent"] == "unavailable"
    assert answers(worker, date(2027, 3, 1))["physicians_sent"] == "may"


def test_an_absence_hides_what_is_open_and_leaves_what_is_refused(adopted):
    unit = a_municipal_hospital()
    unknown, refused = a_physician(unit, title=None), a_physician(unit, title="234")
    for worker in (unknown, refused):
        away(worker, "long_illness", valid_from=date(2026, 1, 1))
    assert answers(unknown)["physicians_sent"] == "unavailable"
    assert answers(refused)["physicians_sent"] == "may_not"


def test_a_withdrawn_absence_keeps_nobody(adopted):
    worker = a_physician(a_municipal_hospital())
    row = away(worker, "foreign_aid", valid_from=date(2026, 1, 1))
    row.withdrawn_at, row.withdrawn_by_name = row.recorded_at, "示范人事"
    row.save()
    assert answers(worker)["physicians_sent"] == "may"


def test_a_title_counts_from_the_day_of_its_qualification_to_the_day_before_it_is_revoked(adopted):
    worker = a_physician(a_municipal_hospital(), title=None)
    a_title(worker, "233", qualified_on=date(2026, 12, 20), revoked_on=date(2027, 12, 20))
    assert answers(worker, date(2026, 12, 19))["physicians_sent"] == "may_not"  # the first title comes later
    assert answers(worker, date(2026, 12, 20))["physicians_sent"] == "may"
    assert answers(worker, date(2027, 12, 19))["physicians_sent"] == "may"
    assert answers(worker, date(2027, 12, 20))["physicians_sent"] == "may_not"


def test_a_grassroots_targeted_title_counts_at_primary_level_only(adopted):
    hospital = a_county_hospital(code="500231")
    centre = an_institution(
        division=a_place("500231"), kind="township_health_centre", tier="county", affiliation="district"
    )
    for unit, expected in ((hospital, "may_not"), (centre, "may")):
        worker = a_physician(unit, title=None, clinical_since=date(2010, 1, 1))
        a_title(worker, "234", qualified_on=date(2015, 1, 1))
        a_title(worker, "233", scope="grassroots_targeted")
        assert answers(worker)["who_may_be_sent"] == expected


def test_a_licence_holds_from_its_first_to_its_last_day(adopted):
    worker = a_physician(a_municipal_hospital(), licence=None)
    a_licence(worker, issued_on=date(2026, 6, 1), ended_on=date(2026, 12, 31))
    assert answers(worker, date(2026, 5, 31))["physicians_sent"] == "may_not"
    assert answers(worker, date(2026, 6, 1))["physicians_sent"] == "may"
    assert answers(worker, date(2026, 12, 31))["physicians_sent"] == "may"
    assert answers(worker, date(2027, 1, 1))["physicians_sent"] == "may_not"


def test_who_left_is_not_judged_and_who_moved_is_judged_by_the_new_unit(adopted):
    old, new = a_municipal_hospital(), a_county_hospital(code="500101")
    worker = a_physician(old)
    Employment.objects.filter(worker=worker).update(valid_to=date(2026, 6, 30), ended_as="transferred")
    assert answers(worker) == {}
    an_employment(worker, new, valid_from=date(2026, 7, 1), began_as="transferred")
    assert "professionals_sent" not in answers(worker)
    assert answers(worker)["physicians_sent"] == "may"
    assert "professionals_sent" in answers(worker, date(2026, 6, 30))


def test_people_of_a_unit_that_was_merged_are_judged_by_its_heir(adopted):
    from deploy_admin.registry.models import Succession

    old = a_municipal_hospital(closed_on=date(2026, 3, 31))
    heir = a_county_hospital(code="500101")
    Succession.objects.create(kind="merge", predecessor=old, heir=heir, on=date(2026, 4, 1), document_title="示范批复")
    worker = a_physician(old, title=None)
    assert answers(worker)["physicians_sent"] == "may"


def test_equal_facts_give_equal_answers_and_each_person_their_own(adopted):
    unit = a_municipal_hospital()
    people = [a_physician(unit, title=title) for title in ("233", "234", None, "232", "233")]
    found = services.judge_live([worker.pk for worker in people], TODAY, ["dispatch"])
    states = [next(a.state for a in found[w.pk] if a.clause.clause_id == "physicians_sent") for w in people]
    assert states == ["may", "may_not", "undetermined", "may", "may"]


def test_what_refuses_is_named(adopted):
    worker = a_physician(a_municipal_hospital(), title="234", licence="assistant_physician")
    [answer] = [
        a for a in services.judge_live([worker.pk], TODAY)[worker.pk] if a.clause.clause_id == "physicians_sent"
    ]
    assert answer.unmet == ("fact:licence", "fact:title_level")


def test_the_number_of_queries_does_not_grow_with_the_people(adopted, django_assert_max_num_queries):
    unit = a_municipal_hospital()
    people = [a_physician(unit).pk for _ in range(12)]
    services.judge_live(people[:1], TODAY)
    with django_assert_max_num_queries(30) as few:
        services.judge_live(people[:1], TODAY)
    with django_assert_max_num_queries(len(few)):
        services.judge_live(people, TODAY)


# ------------------------------------------------------------------------------------------ exemptions and bars

PLAN = """\
policy: model-conditions
scheme: {code: model, names_zh: [示范], name_en: Model}
title_zh: 示范派出条件
title_en: Model conditions
issuer_zh: 示范卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "500000"
in_force: {from: 2025-01-01}
eligibility:
  - id: sent
    topic: model.sent
    label_zh: 派出条件
    label_en: Conditions
    cite: 派出人员应当具备执业医师资格；男满55岁的可不派出；近一年内受过处分的不得派出
    binding: mandatory
    target: dispatch
    applies_to: {staff_category: physician}
    requires: {licence: physician}
    exemptions:
      - {id: age, label_zh: 男满55岁, label_en: men of 55, when: {all: [{sex: male}, {age: {at_least: 55}}]}}
      - {id: outbreak, label_zh: 疫情期间, label_en: the outbreak, from: 2026-12-01, to: 2026-12-31}
    bars:
      - {id: sanction, label_zh: 近一年内受处分, label_en: sanctioned within a year, after: disciplinary_sanction, for: 12 months}
"""  # noqa: E501


@pytest.fixture
def model():
    from tests.policies.factories import an_adopted

    a_place("500102")
    return an_adopted(PLAN, date(2025, 1, 1))


def answer_of(worker, on=TODAY):
    [answer] = services.judge_live([worker.pk], on)[worker.pk]
    return answer


@pytest.mark.parametrize(
    ("born", "sex", "expected"),
    [
        (date(1971, 11, 22), "1", "exempt"),  # 55 on the day
        (date(1971, 11, 23), "1", "may"),
        (date(1971, 11, 22), "2", "may"),
    ],
)
def test_a_man_of_55_need_not_go_from_his_birthday_on(model, born, sex, expected):
    worker = a_physician(a_municipal_hospital(), born_on=born, sex=sex)
    assert answer_of(worker).state == expected


def test_an_exemption_by_window_holds_on_its_first_and_last_day_and_says_until_when(model):
    worker = a_physician(a_municipal_hospital())
    states = {day: answer_of(worker, date(2026, 12, day)).state for day in (1, 31)}
    assert states == {1: "exempt", 31: "exempt"}
    assert answer_of(worker, date(2026, 11, 30)).state == "may"
    assert answer_of(worker, date(2027, 1, 1)).state == "may"
    assert answer_of(worker, date(2026, 12, 1)).until == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("sanctioned", "expected"),
    [
        (date(2025, 11, 22), "barred"),  # the corresponding day is the last one barred
        (date(2025, 11, 21), "may"),
        (date(2026, 11, 22), "barred"),
        (date(2026, 11, 23), "may"),  # not yet
        (date(2024, 2, 29), "may"),
    ],
)
def test_a_sanction_bars_for_a_year_to_the_corresponding_day(model, sanctioned, expected):
    from deploy_admin.people.models import RecordedEvent

    worker = a_physician(a_municipal_hospital())
    RecordedEvent.objects.create(
        worker=worker, kind="disciplinary_sanction", happened_on=sanctioned, document="示范处分决定"
    )
    answer = answer_of(worker)
    assert answer.state == expected
    if expected == "barred":
        assert (answer.standing.event_on, answer.until.year) == (sanctioned, sanctioned.year + 1)


def test_a_bar_stands_before_an_absence_and_before_an_exemption(model):
    from deploy_admin.people.models import RecordedEvent

    worker = a_physician(a_municipal_hospital(), born_on=date(1960, 1, 1))
    away(worker, "long_illness", valid_from=date(2026, 1, 1))
    RecordedEvent.objects.create(
        worker=worker, kind="disciplinary_sanction", happened_on=date(2026, 6, 30), document="示范处分决定"
    )
    answer = answer_of(worker)
    assert (answer.state, answer.unavailable) == ("barred", "long_illness")
    assert answer.until == date(2027, 6, 30)


def test_the_reasons_read_as_sentences_in_both_languages(model):
    from django.utils import translation

    from assignments.listing import lines, live_rows
    from deploy_admin.access import SYSTEM
    from deploy_admin.people.models import RecordedEvent

    unit = a_municipal_hospital("示范医院")
    old, barred = a_physician(unit, born_on=date(1960, 1, 1)), a_physician(unit)
    RecordedEvent.objects.create(
        worker=barred, kind="disciplinary_sanction", happened_on=date(2026, 6, 30), document="示范处分决定"
    )
    rows = live_rows([old, barred], TODAY, None)
    with translation.override("en"):
        said = {line.row.worker_id: line.reason for line in lines(rows, SYSTEM, TODAY)}
    assert said[old.pk] == "men of 55"
    assert said[barred.pk] == "sanctioned within a year, a disciplinary sanction on 2026-06-30, until 2027-06-30"
    said = {line.row.worker_id: line.reason for line in lines(rows, SYSTEM, TODAY)}
    assert said[old.pk] == "男满55岁"
    assert said[barred.pk].startswith("近一年内受处分")
