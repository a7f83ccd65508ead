"""Who may go: the rows an actor asked for, as last judged or judged now for another day, with their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from assignments import reading
from assignments.codes import SHOWN, State
from assignments.filters.eligibility import EligibilityFilter, levels
from assignments.models import Eligibility
from assignments.models.eligibility import EligibilityQuerySet
from assignments.services import judge_live
from assignments.services.refreshing import judged_on
from assignments.services.writing import as_row
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.http import PAGE_ROWS
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.workers import HealthWorkerQuerySet
from deploy_admin.people.words import knows_personal_reasons
from deploy_admin.policies.language import Target
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.policies.services import governing
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.models import Institution
from quotas.reading import documents

#: For another day than the one that is kept so many people are judged at once, within a second or two.
AT_ONCE = 5_000
#: So many units are offered to choose from; beyond, the search finds them.
UNITS_OFFERED = 300


def planned_day(text: str, today: date) -> date:
    """Return the day that an address names; today where it cannot be read or lies more than ten years away."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if abs(day.year - today.year) <= 10 else today


@dataclass(frozen=True, slots=True)
class Line:
    """One standing with everything a page or an export shows of it."""

    row: Eligibility
    name: str
    number: str
    id_masked: str
    unit: str
    target: str
    scheme: str
    clause: str
    category: str
    title: str
    speciality: str
    state: State
    reason: str
    person_url: str
    why_url: str
    #: Whether the person was not on the line before.
    first: bool


def lines(
    rows: Sequence[Eligibility], actor: Actor, on: date, *, day: date | None = None, own: bool = False
) -> list[Line]:
    """Return the rows with their words: three queries for any number. `day` goes into the links to explanations.

    One's own reasons are told to oneself.
    """
    personal = own or knows_personal_reasons(actor)
    texts = documents({row.version_id for row in rows if row.version_id})
    units = Institution.objects.filter(pk__in={row.institution_id for row in rows}).named(on)
    asked = f"?day={day.isoformat()}" if day else ""
    found: list[Line] = []
    last: int | None = None
    for row in rows:
        document = texts.get(row.version_id) if row.version_id else None
        unit, first = units.get(row.institution_id, ""), row.worker_id != last
        why = _own_why(row) if own else _why(row)
        found.append(_line(row, document, unit, why + asked, personal_too=personal, first=first))
        last = row.worker_id
    return found


def _why(row: Eligibility) -> str:
    """Return where the row is explained; where no rule speaks there is only the person's list of answers."""
    if not row.clause_id:
        return reverse("assignments:eligibility_of", args=[row.worker_id])
    return reverse("assignments:explained", args=[row.worker_id, row.policy, row.clause_id])


def _own_why(row: Eligibility) -> str:
    if not row.clause_id:
        return reverse("assignments:my_record")
    return reverse("assignments:my_explained", args=[row.policy, row.clause_id])


def _line(
    row: Eligibility, document: PolicyDocument | None, unit: str, why: str, *, personal_too: bool, first: bool
) -> Line:
    worker = row.worker
    return Line(
        row=row,
        name=worker.name,
        number=worker.number,
        id_masked=worker.id_masked,
        unit=unit,
        target=reading.target_label(row.target),
        scheme=reading.scheme_label(document) if document else "",
        clause=reading.clause_label(document, row.clause_id) if document else "",
        category=reading.category_label(row.staff_category),
        title=reading.level_label(row.title_level),
        speciality=worker.speciality,
        state=State(row.state),
        reason=reading.reason(row, document, personal_too=personal_too),
        person_url=worker.get_absolute_url(),
        why_url=why,
        first=first,
    )


def live_rows(workers: Iterable[HealthWorker], on: date, targets: Sequence[str] | None) -> list[Eligibility]:
    """Return the rows that these people would have on the day, each with its person, by pinyin."""
    people = {worker.pk: worker for worker in workers}
    rows: list[Eligibility] = []
    for pk, answers in judge_live(list(people), on, targets).items():
        for answer in answers:
            row = as_row(answer, on)
            row.worker = people[pk]
            rows.append(row)
    rows.sort(key=lambda row: (row.sort_key, row.worker_id, row.target, row.topic, row.clause_id))
    return rows


