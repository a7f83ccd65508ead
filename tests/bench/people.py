"""Rosters: fifty thousand people from a workbook's bytes to applied, against the fastest read and COPY of the same."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

if __name__ == "__main__":  # the process whose memory is measured
    import django

    django.setup()
    import deploy_admin.celery  # noqa: F401 -- so that delay() finds our broker

from django.db import connection
from python_calamine import CalamineWorkbook
from stdnum.cn import ric

from deploy_admin import spreadsheets
from deploy_admin.access import SYSTEM
from deploy_admin.jobs.importing import services
from deploy_admin.jobs.importing.columns import column_set_of
from deploy_admin.jobs.models import Job, UploadState
from deploy_admin.people import codes
from tests.bench.measure import Item, at_most, median, peak, seconds
from tests.jobs.plans import confirmed, run_jobs

PEOPLE = 50_000
UNITS = 100
TIMES = 3
TABLES = (
    "people_healthworker", "people_employment", "people_title", "people_licence", "people_helddocument",
    "people_unavailability",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
GIVEN = "安宁清和明远书言思齐子墨知秋若水景行怀瑾望舒云帆长风念慈嘉木一诺修远乐山可欣南枝青禾以宁"
HEADER = (
    "单位", "姓名", "身份证件号码", "性别", "民族", "工号", "学历", "学位", "所学专业", "从事专业", "科室",
    "人员类别", "编制类型", "入职日期", "进入方式", "参加临床工作时间", "军籍", "执业资格", "执业证书编号", "执业类别",
    "取得执业资格日期", "现任职称", "职称范围", "取得资格日期", "聘任日期", "管理经验", "持有证书", "备注",
)  # fmt: skip


def _row(n: int, unit: str) -> tuple[object, ...]:
    """Return a person whom nobody is: of a place that exists, so that no row is remarked on, and long dead."""
    male = n % 2
    born = date(1881, 1, 1) + timedelta(days=(n * 37) % 6_500)
    head = f"50010{n % 3 + 1}{born:%Y%m%d}{2 * (n // 2 % 499) + male:03d}"
    name = SURNAMES[n % len(SURNAMES)] + GIVEN[(n // 7) % len(GIVEN)] + GIVEN[(n // 293) % len(GIVEN)]
    hired = date(1995 + n % 24, 7, 1 + n % 28)
    title = codes.TITLES[n % 4 + 1]
    return (
        unit, name, head + ric.calc_check_digit(head + "0"), "男" if male else "女", codes.ETHNICITIES[n % 9].zh,
        f"{n:06d}", "本科", "学士", f"专业{n % 60}", f"方向{n % 80}", f"科室{n % 120}", "执业医师类",
        "在编" if n % 3 else "编外", hired, "新招聘", f"{hired:%Y-%m}", "否", "执业医师", f"1105{n:011d}", "临床",
        hired + timedelta(days=400), title.zh, "全市通用", hired + timedelta(days=2000),
        hired + timedelta(days=2060), "否", "住院医师规范化培训合格证", f"备注{n % 500}",
    )  # fmt: skip


def workbook(ids: list[int]) -> bytes:
    """Return the workbook: 28 columns, the people of a hundred units."""
    met: set[object] = set()
    rows = []
    n = 0
    while len(rows) < PEOPLE:
        row = _row(n, f"示范医院{ids[n % UNITS]}")
        n += 1
        if row[2] not in met:
            met.add(row[2])
            rows.append(row)
    return spreadsheets.export(HEADER, rows, "xlsx")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def clear() -> None:
    """Empty the tables, so that every person is new again."""
    run(f"TRUNCATE {', '.join(TABLES)} CASCADE")
    run("TRUNCATE jobs_uploadrow, jobs_upload CASCADE")
    Job.objects.filter(state="queued").delete()


def upload(content: bytes) -> None:
    """Send the roster in, have it planned, confirm it, have it applied."""
    sent = services.send_in(
        column_set=column_set_of("roster"), name="名册.xlsx", content=content, params={"unit": None}, by=SYSTEM
    )
    run_jobs()
    sent.refresh_from_db()
    assert sent.state == UploadState.PLANNED, (sent.state, sent.summary)
    done = confirmed(sent, SYSTEM)
    assert done.state == UploadState.APPLIED, done.summary
    assert done.result["registered"] == PEOPLE, done.result


def _taken_out() -> dict[str, bytes]:
    """Return the rows of the tables as COPY writes them."""
    held = {}
    for table in TABLES:
        block = io.BytesIO()
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} TO STDOUT") as copy:
            for part in copy:
                block.write(part)
        held[table] = block.getvalue()
    return held


def rosters(ids: list[int]) -> Iterator[Item]:
    """The whole way, the floor with the same tables and indexes, and the memory of the process that works."""
    content = workbook(ids)
    upload(content)  # warm: code loaded, plans cached
    rows = _taken_out()

    def floor() -> None:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        assert len(sheet.to_python()) == PEOPLE + 1
        for table, block in rows.items():
            with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(block)

    fastest = median(TIMES, floor, clear)
    figure = median(TIMES, lambda: upload(content), clear)
    yield seconds(f"roster-{PEOPLE}", figure, 15, floor=fastest, ratio=8)
    clear()
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        told = subprocess.run(
            [sys.executable, "-m", "tests.bench.people", file.name],
            cwd=Path(__file__).resolve().parent.parent.parent,
            env=os.environ,
            capture_output=True,
            check=True,
        )
    most = json.loads(told.stdout.splitlines()[-1])
    yield at_most(f"roster-{PEOPLE}-memory", round(most["work"]), 500, "MB")
    yield at_most(f"roster-{PEOPLE}-memory-reading", round(most["reading"]), 500, "MB")
    clear()


def _measured(path: str) -> None:
    """Apply the file in this process and tell its peak, and that of the process that read the workbook."""
    import resource

    content = Path(path).read_bytes()
    start = time.perf_counter()
    upload(content)
    told = {
        "work": peak(),
        "reading": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
        "seconds": time.perf_counter() - start,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    _measured(sys.argv[1])
