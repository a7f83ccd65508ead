"""Rosters for tests: a row as a sentence, the plan it makes, the file applied."""

from __future__ import annotations

from typing import Any

from deploy_admin import clock, spreadsheets
from deploy_admin.access import Actor
from deploy_admin.jobs.importing import findings, outgoing, plans, services
from deploy_admin.jobs.importing.columns import Context, column_set_of
from deploy_admin.jobs.importing.records import parse
from deploy_admin.jobs.models import Upload
from deploy_admin.spreadsheets.reading import read_here
from tests.jobs.plans import run_jobs
from tests.people.factories import an_id

#: What a new person needs.
NEEDED = {"人员类别": "执业医师类", "编制类型": "在编", "入职日期": "2021-07-01"}


def row(name: str = "示范甲", national_id: str | None = None, **cells: Any) -> dict[str, Any]:
    """Return a row of a new person with what is needed; cells are named by their headers."""
    return {"姓名": name, "身份证件号码": an_id(1) if national_id is None else national_id, **NEEDED, **cells}


def sheet(*rows: dict[str, Any], format: str = "xlsx") -> bytes:
    """Return a file with these rows, its columns those that any row names."""
    headers = list(dict.fromkeys(header for each in rows for header in each))
    return spreadsheets.export(headers, [[each.get(header) for header in headers] for each in rows], format)


def context_of(actor: Actor, unit: int | None = None) -> Context:
    return Context(actor, {"unit": unit}, clock.today())


def plan_of(content: bytes, actor: Actor, unit: int | None = None) -> plans.Plan:
    """Return the plan that this file makes."""
    roster, context = column_set_of("roster"), context_of(actor, unit)
    return plans.make(parse(read_here(content), roster, context), roster, context)


def told(plan: plans.Plan) -> list[tuple[str, str, str]]:
    """Return (header, code, refused or remarked) of every finding; each has its sentence, a refusal its remedy."""
    found = [finding for entry in plan.entries for finding in entry.record.findings]
    found = [finding for finding in found if finding.code != "id_place"]  # the tests' numbers are of no place
    for each in found:
        assert findings.sentence(each.code, each.params) != each.code
        assert findings.remedy(each.code, each.params) != each.code
        assert not each.refuses or findings.remedy(each.code, each.params)
    return [(each.header or each.column, each.code, "refused" if each.refuses else "remark") for each in found]


def sent_in(content: bytes, actor: Actor, unit: int | None = None, *, name: str = "名册.xlsx") -> Upload:
    """Send the roster in and have it planned here and now."""
    upload = services.send_in(
        column_set=column_set_of("roster"), name=name, content=content, params={"unit": unit}, by=actor
    )
    run_jobs()
    upload.refresh_from_db()
    return upload


def confirmed(upload: Upload, actor: Actor) -> Upload:
    """Confirm the plan and have it applied here and now."""
    services.confirm(upload=upload, digest=upload.digest, by=actor)
    run_jobs()
    upload.refresh_from_db()
    return upload


def applied(content: bytes, actor: Actor, unit: int | None = None) -> Upload:
    """Send the roster in, confirm it, have it applied."""
    upload = sent_in(content, actor, unit)
    assert upload.state == "planned", (
        upload.state,
        upload.summary,
        list(upload.rows.values_list("findings", flat=True)),
    )
    upload = confirmed(upload, actor)
    assert upload.state == "applied", upload.summary
    return upload


def exported(actor: Actor, unit: int | None = None, *, format: str = "xlsx") -> bytes:
    """Return the current roster as it goes out."""
    return outgoing.current(column_set_of("roster"), context_of(actor, unit), format)


def kinds(plan: plans.Plan) -> list[str]:
    """Return what becomes of each row."""
    return [entry.kind.value for entry in plan.entries]
