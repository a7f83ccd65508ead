"""Plans made in the test's own process and transaction, and what they say, as short as a sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

from deploy_admin.access import Actor
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.importing import findings, plans, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.importing.records import parse
from deploy_admin.jobs.models import Job, Upload
from deploy_admin.spreadsheets.reading import read_here

TODAY = date(2026, 11, 22)


def plan_of(content: bytes, actor: Actor, *, year: int = 2025, measure: str = "") -> plans.Plan:
    """Return the plan that this file of figures makes."""
    context = Context(actor, {"year": year, "measure": measure}, TODAY)
    figures = column_set_of("figures")
    return plans.make(parse(read_here(content), figures, context), figures, context)


def refused(plan: plans.Plan) -> list[tuple[str, str]]:
    """Return (cell, code) of everything refused; every one of them must have a sentence and a remedy."""
    found = [f for entry in plan.entries for f in entry.record.findings if f.refuses]
    for each in found:
        assert findings.sentence(each.code, each.params) != each.code
        assert findings.remedy(each.code, each.params) not in ("", each.code)
    return [(f.cell, f.code) for f in found]


def written(plan: plans.Plan) -> list[tuple[Any, ...]]:
    """Return (unit, measure, category, year, value) of every entry that is not refused."""
    return [
        (
            e.record.refs["unit_name"],
            e.record.values["measure"],
            e.record.values.get("practice_category") or "",
            e.record.values["year"],
            e.record.values["value"],
        )
        for e in plan.entries
        if e.kind != "refused"
    ]


def notices(plan: plans.Plan) -> set[str]:
    """Return the codes of what was met while reading; each has a sentence."""
    for notice in plan.parsed.notices:
        assert findings.sentence(notice.code, notice.params) != notice.code
    return {notice.code for notice in plan.parsed.notices}


def sent_in(content: bytes, by: Actor, *, name: str = "指标.xlsx", year: int = 2025, measure: str = "") -> Upload:
    """Send a file of figures in and have it planned here and now."""
    upload = services.send_in(
        column_set=column_set_of("figures"),
        name=name,
        content=content,
        params={"year": year, "measure": measure},
        by=by,
    )
    run_jobs()
    upload.refresh_from_db()
    return upload


def confirmed(upload: Upload, by: Actor) -> Upload:
    """Confirm the plan and have it applied here and now."""
    services.confirm(upload=upload, digest=upload.digest, by=by)
    run_jobs()
    upload.refresh_from_db()
    return upload


def run_jobs() -> None:
    """Run every import that waits, in order."""
    for pk in (
        Job.objects.filter(state="queued", kind__startswith="imports.").order_by("pk").values_list("pk", flat=True)
    ):
        jobs.run(pk)
