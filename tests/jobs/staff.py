"""A column set for tests: 28 columns of a staff list with IDs, kept in a scratch table that only these tests know."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.urls import include, path

from deploy_admin import national_ids, sealing
from deploy_admin.access import Permission, Reach
from deploy_admin.db import copy_rows
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing import columns as engine
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Code, Column, ColumnSet, Context, Type, Unit
from deploy_admin.jobs.importing.pages import urls_for
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.importing.values import plain
from deploy_admin.registry.models import Institution
from deploy_admin.spreadsheets.cells import half_width

TABLE = "scratch_staff"
MADE = f"""
    CREATE TABLE IF NOT EXISTS {TABLE} (
        number text PRIMARY KEY, digest bytea UNIQUE, sealed bytea, unit bigint, held jsonb NOT NULL, job bigint
    )
"""

findings.register(
    {
        "staff_unknown": ("没有这个人员编号", "填写证件号码。"),
        "unit_not_known": ("没有这个单位", "填写单位全称。"),
        "unit_other": ("是另一单位的人员", "删除这一行。"),
    }
)


def _codes(*names: str) -> tuple[Code, ...]:
    return tuple(Code(f"c{at}", name, f"choice {at}") for at, name in enumerate(names, 1))


COLUMNS = (
    Column("number", "人员编号", "Number", aliases=("编号",)),
    Column("name", "姓名", "Name", required=True, max_length=50),
    Column("sex", "性别", "Sex", Type.CODE, codes=(Code("1", "男", "male"), Code("2", "女", "female"))),
    Column("nation", "民族", "Ethnicity", Type.CODE, codes=_codes("汉族", "土家族", "苗族")),
    Column("born", "出生年月", "Born", Type.MONTH),
    Column(
        "national_id", "身份证号", "ID number", Type.NATIONAL_ID, sensitive=True, aliases=("证件号码", "身份证号码")
    ),
    Column("education", "学历", "Education", Type.CODE, codes=_codes("大学本科", "大专", "研究生")),
    Column("degree", "学位", "Degree"),
    Column("major", "专业", "Major"),
    Column("unit", "单位", "Unit", aliases=("单位名称", "医院")),
    Column("department", "科室", "Department"),
    Column("establishment", "编制", "Establishment", Type.CODE, codes=_codes("编制内", "编制外")),
    Column("hired", "入职日期", "Hired", Type.DATE),
    Column("staff", "岗位类别", "Staff category", Type.CODE, codes=_codes("医师", "护理", "药师", "医技")),
    Column("category", "执业类别", "Practice category", Type.CODE, codes=_codes("临床", "中医", "口腔", "公共卫生")),
    Column("scope", "执业范围", "Scope of practice"),
    Column("qualification", "资格证书编号", "Qualification no.", sensitive=True),
    Column("licence", "执业证书编号", "Licence no."),
    Column("title", "职称", "Title"),
    Column("level", "职称级别", "Level", Type.CODE, codes=_codes("初级", "中级", "副高级", "正高级")),
    Column("title_scope", "职称范围", "Title scope", Type.CODE, codes=_codes("普通", "基层定向")),
    Column("obtained", "取得日期", "Obtained", Type.DATE),
    Column("appointed", "聘任日期", "Appointed", Type.DATE),
    Column("military", "军籍", "Military", Type.YES_NO),
    Column("manager", "管理经历", "Management", Type.YES_NO),
    Column("telephone", "电话", "Telephone"),
    Column("remark", "备注", "Remark", max_length=1000),
    Column("year", "年", "Year", Type.YEAR, minimum=2000),
    Column("salary", "工资", "Salary", Type.DECIMAL, minimum=0),
    Column("children", "子女数", "Children", Type.INTEGER, unit=("个",), minimum=0, maximum=20),
)
#: What a row of a unit's own list consists of here; the rest of the 28 is filled where a test fills it.
COMPARED = tuple(column.key for column in COLUMNS if column.key not in ("number", "national_id"))


class Staff(ColumnSet):
    """A staff list, matched by the ID's digest, or by the number where the file shows the ID masked."""

    key = "scratch_staff"
    namespace = "scratch"
    permission = Permission.FIGURES_ENTER
    title = "人员表"
    lead = "测试用。"
    compared = COMPARED
    applies_from_rows = True
    per_unit = True
    unit_columns = ("unit",)

    def columns(self, context: Context) -> Sequence[Column]:
        return COLUMNS

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        return (("number", "national_id"),)

    def scope(self, context: Context) -> str:
        return f"scratch_staff:{context.params.get('unit') or context.actor.institution_id}"

    def units(self, context: Context) -> Sequence[Unit]:
        seen = Institution.objects.visible_to(context.actor).standing(context.today).order_by("pk")
        return [
            Unit(pk, name, code or "") for pk, name, code in seen.values_list("pk", "profile__name", "credit_code")
        ]

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        vault = sealing.vault()
        own = context.params.get("unit") or (
            context.actor.institution_id if context.actor.reach is Reach.UNIT else None
        )
        known = (
            {unit.name: unit.id for unit in self.units(context)} if own or context.params.get("check_units") else {}
        )
        for record in records:
            whole = record.values.get("national_id")
            if whole and not national_ids.is_masked(whole):
                record.refs["digest"] = vault.digest(whole, "scratch").hex()
            unit = record.values.get("unit")
            if unit and known and unit not in known:
                record.refuse("unit", "unit_not_known")
            elif unit and own and known[unit] != own:
                record.refuse("unit", "unit_other")
        digests = [bytes.fromhex(record.refs["digest"]) for record in records if "digest" in record.refs]
        numbers = [record.values["number"] for record in records if record.values.get("number")]
        by_digest = self._read("digest = ANY(%s)", digests)
        by_number = self._read("number = ANY(%s)", numbers)
        context.store["next"] = self._next_number()
        found = {row["digest"].hex(): row for row in by_digest}
        numbered = {row["number"]: row for row in by_number}
        for record in records:
            row = found.get(record.refs.get("digest", "")) or numbered.get(record.values.get("number") or "")
            if row is not None:
                record.refs["person"] = row["number"]
            elif "digest" not in record.refs and not record.refused:
                record.refuse("number", "staff_unknown")
        context.store["rows"] = {row["number"]: row["held"] for row in (*by_digest, *by_number)}

    def _read(self, where: str, values: list[Any]) -> list[dict[str, Any]]:
        if not values:
            return []
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT number, digest, held::text FROM {TABLE} WHERE {where}", [values])  # noqa: S608
            return [
                {"number": number, "digest": bytes(digest), "held": json.loads(held)}
                for number, digest, held in cursor.fetchall()
            ]

    def _next_number(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {TABLE}")  # noqa: S608
            return int(cursor.fetchone()[0])

    def identity(self, record: Record) -> Hashable | None:
        return record.refs.get("person") or record.refs.get("digest")

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        rows: Mapping[Hashable, Mapping[str, Any]] = context.store["rows"]
        return rows

    def label(self, record: Record) -> str:
        return f"{record.values.get('name') or ''} {record.values.get('national_id') or ''}".strip()

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        new = [entry for entry in entries if entry.kind == "new"]
        vault, first = sealing.vault(), context.store["next"] + 1
        copy_rows(
            TABLE,
            ("number", "digest", "sealed", "unit", "held", "job"),
            (
                (
                    f"P{at:08d}",
                    bytes.fromhex(entry.record.refs["digest"]),
                    vault.seal(entry.record.values["national_id"], "scratch"),
                    context.params.get("unit"),
                    _held(entry.record),
                    claim.job_id,
                )
                for at, entry in enumerate(new, first)
            ),
        )
        with connection.cursor() as cursor:
            for entry in entries:
                if entry.kind == "changed":
                    cursor.execute(
                        f"UPDATE {TABLE} SET held = held || %s::jsonb WHERE number = %s",  # noqa: S608
                        [_held(entry.record), entry.record.refs["person"]],
                    )
        return {"new": len(new), "changed": len(entries) - len(new)}

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT number, sealed, held::text FROM {TABLE} WHERE %s IS NULL OR unit = %s ORDER BY number",  # noqa: S608
                [context.params.get("unit")] * 2,
            )
            rows = cursor.fetchall()
        for number, sealed, held in rows:
            masked = national_ids.mask(sealing.vault().open(bytes(sealed), "scratch"))
            yield {**json.loads(held), "number": number, "national_id": masked}

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        return self.rows_for_export(context) if context.params.get("unit") else ()


