"""Who still owes a list in a campaign, and the text that reminds exactly these: for the group chat and the inbox."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments import destinations
from assignments.destinations import Receivers
from assignments.filing import window
from assignments.kinds import Kind, ListKind
from assignments.models import Assignment, Campaign, FiledList, Nomination
from assignments.states import LIST_OPEN, LineState, ListState
from deploy_admin import clock
from deploy_admin.policies.language.explained import Truth
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.codes import HOSPITALS, PRIMARY_CARE, State, Tier
from deploy_admin.registry.codes import Kind as UnitKind
from deploy_admin.registry.models import Institution, InstitutionProfile
from quotas.models import Quota
from quotas.models.quotas import Binding, QuotaState, Scope

#: Stations and clinics are staffed by the centre above them, which asks for them too.
STAFFED_BY_OTHERS = frozenset({UnitKind.CHS_STATION, UnitKind.VILLAGE_CLINIC})
CENTRES = frozenset(PRIMARY_CARE - STAFFED_BY_OTHERS)
RECEIVERS = frozenset(CENTRES | HOSPITALS | {UnitKind.MEDICAL_SUB_CENTRE})


@dataclass(frozen=True, slots=True)
class Owed:
    """One unit that owes its list: how far it has come, and of nominations how many of how many are missing."""

    unit: int
    name: str
    pinyin: str
    list_id: int | None = None
    state: str = ""
    exempt_until: date | None = None
    required: int = 0
    nominated: int = 0

    @property
    def short(self) -> int:
        """How many nominations are missing; 0 where the list as a whole is."""
        return max(self.required - self.nominated, 0)

    @property
    def words(self) -> str:
        """Return “2 short of 5”, or how far the list has come."""
        if self.required:
            return _("%(n)d short of %(of)d") % {"n": self.short, "of": self.required}
        if self.state:
            return str(ListState(self.state).label)
        return _("not begun")


def owed(campaign: Campaign, kind: str, today: date | None = None) -> list[Owed]:
    """Return the units that owe this kind of list in the campaign, by pinyin. A constant number of queries."""
    today = today or clock.today()
    if kind == ListKind.REQUESTS:
        return _owed_requests(campaign, today)
    return _owed_nominations(campaign, today)


def receivers(campaign: Campaign, today: date) -> frozenset[int]:
    """Return the units that the campaign asks for their requests.

    They are those among its destinations, unknown ones too; where it names none, those its kind of assignment goes to.
    """
    where = destinations.read(campaign.destinations).standing(campaign.starts_on)
    standing = InstitutionProfile.objects.standing(today).filter(
        institution__in=Institution.objects.in_state(State.OPEN, today).order_by().values("pk")
    )
    asked = Q(kind__in=RECEIVERS) | Q(institution__in=where.units)
    if where.everywhere:
        asked = _usual(campaign.kind)
    units = set(standing.filter(asked).order_by().values_list("institution_id", flat=True))
    units = _within(units, campaign, today)
    if where.everywhere or not units:
        return frozenset(units)
    shown = Receivers(units, campaign.starts_on)
    return frozenset(unit for unit in units if shown.fits(where, unit) is not Truth.NO)


def quotas(campaign: Campaign, today: date) -> dict[int, int]:
    """Return how many people each sending unit still owes the campaign's year, before this campaign's own nominations.

    Quotas that bind; who is placed in other campaigns of the scheme and year is taken off.
    """
    if not campaign.scheme:
        return {}
    year = campaign.year
    rows = Quota.objects.current().filter(
        scheme=campaign.scheme,
        scope=Scope.UNIT,
        state=QuotaState.KNOWN,
        binding__in=[Binding.MANDATORY, Binding.IN_PRINCIPLE],
        to_coordinate=False,
        period_start__lte=date(year, 12, 31),
        period_end__gte=date(year, 1, 1),
        required__gt=0,
    )
    required = dict(rows.order_by().values_list("institution").annotate(n=Sum("required")))
    units = _within(set(required), campaign, today)
    elsewhere = (
        Assignment.objects.living()
        .filter(campaign__scheme=campaign.scheme, campaign__year=year, sending_unit__in=units)
        .exclude(campaign=campaign)
    )
    placed = dict(elsewhere.order_by().values_list("sending_unit").annotate(n=Count("pk")))
    left = {unit: required[unit] - placed.get(unit, 0) for unit in units}
    return {unit: number for unit, number in left.items() if number > 0}


def text(campaign: Campaign, today: date) -> str:
    """Return the text about everybody who owes in the campaign."""
    return words(campaign, {kind: owed(campaign, kind, today) for kind in ListKind}, today)


def words(campaign: Campaign, rows: Mapping[str, Sequence[Owed]], today: date) -> str:
    """Return a text for the group chat that names exactly these units; nothing where there is none."""
    headings = {
        ListKind.REQUESTS: pgettext("list", "Staffing requests"),
        ListKind.NOMINATIONS: pgettext("list", "Nominations"),
    }
    parts = [
        "\n".join([_heading(heading, campaign, kind, today), *(_line(each) for each in rows[kind])])
        for kind, heading in headings.items()
        if rows.get(kind)
    ]
    if not parts:
        return ""
    told = {"campaign": campaign.name, "day": today.isoformat()}
    return "\n\n".join([_("“%(campaign)s”, still owed on %(day)s:") % told, *parts])


def _heading(heading: str, campaign: Campaign, kind: str, today: date) -> str:
    _from, to = window.days(campaign, kind)
    if to is None:
        return heading
    if to < today:
        return _("%(what)s (was due by %(day)s)") % {"what": heading, "day": to.isoformat()}
    return _("%(what)s (due by %(day)s)") % {"what": heading, "day": to.isoformat()}


def _line(each: Owed) -> str:
    return f"{each.name}：{each.words}" if each.state or each.required else each.name


# ------------------------------------------------------------ steps


def _owed_requests(campaign: Campaign, today: date) -> list[Owed]:
    asked = receivers(campaign, today)
    lists = _lists(campaign, ListKind.REQUESTS)
    handed_in = {unit for unit, held in lists.items() if held.state not in LIST_OPEN}
    return _named(asked - handed_in, lists, {}, {}, today)


def _owed_nominations(campaign: Campaign, today: date) -> list[Owed]:
    required = quotas(campaign, today)
    lists = _lists(campaign, ListKind.NOMINATIONS)
    standing = Nomination.objects.filter(campaign=campaign, state=LineState.STANDING)
    nominated: dict[int, int] = defaultdict(int)
    counted = standing.exclude(filed_list__state__in=LIST_OPEN).order_by().values_list("institution")
    nominated.update(counted.annotate(n=Count("pk")))
    short = {unit for unit, number in required.items() if nominated[unit] < number}
    return _named(short, lists, required, nominated, today)


def _usual(kind: str) -> Q:
    """Where people of this kind of assignment go, when the campaign does not say."""
    if kind == Kind.COUNTY_TOWNSHIP:
        return Q(tier=Tier.TOWNSHIP, kind__in=CENTRES)
    if kind == Kind.MUNICIPAL_COUNTY:
        return Q(kind__in=[UnitKind.MEDICAL_SUB_CENTRE, UnitKind.CHSC]) | Q(kind__in=HOSPITALS, tier=Tier.COUNTY)
    return Q(kind__in=CENTRES | {UnitKind.MEDICAL_SUB_CENTRE}) | Q(kind__in=HOSPITALS, tier=Tier.COUNTY)


def _within(units: Iterable[int], campaign: Campaign, today: date) -> set[int]:
    """Return those within the reach of the campaign's authority: of the city's everybody, else who answers to it."""
    wanted = set(units)
    profile = InstitutionProfile.objects.standing(today).filter(institution=campaign.authority_id)
    if not wanted or profile.filter(tier=Tier.MUNICIPAL).exists():
        return wanted
    answers = authority_over(wanted, today)
    return {unit for unit in wanted if answers.get(unit) == campaign.authority_id}


def _lists(campaign: Campaign, kind: str) -> dict[int, FiledList]:
    rows = FiledList.objects.filter(campaign=campaign, kind=kind).order_by("pk")
    return {each.institution_id: each for each in rows}


def _named(
    units: Collection[int], lists: dict[int, FiledList], required: dict[int, int], nominated: Any, today: date
) -> list[Owed]:
    rows = InstitutionProfile.objects.standing(today).filter(institution__in=units).order_by()
    found = []
    for unit, name, pinyin in rows.values_list("institution_id", "name", "pinyin"):
        held = lists.get(unit)
        found.append(
            Owed(
                unit=unit,
                name=name,
                pinyin=pinyin,
                list_id=held.pk if held else None,
                state=held.state if held else "",
                exempt_until=held.exempt_until if held else None,
                required=required.get(unit, 0),
                nominated=nominated.get(unit, 0) if required else 0,
            )
        )
    return sorted(found, key=lambda each: (each.pinyin, each.unit))
