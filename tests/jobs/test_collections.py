"""Many files at once: workbooks go out prefilled, what comes back is told apart, who is missing is known."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from deploy_admin import clock
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.batches import packages, recognising, services, standing, unpacking
from deploy_admin.jobs.importing.columns import Context, Unit
from deploy_admin.jobs.models import StoredFile, Upload, UploadBatch, UploadState
from deploy_admin.spreadsheets import Workbook, reading
from tests.jobs import staff
from tests.jobs.collected import NAMES, dropped, filled, package, told, zipped
from tests.jobs.plans import TODAY
from tests.jobs.scratch import HEAD, line, run_jobs, table
from tests.registry.factories import CITY, an_institution, unit_hr
from tests.spreadsheets.makers import xlsx
from tests.spreadsheets.old_xls import old_xls

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scratch")]


@pytest.fixture
def units():
    return [an_institution(name) for name in NAMES]


@pytest.fixture
def batch(units) -> UploadBatch:
    return services.open_collection(column_set=staff.STAFF, params={}, by=CITY)


# ── Out and back ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_workbooks_go_out_and_come_back_and_those_missing_are_exactly_those_missing(batch):
    more = [an_institution(f"示范{n:02d}号医院") for n in range(8)]
    books = package(batch)
    assert len(books) == 12
    assert all(name.endswith(".xlsx") for name in books)
    back = {f"x{at}.xlsx": filled(book, line(at)) for at, book in enumerate(list(books.values())[:9], 1)}
    files = dropped(batch, ("收表.zip", zipped(back)))
    assert {(f.recognised_by, f.problem, f.upload.state) for f in files} == {("marker", "", UploadState.PLANNED)}
    now = standing.standing_of(batch, staff.STAFF, CITY)
    assert {unit.name for unit in now.missing} == {unit.profile.name for unit in more[5:]}
    assert now.figures == {"units": 12, "missing": 3, "to_mend": 0, "ready": 9, "applied": 0, "by_hand": 0}
    digests = {each.file.upload.pk: each.file.upload.digest for each in now.ready}
    assert services.confirm_ready(batch=batch, digests=digests, by=CITY) == (9, [])
    run_jobs()
    now = standing.standing_of(batch, staff.STAFF, CITY)
    assert (now.figures["applied"], now.figures["missing"], len(staff.rows())) == (9, 3, 9)


def test_a_prefilled_workbook_holds_its_own_units_people_with_masked_ids_and_changes_nothing(batch, units):
    dropped(batch, (f"{NAMES[2]}.xlsx", table([line(1), line(2)])))
    upload = Upload.objects.get()
    services.confirm_ready(batch=batch, digests={upload.pk: upload.digest}, by=CITY)
    run_jobs()
    books = package(services.open_collection(column_set=staff.STAFF, params={}, by=CITY))
    mine = next(book for name, book in books.items() if name.startswith(NAMES[2]))
    others = next(book for name, book in books.items() if name.startswith(NAMES[3]))
    assert len(reading.read_here(mine).sheets[0].rows) == len(reading.read_here(others).sheets[0].rows) + 2
    assert staff.an_id(1) not in str(reading.read_here(mine).sheets[0].rows)
    files = dropped(batch, ("a.xlsx", mine))
    assert files[-1].problem == "unit_twice"  # the first file of this unit was applied
    second = services.open_collection(column_set=staff.STAFF, params={}, by=CITY)
    assert dropped(second, ("a.xlsx", mine))[0].upload.state == UploadState.UNCHANGED


@pytest.mark.parametrize("left_out", ["property", "sheet"])
def test_the_mark_is_found_in_either_place(batch, left_out):
    book = load_workbook(io.BytesIO(package(batch)["示范县中医院_人员表.xlsx"]))
    if left_out == "sheet":
        del book["_deployment_table"]
    else:
        del book.custom_doc_props["deployment_table"]
    content = io.BytesIO()
    book.save(content)
    assert '"name": "示范县中医院"' in reading.read_here(content.getvalue()).marker


def test_a_refused_workbook_goes_back_marked_and_its_correction_takes_its_place(batch):
    book = package(batch)["示范县中医院_人员表.xlsx"]
    dropped(batch, ("甲.xlsx", filled(book, line(1, 入职日期="去年"))))
    now = standing.standing_of(batch, staff.STAFF, CITY)
    assert ([u.name for u in now.to_mend], NAMES[2] in {u.name for u in now.missing}) == ([NAMES[2]], False)
    packages.make(batch=batch, what="marked", by=CITY)
    run_jobs()
    batch.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(batch.marked.read())) as archive:
        (name,) = archive.namelist()
        marked = archive.read(name)
    assert name.startswith(NAMES[2])
    page = load_workbook(io.BytesIO(marked)).worksheets[0]
    wrong = next(cell for row in page.iter_rows(min_row=5) for cell in row if cell.value == "去年")
    assert wrong.comment is not None
    files = dropped(batch, ("乙.xlsx", filled(marked, line(1))))
    assert [(f.recognised_by, f.upload.state) for f in files] == [
        ("marker", UploadState.DISCARDED),
        ("marker", UploadState.PLANNED),
    ]
    assert standing.standing_of(batch, staff.STAFF, CITY).to_mend == []


def test_an_old_xls_and_a_csv_marked_keep_the_mark():
    from deploy_admin import spreadsheets

    marked = spreadsheets.mark(old_xls([["a"]]), [spreadsheets.Mark("Sheet1", 1, 1, "x")], heading="h")
    assert reading.read_here(marked).marker == ""
    book = Workbook((reading.read_here(xlsx([["a"]])).sheets), "xls", marker="m")
    from deploy_admin.spreadsheets.writing import marked_rows

    assert reading.read_here(marked_rows(book, [], heading="h")).marker == "m"


# ── Whose it is ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("示范县中医院.xlsx", NAMES[2]),
        ("2026年 示范县 中医院（人员表）终稿.xlsx", NAMES[2]),
        ("示范市第一医院.xlsx", NAMES[0]),
        ("示范市第一医院分院.xlsx", NAMES[1]),
        ("示范县妇幼保健院/人员表.xlsx", NAMES[3]),
    ],
)
def test_a_unit_is_told_by_the_name_of_file_or_folder_the_longest_name_winning(batch, name, unit):
    assert told(dropped(batch, (name, table([line(1)])))) == [(name, unit, "file_name", "")]


@pytest.mark.parametrize("content", [table([line(1)]), old_xls([list(HEAD), line(1)])], ids=["xlsx", "xls"])
def test_without_mark_and_telling_name_the_rows_are_asked(batch, content):
    rows = [[*line(1), NAMES[2]], [*line(2), NAMES[2]]]
    files = dropped(batch, ("人员.xlsx", table(rows, head=(*HEAD, "单位"))), ("x.xlsx", content))
    assert told(files) == [("人员.xlsx", NAMES[2], "rows", ""), ("x.xlsx", "", "", "unrecognised")]


def test_what_names_two_units_waits_for_a_hand_and_is_given_to_one(batch, units):
    rows = [[*line(1), NAMES[2]], [*line(2), NAMES[3]]]
    (file,) = dropped(batch, ("人员.xlsx", table(rows, head=(*HEAD, "单位"))))
    assert (file.problem, file.problem_params["names"]) == ("several_units", "、".join(NAMES[2:]))
    services.assign(batch=batch, file_id=file.pk, unit_id=units[2].pk, by=CITY)
    run_jobs()
    file.refresh_from_db()
    assert (file.unit_name, file.recognised_by, file.problem) == (NAMES[2], "by_hand", "")
    assert file.upload.rows.get(kind="refused").findings[0]["code"] == "unit_other"


def test_a_second_file_of_a_unit_waits_and_may_take_the_place_of_the_first(batch, units):
    dropped(batch, (f"{NAMES[2]}.xlsx", table([line(1)])))
    first, second = dropped(batch, (f"{NAMES[2]}新.xlsx", table([line(2)])))
    assert (second.problem, second.problem_params["other"]) == ("unit_twice", f"{NAMES[2]}.xlsx")
    services.assign(batch=batch, file_id=second.pk, unit_id=units[2].pk, by=CITY)
    run_jobs()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.upload.state, second.upload.state) == (UploadState.DISCARDED, UploadState.PLANNED)


def test_the_same_file_twice_is_said_and_read_once(batch):
    content = table([line(1)])
    files = dropped(batch, (f"{NAMES[2]}.xlsx", content), ("副本.xlsx", content))
    assert told(files)[1] == ("副本.xlsx", "", "", "same_file")
    assert StoredFile.objects.count() == 1


def test_a_workbook_of_another_collection_or_table_is_said(batch, units):
    other = Context(CITY, {"year": 2025}, TODAY)
    unit = Unit(units[2].pk, NAMES[2])
    from deploy_admin.jobs.importing import outgoing

    mark = recognising.marker(staff.STAFF, other, unit)
    early = filled(outgoing.template(staff.STAFF, other, marker=mark), line(1))
    foreign = outgoing.template(staff.STAFF, other, marker=mark.replace("scratch_staff", "figures"))
    strange = recognising.marker(staff.STAFF, Context(CITY, {}, TODAY), Unit(987654, "别处医院"))
    away = outgoing.template(staff.STAFF, other, marker=strange)
    files = dropped(batch, ("a.xlsx", early), ("b.xlsx", foreign), ("c.xlsx", away), ("d.xlsx", xlsx([["x"]])))
    assert {f.name: f.problem for f in files} == {
        "a.xlsx": "other_collection",
        "b.xlsx": "other_table",
        "c.xlsx": "unit_not_expected",
        "d.xlsx": "unrecognised",
    }
    assert files[0].unit_id == units[2].pk  # offered, not decided


def test_a_mark_that_is_nonsense_is_no_mark(batch):
    from deploy_admin.jobs.importing import outgoing

    for at, nonsense in enumerate(("{", "[]", '{"table": 1}', "x" * 3000, '{"table":"scratch_staff","unit":"y"}')):
        book = outgoing.template(staff.STAFF, Context(CITY, {}, TODAY), marker=nonsense)
        assert dropped(batch, (f"{at}.xlsx", book))[-1].problem == "unrecognised"


# ── What is dropped ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_folders_litter_nesting_and_gbk_names(batch):
    inner = zipped({"县级/示范县妇幼保健院.xlsx": table([line(4)])}, encoding="gbk")
    outer = zipped(
        {
            "收表/示范县中医院.xlsx": table([line(3)]),
            "收表/~$示范县中医院.xlsx": b"x",
            "__MACOSX/收表/._示范县中医院.xlsx": b"x",
            "Thumbs.db": b"x",
            "收表/.DS_Store": b"x",
            "收表/说明.pdf": b"%PDF-1.7",
            "更多.zip": inner,
        }
    )
    assert sorted(told(dropped(batch, ("全部.zip", outer)))) == sorted(
        [
            ("收表/示范县中医院.xlsx", NAMES[2], "file_name", ""),
            ("更多.zip/县级/示范县妇幼保健院.xlsx", NAMES[3], "file_name", ""),
            ("收表/说明.pdf", "", "", "not_a_workbook"),
        ]
    )


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.rar", b"Rar!\x1a\x07\x00", "archive"),
        ("x.7z", b"7z\xbc\xaf\x27\x1c..", "archive"),
        ("x.xls", b"<html><table>", "web_page"),
        ("x.xlsx", b"", "file_empty"),
        ("x.zip", b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_what_is_no_table_is_named_with_its_reason(batch, name, content, problem):
    (file,) = dropped(batch, (name, content))
    assert (file.problem, file.file) == (problem, None)
    (shown,) = standing.standing_of(batch, staff.STAFF, CITY).lines
    assert shown.sentence not in ("", problem)
    with pytest.raises(RuleViolation):
        services.assign(batch=batch, file_id=file.pk, unit_id=standing_units()[0], by=CITY)


def standing_units() -> list[int]:
    return [unit.id for unit in staff.STAFF.units(Context(CITY, {}, TODAY))]


def test_limits_are_kept_with_a_sentence(batch, monkeypatch):
    deep = table([line(1)])
    for _ in range(4):
        deep = zipped({"x.zip": deep})
    assert dropped(batch, ("x.zip", deep))[0].problem == "nested_too_deep"
    monkeypatch.setattr(unpacking, "MAX_FILES", 2)
    with pytest.raises(RuleViolation) as refused:
        dropped(batch, *[(f"{n}.xlsx", table([line(n)])) for n in range(3)])
    assert refused.value.code == "too_many_files"
    monkeypatch.setattr(unpacking, "MAX_TOTAL", 1000)
    with pytest.raises(RuleViolation) as refused:
        dropped(batch, ("a.xlsx", table([line(1)])))
    assert refused.value.code == "files_too_large"
    with pytest.raises(RuleViolation) as refused:
        dropped(batch, ("Thumbs.db", b"x"))
    assert refused.value.code == "nothing_found"
    assert batch.files.count() == 1


def test_a_locked_zip_is_said(batch):
    content = bytearray(zipped({"a.xlsx": b"x"}))
    at = content.find(b"PK\x01\x02") + 8
    content[at] |= 1
    assert dropped(batch, ("x.zip", bytes(content)))[0].problem == "zip_locked"


# ── Who sees it, and what is confirmed ──────────────────────────────────────────────────────────────────────────────


def test_what_a_unit_sent_in_itself_counts_and_what_it_sent_before_the_collection_does_not(batch, units):
    hr = unit_hr(units[2], TODAY)
    from deploy_admin.jobs.importing import services as single

    single.send_in(column_set=staff.STAFF, name="x.xlsx", content=table([line(1)]), params={}, by=hr)
    run_jobs()
    assert NAMES[2] not in {u.name for u in standing.standing_of(batch, staff.STAFF, CITY).missing}
    Upload.objects.update(created_at=clock.now() - timedelta(days=2))
    assert NAMES[2] in {u.name for u in standing.standing_of(batch, staff.STAFF, CITY).missing}


def test_what_was_sent_on_behalf_of_a_unit_is_the_commissions_to_see(batch, units):
    dropped(batch, (f"{NAMES[2]}.xlsx", table([line(1)])))
    upload = Upload.objects.get()
    hr = unit_hr(units[2], TODAY)
    assert (upload.unit_id, upload.institution_id) == (units[2].pk, CITY.institution_id)
    assert not Upload.objects.visible_to(hr).exists()
    assert not UploadBatch.objects.visible_to(hr).exists()
    assert UploadBatch.objects.visible_to(CITY).get() == batch


def test_one_plan_that_changed_does_not_stop_the_others(batch):
    dropped(batch, *[(f"{name}.xlsx", table([line(at)])) for at, name in enumerate(NAMES[2:], 1)])
    digests = dict(Upload.objects.values_list("pk", "digest"))
    first = min(digests)
    confirmed, refused = services.confirm_ready(batch=batch, digests={**digests, first: "0" * 64}, by=CITY)
    assert (confirmed, len(refused)) == (1, 1)


def test_the_number_of_queries_of_a_collection_does_not_grow_with_its_files(batch, django_assert_max_num_queries):
    dropped(batch, *[(f"{name}.xlsx", table([line(at)])) for at, name in enumerate(NAMES, 1)])
    with django_assert_max_num_queries(6):
        standing.standing_of(batch, staff.STAFF, CITY)
