"""Lists as tables: told by cell what is wrong, applied whole with people and figures, given out and read back."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from deploy_admin import clock, spreadsheets
from deploy_admin.access import Permission
from deploy_admin.jobs.importing import findings, outgoing, plans, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.importing.records import FileRefused, parse
from deploy_admin.jobs.models import Upload
from deploy_admin.people.models import Employment, HealthWorker, Title
from deploy_admin.spreadsheets.reading import read_here
from quotas.models import Figure, ListedPerson
from tests import factories as make
from tests.jobs.plans import run_jobs
from tests.people.factories import a_licence, a_title, a_worker, an_employment, an_id, hr
from tests.quotas.listing import PHYSICIANS, Y2024, list_promotions, numbers, rows_of

pytestmark = pytest.mark.django_db
NEEDED = {"promotions": {"取得资格日期": "2024-12-20", "执业类别": "临床"},
          "recruits": {"人员类别": "执业医师类", "编制类型": "在编", "入职日期": "2024-07-01"}}  # fmt: skip


@pytest.fixture
def hospital():
    make.a_city_plan()
    return make.a_hospital("示范甲医院", credit_code=None)


def sheet(*rows, kind="promotions", format="xlsx"):
    """Return a file with these rows: a new person with what is needed, cells named by their headers."""
    whole = [{"姓名": f"示范{n}", "身份证件号码": an_id(), **NEEDED[kind], **row} for n, row in enumerate(rows)]
    headers = list(dict.fromkeys(header for row in whole for header in row))
    return spreadsheets.export(headers, [[row.get(header) for header in headers] for row in whole], format)


def context(actor, year=2024, **more):
    return Context(actor, {"year": year, **more}, clock.today())


def plan_of(content, actor, kind="promotions", year=2024, **more):
    column_set, asked = column_set_of(kind), context(actor, year, **more)
    return plans.make(parse(read_here(content), column_set, asked), column_set, asked)


def told(plan):
    """Return (header, code) of every finding that refuses; each has its sentence and its remedy."""
    found = [finding for entry in plan.entries for finding in entry.record.findings if finding.refuses]
    for each in found:
        assert findings.sentence(each.code, each.params) != each.code
        assert findings.remedy(each.code, each.params) not in ("", each.code)
    return [(each.header or each.column, each.code) for each in found]


def kinds(plan):
    return [entry.kind.value for entry in plan.entries]


def sent_in(content, actor, kind="promotions", year=2024):
    upload = services.send_in(
        column_set=column_set_of(kind), name="名单.xlsx", content=content, params={"year": year}, by=actor
    )
    run_jobs()
    upload.refresh_from_db()
    return upload


def applied(content, actor, kind="promotions", year=2024):
    """Send a list in, confirm it, have it applied."""
    upload = sent_in(content, actor, kind, year)
    assert upload.state == "planned", (upload.summary, list(upload.rows.values_list("findings", flat=True)))
    services.confirm(upload=upload, digest=upload.digest, by=actor)
    run_jobs()
    upload.refresh_from_db()
    assert upload.state == "applied", upload.summary
    return upload


def test_a_hospital_sends_its_promotions_and_the_figure_is_there(hospital):
    upload = applied(sheet({}, {}, {"执业类别": "中医类"}, {"晋升职称": "主治医师"}), hr(hospital))
    assert upload.result == {"added": 4, "changed": 0}
    assert numbers(hospital) == {"clinical": 2, "tcm": 1, "dental": 0, "public_health": 0}
    assert set(Figure.objects.values_list("source", "job_id")) == {("counted", upload.apply_job_id)}
    assert {row.on_behalf_of for row in rows_of(hospital)} == {False}
    assert set(Employment.objects.values_list("institution_id", flat=True)) == {hospital.pk}
    again = sent_in(bytes(upload.file.read()), hr(hospital))
    assert again.state == "unchanged"


def test_the_commission_sends_one_list_for_everybody_and_must_name_the_units(hospital):
    other = make.a_hospital("示范乙医院")
    with pytest.raises(FileRefused) as refusal:
        plan_of(sheet({}), make.CITY_OFFICER)
    assert refusal.value.code == "columns_missing"
    applied(sheet({"单位": "示范甲医院"}, {"单位": "示范乙医院"}, {"单位": "示范乙医院"}), make.CITY_OFFICER)
    assert [len(rows_of(unit)) for unit in (hospital, other)] == [1, 2]
    assert all(row.is_unanswered for row in ListedPerson.objects.all())


def test_a_hospital_lists_nobody_for_another(hospital):
    make.a_hospital("示范乙医院")
    assert told(plan_of(sheet({"单位": "示范乙医院"}), hr(hospital))) == [("单位", "unit_unknown")]


def test_a_recruitment_list_makes_people_with_their_day_of_hire(hospital):
    rows = [{}, {"编制类型": "编外"}, {"人员类别": "护士", "学历": "本科"}]
    applied(sheet(*rows, kind="recruits"), hr(hospital), "recruits")
    assert numbers(hospital, PHYSICIANS) == {"establishment": 1, "headcount_filing": 0, "off_establishment": 1}
    assert HealthWorker.objects.filter(education="bachelor").count() == 1
    assert set(Employment.objects.values_list("hired_on", "began_as")) == {(date(2024, 7, 1), "recruited")}


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"取得资格日期": "2025-01-06"}, ("取得资格日期", "listed_elsewhen")),
        ({"取得资格日期": "2023-12-31"}, ("取得资格日期", "listed_elsewhen")),
        ({"取得资格日期": "2024年12月"}, ("取得资格日期", "day_missing")),
        ({"取得资格日期": None}, ("取得资格日期", "required")),
        ({"执业类别": None}, ("执业类别", "needed_for_title")),
        ({"执业类别": "兽医"}, ("执业类别", "not_in_list")),
        ({"晋升职称": "大夫"}, ("晋升职称", "not_in_list")),
        ({"评审年度": 2025}, ("评审年度", "review_after_approval")),
        ({"聘任日期": "2024-12-01"}, ("聘任日期", "appointed_before_approval")),
        ({"身份证件号码": None}, ("姓名", "person_unknown")),
        ({"身份证件号码": None, "人员编号": "P99999999"}, ("人员编号", "number_unknown")),
        ({"身份证件号码": 5.00101e17}, ("身份证件号码", "digits_lost")),
    ],
)
def test_what_is_wrong_is_told_by_cell_with_the_remedy(hospital, cells, found):
    plan = plan_of(sheet({}, cells), hr(hospital))
    assert told(plan) == [found]
    assert plan.refused


def test_the_remedy_for_another_years_promotion_names_the_list_it_belongs_on(hospital):
    (entry,) = plan_of(sheet({"取得资格日期": "2025-01-06"}), hr(hospital)).entries
    (finding,) = [each for each in entry.record.findings if each.code == "listed_elsewhen"]
    assert "2025" in findings.remedy(finding.code, finding.params)


def test_a_hire_in_another_year_is_refused(hospital):
    assert told(plan_of(sheet({"入职日期": "2025-01-02"}, kind="recruits"), hr(hospital), "recruits")) == [
        ("入职日期", "listed_elsewhen")
    ]


def test_known_people_are_told_by_number_by_id_or_by_an_unambiguous_name(hospital):
    people = [a_worker(f"示范已知{n}", at=hospital) for n in range(3)]
    for worker in people:
        a_licence(worker, practice_category="dental")
    first, second, third = people
    number = an_id(77)
    fourth = a_worker("示范已知四", at=hospital, number_of_id=number)
    a_licence(fourth)
    who = [
        {"姓名": first.name, "人员编号": first.number, "身份证件号码": None, "执业类别": None},
        {"姓名": second.name, "人员编号": second.number.lower(), "身份证件号码": second.id_masked, "执业类别": None},
        {"姓名": third.name, "身份证件号码": None, "执业类别": None},
        {"姓名": fourth.name, "身份证件号码": number},
    ]
    applied(sheet(*who), hr(hospital))
    assert HealthWorker.objects.count() == 4
    assert numbers(hospital) == {"clinical": 1, "tcm": 0, "dental": 3, "public_health": 0}
    assert {row.worker_id for row in rows_of(hospital)} == {worker.pk for worker in (*people, fourth)}


def test_namesakes_wrong_names_and_mixed_up_numbers_are_refused(hospital):
    twin, other = a_worker("示范同名", at=hospital), a_worker("示范同名", at=hospital)
    rows = [
        {"姓名": "示范同名", "身份证件号码": None, "人员编号": None},
        {"姓名": "示范他名", "身份证件号码": None, "人员编号": twin.number},
        {"姓名": "示范同名", "身份证件号码": an_id(88), "人员编号": None},
    ]
    a_worker("示范另一人", at=hospital, number_of_id=an_id(88))
    rows.append({"姓名": "示范同名", "身份证件号码": an_id(88), "人员编号": other.number})
    assert told(plan_of(sheet(*rows), hr(hospital))) == [
        ("姓名", "person_ambiguous"),
        ("姓名", "name_other"),
        ("姓名", "name_other"),
        ("人员编号", "number_of_another"),
    ]


def test_who_was_promoted_earlier_or_works_elsewhere_is_refused(hospital):
    elsewhere = make.a_hospital("示范乙医院")
    promoted = a_worker("示范早晋", at=hospital)
    a_title(promoted, "232", qualified_on=date(2021, 12, 1))
    number = an_id(99)
    a_worker("示范他院", at=elsewhere, number_of_id=number)
    rows = [
        {"姓名": promoted.name, "人员编号": promoted.number, "身份证件号码": None},
        {"姓名": "示范他院", "身份证件号码": number},
    ]
    assert told(plan_of(sheet(*rows), hr(hospital))) == [("title", "title_held_earlier"), ("姓名", "works_elsewhere")]


def test_a_supplement_adds_and_takes_nobody_off(hospital):
    applied(sheet({}, {}), hr(hospital))
    applied(sheet({"执业类别": "口腔", "评审年度": 2023}), hr(hospital))
    assert numbers(hospital) == {"clinical": 2, "tcm": 0, "dental": 1, "public_health": 0}


@pytest.mark.parametrize("format", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", ["promotions", "recruits"])
def test_what_goes_out_comes_in_again_and_changes_nothing(hospital, kind, format):
    rows = [{}, {"评审年度": 2023, "批准文号": "渝职改〔2024〕9号", "聘任日期": "2025-01-01"}]
    applied(sheet(*(rows if kind == "promotions" else [{}, {}]), kind=kind), hr(hospital), kind)
    out = outgoing.current(column_set_of(kind), context(hr(hospital)), format)
    plan = plan_of(out, hr(hospital), kind)
    assert (told(plan), kinds(plan)) == ([], ["unchanged", "unchanged"])
    assert HealthWorker.objects.first().id_masked in str(read_here(out).sheets[0].rows)


def test_a_corrected_row_changes_list_title_and_count(hospital):
    applied(sheet({}), hr(hospital))
    (row,) = rows_of(hospital)
    changed = {"姓名": row.worker.name, "人员编号": row.worker.number, "身份证件号码": None, "执业类别": "中医"}
    plan = plan_of(sheet({**changed, "批准文号": "补"}), hr(hospital))
    assert {change["column"] for change in plan.entries[0].changes} == {"practice_category", "document_number"}
    applied(sheet({**changed, "批准文号": "补"}), hr(hospital))
    assert numbers(hospital) == {"clinical": 0, "tcm": 1, "dental": 0, "public_health": 0}
    assert Title.objects.get().document_number == "补"


def test_the_template_comes_with_who_is_listed_and_whose_record_says_that_they_belong(hospital):
    list_promotions(hospital, "clinical")
    waiting = a_worker("示范待列", at=hospital)
    a_licence(waiting, practice_category="tcm")
    a_title(waiting, "232", qualified_on=date(2024, 6, 1), review_year=2023)
    a_title(a_worker(at=hospital), "232", qualified_on=date(2023, 6, 1))
    a_title(a_worker(at=make.a_hospital("示范乙医院")), "232", qualified_on=date(2024, 6, 1))
    book = openpyxl.load_workbook(io.BytesIO(outgoing.template(column_set_of("promotions"), context(hr(hospital)))))
    filled = outgoing.template(column_set_of("promotions"), context(hr(hospital)))
    assert len(book.worksheets) > 1
    plan = plan_of(filled, hr(hospital))
    assert (told(plan), sorted(kinds(plan))) == ([], ["new", "unchanged"])
    newcomer = next(entry.record for entry in plan.entries if entry.kind == "new")
    assert newcomer.values["name"] == "示范待列"
    assert newcomer.values["practice_category"] == "tcm"


def test_a_recruit_known_from_the_roster_is_offered_too(hospital):
    worker = a_worker("示范待列", at=hospital, post={"valid_from": date(2024, 8, 1)})
    an_employment(a_worker("示范调入", employed=False), hospital, valid_from=date(2024, 8, 1), began_as="transferred")
    rows = list(column_set_of("recruits").rows_for_template(context(hr(hospital))))
    assert [row["name"] for row in rows] == [worker.name]


def test_one_table_for_each_unit_is_read_in_the_units_name(hospital):
    other = make.a_hospital("示范乙医院")
    promotions = column_set_of("promotions")
    expected = promotions.units(context(make.CITY_OFFICER))
    assert {unit.id for unit in expected} == {hospital.pk, other.pk}
    assert promotions.scope(context(make.CITY_OFFICER, unit=other.pk)) == f"promotions:2024:{other.pk}"
    plan = plan_of(sheet({}, {"单位": "示范甲医院"}), make.CITY_OFFICER, unit=other.pk)
    assert told(plan) == [("单位", "unit_not_of_table")]
    assert plan.entries[0].record.refs["unit_id"] == other.pk


def test_a_table_the_unit_filled_in_is_its_own_word_whoever_reads_it_in(hospital):
    upload = services.send_in(
        column_set=column_set_of("promotions"), name="甲.xlsx", content=sheet({}), by=make.CITY_OFFICER,
        params={"year": 2024, "unit": hospital.pk},
    )  # fmt: skip
    run_jobs()
    upload.refresh_from_db()
    services.confirm(upload=upload, digest=upload.digest, by=make.CITY_OFFICER)
    run_jobs()
    (row,) = rows_of(hospital)
    assert not row.is_unanswered
    assert Figure.objects.first().on_behalf_of  # whoever read it in does not sign it off too


def test_who_was_merged_stays_on_the_list_once(hospital):
    applied(sheet({}), hr(hospital))
    (row,) = rows_of(hospital)
    kept = a_worker(row.worker.name, at=hospital, number_of_id="")
    a_licence(kept)
    a_title(kept, "232", qualified_on=date(2024, 12, 20))
    HealthWorker.objects.filter(pk=row.worker_id).update(merged_into=kept.pk)
    out = outgoing.current(column_set_of("promotions"), context(hr(hospital)), "xlsx")
    assert kinds(plan_of(out, hr(hospital))) == ["unchanged"]
    assert numbers(hospital)["clinical"] == 1


def test_whoever_may_not_write_on_people_lists_nobody(hospital):
    clerk = make.FakeActor(
        permissions=frozenset({Permission.FIGURES_ENTER}), reach=hr(hospital).reach,
        institution_id=hospital.pk, institution_ids=frozenset({hospital.pk}),
    )  # fmt: skip
    assert told(plan_of(sheet({}), clerk)) == [("姓名", "may_not_list")]


def test_no_whole_number_stands_anywhere_after_an_upload(hospital):
    number = an_id(55)
    applied(sheet({"身份证件号码": number}), hr(hospital))
    upload = Upload.objects.get()
    assert number not in str(list(upload.rows.values_list("values", "changes", "findings", "label")))
    assert number.encode() not in bytes(upload.file.content)


def test_the_number_of_queries_of_a_plan_does_not_grow_with_its_rows(hospital):
    counts = []
    for number in (2, 40):
        content = sheet(*({} for _n in range(number)))
        with CaptureQueriesContext(connection) as queries:
            plan_of(content, hr(hospital))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert numbers(hospital, period=Y2024) == {}
