"""The lists of a campaign, filed and owed, row by unit; and the lists of requests that somebody sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments.filing import owing, sides, window
from assignments.filing.owing import Owed
from assignments.filing.window import Window
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList, Nomination, StaffingRequest
from assignments.states import LIST_SHAPES, CampaignState, LineState, ListState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.people import codes
from deploy_admin.registry.models import Institution, InstitutionProfile

OWED = "owed"


@dataclass(frozen=True, slots=True)
class Row:
    """One unit's list of a kind, or that it is owed."""

    kind: str
    unit: int
    name: str
    pinyin: str
    initials: str
    filed: FiledList | None
    owed: Owed | None
    people: int = 0
    struck: int = 0

    @property
    def state(self) -> str:
        return self.filed.state if self.filed else ""

    @property
    def shape(self) -> str:
        if self.filed is None:
            return "bad"
        return LIST_SHAPES[ListState(self.filed.state)]

    @property
    def state_words(self) -> str:
        return str(ListState(self.filed.state).label) if self.filed else _("not begun")

    @property
    def kind_words(self) -> str:
        return str(ListKind(self.kind).label)

    @property
    def may_be_approved(self) -> bool:
        return self.state == ListState.SUBMITTED

    @property
    def short(self) -> str:
        """What is missing of a list that was handed in."""
        return self.owed.words if self.owed and self.owed.required and self.owed.short else ""


