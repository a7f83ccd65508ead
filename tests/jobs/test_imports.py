"""From file to applied: all or nothing, once, by whoever confirms what was seen; killed at any moment it resumes."""

from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection
from openpyxl import load_workbook

from deploy_admin import clock
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import outgoing, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.models import Job, JobState, Notice, StoredFile, Upload, UploadState
from deploy_admin.months import Period
from deploy_admin.spreadsheets.reading import read_here
from quotas.models import Figure
from quotas.services import FigureEntry, enter_figures, recompute, sign_off
from tests.factories import CITY_OFFICER, Y2025, a_city_plan, a_hospital
from tests.jobs.plans import TODAY, confirmed, run_jobs, sent_in
from tests.registry.factories import FakeActor, unit_hr
from tests.spreadsheets.makers import xlsx

P = "promoted_associate_chief"
HEAD = ["单位", "指标", "执业类别", "人数", "说明"]
ONE, TWO = "示范甲医院", "示范乙医院"


def table(*rows) -> bytes:
    return xlsx([HEAD, *([unit, "新晋升副主任医师", category, value, *more] for unit, category, value, *more in rows)])


@pytest.fixture
def units(db):
    return a_hospital(ONE), a_hospital(TWO)


@pytest.fixture
def hr(units):
    return unit_hr(units[0], clock.today())


def values() -> list[tuple[str, int, str]]:
    rows = Figure.objects.current().order_by("institution_id", "practice_category")
    return list(rows.values_list("practice_category", "value", "state"))


def test_a_clean_file_waits_to_be_confirmed_and_writes_nothing_before(units):
    upload = sent_in(table((ONE, "临床", 3), (TWO, "中医", 0)), CITY_OFFICER)
    assert (upload.state, upload.summary["counts"]["new"], values()) == (UploadState.PLANNED, 2, [])
    assert Notice.objects.open().visible_to(CITY_OFFICER).get().url == services.upload_url(
        column_set_of("figures"), upload.pk
    )


def test_confirming_applies_everything_through_the_figures_service(units):
    upload = confirmed(sent_in(table((ONE, "临床", 3), (TWO, "中医", 0)), CITY_OFFICER), CITY_OFFICER)
    assert (upload.state, upload.result) == (UploadState.APPLIED, {"created": 2, "replaced": 0})
    assert values() == [("clinical", 3, "expected"), ("tcm", 0, "expected")]
    figure = Figure.objects.first()
    assert (figure.source, figure.job_id) == ("uploaded", upload.apply_job_id)
    assert not Notice.objects.open().exists()
    acts = list(Event.objects.filter(act__startswith="uploads.").order_by("pk").values_list("act", flat=True))
    assert acts == ["uploads.sent", "uploads.confirmed", "uploads.applied"]


def test_changes_show_field_by_field_and_unchanged_rows_are_left_alone(units):
    confirmed(sent_in(table((ONE, "临床", 3), (TWO, "中医", 0)), CITY_OFFICER), CITY_OFFICER)
    upload = sent_in(table((ONE, "临床", 5), (TWO, "中医", 0)), CITY_OFFICER)
    changed = upload.rows.get(kind="changed")
    assert changed.changes == [{"column": "value", "was": 3, "now": 5}]
    assert confirmed(upload, CITY_OFFICER).result == {"created": 0, "replaced": 1}
    assert Figure.objects.count() == 3


def test_the_file_last_applied_is_a_no_op_and_says_so(units):
    content = table((ONE, "临床", 3))
    first = confirmed(sent_in(content, CITY_OFFICER), CITY_OFFICER)
    again = sent_in(content, CITY_OFFICER)
    assert again.state == UploadState.UNCHANGED
    assert again.summary["applied_before"]["upload"] == first.pk
    with pytest.raises(Conflict):
        services.confirm(upload=again, digest=again.digest, by=CITY_OFFICER)


def test_the_same_bytes_for_another_year_are_another_file(units):
    content = table((ONE, "临床", 3))
    confirmed(sent_in(content, CITY_OFFICER, year=2024), CITY_OFFICER)
    assert sent_in(content, CITY_OFFICER, year=2025).state == UploadState.PLANNED


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_what_is_exported_is_itself_an_upload_that_changes_nothing(units, form):
    confirmed(sent_in(table((ONE, "临床", 3), (ONE, None, 7), (TWO, "中医", 0)), CITY_OFFICER), CITY_OFFICER)
    context = Context(CITY_OFFICER, {"year": 2025, "measure": ""}, TODAY)
    exported = outgoing.current(column_set_of("figures"), context, form)
    upload = sent_in(exported, CITY_OFFICER, name=f"x.{form}")
    assert (upload.state, upload.summary["counts"]["unchanged"]) == (UploadState.UNCHANGED, 3)


