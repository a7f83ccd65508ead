"""Nomination lists as somebody sees them, and what an export says of their people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.filing.listing import RequestLists
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination, NominationWish
from deploy_admin import clock
from deploy_admin.registry.models import Institution


class NominationLists(RequestLists):
    """The nomination lists that somebody sees; of a unit, the campaigns in which it may begin one."""

    kind = ListKind.NOMINATIONS
    demand = None

    def export(self) -> tuple[list[str], list[list[Any]]]:
        """Return head and rows of exactly what is shown: every person of the lists."""
        rows = Nomination.objects.filter(filed_list__in=self.rows.order_by().values("pk"))
        return head(), exported(rows)


def head() -> list[str]:
    """Return the heads of an export."""
    return [
        _("Campaign"), _("Unit"), _("State"), _("Person number"), pgettext("person", "Name"), _("Speciality"),
        _("Possible from"), _("Possible until"), _("Wishes"), _("Remark"), _("Warnings accepted"), _("Struck because"),
    ]  # fmt: skip


def exported_list(filed: FiledList) -> tuple[list[str], list[list[Any]]]:
    """Return head and rows of one list, whoever was struck at the end with the reason."""
    return head(), exported(Nomination.objects.filter(filed_list=filed))


def exported(rows: Any) -> list[list[Any]]:
    """Return the rows of an export: people by campaign, unit and pinyin. Three queries."""
    told = list(
        rows.select_related("filed_list", "campaign", "worker").order_by(
            "campaign_id", "institution_id", "state", "worker__pinyin", "pk"
        )
    )
    wished: dict[int, list[int]] = defaultdict(list)
    for nomination, unit in (
        NominationWish.objects.filter(nomination__in=[row.pk for row in told])
        .order_by("nomination", "rank")
        .values_list("nomination_id", "institution_id")
    ):
        wished[nomination].append(unit)
    units = {unit for wishes in wished.values() for unit in wishes} | {row.institution_id for row in told}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    return [_cells(row, wished.get(row.pk, []), names) for row in told]


def _cells(row: Nomination, wishes: Sequence[int], names: Mapping[int, str]) -> list[Any]:
    return [
        row.campaign.name, names.get(row.institution_id, ""), row.filed_list.get_state_display(), row.worker.number,
        row.worker.name, row.speciality, row.possible_from or "", row.possible_to or "",
        "、".join(names.get(unit, "") for unit in wishes), row.remark, "；".join(row.accepted.values()),
        row.struck_reason,
    ]  # fmt: skip