class CampaignLists:
    """One look at a campaign's lists: filters from the address; a constant number of queries."""

    def __init__(self, campaign: Campaign, data: Mapping[str, str], actor: Actor) -> None:
        self.campaign, self.actor, self.today = campaign, actor, clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.kinds = [kind for kind, permission in sides.VIEW.items() if actor.can(permission)]

    @property
    def decides(self) -> bool:
        return sides.decides(self.campaign, self.actor) and self.campaign.state == CampaignState.OPEN

    @property
    def sees_owing(self) -> bool:
        """Whether the actor is told who owes: an authority, of the units it sees."""
        return self.actor.reach in (Reach.ALL, Reach.DISTRICT)

    @cached_property
    def owed(self) -> dict[str, dict[int, Owed]]:
        """Kind → unit → what it owes, of the units the actor sees; of a closed campaign nothing is owed."""
        if not self.sees_owing or self.campaign.state != CampaignState.OPEN:
            return {kind: {} for kind in self.kinds}
        return {
            kind: {each.unit: each for each in owing.owed(self.campaign, kind, self.today) if self._sees(each.unit)}
            for kind in self.kinds
        }

    @cached_property
    def all(self) -> list[Row]:
        """Every row, requests first, by pinyin."""
        lists = list(FiledList.objects.visible_to(self.actor).filter(campaign=self.campaign).select_related("scan"))
        names = self._names({each.institution_id for each in lists} | {u for of in self.owed.values() for u in of})
        people, struck = _counts(lists)
        rows = [
            Row(
                each.kind, each.institution_id, *names.get(each.institution_id, (f"#{each.institution_id}", "", "")),
                each, self.owed.get(each.kind, {}).get(each.institution_id), people.get(each.pk, 0),
                struck.get(each.pk, 0),
            )
            for each in lists
        ]  # fmt: skip
        there = {(row.kind, row.unit) for row in rows}
        rows += [
            Row(kind, unit, *names.get(unit, (each.name, each.pinyin, "")), None, each)
            for kind, of in self.owed.items()
            for unit, each in of.items()
            if (kind, unit) not in there
        ]
        return sorted(rows, key=lambda row: (row.kind != ListKind.REQUESTS, row.pinyin, row.unit))

    @cached_property
    def rows(self) -> list[Row]:
        """The rows asked for."""
        return [row for row in self._narrowed if self._in_state(row)]

    @cached_property
    def _narrowed(self) -> list[Row]:
        kind, word = self.data.get("kind", ""), self.data.get("q", "").strip()
        return [
            row
            for row in self.all
            if (not kind or row.kind == kind)
            and (not word or word in row.name or row.initials.startswith(word.lower()))
        ]

    def _in_state(self, row: Row) -> bool:
        state = self.data.get("state", "")
        return not state or (row.owed is not None if state == OWED else row.state == state)

    @property
    def asked(self) -> bool:
        return any(name in self.data for name in ("kind", "state", "q"))

    @property
    def chips(self) -> list[dict[str, Any]]:
        """Who owes, and the states that any list has."""
        rows = self._narrowed
        found = [
            {"value": OWED, "label": pgettext("list", "owed"), "count": sum(row.owed is not None for row in rows)}
        ]
        found[0]["shape"] = "bad"
        found += [
            {
                "value": state.value,
                "label": state.label,
                "count": sum(row.state == state for row in rows),
                "shape": shape,
            }
            for state, shape in LIST_SHAPES.items()
        ]
        return [each for each in found if each["count"]]

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The numbers of the head, by kind of list."""
        found = []
        for kind in self.kinds:
            rows = [row for row in self.all if row.kind == kind]
            handed_in = sum(row.state in (ListState.SUBMITTED, ListState.APPROVED) for row in rows)
            asked = sum(row.people for row in rows if row.state in (ListState.SUBMITTED, ListState.APPROVED))
            words = _("%(n)d people asked for") if kind == ListKind.REQUESTS else _("%(n)d people nominated")
            found.append({"label": str(ListKind(kind).label), "value": handed_in, "note": words % {"n": asked}})
            if self.sees_owing:
                count = len(self.owed[kind])
                label = _("Requests owed") if kind == ListKind.REQUESTS else _("Nominations owed")
                found.append({"label": label, "value": count, "css": "warn" if count else ""})
        waiting = sum(row.may_be_approved for row in self.all)
        found.append({"label": pgettext("list", "To be approved"), "value": waiting})
        return found

    @property
    def windows(self) -> list[tuple[str, Window]]:
        return [
            (str(ListKind(kind).label), window.of_campaign(self.campaign, kind, self.today)) for kind in self.kinds
        ]

    @cached_property
    def reminder(self) -> str:
        """The text to copy: exactly who still owes, of the units the actor sees."""
        if not self.sees_owing or self.campaign.state != CampaignState.OPEN:
            return ""
        return owing.words(self.campaign, {kind: list(of.values()) for kind, of in self.owed.items()}, self.today)

    def export(self) -> tuple[list[str], list[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            _("Kind of list"), _("Unit"), _("State"), pgettext("list", "People"), _("Struck lines"), _("Submitted by"),
            _("Submitted on"), _("Late"), _("On behalf"), _("More time until"), _("Owed"),
        ]  # fmt: skip
        return head, [self._told(row) for row in self.rows]

    def _told(self, row: Row) -> list[Any]:
        filed = row.filed
        day = timezone.localdate(filed.submitted_at) if filed and filed.submitted_at else ""
        return [
            row.kind_words, row.name, row.state_words, row.people, row.struck,
            filed.submitted_by_name if filed else "", day, _("yes") if filed and filed.is_late else "",
            _("yes") if filed and filed.on_behalf else "", (filed.exempt_until or "") if filed else "",
            row.owed.words if row.owed else "",
        ]  # fmt: skip

    @cached_property
    def _seen(self) -> frozenset[int]:
        return frozenset(Institution.objects.visible_to(self.actor).order_by().values_list("pk", flat=True))

    def _sees(self, unit: int) -> bool:
        runs = self.campaign.authority_id in self.actor.institution_ids
        return self.actor.reach is Reach.ALL or runs or unit in self._seen

    def _names(self, units: set[int]) -> dict[int, tuple[str, str, str]]:
        rows = InstitutionProfile.objects.standing(self.today).filter(institution__in=units).order_by()
        columns = ("institution_id", "name", "pinyin", "initials")
        return {unit: (name, pinyin, initials) for unit, name, pinyin, initials in rows.values_list(*columns)}


def _counts(lists: Sequence[FiledList]) -> tuple[dict[int, int], dict[int, int]]:
    """Return list → people asked for or nominated, and list → struck lines. Two queries."""
    ids = [each.pk for each in lists]
    standing, gone = Q(state=LineState.STANDING), Q(state=LineState.STRUCK)
    people: dict[int, int] = {}
    struck: dict[int, int] = {}
    asked = StaffingRequest.objects.filter(filed_list__in=ids).order_by().values_list("filed_list")
    for pk, number, out in asked.annotate(n=Sum("number", filter=standing), out=Count("pk", filter=gone)):
        people[pk], struck[pk] = number or 0, out
    named = Nomination.objects.filter(filed_list__in=ids).order_by().values_list("filed_list")
    for pk, number, out in named.annotate(n=Count("pk", filter=standing), out=Count("pk", filter=gone)):
        people[pk], struck[pk] = number, out
    return people, struck


class RequestLists:
    """The lists of requests that somebody sees; of a unit, the campaigns in which it may begin one."""

    kind = ListKind.REQUESTS

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        self.data = {key: value for key, value in data.items() if value}

    @cached_property
    def rows(self) -> Any:
        """The lists asked for, the latest campaign first."""
        found = FiledList.objects.visible_to(self.actor).filter(kind=self.kind).for_list()
        if (state := self.data.get("state", "")) in ListState.values:
            found = found.filter(state=state)
        if (campaign := self.data.get("campaign", "")).isdecimal() and len(campaign) < 19:
            found = found.filter(campaign=int(campaign))
        if word := self.data.get("q", "").strip():
            named = InstitutionProfile.objects.standing(self.today).filter(
                Q(name__contains=word) | Q(initials__startswith=word.lower())
            )
            found = found.filter(institution__in=named.order_by().values("institution"))
        return found

    @property
    def asked(self) -> bool:
        return any(name in self.data for name in ("state", "campaign", "q"))

    def lines(self, lists: Sequence[FiledList]) -> list[dict[str, Any]]:
        """Return these lists with their words and numbers. Three queries for any number."""
        names = Institution.objects.filter(pk__in={each.institution_id for each in lists}).named(self.today)
        people, struck = _counts(lists)
        return [
            {
                "filed": each,
                "unit": names.get(each.institution_id, ""),
                "shape": LIST_SHAPES[ListState(each.state)],
                "people": people.get(each.pk, 0),
                "struck": struck.get(each.pk, 0),
                "window": window.of_list(each, self.today),
            }
            for each in lists
        ]

    @cached_property
    def campaigns(self) -> list[tuple[int, str]]:
        """The campaigns of which there are lists, for the filter."""
        ids = FiledList.objects.visible_to(self.actor).filter(kind=self.kind).order_by().values("campaign")
        return list(Campaign.objects.filter(pk__in=ids).for_list().values_list("pk", "name"))

    @cached_property
    def to_begin(self) -> list[dict[str, Any]]:
        """The open campaigns that ask the actor's own unit for its requests, and it has no list in yet."""
        unit = self.actor.institution_id
        if self.actor.reach is not Reach.UNIT or unit is None or not self.actor.can(sides.ENTER[self.kind]):
            return []
        held = FiledList.objects.filter(institution=unit, kind=self.kind).order_by().values("campaign")
        rows = Campaign.objects.visible_to(self.actor).filter(state=CampaignState.OPEN).exclude(pk__in=held)
        rows = rows.filter(starts_on__gte=self.today).for_list()
        found = [(each, window.of_campaign(each, self.kind, self.today)) for each in rows]
        return [{"campaign": each, "window": stands} for each, stands in found]

    @cached_property
    def demand(self) -> Any:
        """What receiving units ask for, for whoever nominates: approved lines of open campaigns."""
        if self.actor.reach is not Reach.UNIT or not self.actor.can(Permission.NOMINATIONS_ENTER):
            return None
        rows = StaffingRequest.objects.visible_to(self.actor).filter(campaign__state=CampaignState.OPEN)
        return rows.select_related("campaign").order_by("-campaign__year", "campaign_id", "speciality", "rank", "pk")

    def export(self) -> tuple[list[str], list[list[Any]]]:
        """Return head and rows of exactly what is shown: every line of the lists."""
        head = [
            _("Campaign"), _("Unit"), _("State"), _("Rank"), pgettext("request", "Speciality"),
            pgettext("request", "Also accepted"), _("Staff category"), pgettext("request", "Title at least"),
            pgettext("request", "Number"),
            _("Earliest start"), pgettext("request", "Priority"), _("Reason"), _("Struck because"),
        ]  # fmt: skip
        rows = StaffingRequest.objects.filter(filed_list__in=self.rows.order_by().values("pk"))
        rows = rows.select_related("filed_list", "campaign").order_by("campaign_id", "institution_id", "rank", "pk")
        names = Institution.objects.filter(pk__in=rows.order_by().values("institution")).named(self.today)
        return head, [_exported(row, names) for row in rows]


def _exported(row: StaffingRequest, names: Mapping[int, str]) -> list[Any]:
    shown = words_of(row)
    start: date | str = row.starts_on or ""
    return [
        row.campaign.name, names.get(row.institution_id, ""), row.filed_list.get_state_display(), row.rank,
        row.speciality, shown["also"], shown["category"], shown["title"], row.number, start,
        row.get_priority_display(), row.reason, row.struck_reason,
    ]  # fmt: skip


def words_of(row: StaffingRequest) -> dict[str, str]:
    """Return the codes of a line in words."""
    return {
        "also": "、".join(row.also_accepts),
        "category": codes.label(codes.STAFF_CATEGORIES, row.staff_category) if row.staff_category else "",
        "title": codes.label(codes.TITLE_LEVELS, row.minimum_title) if row.minimum_title else "",
    }