def test_one_refused_row_stops_the_whole_table(units):
    upload = sent_in(table((ONE, "临床", 3), (TWO, "中医", "x")), CITY_OFFICER)
    assert (upload.state, upload.summary["cells_refused"]) == (UploadState.REFUSED, 1)
    with pytest.raises(Conflict):
        services.confirm(upload=upload, digest=upload.digest, by=CITY_OFFICER)
    marked = load_workbook(io.BytesIO(services.marked_workbook(upload))).active
    assert marked["D3"].comment.text
    assert marked["D2"].comment is None


def test_a_signed_figure_is_corrected_only_with_a_reason(units):
    confirmed(sent_in(table((ONE, "临床", 3)), CITY_OFFICER), CITY_OFFICER)
    second = FakeActor(user_id=9002, name="复核", role=CITY_OFFICER.role)
    sign_off(list(Figure.objects.values_list("pk", flat=True)), by=second)
    assert sent_in(table((ONE, "临床", 4)), CITY_OFFICER).rows.get().findings[0]["code"] == "figure_signed"
    confirmed(sent_in(table((ONE, "临床", 4, "评审结果次年下达")), CITY_OFFICER), CITY_OFFICER)
    figure = Figure.objects.current().get()
    assert (figure.value, figure.corrects_signed, figure.reason) == (4, True, "评审结果次年下达")


def test_a_file_that_is_no_workbook_is_refused_at_once_and_not_kept(units):
    with pytest.raises(RuleViolation) as refused:
        sent_in(b"<html>", CITY_OFFICER, name="x.xls")
    assert refused.value.code == "web_page"
    assert not Upload.objects.exists()


def test_a_table_of_something_else_is_told_with_a_remedy(units):
    upload = sent_in(xlsx([["姓名", "电话"], ["某某", "1"]]), CITY_OFFICER)
    assert (upload.state, upload.summary["code"]) == (UploadState.UNREADABLE, "header_not_found")


def test_if_the_rows_beneath_changed_the_plan_is_made_again_and_not_applied(units):
    upload = sent_in(table((ONE, "临床", 3)), CITY_OFFICER)
    enter_figures([FigureEntry(units[0].pk, P, Y2025, 8, practice_category="clinical")], by=CITY_OFFICER)
    seen = upload.digest
    confirmed(upload, CITY_OFFICER)
    assert (upload.state, upload.summary["made_again"]) == (UploadState.PLANNED, True)
    assert upload.rows.get().changes == [{"column": "value", "was": 8, "now": 3}]
    assert values() == [("clinical", 8, "expected")]
    with pytest.raises(Conflict):
        services.confirm(upload=upload, digest=seen, by=CITY_OFFICER)
    assert confirmed(upload, CITY_OFFICER).state == UploadState.APPLIED


def test_a_discarded_upload_writes_nothing_and_cannot_be_confirmed(units):
    upload = sent_in(table((ONE, "临床", 3)), CITY_OFFICER)
    services.discard(upload=upload, by=CITY_OFFICER)
    with pytest.raises(Conflict):
        services.confirm(upload=upload, digest=upload.digest, by=CITY_OFFICER)
    assert not Notice.objects.open().exists()


def test_a_file_is_confirmed_in_the_capacity_in_which_it_was_sent(units, hr):
    upload = sent_in(table((ONE, "临床", 3)), hr)
    with pytest.raises(Conflict) as refused:
        services.confirm(upload=upload, digest=upload.digest, by=CITY_OFFICER)
    assert refused.value.code == "other_scope"


def test_killed_while_applying_it_is_put_back_and_applied_whole(units, monkeypatch):
    upload = sent_in(table((ONE, "临床", 3), (TWO, "中医", 0)), CITY_OFFICER)
    services.confirm(upload=upload, digest=upload.digest, by=CITY_OFFICER)
    job = Job.objects.get(pk=Upload.objects.get(pk=upload.pk).apply_job_id)

    class Killed(BaseException):
        """What a lost worker looks like from inside."""

    def die(**_):
        raise Killed

    monkeypatch.setattr(services.audit, "record", die)
    with pytest.raises(Killed):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, values()) == (JobState.RUNNING, [])
    monkeypatch.undo()
    Job.objects.filter(pk=job.pk).update(heartbeat_at=clock.now() - timedelta(seconds=61))
    jobs.put_back_stale()
    run_jobs()
    upload.refresh_from_db()
    assert (upload.state, len(values())) == (UploadState.APPLIED, 2)
    assert jobs.run(job.pk) is None


