"""An ID number stands in no table, whatever a file does with it; what is applied is the true one all the same."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from openpyxl import load_workbook

from deploy_admin import national_ids, sealing
from deploy_admin.access import Role
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing import outgoing, secrecy, services
from deploy_admin.jobs.importing.columns import Context
from deploy_admin.jobs.models import Job, StoredFile, UploadRow, UploadState
from tests.accounts.factories import a_membership, signed_in
from tests.jobs import staff
from tests.jobs.plans import TODAY
from tests.jobs.scratch import HEAD, confirmed, line, run_jobs, sent_in, table
from tests.registry.factories import CITY
from tests.spreadsheets.makers import xlsx

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scratch")]
ONE, TWO, THREE = staff.an_id(1), staff.an_id(2), staff.an_id(3)
QUALIFICATION = f"201250110{THREE}"  # a physician's number, with the ID inside it
WRONG = ONE[:17] + ("0" if ONE[17] != "0" else "1")


def everything() -> str:
    """Return every text and every byte that stands in any table of this database, as one text."""
    held = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name <> 'scratch_staff'"  # this test's own
            " AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY')"
        )
        for name, column in cursor.fetchall():
            cursor.execute(f'SELECT "{column}" FROM "{name}" WHERE "{column}" IS NOT NULL')  # noqa: S608
            for (value,) in cursor.fetchall():
                raw = bytes(value) if isinstance(value, (bytes, memoryview)) else None
                held.append(raw.decode("latin-1") if raw is not None else f"{value}")
                if raw is not None and raw.startswith(b"PK"):
                    held.append("an unsealed workbook")
    return "\n".join(held)


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([line(1), line(2)], id="applied"),
        pytest.param([line(1), line(2, 备注=f"原证件 {ONE} 丢失")], id="in a remark"),
        pytest.param([line(1), line(2, 姓名=f"示范{THREE}")], id="in a name"),
        pytest.param([line(1), line(2, 入职日期=ONE)], id="in the wrong column"),
        pytest.param([line(1), line(2, 岗位类别=TWO)], id="in a code column"),
        pytest.param([line(1), line(1)], id="twice"),
        pytest.param([line(1, 身份证号=WRONG), line(2)], id="wrong"),
        pytest.param([line(1, 身份证号=staff.an_id(1, wide=True)), line(2)], id="full-width"),
        pytest.param([[*line(1)[:1], f"{ONE[:6]} {ONE[6:14]} {ONE[14:]}", *line(1)[2:]], line(2)], id="spaced"),
    ],
)
def test_no_id_stands_in_any_table_after_reading_refusing_and_applying(rows, caplog):
    with caplog.at_level(logging.DEBUG):
        upload = sent_in(table(rows), name=f"{ONE} 的表.xlsx")
        if upload.state == UploadState.PLANNED:
            assert confirmed(upload).state == UploadState.APPLIED
            again = sent_in(table([*rows[:1], line(2, 姓名="示范改")]))
            assert again.state == UploadState.PLANNED
    text = everything()
    for secret in (ONE, TWO, THREE, WRONG):
        assert secret not in text
        assert secret not in caplog.text
        assert secret.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789X"}) not in text
    assert "unsealed workbook" not in text
    assert national_ids.mask(ONE) in text


def test_a_qualification_number_that_holds_the_id_is_masked_too():
    content = xlsx([[*HEAD, "资格证书编号"], [*line(3), QUALIFICATION]])
    upload = confirmed(sent_in(content))
    assert upload.state == UploadState.APPLIED
    assert THREE not in json.dumps(list(UploadRow.objects.values("values", "label")), ensure_ascii=False)
    assert staff.rows()[0]["qualification"] == QUALIFICATION  # which this test's own table keeps as it is


def test_what_is_applied_from_the_sealed_rows_is_the_truth():
    confirmed(sent_in(table([line(1, 备注=f"原证件 {TWO}"), line(3)])))
    assert [(row["national_id"], row["remark"]) for row in staff.rows()] == [(ONE, f"原证件 {TWO}"), (THREE, "")]


def test_a_sealed_row_opens_in_its_own_place_only():
    upload = sent_in(table([line(1), line(2)]))
    first, second = upload.rows.order_by("position")
    seal = secrecy.RowSeal(upload.pk, staff.COLUMNS)
    assert seal.join(0, first.values, first.sealed)["national_id"] == ONE
    with pytest.raises(sealing.SealBroken):
        seal.join(0, first.values, second.sealed)
    with pytest.raises(sealing.SealBroken):
        secrecy.RowSeal(upload.pk + 1, staff.COLUMNS).join(0, first.values, first.sealed)


def test_a_new_key_takes_over_files_and_rows(settings):
    content = table([line(1)])
    upload = sent_in(content)
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, 9: b"k" * 32}
    vault = sealing.vault()
    columns = [column for column in sealing.columns() if column.model.startswith("jobs.")]
    assert len(columns) == 2
    for column in columns:
        rows = apps.get_model(column.model).objects.filter(**column.only).exclude(**{column.column: None})
        for pk, sealed, *bound_by in list(rows.values_list("pk", column.column, *column.bound_by)):
            assert not vault.is_current(sealed)
            rows.filter(pk=pk).update(**{column.column: column.resealed(vault, sealed, *bound_by)})
    settings.FIELD_KEYS = {9: b"k" * 32}
    assert StoredFile.objects.get(pk=upload.file_id).read() == content
    assert confirmed(upload).state == UploadState.APPLIED
    assert staff_numbers() == [ONE]


def staff_numbers() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sealed FROM scratch_staff")
        return [sealing.vault().open(sealed, "scratch") for (sealed,) in cursor.fetchall()]


def test_the_plans_digest_is_keyed(settings):
    content = table([line(1)])
    first = sent_in(content).digest
    settings.MATCH_KEY = b"x" * 32
    assert sent_in(content).digest != first


def test_the_file_is_kept_sealed_and_comes_back_as_it_was():
    content = table([line(1)])
    upload = sent_in(content)
    file = StoredFile.objects.get(pk=upload.file_id)
    assert file.sealed
    assert ONE.encode() not in bytes(file.content)
    assert file.read() == content
    assert file.size == len(content)
    city = signed_in(Client(), a_membership(Role.CITY_OFFICER))
    assert bytes(city.get(file.get_absolute_url()).content) == content
    clerk = signed_in(Client(), a_membership(Role.RECEIVER_CLERK))
    assert clerk.get(file.get_absolute_url()).status_code == 404


def test_the_marked_workbook_is_made_from_the_sealed_file():
    upload = sent_in(table([line(1, 身份证号=WRONG)]))
    assert (upload.state, upload.rows.get().findings[0]["value"]) == (UploadState.REFUSED, national_ids.mask(WRONG))
    sheet = load_workbook(io.BytesIO(services.marked_workbook(upload))).active
    assert sheet["B2"].comment.text
    assert sheet["B2"].value == WRONG


def test_the_export_shows_the_id_masked_and_is_itself_an_upload_that_changes_nothing():
    confirmed(sent_in(table([line(1), line(2)])))
    exported = outgoing.current(staff.STAFF, Context(CITY, {}, TODAY), "xlsx")
    assert ONE.encode() not in exported
    upload = sent_in(exported)
    assert (upload.state, upload.summary["counts"]["unchanged"]) == (UploadState.UNCHANGED, 2)


def test_a_masked_id_of_nobody_known_is_refused():
    upload = sent_in(table([line(1, 身份证号=national_ids.mask(ONE))]))
    assert upload.rows.get().findings[0]["code"] == "staff_unknown"


def test_an_odd_place_is_worth_a_look_and_stops_nothing():
    odd = staff.an_id(1, prefix="990101")
    upload = sent_in(table([line(1, 身份证号=odd), line(2)]))
    assert (upload.state, upload.summary["cells_warned"]) == (UploadState.PLANNED, 1)
    city = signed_in(Client(), a_membership(Role.CITY_OFFICER))
    html = city.get(services.upload_url(staff.STAFF, upload.pk)).content.decode()
    assert national_ids.mask(odd) in html
    assert odd not in html
    assert confirmed(upload).state == UploadState.APPLIED


def test_titles_of_work_and_notices_carry_no_id():
    sent_in(table([line(1)]), name=f"{ONE}.xlsx")
    assert ONE not in json.dumps(list(Job.objects.values("title", "params", "url")), ensure_ascii=False)


def test_a_sheet_named_by_an_id_is_not_quoted():
    no_names = xlsx([["身份证号", "性别"], [ONE, "男"]], sheet=ONE)
    refused, ignored = sent_in(no_names), sent_in(xlsx([[*HEAD, TWO], [*line(1), "x"]], sheet=THREE))
    assert (refused.summary["code"], ignored.state) == ("columns_missing", UploadState.PLANNED)
    said = json.dumps([refused.summary, ignored.summary], ensure_ascii=False)
    assert not any(secret in said for secret in (ONE, TWO, THREE))


def test_a_removed_file_says_so():
    upload = sent_in(table([line(1)]))
    from deploy_admin import clock

    StoredFile.objects.filter(pk=upload.file_id).update(content=b"", removed_at=clock.now())
    with pytest.raises(RuleViolation) as refused:
        StoredFile.objects.get(pk=upload.file_id).read()
    assert refused.value.code == "file_removed"
    run_jobs()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (ONE, national_ids.mask(ONE)),
        (f"证{ONE}和{TWO}。", f"证{national_ids.mask(ONE)}和{national_ids.mask(TWO)}。"),
        (QUALIFICATION, f"201250110{national_ids.mask(THREE)}"),
        (ONE.lower(), national_ids.mask(ONE).lower()),
        ("电话 13800000000，工号 201200000000000001", "电话 13800000000，工号 201200000000000001"),
        ("", ""),
    ],
)
def test_stray_ids_are_starred_and_other_numbers_are_not(text, shown):
    assert secrecy.scrubbed(text) == shown
