"""The promotion list as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from deploy_admin.jobs.importing.columns import Column, Context, Type, register
from deploy_admin.jobs.importing.records import Record
from deploy_admin.people import codes
from deploy_admin.registry.codes import HOSPITALS
from quotas.importing.lists import DEPARTMENT, PeopleList, last_year, whose, wrong
from quotas.models import ListedPerson, ListKind
from quotas.services.listing import Listing, Records


class Promotions(PeopleList):
    """Who was promoted: the base figure, counted by category, and the new titles."""

    key = "promotions"
    kind = ListKind.PROMOTIONS
    day = "qualified_on"
    title = gettext_lazy("Promotion list")
    lead = gettext_lazy(
        "One row for each person promoted; the day on which the title was approved decides the year. The list is the "
        "figure and the new title at once. Sending in a later file adds people; it takes nobody off."
    )
    compared = (
        "title", "qualified_on", "review_year", "appointed_on", "document_number", "practice_category", "military",
    )  # fmt: skip
    expected = HOSPITALS

    def columns(self, context: Context) -> Sequence[Column]:
        return (
            *whose(),
            Column(
                "title", "晋升职称", "Title", Type.CODE, codes=codes.TITLE_CODES, width=16, example="232",
                aliases=("职称", "专业技术职务", "现任职称", "晋升后职称", "取得职称", "专业技术资格", "职称名称"),
                help=gettext_lazy("Empty: associate chief physician."),
            ),
            Column(
                "scope", "职称范围", "Scope of the title", Type.CODE, codes=codes.TITLE_SCOPES,
                help=gettext_lazy("Empty: general."),
            ),
            Column(
                "qualified_on", "取得资格日期", "Approved on", Type.DATE, required=True, width=14,
                aliases=(
                    "资格取得时间", "取得资格时间", "批准日期", "批准时间", "取得时间", "任职资格时间", "资格取得日期",
                ),
                example=f"{last_year()}-12-05",
            ),
            Column(
                "review_year", "评审年度", "Review year", Type.YEAR, aliases=("评审年份", "申报年度"), width=10,
                help=gettext_lazy("Where another year's review granted it: that year."),
            ),
            Column("appointed_on", "聘任日期", "Appointed on", Type.DATE, aliases=("聘任时间", "聘用时间"), width=14),
            Column(
                "document_number", "批准文号", "Document number", aliases=("文号", "文件号", "资格文号"),
                max_length=100, width=20,
            ),
            Column(
                "practice_category", "执业类别", "Practice category", Type.CODE, codes=codes.PRACTICE_CATEGORIES,
                aliases=("类别", "医师类别", "专业类别"), example="clinical",
                help=gettext_lazy("Of physicians; taken from the licence where it is recorded."),
            ),
            Column(
                "military", "军籍", "Military status", Type.YES_NO, aliases=("是否军籍", "是否现役"), width=10,
                help=gettext_lazy("Of military hospitals only."),
            ),
            DEPARTMENT,
        )  # fmt: skip

    def _fill(self, record: Record, held: Records) -> None:
        values = record.values
        values["title"] = values.get("title") or ("" if wrong(record, "title") else "232")
        there = held.listed.get(record.refs.get("worker_id") or 0)
        if there is None:
            return
        shown = self._shown(there)
        for key in ("review_year", "appointed_on", "document_number", "practice_category", "military"):
            if values.get(key) is None and not wrong(record, key):
                values[key] = shown[key]

    def _take_back(self, record: Record, row: Listing) -> None:
        record.values["practice_category"] = row.practice_category or None
        record.values["military"] = row.military

    def _listing(self, record: Record) -> Listing:
        values = record.values
        return Listing(
            **self._common(record),
            title_code=values.get("title") or "",
            title_scope=values.get("scope") or "general",
            review_year=values.get("review_year"),
            appointed_on=values.get("appointed_on"),
            document_number=values.get("document_number") or "",
            practice_category=values.get("practice_category") or "",
            military=values.get("military"),
        )

    def _shown(self, row: ListedPerson) -> dict[str, Any]:
        title = row.title
        return {
            "title": row.title_code,
            "scope": title.scope if title is not None else "general",
            "qualified_on": row.happened_on,
            "review_year": row.review_year,
            "appointed_on": title.appointed_on if title is not None else None,
            "document_number": (title.document_number if title is not None else "") or None,
            "practice_category": row.practice_category or None,
            "military": None if not row.military_status else row.military_status == "military",
        }


PROMOTIONS = register(Promotions())
