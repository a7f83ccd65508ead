"""Nominations as a table: one unit's list, or those of many units on their behalf; each row checked as on the page."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.filing.nomination_checks import check_rows
from assignments.filing.nomination_rows import NominationRow
from assignments.filing.services_nominations import change_nomination, nominate
from assignments.filing.wishes import Wishable
from assignments.importing import people
from assignments.importing.filed_lists import UNIT, FiledLists, by_unit, joined, parted, unit_column
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination, NominationWish
from assignments.states import LineState
from deploy_admin.access import Permission
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Column, Context, Type, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.registry.models import Institution

COMPARED = ("speciality", "possible_from", "possible_to", "wishes", "remark")
#: What a finding of the checks is about; the others stand beside the person.
PLACES = {
    "period_reversed": "possible_from", "days_outside": "possible_from", "days_too_short": "possible_to",
    "later_than_start": "possible_from", "away_later": "possible_to", "speciality_missing": "speciality",
    "too_many_wishes": "wishes", "wish_twice": "wishes", "wish_unknown": "wishes", "wish_outside": "wishes",
    "same_unit": "wishes",
}  # fmt: skip

findings.register(
    {
        "wish_not_known": (
            gettext_lazy("no receiving unit that you may name is called %(name)s"),
            gettext_lazy("Write the full name of a unit that asks for people in this campaign."),
        ),
        "wish_of_several": (
            gettext_lazy("several units are called %(name)s"),
            gettext_lazy("Write the social credit code."),
        ),
    }
)


class Nominations(FiledLists):
    """Whom sending units nominate: by person number or name, from when, and whereto first."""

    key = "nominations"
    kind = ListKind.NOMINATIONS
    permission = Permission.NOMINATIONS_ENTER
    spokesman = "name"
    title = gettext_lazy("Nominations by workbook")
    lead = gettext_lazy(
        "One row for each person. Empty cells of somebody new are as the person's record says. Warnings are accepted "
        "by confirming the plan that shows them. People whom the table leaves out stay on the list."
    )
    compared = COMPARED

    def columns(self, context: Context) -> Sequence[Column]:
        if "columns" not in context.store:
            context.store["columns"] = (*people.columns(), *unit_column(context), *_COLUMNS)
        found: Sequence[Column] = context.store["columns"]
        return found

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        return (people.WHO,)

    def label(self, record: Record) -> str:
        name = record.refs.get("person") or record.values.get("name") or record.values.get("number") or ""
        return " · ".join(filter(None, (str(name), str(record.values.get(UNIT) or ""))))

    # -------------------------------------------------------- reading

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        campaign = self.place(records, context)
        for record in records:
            if "unit" in record.refs:
                record.refs["sender"] = record.refs["unit"]
            for name in ("speciality", "remark"):
                if name in record.values:
                    record.values[name] = record.values[name] or ""
        meant = people.Meant(records, context)
        for record in records:
            meant.find(record)
        units = {record.refs["unit"] for record in records if "unit" in record.refs}
        rows = Nomination.objects.filter(campaign=campaign, institution__in=units, state=LineState.STANDING)
        held = {(row.institution_id, row.worker_id): row for row in rows.select_related("worker").order_by("pk")}
        context.store |= {"held": held, "wishes": _wishes_of(held.values())}
        self._wishes(records, context)

    def _wishes(self, records: Sequence[Record], context: Context) -> None:
        """Note the units that the wishes name, in their order, and write them as they are registered."""
        for unit, rows in by_unit(records, lambda record: record).items():
            known = Wishable(context.store["campaign"], unit, context.actor)
            named: dict[str, list[int]] = {}
            for record in rows:
                if "wishes" not in record.values:
                    continue
                found = []
                for name in parted(record.values["wishes"] or ""):
                    meant = named[name] if name in named else named.setdefault(name, known.named(name))
                    if len(meant) == 1:
                        found.append(meant[0])
                    else:
                        record.refuse("wishes", "wish_of_several" if meant else "wish_not_known", name=name)
                record.refs["wishes"] = found
                record.values["wishes"] = joined(context.store["written"].get(pk, "") for pk in found)

    def identity(self, record: Record) -> Hashable | None:
        if "unit" not in record.refs or "worker" not in record.refs:
            return None
        return record.refs["unit"], record.refs["worker"]

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        return {key: self._cells(row, context) for key, row in context.store["held"].items()}

    def _cells(self, row: Nomination, context: Context) -> dict[str, Any]:
        wished: Sequence[int] = context.store["wishes"].get(row.pk, ())
        return {
            "speciality": row.speciality,
            "possible_from": row.possible_from,
            "possible_to": row.possible_to,
            "wishes": joined(context.store["written"].get(pk, "") for pk in wished),
            "remark": row.remark,
        }

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        """Say beside each row what speaks against it; then ask the services whether they would write it."""
        asked = [entry for entry in entries if entry.kind in (RowKind.NEW, RowKind.CHANGED)]
        for unit, rows in by_unit(asked, lambda entry: entry.record).items():
            filed = self._there(unit, context)
            said = [self._row(entry, context) for entry in rows]
            for entry, found in zip(rows, check_rows(said, filed, context.actor), strict=True):
                _tell(entry, found)
        self.tried([entry for entry in asked if entry.kind is not RowKind.REFUSED], context)

    def _there(self, unit: int, context: Context) -> FiledList:
        """Return the unit's list; of one that is not begun what it will be, which the checks do not tell apart."""
        campaign = context.store["campaign"]
        found: FiledList | None = FiledList.objects.filter(campaign=campaign, institution=unit, kind=self.kind).first()
        held = found or FiledList(institution_id=unit, kind=self.kind)
        held.campaign = campaign
        return held

    # -------------------------------------------------------- writing

    def write(self, filed: FiledList, entries: Sequence[Entry], context: Context) -> None:
        new = [self._row(entry, context) for entry in entries if entry.kind is RowKind.NEW]
        if new:
            nominate(filed=filed, rows=new, by=context.actor)
        for entry in entries:
            if entry.kind is RowKind.CHANGED:
                held = context.store["held"][entry.identity]
                change_nomination(nomination=held, row=self._row(entry, context), by=context.actor)

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        return self.written(entries, context)

    def _row(self, entry: Entry, context: Context) -> NominationRow:
        """Return the person as the row says; of who stands on the list already, columns that are not there stay."""
        said, refs = entry.record.values, entry.record.refs
        held: Nomination | None = context.store["held"].get(entry.identity)
        wished = tuple(context.store["wishes"].get(held.pk, ())) if held is not None else ()

        def cell(name: str, empty: Any) -> Any:
            return said[name] if name in said else getattr(held, name, empty)

        return NominationRow(
            worker_id=refs["worker"],
            speciality=cell("speciality", ""),
            possible_from=cell("possible_from", None),
            possible_to=cell("possible_to", None),
            remark=cell("remark", ""),
            wishes=tuple(refs["wishes"]) if "wishes" in refs else wished,
            accept=frozenset(refs.get("accepted", ())),
            nomination_id=held.pk if held is not None else None,
        )

    # -------------------------------------------------------- giving out

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        rows = Nomination.objects.filter(filed_list__in=self.lists(context), state=LineState.STANDING)
        found = list(rows.select_related("worker").order_by("institution_id", "worker__pinyin", "pk"))
        wishes = _wishes_of(found)
        ids = {row.institution_id for row in found} | {pk for each in wishes.values() for pk in each}
        names = Institution.objects.filter(pk__in=ids).named(context.today)
        context.store |= {"wishes": wishes, "written": names}
        for row in found:
            who = {"number": row.worker.number, "name": row.worker.name, UNIT: names.get(row.institution_id, "")}
            yield who | self._cells(row, context)

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        return self.rows_for_export(context)

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Nominations"), reverse("assignments:nomination_lists")


