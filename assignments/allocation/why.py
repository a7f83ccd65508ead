"""Why one place of a plan is filled as it is, or why it or a person is left over: compared criterion by criterion."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.utils.translation import gettext as _

from assignments.allocation import about, words
from assignments.allocation.ground import Ground
from assignments.allocation.named import Names, criteria_of
from assignments.allocation.places import WAITS
from assignments.allocation.rows import Cell, Compared, Told, Why
from assignments.allocation.sources import source
from assignments.kinds import MarkKind
from assignments.models import AllocationPlan, Nomination, PlanGap, PlanLine, PlanMark, StaffingRequest
from assignments.reading import level_label
from assignments.rules.allocation.pairs import hindrances
from assignments.rules.allocation.reasons import explain
from assignments.rules.allocation.stages import judged

#: Reasons that say no more than that nobody computed anything: they are looked into when somebody asks.
_NOT_LOOKED_INTO = frozenset({"", "taken_out_by_hand", "not_placed_yet"})
#: So many others stand beside who has the place.
BESIDE = 3


def why(plan: AllocationPlan, request: StaffingRequest | None, nomination: Nomination | None) -> Why:
    """Return why: of a request and a person, of a request's empty places, of a person without a place.

    What the plan stored is told; only what was changed by hand since is computed anew.
    """
    if request is None and nomination is not None:
        line = PlanLine.objects.filter(plan=plan, nomination=nomination).select_related("request").first()
        request = line.request if line is not None else None
    return _Why(plan, request, nomination).told()


class _Why:
    """One question about a plan."""

    def __init__(self, plan: AllocationPlan, request: StaffingRequest | None, nomination: Nomination | None) -> None:
        self.plan, self.request, self.nomination = plan, request, nomination
        self.line = (
            PlanLine.objects.filter(plan=plan, request=request, nomination=nomination).first()
            if request is not None and nomination is not None
            else None
        )
        self.lines = dict(PlanLine.objects.filter(plan=plan).order_by().values_list("nomination_id", "request_id"))

    def told(self) -> Why:
        if self.request is not None and self.nomination is not None:
            return self._of_pair(self.request, self.nomination)
        return self._of_gap()

    # ------------------------------------------------------------ a pairing

    def _of_pair(self, request: StaffingRequest, nomination: Nomination) -> Why:
        reason = self.line.reason if self.line is not None else {}
        others = [each["nomination"] for each in reason.get("against", ()) if each.get("nomination")][:BESIDE]
        who = [nomination.pk, *others]
        ground = Ground(self.plan, [request.pk], who)
        names = self._names(ground, [reason], who)
        kind = self._mark(request.pk, nomination.pk)
        people = about.people(who, self.plan.campaign)
        told, unit = self._pair_told(ground, reason, names), names.request(request.pk)
        return Why(
            title=f"{unit} · {people[nomination.pk].name}",
            about=" · ".join(part for part in (people[nomination.pk].about, people[nomination.pk].sender) if part),
            told=told,
            source=source(self.plan),
            heads=tuple(people[pk].name for pk in who if pk in people),
            compared=self._compared(ground, who, names, str(reason.get("decided_by", ""))),
            results=tuple(self._became(pk, request.pk, names) for pk in who),
            checks=self._checks(ground, nomination.pk),
            basis=self._basis(),
            solved_at=self.plan.solved_at,
            request_id=request.pk,
            nomination_id=nomination.pk,
            pinned=kind == MarkKind.PIN,
            banned=kind == MarkKind.BAN,
        )

    def _names(self, ground: Ground, reasons: Collection[Any], who: Collection[int] = ()) -> Names:
        placed = [self.lines[pk] for pk in who if pk in self.lines]
        told: list[Any] = [*reasons, {"nomination": list(who), "request": placed}]
        told += [{"request": [each.key for each in ground.problem.requests]}]
        if self.request is not None:
            told.append({"request": self.request.pk})
        for person in ground.problem.people:
            told += [each.params for each in person.hindered]
        return Names.read(self.plan, told)

    def _pair_told(self, ground: Ground, reason: Mapping[str, Any], names: Names) -> Told:
        """The result, what decided, and before whom the person is; or why the two do not go together."""
        if self.line is not None:
            ahead = [words.against(each, names) for each in reason.get("against", ())[:BESIDE]]
            decided = words.decided_by(reason, names) or _("Nobody has looked into this yet.")
            return Told(decided, words.spaced(*ahead))
        problem = ground.problem
        if not problem.requests or not problem.people:
            return Told(_("One of the two does not stand in this campaign any more, or has a place by a decision."))
        person = next((each for each in problem.people if self.nomination and each.key == self.nomination.pk), None)
        found = hindrances(problem, problem.requests[0], person) if person is not None else ()
        if found:
            said = [words.hindrance(each.code, each.params, names) for each in found]
            return Told(said[0], words.spaced(*said[1:]))
        return Told(_("The two could go together."), _("The plan gave the place otherwise."))

    def _compared(self, ground: Ground, who: Collection[int], names: Names, decided: str) -> tuple[Compared, ...]:
        """Each criterion with what it says of each of those compared; the one that decided is marked."""
        problem = ground.problem
        if not problem.requests:
            return ()
        people = {each.key: each for each in problem.people}
        judgements = {
            pk: {mark.criterion: mark for mark in judged(problem, problem.requests[0], people[pk])}
            for pk in who
            if pk in people
        }
        labels = criteria_of(self.plan)
        found = []
        for criterion in problem.criteria:
            cells = []
            for pk in who:
                mark = judgements.get(pk, {}).get(criterion.id)
                told = words.mark(mark._asdict(), names) if mark is not None else None
                cells.append(Cell(told.verdict, told.sentence) if told is not None else Cell("", ""))
            if any(cell.verdict or cell.text for cell in cells):
                label = labels.get(criterion.id) or names.criterion(criterion.id)
                found.append(Compared(label, tuple(cells), criterion.id == decided))
        return tuple(found)

    def _became(self, nomination_id: int, request_id: int, names: Names) -> str:
        """What became of one of those compared."""
        placed = self.lines.get(nomination_id)
        if placed is None:
            return _("without a place")
        return _("has this place") if placed == request_id else names.request(placed)

    def _checks(self, ground: Ground, nomination_id: int) -> tuple[tuple[str, str], ...]:
        """What was looked at of the person: who may go, title, days, another assignment."""
        person = next((each for each in ground.problem.people if each.key == nomination_id), None)
        if person is None:
            return ()
        since, until = person.possible_from, person.possible_to
        days = " – ".join(each.isoformat() if each else "…" for each in (since, until)) if since or until else ""
        stays = [each for each in person.hindered if each.code == "elsewhere_then"]
        return (
            (_("Who may go"), str(ground.hindered.state(person.worker).label)),
            (_("Title level"), level_label(person.title) or _("no title")),
            (_("Possible days"), days or _("on any day")),
            (_("Another assignment then"), _("yes") if stays else _("none")),
        )

    def _mark(self, request_id: int, nomination_id: int) -> str:
        found = PlanMark.objects.filter(plan=self.plan, request=request_id, nomination=nomination_id)
        kind: str | None = found.values_list("kind", flat=True).first()
        return kind or ""

    def _basis(self) -> tuple[tuple[str, str], ...]:
        """Under which rule, and of which computation."""
        told = source(self.plan)
        order = told.title if told is not None else _("neutral order, no source")
        rows = [(_("Order of the criteria"), order), (_("Number of the plan"), f"#{self.plan.number}")]
        if self.plan.inputs_digest:
            rows.append((_("Check sum of the inputs"), self.plan.inputs_digest[:12]))
        return tuple(rows)

    # ------------------------------------------------------------ what is left over

    def _of_gap(self) -> Why:
        gap = PlanGap.objects.filter(plan=self.plan, request=self.request, nomination=self.nomination).first()
        reason: Mapping[str, Any] = gap.reason if gap is not None else WAITS
        if str(reason.get("code", "")) in _NOT_LOOKED_INTO and not self._is_full():
            reason = self._looked_into() or reason
        keys: dict[str, Any] = {"request": self.request.pk} if self.request is not None else {}
        if self.nomination is not None:
            keys["nomination"] = self.nomination.pk
        names = Names.read(self.plan, [reason, keys])
        title, line = "", ""
        if self.request is not None:
            title = names.request(self.request.pk)
            line = level_label(self.request.minimum_title)
        elif self.nomination is not None:
            person = about.people([self.nomination.pk], self.plan.campaign)[self.nomination.pk]
            title, line = person.name, " · ".join(part for part in (person.about, person.sender) if part)
        return Why(
            title=title,
            about=line,
            told=Told(_("Every place of this request is filled.")) if self._is_full() else words.gap(reason, names),
            source=source(self.plan),
            basis=self._basis(),
            solved_at=self.plan.solved_at,
            request_id=self.request.pk if self.request is not None else None,
            nomination_id=self.nomination.pk if self.nomination is not None else None,
        )

    def _is_full(self) -> bool:
        """Whether the request asked about has nothing left."""
        if self.request is None:
            return False
        taken = sum(request == self.request.pk for request in self.lines.values())
        return taken >= self.request.number

    def _looked_into(self) -> Mapping[str, Any]:
        """Compute the reason now, against everything that stands: for what was changed by hand."""
        problem = Ground(self.plan).problem
        requests, people = {each.key for each in problem.requests}, {each.key for each in problem.people}
        pairs = {(request, who) for who, request in self.lines.items() if request in requests and who in people}
        if self.request is not None:
            found = explain(problem, pairs, only_requests={self.request.pk}, only_people=set())
            return found.requests.get(self.request.pk, {})
        if self.nomination is not None:
            found = explain(problem, pairs, only_requests=set(), only_people={self.nomination.pk})
            return found.people.get(self.nomination.pk, {})
        return {}
