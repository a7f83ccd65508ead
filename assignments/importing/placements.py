"""Placements into a campaign as a table: checked as on the page, refusals and warnings beside the row."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments import placing_candidates
from assignments.destinations import Receivers
from assignments.destinations import read as destinations_of
from assignments.importing import people, units, words
from assignments.kinds import RosterPattern
from assignments.models import Assignment, Campaign
from assignments.services.campaigns import may_run
from assignments.services.placements import Frame, Placement
from assignments.services.placing import change_plan, place_all
from assignments.services.placing_checks import findings
from assignments.states import COMING, CampaignState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing.columns import Code, Column, ColumnSet, Context, Type, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.policies.language.explained import Truth
from deploy_admin.registry.codes import Kind as UnitKind
from deploy_admin.registry.codes import State
from deploy_admin.registry.models import Institution

COMPARED = (
    "receiving_unit", "starts_on", "months", "days", "department", "supervisor", "roster_pattern", "speciality",
    "full_time",
)  # fmt: skip
#: column → the fact of a plan that it says.
FACTS = {"months": "term_months", "days": "term_days"}
#: What a finding of the placing checks is about; the others stand beside the person.
PLACES = {
    "receiver_unknown": "receiving_unit", "receiver_closed": "receiving_unit", "same_unit": "receiving_unit",
    "outside_destinations": "receiving_unit", "destination_unknown": "receiving_unit", "in_two_places": "starts_on",
    "another_receiver": "receiving_unit", "term_missing": "months", "twelve_months_exactly": "months",
    "term_not_as_asked": "months", "segment_too_short": "months", "part_time": "full_time", "before_hire": "starts_on",
    "unavailable": "starts_on",
}  # fmt: skip


class CampaignForm(forms.Form):
    """Into which campaign the table places people."""

    def __init__(self, data: Any, actor: Actor) -> None:
        super().__init__(data)
        rows = Campaign.objects.visible_to(actor).filter(state=CampaignState.OPEN).for_list()
        run = [each for each in rows if may_run(each.authority_id, actor, Permission.ASSIGNMENTS_PLAN)]
        self.fields["campaign"] = forms.TypedChoiceField(
            label=gettext_lazy("Campaign"),
            coerce=int,
            choices=[(each.pk, each.name) for each in run],
            initial=run[0].pk if run else None,
            help_text=gettext_lazy("Only open campaigns that you run."),
        )


class Placements(ColumnSet):
    """A list of people and where they go, into one campaign: all placed, or nobody."""

    key = "placements"
    namespace = "assignments"
    permission = Permission.ASSIGNMENTS_PLAN
    title = gettext_lazy("Placements")
    lead = gettext_lazy(
        "One row for each person. Empty cells are as the campaign and the person's record say. Warnings are accepted "
        "by confirming the plan that shows them. A later table changes plans of people who have not gone yet."
    )
    compared = COMPARED
    skipped_without = "receiving_unit"  # the template names more people than will go

    def asked(self, data: Any, actor: Actor) -> forms.Form:
        return CampaignForm(data, actor)

    def columns(self, context: Context) -> Sequence[Column]:
        if "columns" not in context.store:
            context.store["columns"] = _columns(_receivers(context))
        columns: Sequence[Column] = context.store["columns"]
        return columns

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        return (people.WHO,)

    def scope(self, context: Context) -> str:
        return f"{self.key}:{context.params.get('campaign')}"

    def subtitle(self, context: Context) -> str:
        campaign = _campaign(context)
        return campaign.name if campaign is not None else ""

    def label(self, record: Record) -> str:
        name = record.refs.get("person") or record.values.get("name") or record.values.get("number") or ""
        return " · ".join(filter(None, (str(name), str(record.values.get("receiving_unit") or ""))))

    # -------------------------------------------------------- reading

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        campaign = _campaign(context)
        if campaign is None or not may_run(campaign.authority_id, context.actor, Permission.ASSIGNMENTS_PLAN):
            raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")
        read = units.Units(context)
        for record in records:
            record.values = {key: value for key, value in record.values.items() if value is not None and value != ""}
            day = record.values.get("starts_on") or campaign.starts_on
            for side, column in (("sender", "sending_unit"), ("receiver", "receiving_unit")):
                if (pk := read.find(record, column, day)) is not None:
                    record.refs[side] = pk
                    record.values[column] = read.written[pk]
        meant = people.Meant(records, context)
        for record in records:
            meant.find(record)
        workers = {record.refs["worker"] for record in records if "worker" in record.refs}
        rows = Assignment.objects.living().filter(campaign=campaign, worker__in=workers).select_related("worker")
        held = {row.worker_id: row for row in rows.order_by("starts_on", "pk")}
        context.store |= {"campaign": campaign, "held": held, "written": read.written}

    def identity(self, record: Record) -> Hashable | None:
        worker: int | None = record.refs.get("worker")
        return worker

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        names = context.store["written"]
        return {worker: _row(each, names) for worker, each in context.store["held"].items()}

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        """Ask the placing checks about every row that would write anything; their sentences stand beside it."""
        held, campaign = context.store["held"], context.store["campaign"]
        asked = []
        for entry in entries:
            if entry.kind is RowKind.CHANGED and held[entry.identity].state not in COMING:
                unit = context.store["written"].get(held[entry.identity].receiving_unit_id, "")
                entry.refuse(entry.changes[0]["column"], "placement_begun", unit=unit)
            elif entry.kind in (RowKind.NEW, RowKind.CHANGED):
                asked.append((entry, _placement(entry.record, held.get(entry.identity))))
        found = findings([row for _entry, row in asked], Frame.of_campaign(campaign), context.actor) if asked else []
        for (entry, _row_of_it), told in zip(asked, found, strict=True):
            for each in told:
                column = PLACES.get(each.code, "name")
                if each.refuses:
                    entry.refuse(column, "placement_refused", message=each.message)
                else:
                    entry.record.warn(column, "placement_warned", message=each.message)
            # A plan that warns of something else than what was confirmed is looked at again.
            entry.record.refs["accepted"] = sorted(each.code for each in told if not each.refuses)

    # -------------------------------------------------------- writing

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        held, campaign = context.store["held"], context.store["campaign"]
        new = [entry.record for entry in entries if entry.kind is RowKind.NEW]
        changed = [entry for entry in entries if entry.kind is RowKind.CHANGED]
        accepted = {code for entry in entries for code in entry.record.refs.get("accepted", ())}
        if new:
            rows = [_placement(record, None) for record in new]
            place_all(rows, campaign=campaign, accept=accepted, by=context.actor)
        for entry in changed:
            own = held[entry.identity]
            change_plan(
                assignment=own,
                facts=_changed(entry, context.actor),
                version=own.version,
                accept=accepted,
                by=context.actor,
            )
        return {"placed": len(new), "changed": len(changed)}

    # -------------------------------------------------------- giving out

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        campaign = _campaign(context)
        rows = Assignment.objects.visible_to(context.actor).living().filter(campaign=campaign).for_list()
        found = list(rows)
        there = {each.sending_unit_id for each in found} | {each.receiving_unit_id for each in found}
        names = Institution.objects.filter(pk__in=there).named(context.today)
        for each in found:
            who = {"number": each.worker.number, "name": each.worker.name}
            yield who | {"sending_unit": names.get(each.sending_unit_id, "")} | _row(each, names)

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        """Who is placed already, and who may go as last judged; the receiving unit is to be filled in."""
        yield from self.rows_for_export(context)
        campaign = _campaign(context)
        if campaign is None:
            return
        for line in placing_candidates.found(campaign, "", context.actor).lines:
            yield {"number": line.number, "name": line.name}

    def next_step(self, context: Context) -> tuple[str, str] | None:
        campaign = _campaign(context)
        return (_("See the campaign"), campaign.get_absolute_url()) if campaign is not None else None

    def back(self, context: Context) -> tuple[str, str] | None:
        campaign = _campaign(context)
        if campaign is None:
            return _("Campaigns"), reverse("assignments:campaigns")
        return campaign.name, campaign.get_absolute_url()


def _campaign(context: Context) -> Campaign | None:
    rows = Campaign.objects.visible_to(context.actor)
    return rows.filter(pk=context.params.get("campaign") or 0).first()


def _receivers(context: Context) -> tuple[Code, ...]:
    """Return the units that may be among the campaign's destinations, for choosing from in the template."""
    campaign = _campaign(context)
    if campaign is None:
        return ()
    day = max(campaign.starts_on, clock.today())
    rows = Institution.objects.visible_to(context.actor).as_of(day).in_state(State.OPEN, day)
    rows = rows.exclude(profile__kind=UnitKind.HEALTH_AUTHORITY).order_by("profile__pinyin", "pk")
    named = dict(rows.values_list("pk", "profile__name"))
    wanted = destinations_of(campaign.destinations)
    there = Receivers(list(named), day)
    return tuple(Code(str(pk), name, name) for pk, name in named.items() if there.fits(wanted, pk) is not Truth.NO)