def test_if_applying_fails_for_good_the_plan_waits_again_and_says_why(units, monkeypatch):
    upload = sent_in(table((ONE, "临床", 3)), CITY_OFFICER)

    def refuse(*_args):
        raise RuleViolation("本年度已封账。", "closed")

    monkeypatch.setattr(type(column_set_of("figures")), "apply", refuse)
    confirmed(upload, CITY_OFFICER)
    assert (upload.state, upload.summary["not_applied"], values()) == (UploadState.PLANNED, "本年度已封账。", [])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_one_wins():
    a_hospital(ONE)
    upload = sent_in(table((ONE, "临床", 3)), CITY_OFFICER)
    outcomes = together(lambda: services.confirm(upload=upload, digest=upload.digest, by=CITY_OFFICER), 2)
    assert sorted(outcomes) == ["done", "plan_changed"]
    assert Job.objects.filter(kind="imports.apply").count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_uploads_of_one_scope_applied_at_once_the_second_is_looked_at_again():
    a_hospital(ONE)
    uploads = [sent_in(table((ONE, "临床", value)), CITY_OFFICER) for value in (3, 4)]
    for upload in uploads:
        services.confirm(upload=upload, digest=upload.digest, by=CITY_OFFICER)
    waiting = list(Job.objects.filter(kind="imports.apply").values_list("pk", flat=True))
    ids = iter(waiting)
    lock = threading.Lock()

    def work():
        with lock:
            pk = next(ids)
        jobs.run(pk)

    assert together(work, 2) == ["done", "done"]
    states = sorted(Upload.objects.values_list("state", flat=True))
    assert states == [UploadState.APPLIED, UploadState.PLANNED]
    assert Figure.objects.count() == 1


def together(act, times: int) -> list[str]:
    """Run `act` in so many threads at once; return "done" or the refusal's code of each."""
    start, outcomes = threading.Barrier(times), []

    def run():
        start.wait()
        try:
            act()
            outcomes.append("done")
        except RuleViolation as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_uploads_files_and_jobs_of_one_unit_are_not_there_for_another(units, hr):
    upload = sent_in(table((ONE, "临床", 3)), hr)
    other = unit_hr(units[1], clock.today())
    for rows in (Upload.objects, StoredFile.objects, Job.objects):
        assert rows.visible_to(hr).exists()
        assert not rows.visible_to(other).exists()
    assert upload.institution_id == units[0].pk


def test_the_number_of_queries_does_not_grow_with_the_rows(units, django_assert_max_num_queries):
    categories = ("临床", "中医", "口腔", "公卫")
    rows = [(unit, category, n) for n in range(1) for unit in (ONE, TWO) for category in categories]
    with django_assert_max_num_queries(45):
        upload = sent_in(table(*rows), CITY_OFFICER)
    with django_assert_max_num_queries(75):
        confirmed(upload, CITY_OFFICER)


def test_the_template_carries_the_columns_the_codes_and_an_example_that_is_not_read(units):
    context = Context(CITY_OFFICER, {"year": 2025, "measure": ""}, TODAY)
    content = outgoing.template(column_set_of("figures"), context)
    sheets = read_here(content).sheets
    assert "新晋升副主任医师" in [row[2] for row in sheets[1].rows]
    book = load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    page.append([ONE, None, "新晋升副主任医师", 2025, "临床", None, None, None, 6])
    filled = io.BytesIO()
    book.save(filled)
    upload = sent_in(filled.getvalue(), CITY_OFFICER)
    assert upload.summary["counts"] == {"refused": 0, "changed": 0, "new": 1, "unchanged": 0}


def test_the_template_comes_filled_in_with_what_the_units_owe(units):
    a_city_plan()
    recompute(Period.year(2026), by=CITY_OFFICER)
    context = Context(CITY_OFFICER, {"year": 2025, "measure": ""}, TODAY)
    rows = list(column_set_of("figures").rows_for_template(context))
    assert {(row["unit"], row["measure"], row["year"]) for row in rows} == {(ONE, P, 2025), (TWO, P, 2025)}
    assert [row["practice_category"] for row in rows[:4]] == ["clinical", "dental", "public_health", "tcm"]
    blank = outgoing.template(column_set_of("figures"), context)
    assert sent_in(blank, CITY_OFFICER).summary["code"] == "no_rows"
