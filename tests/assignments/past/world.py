"""A hospital that sent people, a health centre that received them, tables about them: as short as a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assignments.models import Assignment
from assignments.services import past
from assignments.services.past_rows import PastEntry
from deploy_admin import clock, spreadsheets
from deploy_admin.access import Actor
from deploy_admin.jobs.importing import findings, plans, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.importing.records import parse
from deploy_admin.jobs.models import Upload
from deploy_admin.people.models import HealthWorker
from deploy_admin.spreadsheets.reading import read_here
from tests.assignments.postings import CITY_OFFICER, SECOND_OFFICER, sender_hr
from tests.jobs.plans import run_jobs
from tests.people.factories import a_worker
from tests.policies.factories import a_city
from tests.registry.factories import an_authority, an_institution

HOSPITAL, CENTRE = "示范一院", "示范镇卫生院"


class World:
    """A district with a sending hospital, its personnel office, and a receiving centre."""

    def __init__(self) -> None:
        city = a_city()
        self.divisions = city
        self.city_authority = an_authority(city["root"]) if "root" in city else None
        self.authority = an_authority(city["first"])
        self.hospital = an_institution(HOSPITAL, division=city["first"], tier="county")
        self.centre = an_institution(
            CENTRE, division=city["town"], kind="township_health_centre", tier="township", level=1
        )
        self.hr = sender_hr(self.hospital)
        self.office, self.second = CITY_OFFICER, SECOND_OFFICER

    def worker(self, name: str | None = None, **more: Any) -> HealthWorker:
        worker: HealthWorker = a_worker(name, at=more.pop("at", self.hospital), **more)
        return worker

    def entry(self, worker: HealthWorker, **more: Any) -> PastEntry:
        """Return a year from 3 January 2023, qualified, on an original document."""
        from datetime import date

        fields: dict[str, Any] = {
            "worker_id": worker.pk,
            "sending_unit_id": self.hospital.pk,
            "receiving_unit_id": self.centre.pk,
            "kind": "county_township",
            "scheme": "county_township",
            "starts_on": date(2023, 1, 3),
            "term_months": 12,
            "evidence": "original",
            "result": "qualified",
        }
        return PastEntry(**(fields | more))

    def taken_on(self, worker: HealthWorker | None = None, *, by: Actor | None = None, **more: Any) -> Assignment:
        found = past.take_on([self.entry(worker or self.worker(), **more)], by=by or self.hr)
        return Assignment.objects.get(pk=found[0].pk)


#: A row of the table that has nothing wrong with it.
ROW = {
    "姓名": "示范甲", "接收单位": CENTRE, "派驻类型": "县聘乡用", "到岗日期": "2023-01-03", "计划月数": 12,
    "实际结束日期": "2024-01-02", "期满考核结果": "合格", "考核日期": "2024-01-15", "凭据等级": "原始文件",
    "文号": "示范卫发〔2023〕1号",
}  # fmt: skip


def sheet(*rows: Mapping[str, Any], base: Mapping[str, Any] | None = None, format: str = "xlsx") -> bytes:
    """Return a file with these rows over a base row; None takes a cell away."""
    whole = [{**(ROW if base is None else base), **row} for row in rows]
    headers = list(dict.fromkeys(header for row in whole for header in row))
    content: bytes = spreadsheets.export(headers, [[row.get(header) for header in headers] for row in whole], format)
    return content


def params(key: str, **more: Any) -> dict[str, Any]:
    return ({"kind": "", "evidence": "none"} if key == "past_assignments" else {}) | more


def plan_of(content: bytes, by: Actor, key: str = "past_assignments", **more: Any) -> plans.Plan:
    """Return the plan that this file makes."""
    column_set = column_set_of(key)
    context = Context(by, params(key, **more), clock.today())
    return plans.make(parse(read_here(content), column_set, context), column_set, context)


def told(plan: plans.Plan, *, refuses: bool = True) -> list[tuple[str, str]]:
    """Return (header, code) of what refuses, or warns; each has its sentence and its remedy."""
    found = [each for entry in plan.entries for each in entry.record.findings if each.refuses is refuses]
    for each in found:
        assert findings.sentence(each.code, each.params) != each.code
        assert findings.remedy(each.code, each.params) not in ("", each.code)
    return [(each.header or each.column, each.code) for each in found]


def kinds(plan: plans.Plan) -> list[str]:
    return [entry.kind.value for entry in plan.entries]


def sent_in(content: bytes, by: Actor, key: str = "past_assignments", **more: Any) -> Upload:
    upload = services.send_in(
        column_set=column_set_of(key), name="补录.xlsx", content=content, params=params(key, **more), by=by
    )
    run_jobs()
    upload.refresh_from_db()
    return upload


def applied(content: bytes, by: Actor, key: str = "past_assignments", **more: Any) -> Upload:
    """Send a table in, confirm its plan, have it applied."""
    upload = sent_in(content, by, key, **more)
    said = list(upload.rows.values_list("findings", flat=True))
    assert upload.state == "planned", (upload.state, upload.summary, said)
    services.confirm(upload=upload, digest=upload.digest, by=by)
    run_jobs()
    upload.refresh_from_db()
    assert upload.state == "applied", (upload.state, upload.summary)
    return upload