def _placement(record: Record, there: Assignment | None) -> Placement:
    """Return the row as a placement; of a plan that it changes, what it leaves out stays."""
    said = record.values
    row = Placement(
        worker_id=record.refs["worker"],
        receiving_unit_id=record.refs["receiver"],
        starts_on=said.get("starts_on"),
        term_months=said.get("months"),
        term_days=said.get("days"),
        speciality=said.get("speciality") or "",
        department=said.get("department") or "",
        supervisor=said.get("supervisor") or "",
        roster_pattern=said.get("roster_pattern") or RosterPattern.FIVE_DAY,
        full_time=said.get("full_time", True),
    )
    if there is None:
        return row
    return replace(
        row,
        starts_on=row.starts_on or there.starts_on,
        term_months=there.term_months if row.term_months is None else row.term_months,
        term_days=there.term_days if row.term_days is None else row.term_days,
        full_time=said.get("full_time", there.full_time),
        slot_id=there.slot_id,
        instead_of=there.pk,
    )


def _changed(entry: Entry, by: Actor) -> dict[str, Any]:
    """Return the facts of the plan that the row changes."""
    values = entry.record.values
    facts = {}
    for change in entry.changes:
        column = change["column"]
        if column == "receiving_unit":
            facts["receiving_unit_id"] = entry.record.refs["receiver"]
        else:
            facts[FACTS.get(column, column)] = values[column]
    return facts


