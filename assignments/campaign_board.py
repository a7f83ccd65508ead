"""One campaign at a glance: who is where, what the batch has to balance, and which units still owe something."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from assignments import cohort_findings, destinations, owing
from assignments.destinations import Receivers
from assignments.kinds import ChecklistItem
from assignments.models import Assignment, Campaign, UnitDuty
from assignments.models.assignments import AssignmentQuerySet
from assignments.services import campaigns, duties
from assignments.states import COMING, RUNNING, AssignmentState
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.policies.language.explained import Truth
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution, InstitutionProfile

RECEIVERS_ITEMS = tuple(item for item in ChecklistItem if item.is_receivers)
SENDERS_ITEMS = tuple(item for item in ChecklistItem if not item.is_receivers)
#: The columns of the tables by unit.
STAGES = ("planned", "filed", "on_post", "ended")


class Person(NamedTuple):
    """One assignment of the campaign, as the counts need it."""

    id: int
    state: str
    sender: int
    receiver: int
    first: date
    last: date

    @property
    def stage(self) -> str:
        """In which of the four columns the person stands."""
        if self.state in COMING:
            return self.state
        return "on_post" if self.state in RUNNING else "ended"


@dataclass(frozen=True)
class UnitLine:
    """One unit of the campaign with how many are at which stage, and what of its checklist is still open."""

    id: int
    name: str
    pinyin: str
    people: int
    stages: Mapping[str, int]
    #: What is still open: the item, and whether the actor may record it on the unit's behalf.
    open_items: tuple[tuple[ChecklistItem, bool], ...]
    done: int
    of: int


class CampaignBoard:
    """One look at a campaign, of what the actor sees. A constant number of queries."""

    def __init__(self, campaign: Campaign, actor: Actor, today: date) -> None:
        self.campaign, self.actor, self.today = campaign, actor, today

    @cached_property
    def visible(self) -> AssignmentQuerySet:
        """The assignments of the campaign that the actor sees, withdrawn ones left out."""
        return Assignment.objects.visible_to(self.actor).living().filter(campaign=self.campaign)

    @cached_property
    def people(self) -> list[Person]:
        columns = ("pk", "state", "sending_unit_id", "receiving_unit_id", "starts_on", "ends_on")
        return [Person(*row) for row in self.visible.order_by().values_list(*columns)]

    @cached_property
    def stages(self) -> Counter[str]:
        return Counter(person.stage for person in self.people)

    @property
    def runs(self) -> bool:
        """Whether the actor runs the campaign; findings about the whole batch are shown to nobody else."""
        return campaigns.may_run(self.campaign.authority_id, self.actor) or (
            self.actor.reach is Reach.ALL
            or (self.actor.reach is Reach.DISTRICT and self.campaign.authority_id in self.actor.institution_ids)
        )

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The numbers of the head."""
        campaign, count = self.campaign, self.stages
        about = _("about") if campaign.planned_is_approximate else ""
        planned = "—" if campaign.planned_number is None else f"{about} {campaign.planned_number}".strip()
        return [
            {"label": _("Planned number"), "value": planned},
            {"label": _("Placed"), "value": len(self.people)},
            {"label": str(AssignmentState.PLANNED.label), "value": count["planned"]},
            {"label": str(AssignmentState.FILED.label), "value": count["filed"]},
            {"label": str(AssignmentState.ON_POST.label), "value": count["on_post"]},
            {"label": _("Ended"), "value": count["ended"]},
        ]

    # ------------------------------------------------------------ by unit

    @cached_property
    def _profiles(self) -> dict[int, tuple[str, str]]:
        units = {unit for person in self.people for unit in (person.sender, person.receiver)}
        rows = InstitutionProfile.objects.standing(self.today).filter(institution__in=units)
        return {pk: (name, pinyin) for pk, name, pinyin in rows.values_list("institution_id", "name", "pinyin")}

    @property
    def names(self) -> dict[int, str]:
        return {pk: name for pk, (name, _pinyin) in self._profiles.items()}

    @cached_property
    def _duties(self) -> dict[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        rows = UnitDuty.objects.visible_to(self.actor).filter(campaign=self.campaign)
        for unit, item in rows.order_by().values_list("institution_id", "item"):
            found[unit].add(item)
        return found

    @cached_property
    def _acts_for(self) -> frozenset[int]:
        """The units on whose behalf the actor, as their authority, records what is in place."""
        if self.actor.reach is Reach.ALL:
            return frozenset(self._profiles)
        if self.actor.reach is not Reach.DISTRICT:
            return frozenset()
        answers = authority_over(self._profiles, self.today)
        return frozenset(unit for unit, authority in answers.items() if authority in self.actor.institution_ids)

    @cached_property
    def senders(self) -> list[UnitLine]:
        """The sending units, by pinyin."""
        return self._lines(SENDERS_ITEMS, lambda person: person.sender)

    @cached_property
    def receivers(self) -> list[UnitLine]:
        """The receiving units, by pinyin."""
        return self._lines(RECEIVERS_ITEMS, lambda person: person.receiver)

    def _lines(self, items: Iterable[ChecklistItem], unit_of: Any) -> list[UnitLine]:
        counted: dict[int, Counter[str]] = defaultdict(Counter)
        for person in self.people:
            counted[unit_of(person)][person.stage] += 1
        listed = list(items)
        lines = []
        for unit, stages in counted.items():
            name, pinyin = self._profiles.get(unit, (f"#{unit}", ""))
            done = self._duties.get(unit, set())
            acts = unit in self._acts_for
            missing = tuple(
                (item, acts and self.actor.can(duties.permission_for(item)))
                for item in listed
                if item.value not in done
            )
            full = {stage: stages[stage] for stage in STAGES}
            of = len(listed)
            lines.append(UnitLine(unit, name, pinyin, sum(stages.values()), full, missing, of - len(missing), of))
        return sorted(lines, key=lambda line: (line.pinyin, line.id))

    # ------------------------------------------------------------ findings

    @cached_property
    def destinations_in_words(self) -> str:
        """Where this batch goes, in words."""
        where = destinations.read(self.campaign.destinations)
        names = Institution.objects.filter(pk__in=where.units).named(self.today) if where.units else {}
        return destinations.in_words(where, names)

    @cached_property
    def findings(self) -> list[dict[str, Any]]:
        """What of the batch does not balance; findings for the officer, never a block."""
        if not self.runs or not self.people:
            return []
        found = cohort_findings.findings(self.campaign, self.names, self.today) + self._outside()
        open_units = [line for line in (*self.senders, *self.receivers) if line.open_items]
        if open_units:
            sentence = _("%(count)d units have open items on their checklist.") % {"count": len(open_units)}
            found.append({"shape": "warn", "text": sentence, "units": [line.name for line in open_units]})
        return found

    def _outside(self) -> list[dict[str, Any]]:
        where = destinations.read(self.campaign.destinations).standing(self.campaign.starts_on)
        if where.everywhere:
            return []
        units = Receivers({person.receiver for person in self.people}, self.campaign.starts_on)
        outside = [unit for unit in sorted(units.ids) if units.fits(where, unit) is Truth.NO]
        if not outside:
            return []
        people = sum(person.receiver in outside for person in self.people)
        sentence = _("%(count)d people are placed outside the destinations.") % {"count": people}
        names = [self.names.get(unit, f"#{unit}") for unit in outside]
        return [{"shape": "bad", "text": sentence, "units": names}]

    # ------------------------------------------------------------ what is owed

    @cached_property
    def owing(self) -> str:
        """A text for the group chat that names exactly the units that still owe; nothing where none does."""
        parts = [
            self._owed_text(
                _("Statement that people may go, and of suspended practice"), "suspension", "sending_unit_id"
            ),
            self._owed_text(_("Arrival to be confirmed"), "arrival", "receiving_unit_id"),
            *(
                "\n".join(
                    [
                        heading,
                        *(
                            f"{line.name}：{_(', ').join(str(item.label) for item, _acts in line.open_items)}"
                            for line in lines
                        ),
                    ]
                )
                for heading, lines in (
                    (_("Checklist of sending units"), [each for each in self.senders if each.open_items]),
                    (_("Checklist of receiving units"), [each for each in self.receivers if each.open_items]),
                )
                if lines
            ),
        ]
        said = [part for part in parts if part]
        if not said:
            return ""
        head = _("“%(campaign)s”, still owed on %(day)s:") % {
            "campaign": self.campaign.name,
            "day": self.today.isoformat(),
        }
        return "\n\n".join([head, *said])

    def _owed_text(self, heading: str, code: str, unit: str) -> str:
        rows = self.visible.filter(owing.condition(code, self.today)).order_by()
        counts = dict(rows.values_list(unit).annotate(n=Count("pk")))
        if not counts:
            return ""
        ordered = sorted(counts, key=lambda pk: (self._profiles.get(pk, ("", ""))[1], pk))
        lines = [
            _("%(unit)s: %(count)d people") % {"unit": self.names.get(pk, f"#{pk}"), "count": counts[pk]}
            for pk in ordered
        ]
        return "\n".join([heading, *lines])

    # ------------------------------------------------------------ the own checklist

    @cached_property
    def checklists(self) -> list[dict[str, Any]]:
        """The checklists the actor may keep: of its own unit, as sender and as receiver."""
        if self.actor.reach is not Reach.UNIT:
            return []
        held = {
            (duty.institution_id, duty.item): duty
            for duty in UnitDuty.objects.visible_to(self.actor).filter(campaign=self.campaign).select_related("scan")
        }
        found = []
        for lines, items in ((self.senders, SENDERS_ITEMS), (self.receivers, RECEIVERS_ITEMS)):
            for line in lines:
                if line.id not in self.actor.institution_ids:
                    continue
                rows = [
                    {
                        "item": item,
                        "duty": held.get((line.id, item.value)),
                        "may": self.actor.can(duties.permission_for(item)),
                    }
                    for item in items
                ]
                found.append({"unit": line, "receives": items is RECEIVERS_ITEMS, "rows": rows})
        return found

    @property
    def may_edit(self) -> bool:
        return campaigns.may_run(self.campaign.authority_id, self.actor)

    @property
    def may_place(self) -> bool:
        return campaigns.may_run(self.campaign.authority_id, self.actor, Permission.ASSIGNMENTS_PLAN)
