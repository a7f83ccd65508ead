"""What the months ask of a desk: sheets to hand in, to review, to release, months to confirm; and where they stand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisals.models import Workload
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import month_window
from assignments.states import SHEET_HANDED_IN, MonthAnswer, SheetState
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.months import Month, add_months
from deploy_admin.registry.divisions import DivisionTree
from deploy_admin.registry.models import InstitutionProfile
from deploy_admin.ui.shell import url_if_any

#: So many months back a duty is still shown; older ones are found in the lists.
MONTHS_BACK = 3
TO_REVIEW = (SheetState.SUBMITTED, SheetState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing to do, with one way to it."""

    text: str
    url: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class DistrictLine:
    """How far one district is with the month."""

    name: str
    url: str
    units: int = 0
    handed_in: int = 0
    accepted: int = 0
    released: int = 0

    @property
    def open(self) -> int:
        return self.units - self.handed_in


@dataclass(frozen=True)
class MonthsDesk:
    """What the home page shows of the months."""

    month: Month
    duties: list[Duty] = field(default_factory=list)
    districts: list[DistrictLine] = field(default_factory=list)

    def late(self, today: date) -> int:
        return sum(1 for duty in self.duties if duty.due_on and duty.due_on < today)

    def due(self, today: date) -> int:
        return sum(1 for duty in self.duties if duty.due_on == today)


def of(actor: Actor, today: date, told: Collection[str] = ()) -> MonthsDesk:
    """Return the desk's months. `told` are the addresses the inbox leads to already: nothing is said twice."""
    desk = MonthsDesk(Month.of(today).previous)
    found: list[Duty] = []
    if actor.reach is Reach.UNIT and actor.can(Permission.MONTHS_ENTER):
        found += _to_enter(actor, today)
    if actor.reach is Reach.DISTRICT and actor.can(Permission.MONTHS_REVIEW):
        found += _to_review(actor, today)
    if actor.reach is Reach.SELF:
        found += _own(actor, today)
    if actor.reach is Reach.ALL and actor.can(Permission.MONTHS_VIEW):
        desk.districts.extend(_by_district(actor, desk.month, today))
    fresh = [duty for duty in found if duty.url not in told]
    desk.duties.extend(sorted(fresh, key=lambda duty: (duty.due_on is None, duty.due_on or today)))
    return desk


def _since(today: date) -> date:
    return add_months(Month.of(today).first, -MONTHS_BACK)


def _to_enter(actor: Actor, today: date) -> list[Duty]:
    """The unit's own sheets that are not handed in, each with its last day."""
    rows = MonthSheet.objects.filter(institution__in=actor.institution_ids, month__gte=_since(today)).open()
    sheets = list(rows.filter(month__lte=today).order_by("month"))
    windows = month_window.windows_of(sheets, today) if sheets else {}
    found = []
    for sheet in sheets:
        said = {"month": f"{sheet.month:%Y-%m}", "reason": sheet.reason}
        if sheet.state == SheetState.RETURNED:
            text = _("The month %(month)s was sent back: %(reason)s") % said
        else:
            text = _("Hand in the month %(month)s") % said
        found.append(Duty(text, sheet.get_absolute_url(), windows[sheet.pk].submit_by))
    return found


def _to_review(actor: Actor, today: date) -> list[Duty]:
    """Per month: what is to be looked at, who is missing after the last day, what waits to be released."""
    rows: Any = MonthSheet.objects.visible_to(actor).filter(month__gte=_since(today), month__lte=today)
    counted: Any = (
        rows.order_by("month")
        .values_list("month")
        .annotate(
            review=Count("pk", filter=Q(state__in=TO_REVIEW)),
            accepted=Count("pk", filter=Q(state=SheetState.ACCEPTED)),
        )
    )
    open_ones = list(rows.open().filter(month__lt=Month.of(today).first))
    windows = month_window.windows_of(open_ones, today) if open_ones else {}
    found = []
    for first, review, accepted in counted:
        month = Month(first)
        late = [windows[sheet.pk] for sheet in open_ones if sheet.month == first]
        missing = sum(1 for window in late if window.submit_by < today)
        feed_back = min((window.feed_back_by for window in late), default=None)
        found += _of_month(actor, month, review, missing, accepted, feed_back)
    return found


