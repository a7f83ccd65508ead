"""The recruitment list as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

from deploy_admin.jobs.importing.columns import Column, Context, Type, register
from deploy_admin.jobs.importing.records import Record
from deploy_admin.people import codes
from deploy_admin.registry.codes import Kind
from quotas.importing.lists import DEPARTMENT, PeopleList, last_year, whose
from quotas.models import ListedPerson, ListKind
from quotas.services.listing import Listing, Records


class Recruits(PeopleList):
    """Who was recruited: the base figure, the new people, and the day their five years begin."""

    key = "recruits"
    kind = ListKind.RECRUITS
    day = "hired_on"
    title = gettext_lazy("Recruitment list")
    lead = gettext_lazy(
        "One row for each person recruited; the day of hire decides the year, and clocks run from it. The list is the "
        "figure and the person's record at once. Sending in a later file adds people; it takes nobody off."
    )
    compared = ("hired_on", "staff_category", "employment_mode")
    expected = frozenset(Kind.values) - {Kind.HEALTH_AUTHORITY, Kind.VILLAGE_CLINIC, Kind.CHS_STATION}

    def columns(self, context: Context) -> Sequence[Column]:
        return (
            *whose(),
            Column(
                "staff_category", "人员类别", "Staff category", Type.CODE, required=True, codes=codes.STAFF_CATEGORIES,
                aliases=("岗位类别", "招聘岗位", "专业类别", "类别"), example="physician",
                help=gettext_lazy("By the post: a physician's post counts, licensed yet or not."),
            ),
            Column(
                "employment_mode", "编制类型", "Establishment kind", Type.CODE, required=True,
                codes=codes.EMPLOYMENT_MODES, aliases=("用人方式", "用工方式", "编制性质", "聘用方式"),
                example="establishment",
            ),
            Column(
                "hired_on", "入职日期", "Date of hire", Type.DATE, required=True, width=14,
                aliases=("聘用日期", "招聘日期", "入职时间", "招聘时间", "聘用时间", "到岗日期", "报到日期"),
                example=f"{last_year()}-07-01",
            ),
            Column(
                "education", "学历", "Education", Type.CODE, codes=codes.EDUCATIONS, aliases=("最高学历", "文化程度"),
            ),
            DEPARTMENT,
        )  # fmt: skip

    def _fill(self, record: Record, held: Records) -> None:
        """Everything that is compared has to be written."""

    def _take_back(self, record: Record, row: Listing) -> None:
        """Nothing is taken from the record."""

    def _listing(self, record: Record) -> Listing:
        values = record.values
        return Listing(
            **self._common(record),
            staff_category=values.get("staff_category") or "",
            employment_mode=values.get("employment_mode") or "",
            education=values.get("education") or "",
        )

    def _shown(self, row: ListedPerson) -> dict[str, Any]:
        return {
            "staff_category": row.staff_category,
            "employment_mode": row.employment_mode,
            "hired_on": row.happened_on,
            "education": None,
        }


RECRUITS = register(Recruits())