def _row(each: Assignment, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "receiving_unit": names.get(each.receiving_unit_id, ""),
        "starts_on": each.starts_on,
        "months": each.term_months,
        "days": each.term_days,
        "department": each.department or None,
        "supervisor": each.supervisor or None,
        "roster_pattern": each.roster_pattern,
        "speciality": each.speciality or None,
        "full_time": each.full_time,
    }


def _columns(receivers: tuple[Code, ...]) -> tuple[Column, ...]:
    return (
        *people.columns(),
        Column(
            "sending_unit", "派出单位", "Sending unit", aliases=units.SENDER_NAMES, width=28,
            help=gettext_lazy("Needed only with a name that is not unique."),
        ),
        Column(
            "receiving_unit", "接收单位", "Receiving unit", aliases=units.RECEIVER_NAMES, required=True, width=28,
            codes=receivers, help=gettext_lazy("Name or social credit code."), example="示范镇卫生院（示范）",
        ),
        Column(
            "starts_on", "到岗日期", "First day", Type.DATE, width=13, help=gettext_lazy("Empty: the campaign's."),
            aliases=("开始日期", "起始日期", "派驻开始时间", "开始时间", "到岗时间", "派出时间"),
        ),
        Column(
            "months", "派驻月数", "Months", Type.INTEGER, minimum=0, maximum=120, unit=("个月", "月"), width=10,
            aliases=("月数", "计划月数", "服务期限（月）"), help=gettext_lazy("Empty: the campaign's term."),
        ),
        Column(
            "days", "另加天数", "And days", Type.INTEGER, minimum=0, maximum=366, unit=("天", "日"), width=10,
            aliases=("天数",),
        ),
        Column(
            "department", "服务科室", "Department at the receiving unit", aliases=("派驻科室", "科室"), max_length=100,
        ),
        Column("supervisor", "带教负责人", "Supervisor", aliases=("负责人", "联系人", "分管负责人"), max_length=100),
        Column(
            "roster_pattern", "排班方式", "Roster pattern", Type.CODE, codes=words.PATTERNS, width=12,
            aliases=("工作制", "班制"), help=gettext_lazy("Empty: five-day week."),
        ),
        Column("speciality", "专业", "Speciality", aliases=("从事专业",), max_length=100),
        Column(
            "full_time", "是否全脱产", "Full-time", Type.YES_NO, width=10,
            aliases=("全脱产", "是否脱产", "脱产", "全职"), help=gettext_lazy("Empty: yes."),
        ),
    )  # fmt: skip


PLACEMENTS = register(Placements())