_encode = json.JSONEncoder(ensure_ascii=False, default=plain).encode


def _held(record: Record) -> str:
    return _encode({key: plain(value) for key, value in record.values.items() if key in COMPARED})


def made() -> None:
    """Make the scratch table."""
    with connection.cursor() as cursor:
        cursor.execute(MADE)


def rows() -> list[dict[str, Any]]:
    """Return what was applied, by number, the ID opened."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT number, sealed, held::text FROM {TABLE} ORDER BY number")  # noqa: S608
        found = cursor.fetchall()
    return [
        {"number": number, "national_id": sealing.vault().open(bytes(sealed), "scratch"), **json.loads(held)}
        for number, sealed, held in found
    ]


def an_id(number: int, *, prefix: str = "500101", born: str = "19850304", wide: bool = False) -> str:
    """Return the `number`-th valid ID of that place and day."""
    from stdnum.cn import ric

    stem = f"{prefix}{born}{number:03d}"
    text = stem + ric.calc_check_digit(f"{stem}0")
    assert half_width(text) == text
    return text.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789X"}) if wide else text


STAFF = engine.register(Staff())
urlpatterns = [
    path("staff/", include((urls_for("scratch_staff", "scratch", prefix=""), "scratch"), namespace="scratch")),
    path("", include("deploy_admin.urls")),
]
__all__ = ["COLUMNS", "STAFF", "Staff", "an_id", "made", "rows", "urlpatterns"]