class WhoMayGo:
    """One look at the list: filters from the address, rows by the page, counts by state."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor = actor
        self.today = clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.data.setdefault("target", Target.DISPATCH.value)
        self.visible: EligibilityQuerySet = Eligibility.objects.visible_to(actor).current()
        self.filter = EligibilityFilter(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            asked = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.data = {"target": Target.DISPATCH.value} | asked
            self.filter = EligibilityFilter(self.data, queryset=self.visible)

    @cached_property
    def day(self) -> date:
        """The planned first day: today unless the address names a day that can be read."""
        return planned_day(self.data.get("day", ""), self.today)

    @cached_property
    def kept_on(self) -> date | None:
        """The day for which the list was last judged; None before it ever was."""
        return judged_on()

    @property
    def is_live(self) -> bool:
        """Whether the answers are judged now, for a day that is not kept."""
        return self.day != self.today

    # ------------------------------------------------------------ the rows as they are kept

    @cached_property
    def _asked(self) -> EligibilityQuerySet:
        """What the filters leave, the state apart: the chips count every state."""
        form = self.filter.form
        form.is_valid()
        form.cleaned_data["state"] = ""
        rows: EligibilityQuerySet = self.filter.filter_queryset(self.visible)
        return rows

    # ------------------------------------------------------------ the rows of another day

    @cached_property
    def people(self) -> HealthWorkerQuerySet:
        """The people that the filters about people leave, employed on the day."""
        said = self.filter.form.cleaned_data
        units = Institution.objects.visible_to(self.actor)
        people = HealthWorker.objects.visible_to(self.actor).living()
        if said.get("institution"):
            people = people.employed_at([int(said["institution"])], self.day)
        if said.get("district"):
            kept = EligibilityFilter({"district": said["district"]}, queryset=self.visible).qs
            people = people.employed_at(kept.order_by().values("institution"), self.day)
        if said.get("speciality"):
            people = people.filter(speciality__contains=said["speciality"])
        if text := (said.get("q") or "").strip():
            named = units.standing(self.today).search(text).order_by().values("pk")
            found = HealthWorker.objects.search(text).order_by().values("pk")
            there = HealthWorker.objects.employed_at(named, self.day).order_by().values("pk")
            people = people.filter(Q(pk__in=found) | Q(pk__in=there))
        return people

    @cached_property
    def too_many(self) -> int:
        """How many people would have to be judged, where that is more than are judged at once."""
        if not self.is_live:
            return 0
        count = self.people.count()
        return count if count > AT_ONCE else 0

    @cached_property
    def _live(self) -> list[Eligibility]:
        """The rows of the day, the state apart."""
        if self.too_many:
            return []
        said = self.filter.form.cleaned_data
        wanted = {name: said[name] for name in ("scheme", "topic", "staff_category", "title_level") if said.get(name)}
        return [
            row
            for row in live_rows(self.people, self.day, [self.data["target"]])
            if all(getattr(row, name) == value for name, value in wanted.items())
        ]

    # ------------------------------------------------------------ what is shown

    @cached_property
    def _counted(self) -> tuple[Counter[str], Counter[str]]:
        """How many standings and how many people each state has. One query."""
        if self.is_live:
            people = {(row.state, row.worker_id) for row in self._live}
            return Counter(row.state for row in self._live), Counter(state for state, _worker in people)
        counted = self._asked.order_by().values_list("state")
        found = list(counted.annotate(n=Count("pk"), people=Count("worker", distinct=True)))
        return Counter({state: n for state, n, _people in found}), Counter({state: n for state, _n, n in found})

    @property
    def states(self) -> Counter[str]:
        """How many standings each state has."""
        return self._counted[0]

    @property
    def state(self) -> str:
        """The state asked for, if any."""
        asked = self.data.get("state", "")
        return asked if asked in SHOWN else ""

    @property
    def rows(self) -> Any:
        """The rows in order: a queryset, or a list for another day."""
        if self.is_live:
            return [row for row in self._live if not self.state or row.state == self.state]
        rows = self._asked.filter(state=self.state) if self.state else self._asked
        return rows.for_list()

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines."""
        paginator = Paginator(self.rows, PAGE_ROWS)
        paginator.count = self.states[self.state] if self.state else sum(self.states.values())  # told, not asked
        page = paginator.get_page(number)
        page.object_list = self.lines(list(page.object_list))
        return page

    def lines(self, rows: Sequence[Eligibility]) -> list[Line]:
        """Return these rows with their words."""
        return lines(rows, self.actor, min(self.day, self.today), day=self.day if self.is_live else None)

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The states that have any row, with how many people are in them: several rules may speak of one person."""
        people = self._counted[1]
        return [
            {"value": state.value, "label": state.label, "count": people[state], "shape": state.shape}
            for state in SHOWN
            if people[state]
        ]

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What the filters offer: the rules that govern on the day, and what people are told apart by."""
        schemes: dict[str, str] = {}
        topics: dict[str, str] = {}
        held = governing.eligibility_on(self.day)
        for clause in held.clauses:
            document = held.versions[clause.version_id].document
            schemes.setdefault(clause.scheme, reading.scheme_label(document))
            if clause.clause.target == self.data["target"] and self.data.get("scheme", clause.scheme) == clause.scheme:
                topics.setdefault(clause.topic, reading.clause_label(document, clause.clause_id))
        return {
            "targets": reading.target_choices(),
            "schemes": sorted(schemes.items()),
            "topics": sorted(topics.items()),
            "categories": codes.choices(codes.STAFF_CATEGORIES),
            "levels": levels(),
            "districts": districts_to_choose(self.actor, self.today),
            "units": self._units,
        }

    @property
    def _units(self) -> list[tuple[int, str]]:
        """The units to choose from: those of the actor that have people; none where they are too many to choose."""
        if self.actor.reach not in (Reach.ALL, Reach.DISTRICT, Reach.UNIT):
            return []
        seen = Institution.objects.visible_to(self.actor).standing(self.today)
        with_people = seen.filter(employments__is_current=True).distinct().order_by("profile__pinyin", "pk")
        found = list(with_people.values_list("pk", "profile__name", "profile__pinyin")[: UNITS_OFFERED + 1])
        if len(found) > UNITS_OFFERED:
            chosen = self.filter.form.cleaned_data.get("institution")
            if chosen is None:
                return []
            return [
                (int(chosen), name) for name in seen.filter(pk=int(chosen)).values_list("profile__name", flat=True)
            ]
        return [(pk, name) for pk, name, _pinyin in found]

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages; ID numbers masked."""
        return head(), (as_cells(line) for line in self._all_lines())

    def _all_lines(self) -> Iterator[Line]:
        if self.is_live:
            yield from self.lines(self.rows)
            return
        chunk: list[Eligibility] = []
        for row in self.rows.iterator(chunk_size=2000):
            chunk.append(row)
            if len(chunk) == 2000:
                yield from self.lines(chunk)
                chunk = []
        yield from self.lines(chunk)


def head() -> list[str]:
    """Return the heads of an export."""
    return [
        _("Person number"), _("Name"), _("ID number"), _("Unit"), _("Staff category"), _("Title level"),
        _("Speciality"), _("For what"), _("Scheme"), _("Rule"), _("State"), _("Reason"), _("Until"), _("Since"),
    ]  # fmt: skip


def as_cells(line: Line) -> list[Any]:
    """Return one row of an export."""
    row = line.row
    until = row.unavailable_until if line.state is State.UNAVAILABLE else row.until
    return [
        line.number, line.name, line.id_masked, line.unit, line.category, line.title, line.speciality, line.target,
        line.scheme, line.clause, line.state.label, line.reason, until, row.since,
    ]  # fmt: skip