def _of_month(
    actor: Actor, month: Month, review: int, missing: int, accepted: int, feed_back: date | None
) -> list[Duty]:
    found = []
    if review:
        text = ngettext("%(n)d sheet of %(month)s to review", "%(n)d sheets of %(month)s to review", review)
        found.append(_counted(text, review, month, "", feed_back))
    if missing:
        text = ngettext(
            "%(n)d unit has not handed in %(month)s, the last day is over",
            "%(n)d units have not handed in %(month)s, the last day is over",
            missing,
        )
        found.append(_counted(text, missing, month, "missing", feed_back))
    if accepted and actor.can(Permission.MONTHS_RELEASE):
        text = ngettext(
            "%(n)d sheet of %(month)s is accepted and not released",
            "%(n)d sheets of %(month)s are accepted and not released",
            accepted,
        )
        found.append(_counted(text, accepted, month, "accepted", feed_back))
    return found


def _counted(text: str, n: int, month: Month, group: str, due: date | None) -> Duty:
    query = f"month={month}" + (f"&group={group}" if group else "")
    return Duty(text % {"n": n, "month": month}, f"{url_if_any('appraisals:review')}?{query}", due)


def _own(actor: Actor, today: date) -> list[Duty]:
    """One's own months: to confirm once they are handed in, to say the workload of before that."""
    rows: Any = AssignmentMonth.objects.visible_to(actor).filter(month__gte=_since(today), month__lte=today)
    rows = list(rows.select_related("sheet").order_by("month", "pk"))
    open_rows = [row for row in rows if row.sheet.state not in SHEET_HANDED_IN]
    said = set(Workload.objects.filter(row__in=open_rows, said__isnull=False).order_by().values_list("row", flat=True))
    windows = month_window.windows_of([row.sheet for row in open_rows], today) if open_rows else {}
    found = []
    for row in rows:
        url = url_if_any("appraisals:my_month", row.pk)
        month = {"month": f"{row.month:%Y-%m}"}
        if row in open_rows:
            if row.pk not in said and windows[row.sheet_id].may_enter:
                text = _("Say what you did in %(month)s: your unit confirms it") % month
                found.append(Duty(text, url, windows[row.sheet_id].submit_by))
        elif row.sheet.state != SheetState.RELEASED and row.answer == MonthAnswer.NONE:
            found.append(Duty(_("Confirm your month %(month)s, or say what is not right") % month, url))
    return found


def _by_district(actor: Actor, month: Month, today: date) -> list[DistrictLine]:
    """How far each district is: units with a sheet, handed in, accepted, released. Three queries."""
    sheets = dict(MonthSheet.objects.visible_to(actor).of(month).order_by().values_list("institution_id", "state"))
    tree = DivisionTree.read(today)
    profiles = InstitutionProfile.objects.standing(today).filter(institution__in=sheets).order_by()
    places = dict(profiles.values_list("institution_id", "division_id"))
    states: dict[int | None, list[str]] = {}
    for unit, state in sheets.items():
        division = places.get(unit)
        states.setdefault(tree.district(division) if division is not None else None, []).append(state)
    review = url_if_any("appraisals:review")
    lines = [
        DistrictLine(
            name=tree.nodes[district].name if district in tree.nodes else _("without a district"),
            url=f"{review}?month={month}&district={district}" if district is not None else f"{review}?month={month}",
            units=len(held),
            handed_in=sum(1 for state in held if state in SHEET_HANDED_IN),
            accepted=sum(1 for state in held if state in (SheetState.ACCEPTED, SheetState.RELEASED)),
            released=sum(1 for state in held if state == SheetState.RELEASED),
        )
        for district, held in states.items()
    ]
    return sorted(lines, key=lambda line: (-line.open, -line.units, line.name))
