"""One nomination list as its page shows it: people with what speaks against them, numbers, whom one may still take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, Exists, OuterRef, Value, When
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assignments import reading
from assignments.codes import State
from assignments.filing import checks, owing
from assignments.filing.list_page import ListPage
from assignments.filing.nomination_checks import NominationChecks
from assignments.filing.nomination_rows import NominationRow, row_of, still_open
from assignments.filing.wishes import Wishable
from assignments.models import Eligibility, Nomination, NominationWish, PlanLine
from assignments.services.placements import Finding, Frame
from assignments.states import LineState, ListState, PlanState
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.language import Target
from deploy_admin.registry.models import Institution
from deploy_admin.registry.reach import unit_and_relatives
from quotas.models import Quota
from quotas.models.quotas import Binding, QuotaState, Scope
from quotas.reading import clause_label, documents

#: So many people are offered on a page; a name narrows them.
OFFERED = 30
#: Who comes into it without being searched for, the surest first.
OFFERED_STATES = (State.MAY, State.UNAVAILABLE, State.UNDETERMINED)


@dataclass(frozen=True)
class Line:
    """One nominated person with everything a page shows."""

    row: Nomination
    category: str
    title: str
    wishes: tuple[str, ...]
    findings: tuple[Finding, ...]
    #: Of the findings: warnings that nobody has accepted yet.
    open: tuple[Finding, ...]
    is_settled: bool
    #: Where a decided plan has placed the person.
    placed: str

    @property
    def refused(self) -> bool:
        return any(each.refuses for each in self.findings)

    @property
    def accepted(self) -> list[Finding]:
        """The warnings that were accepted knowingly."""
        return [each for each in self.findings if not each.refuses and each not in self.open]


@dataclass(frozen=True)
class Choice:
    """Somebody of the unit who may be nominated or not, and why."""

    worker: HealthWorker
    category: str
    title: str
    findings: tuple[Finding, ...]
    #: Stands on this very list.
    is_here: bool

    @property
    def may(self) -> bool:
        return not self.is_here and not any(each.refuses for each in self.findings)

    @property
    def shape(self) -> str:
        if self.is_here:
            return "run"
        return "bad" if not self.may else "warn" if self.findings else "ok"

    @property
    def words(self) -> str:
        """Return in a word how the person stands to being nominated."""
        if self.is_here:
            return pgettext("nomination", "on the list")
        if not self.may:
            return pgettext("nomination", "not possible")
        return (
            pgettext("nomination", "possible with a warning") if self.findings else pgettext("nomination", "possible")
        )


@dataclass(frozen=True)
class Standing:
    """How the unit stands to what it owes with this list."""

    required: int
    nominated: int
    #: The quotas it comes from: name and number.
    quotas: tuple[tuple[str, int], ...]

    @property
    def short(self) -> int:
        return max(0, self.required - self.nominated)


class NominationPage(ListPage):
    """One look at one list of people. A constant number of queries for each first day that differs."""

    @property
    def called(self) -> str:
        """What the list is called: one that is approved names who is sent, before it who is meant to be."""
        if self.state == ListState.APPROVED:
            return _("List of people to be sent (approved)")
        return _("List of people nominated (not approved yet)")

    # ------------------------------------------------------------ the people

    @cached_property
    def rows(self) -> list[Nomination]:
        rows = Nomination.objects.filter(filed_list=self.filed).select_related("worker")
        return list(rows.order_by("worker__pinyin", "pk"))

    @cached_property
    def standing(self) -> list[Nomination]:
        return [row for row in self.rows if row.state == LineState.STANDING]

    @cached_property
    def struck(self) -> list[Nomination]:
        return [row for row in self.rows if row.state == LineState.STRUCK]

    @cached_property
    def lines(self) -> list[Line]:
        """The people who stand on the list, with what speaks against them today."""
        asked = [row_of(row, self._wishes[row.pk]) for row in self.standing]
        looked = NominationChecks(asked, self.filed, self.actor)
        found = self._findings(asked, looked)
        open_ = still_open(asked, found)
        return [
            Line(
                row=row,
                category=category,
                title=title,
                wishes=tuple(self._unit_names.get(unit, f"#{unit}") for unit in self._wishes[row.pk]),
                findings=tuple(found[n]),
                open=tuple(open_[n]),
                is_settled=row.pk in self.settled,
                placed=self._unit_names.get(self._placed.get(row.pk, 0), ""),
            )
            for n, row in enumerate(self.standing)
            for category, title in [_about(looked, n)]
        ]

    def _findings(self, asked: Sequence[NominationRow], looked: NominationChecks) -> list[list[Finding]]:
        """Return the findings of people nobody has decided on; to a reader nothing is told beyond the list."""
        if not any(self.may[name] for name in ("enter", "take_back", "strike", "check")):
            return [[] for _row in asked]
        found = looked.findings()
        return [[] if row.nomination_id in self.settled else each for row, each in zip(asked, found, strict=True)]

    @cached_property
    def settled(self) -> frozenset[int]:
        return checks.settled(self.filed)

    @cached_property
    def _placed(self) -> dict[int, int]:
        rows = PlanLine.objects.filter(nomination__filed_list=self.filed, plan__state=PlanState.DECIDED)
        return dict(rows.order_by("plan__decision").values_list("nomination_id", "request__institution_id"))

    @cached_property
    def _wishes(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        rows = NominationWish.objects.filter(nomination__filed_list=self.filed).order_by("nomination", "rank")
        for nomination, unit in rows.values_list("nomination_id", "institution_id"):
            found[nomination].append(unit)
        return found

    @cached_property
    def _unit_names(self) -> dict[int, str]:
        units = {unit for wishes in self._wishes.values() for unit in wishes} | set(self._placed.values())
        return Institution.objects.filter(pk__in=units).named(self.today)

    # ------------------------------------------------------------ the numbers and what is asked for

    @cached_property
    def owes(self) -> Standing:
        """What the unit owes in the campaign's year and how many of it this list names."""
        required = owing.quotas(self.campaign, self.today).get(self.filed.institution_id, 0)
        return Standing(required, len(self.standing), tuple(self._quotas()) if required else ())

    def _quotas(self) -> Iterable[tuple[str, int]]:
        year = self.campaign.year
        rows = (
            Quota.objects.visible_to(self.actor)
            .current()
            .filter(
                institution=self.filed.institution_id,
                scheme=self.campaign.scheme,
                scope=Scope.UNIT,
                state=QuotaState.KNOWN,
                to_coordinate=False,
                period_start__year__lte=year,
                period_end__year__gte=year,
                required__gt=0,
            )
        )
        rows = rows.exclude(binding=Binding.ENCOURAGED).order_by("topic", "pk")
        found = list(rows.values_list("version_id", "clause_id", "required"))
        texts = documents({version for version, _clause, _number in found})
        for version, clause, number in found:
            yield clause_label(texts[version], clause), number or 0

    @property
    def figures(self) -> list[dict[str, Any]]:
        """The numbers of the head."""
        owes = self.owes
        required = {"label": _("Still owed"), "value": owes.required or "—", "note": _("by the quotas that bind")}
        if not owes.required:
            required["note"] = _("no quota asks for anybody")
        return [
            required,
            {"label": pgettext("list", "Nominated"), "value": owes.nominated},
            {
                "label": _("Short of it"),
                "value": owes.short if owes.required else "—",
                "css": "warn" if owes.short else "",
            },
            {"label": _("Not possible as they are"), "value": sum(line.refused for line in self.lines)},
        ]

    @cached_property
    def wishable(self) -> Wishable:
        return Wishable(self.campaign, self.filed.institution_id, self.actor)

    # ------------------------------------------------------------ whom one may still nominate

    def offered(self, text: str, page: str | None) -> Page[Any]:
        """Return a page of people of the unit: searched for, everybody; else who comes into it, the surest first."""
        units = unit_and_relatives(self.filed.institution_id, self.today)
        people = HealthWorker.objects.living().visible_to(self.actor).employed_at(units, self.today)
        if wanted := text.strip():
            people = people.search(wanted).order_by("pinyin", "pk")
        else:
            people = self._in_question(people)
        shown = Paginator(people, OFFERED).get_page(page)
        shown.object_list = self._choices(list(shown.object_list))
        return shown

    def _in_question(self, people: Any) -> Any:
        """Return who may go by the scheme as last judged, or only for now may not; without a scheme everybody."""
        if not Frame.of_campaign(self.campaign).asks_who_may_go:
            return people.order_by("pinyin", "pk")
        judged = Eligibility.objects.current().filter(
            worker=OuterRef("pk"), target=Target.DISPATCH, scheme=self.campaign.scheme
        )
        order = [When(Exists(judged.filter(state=state)), then=Value(n)) for n, state in enumerate(OFFERED_STATES)]
        ranked = people.filter(Exists(judged.filter(state__in=OFFERED_STATES)))
        return ranked.annotate(surest=Case(*order, default=Value(len(order)))).order_by("surest", "pinyin", "pk")

    def _choices(self, people: Sequence[HealthWorker]) -> list[Choice]:
        looked = NominationChecks([NominationRow(worker_id=each.pk) for each in people], self.filed, self.actor)
        here = {row.worker_id for row in self.standing}
        return [
            Choice(worker, *_about(looked, n), tuple(found), worker.pk in here)
            for n, (worker, found) in enumerate(zip(people, looked.findings(), strict=True))
        ]


def _about(looked: NominationChecks, n: int) -> tuple[str, str]:
    """Return staff category and title level of the row's person on the first day, in words."""
    answers = looked.ground.answers(n)
    if not answers:
        return "", ""
    return reading.category_label(answers[0].staff_category), reading.level_label(answers[0].title_level)