def _tell(entry: Entry, found: Sequence[Any]) -> None:
    """Put the findings beside the row; what is a warning is accepted by confirming the plan that shows it."""
    for each in found:
        column = PLACES.get(each.code, "name")
        if each.refuses:
            entry.refuse(column, "list_refused", message=str(each.message))
        else:
            entry.record.warn(column, "list_warned", message=str(each.message))
    entry.record.refs["accepted"] = sorted(each.code for each in found if not each.refuses)


def _wishes_of(rows: Iterable[Nomination]) -> dict[int, list[int]]:
    """Return the units wished for by nomination, in the person's order. One query."""
    found: dict[int, list[int]] = {}
    wishes = NominationWish.objects.filter(nomination__in=[row.pk for row in rows]).order_by("nomination", "rank")
    for nomination, unit in wishes.values_list("nomination_id", "institution_id"):
        found.setdefault(nomination, []).append(unit)
    return found


_COLUMNS = (
    Column(
        "speciality", "专业", "Speciality", max_length=100, aliases=("派出专业", "从事专业", "科室"), example="儿科",
        help=gettext_lazy("Empty: as the person's record says."),
    ),
    Column(
        "possible_from", "可派开始日期", "Possible from", Type.DATE, width=14,
        aliases=("可派起始日期", "可派时间", "可到岗日期"),
        help=gettext_lazy("Empty: from the campaign's first day on."),
    ),
    Column(
        "possible_to", "可派结束日期", "Possible until", Type.DATE, aliases=("可派截止日期",), width=14,
        help=gettext_lazy("Empty: to the end of the term."),
    ),
    Column(
        "wishes", "意向接收单位", "Wishes", aliases=("志愿", "意向单位", "意愿单位"), max_length=600, width=36,
        help=gettext_lazy("Receiving units in the person's order, parted by “、”."),
    ),
    Column("remark", "备注", "Remark", max_length=300, aliases=("说明",), width=24),
)  # fmt: skip

NOMINATIONS = register(Nominations())
