"""Fixtures of the tests that send in the scratch staff list: its table, its addresses, and the way through."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from deploy_admin.access import Actor
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import plans, services
from deploy_admin.jobs.importing.columns import Context
from deploy_admin.jobs.importing.records import parse
from deploy_admin.jobs.models import Job, Upload
from deploy_admin.spreadsheets.reading import read_here
from tests.jobs.plans import TODAY
from tests.jobs.staff import STAFF, an_id
from tests.registry.factories import CITY
from tests.spreadsheets.makers import xlsx

HEAD = ("姓名", "身份证号", "性别", "出生年月", "入职日期", "岗位类别", "备注")


def line(number: int, name: str = "示范甲", **more: Any) -> list[Any]:
    """Return one row below HEAD."""
    row = {
        "姓名": name,
        "身份证号": an_id(number),
        "性别": "男",
        "出生年月": "1985-03",
        "入职日期": "2010-07-01",
        "岗位类别": "医师",
        "备注": None,
    } | more
    return [row[key] for key in HEAD]


def table(rows: Iterable[Sequence[Any]], *, head: Sequence[str] = HEAD) -> bytes:
    return xlsx([head, *rows])


def plan_of(content: bytes, actor: Actor = CITY, **params: Any) -> plans.Plan:
    """Return the plan that this staff list makes, here and now."""
    context = Context(actor, params, TODAY)
    return plans.make(parse(read_here(content), STAFF, context), STAFF, context)


def sent_in(content: bytes, by: Actor = CITY, *, name: str = "人员.xlsx", **params: Any) -> Upload:
    """Send a staff list in and have it planned here and now."""
    upload = services.send_in(column_set=STAFF, name=name, content=content, params=params, by=by)
    run_jobs()
    upload.refresh_from_db()
    return upload


def confirmed(upload: Upload, by: Actor = CITY) -> Upload:
    """Confirm the plan and have it applied here and now."""
    services.confirm(upload=upload, digest=upload.digest, by=by)
    run_jobs()
    upload.refresh_from_db()
    return upload


def run_jobs() -> None:
    """Run whatever import waits, and what these set going in turn."""
    while waiting := list(
        Job.objects.filter(state="queued", kind__startswith="imports.").order_by("pk").values_list("pk", flat=True)
    ):
        for pk in waiting:
            jobs.run(pk)
