"""Two plans of one campaign beside each other: the places that they fill differently, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assignments.allocation import words
from assignments.allocation.named import Names
from assignments.allocation.rows import Change
from assignments.kinds import LineSource, MarkKind
from assignments.models import AllocationPlan, Nomination, PlanGap, PlanLine, PlanMark, StaffingRequest


@dataclass(frozen=True)
class _Held:
    """One plan as it is compared: its lines both ways, and whom it left over."""

    lines: Mapping[tuple[int, int], Any]
    of_request: Mapping[int, tuple[int, ...]]
    of_person: Mapping[int, int]
    known: frozenset[int]

    @classmethod
    def of(cls, plan: AllocationPlan) -> _Held:
        """Two queries."""
        columns = ("request_id", "seat", "nomination_id", "source", "reason")
        rows = list(PlanLine.objects.filter(plan=plan).order_by("request_id", "seat").values_list(*columns))
        of_request: dict[int, list[int]] = defaultdict(list)
        for request, _seat, who, *_rest in rows:
            of_request[request].append(who)
        left = PlanGap.objects.filter(plan=plan, nomination__isnull=False).order_by()
        placed = {who for _request, _seat, who, *_rest in rows}
        return cls(
            {(request, who): (seat, source, reason) for request, seat, who, source, reason in rows},
            {request: tuple(held) for request, held in of_request.items()},
            {who: request for request, _seat, who, *_rest in rows},
            frozenset(placed | set(left.values_list("nomination_id", flat=True))),
        )


def compare(plan: AllocationPlan, other: AllocationPlan) -> list[Change]:
    """Return what is different in `plan` from `other`, place by place. A constant number of queries."""
    now, was = _Held.of(plan), _Held.of(other)
    pairs = list(_different(now, was))
    reasons = [now.lines[request, new][2] for request, _old, new in pairs if new]
    gaps = dict(
        PlanGap.objects.filter(plan=plan, request__in={request for request, old, new in pairs if not new})
        .order_by()
        .values_list("request_id", "reason")
    )
    told = [
        {
            "request": request,
            "nomination": [old, new],
            "placed_at": [now.of_person.get(old or 0), was.of_person.get(new or 0)],
        }
        for request, old, new in pairs
    ]
    names = Names.read(plan, [*told, *reasons, *gaps.values()])
    asked = _Asked(plan, other, now, was, gaps, names, {request for request, _old, _new in pairs})
    return sorted(
        (asked.change(request, old, new) for request, old, new in pairs),
        key=lambda each: (each.unit, each.request_id, each.seat),
    )


def _different(now: _Held, was: _Held) -> Any:
    """Yield (request, who had the place, who has it): people who stay are left out, the others paired in order."""
    for request in sorted(now.of_request.keys() | was.of_request.keys()):
        here, there = now.of_request.get(request, ()), was.of_request.get(request, ())
        came = [who for who in here if who not in there]
        went = [who for who in there if who not in here]
        for n in range(max(len(came), len(went))):
            yield request, went[n] if n < len(went) else None, came[n] if n < len(came) else None


class _Asked:
    """Why one place is filled otherwise, asked place by place."""

    def __init__(
        self,
        plan: AllocationPlan,
        other: AllocationPlan,
        now: _Held,
        was: _Held,
        gaps: Mapping[int, Mapping[str, Any]],
        names: Names,
        requests: set[int],
    ) -> None:
        self.now, self.was, self.gaps, self.names = now, was, gaps, names
        self.computed = other.solved_at is not None
        marks = PlanMark.objects.filter(plan=plan, request__in=requests).order_by()
        self.marks = {
            (request, who): (kind, reason)
            for request, who, kind, reason in marks.values_list("request_id", "nomination_id", "kind", "reason")
        }
        standing = StaffingRequest.objects.standing().filter(pk__in=requests).order_by()
        self.standing = set(standing.values_list("pk", flat=True))
        people = Nomination.objects.standing().filter(pk__in=now.known | was.known).order_by()
        self.people = set(people.values_list("pk", flat=True))

    def change(self, request: int, old: int | None, new: int | None) -> Change:
        unit, speciality = self.names.requests.get(request, (0, ""))
        seat = self.now.lines[request, new][0] if new else self.was.lines[request, old or 0][0]
        return Change(
            request_id=request,
            seat=seat,
            unit=self.names.unit(unit),
            speciality=speciality,
            was=self.names.person(old) if old else "",
            now=self.names.person(new) if new else "",
            why=words.spaced(self._why_gone(request, old), self._why_came(request, old, new)),
        )

    def _why_gone(self, request: int, old: int | None) -> str:
        """Why who had the place has it no more."""
        if old is None:
            return ""
        name = self.names.person(old)
        kind, reason = self.marks.get((request, old), ("", ""))
        if kind == MarkKind.BAN:
            text = (
                _("%(name)s is ruled out here by hand: %(reason)s.")
                if reason
                else _("%(name)s is ruled out here by hand.")
            )
            return text % {"name": name, "reason": reason}
        if old not in self.people:
            return _("%(name)s is not nominated any more.") % {"name": name}
        if request not in self.standing:
            return _("The request does not stand any more.")
        if (elsewhere := self.now.of_person.get(old)) is not None:
            return _("%(name)s goes to %(where)s now.") % {"name": name, "where": self.names.request(elsewhere)}
        return _("%(name)s has no place now.") % {"name": name}

    def _why_came(self, request: int, old: int | None, new: int | None) -> str:
        """Why who has the place has it now, or why nobody has."""
        if new is None:
            return words.gap(self.gaps[request], self.names).result if request in self.gaps else ""
        name = self.names.person(new)
        _seat, source, reason = self.now.lines[request, new]
        if source == LineSource.HAND:
            return _("%(name)s was placed by hand.") % {"name": name}
        if self.marks.get((request, new), ("", ""))[0] == MarkKind.PIN:
            return _("%(name)s is pinned here.") % {"name": name}
        if self.computed and new not in self.was.known:
            return _("%(name)s was nominated since.") % {"name": name}
        against = next((each for each in reason.get("against", ()) if each.get("nomination") == old), None)
        if against and against.get("criterion") and against["criterion"] not in words.DECIDED_BY:
            said = {"name": name, "criterion": self.names.criterion(against["criterion"])}
            return _("“%(criterion)s” speaks for %(name)s.") % said
        return words.decided_by(reason, self.names)
