"""Requests on one side and people on the other: each filtered by itself, one chosen, the other placed with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from assignments.allocation import filters, reading
from assignments.allocation.rows import Candidate, LeftRow, Place, RequestChoice
from assignments.allocation.views_frame import Frame, run
from assignments.allocation.views_looking import drawn, nomination_of, request_of
from assignments.models import AllocationPlan, Nomination, StaffingRequest
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import is_part

#: What either list is narrowed by: requests by text, district, also filled ones; people by text, also placed ones.
FILTERS = ("rq", "rd", "rs", "pq", "ps")


@dataclass(frozen=True)
class Item:
    """One entry of either list: what it is, who or what is on it already, what speaks for and against it."""

    key: int
    title: str
    about: str
    below: str
    #: Who sits on the request's place; where the person is placed.
    taken: str = ""
    instead: int = 0
    picked: bool = False
    #: Against what was chosen on the other side, where something was.
    against: Candidate | RequestChoice | None = None

    @property
    def possible(self) -> bool:
        return self.against is None or self.against.possible


class Lists:
    """Both lists as they were filtered, and what is chosen."""

    def __init__(
        self, frame: Frame, asked: Mapping[str, str], wanted: StaffingRequest | None, nomination: Nomination | None
    ) -> None:
        self.frame, self.asked, self.wanted, self.nomination = frame, asked, wanted, nomination
        self.plan: AllocationPlan = frame.plan

    # ------------------------------------------------------------ what was asked for

    @property
    def request_text(self) -> str:
        return self.asked.get("rq", "").strip()

    @property
    def people_text(self) -> str:
        return self.asked.get("pq", "").strip()

    @property
    def every_request(self) -> bool:
        return self.asked.get("rs") == "all"

    @property
    def everybody(self) -> bool:
        return self.asked.get("ps") == "all"

    @property
    def kept(self) -> str:
        """The filters as an address keeps them."""
        return urlencode({name: self.asked[name] for name in FILTERS if self.asked.get(name)})

    @property
    def kept_on(self) -> str:
        """The same, to follow something else in an address."""
        return f"&{self.kept}" if self.kept else ""

    @property
    def clear(self) -> str:
        """This page with the same filters, and nothing chosen."""
        return f"{reverse('assignments:plan_lists', args=[self.plan.pk])}{'?' if self.kept else ''}{self.kept}"

    @property
    def chosen(self) -> str:
        """What is chosen, in words; nothing where nothing is."""
        if self.nomination is not None:
            return str(self.nomination.worker.name)
        if self.wanted is not None:
            place = next((item.title + " · " + item.about for item in self.requests if item.picked), "")
            return place or self.wanted.speciality
        return ""

    # ------------------------------------------------------------ requests

    @cached_property
    def _board(self) -> reading.Board:
        asked = {
            "q": self.request_text,
            "district": self.asked.get("rd", ""),
            "show": "" if self.every_request else "unfilled",
        }
        return reading.Board(self.plan, self.frame.actor, asked)

    @cached_property
    def requests(self) -> list[Item]:
        """The places, or the requests with what speaks for the person chosen."""
        if self.nomination is not None:
            found = reading.requests_for(self.plan, self.nomination, self.request_text)
            kept = [choice for choice in found if self.every_request or not choice.full]
            return [self._choice(choice) for choice in kept[: filters.LISTED]]
        rows = list(self._board.rows)
        chosen = self.wanted.pk if self.wanted is not None else 0
        if chosen and all(row.request_id != chosen for row in rows[: filters.LISTED]):
            # What is chosen stays in sight, whatever the filter says.
            every = reading.Board(self.plan, self.frame.actor, {}).rows
            rows = [next(row for row in every if row.request_id == chosen), *rows]
        return [self._place(place, chosen) for place in self._board.detail(rows[: filters.LISTED])]

    @property
    def more_requests(self) -> int:
        return 0 if self.nomination is not None else max(0, len(self._board.rows) - filters.LISTED)

    def _place(self, place: Place, chosen: int) -> Item:
        return Item(
            place.request_id, place.speciality, place.unit, filters.asks(place), taken=place.person,
            instead=place.nomination_id or 0, picked=place.request_id == chosen,
        )  # fmt: skip

    @staticmethod
    def _choice(choice: RequestChoice) -> Item:
        below = _("%(filled)d of %(n)d filled") % {"filled": choice.filled, "n": choice.number}
        return Item(
            choice.request_id, choice.speciality, choice.unit, below, taken=", ".join(choice.people), against=choice
        )

    # ------------------------------------------------------------ people

    @cached_property
    def _left(self) -> list[LeftRow]:
        return list(reading.left(self.plan, self.frame.actor, {"q": self.people_text}))

    @cached_property
    def people(self) -> list[Item]:
        """The people without a place, also the others where asked for; or those for the request chosen."""
        if self.wanted is not None:
            found = reading.candidates(self.plan, self.wanted, self.people_text)
            kept = [one for one in found if self.everybody or one.placed_request_id is None]
            return [self._candidate(one) for one in kept[: filters.LISTED]]
        chosen = self.nomination.pk if self.nomination is not None else 0
        items = [
            Item(row.nomination_id, row.person, row.person_about, row.sender, picked=row.nomination_id == chosen)
            for row in self._left
        ]
        if (self.everybody or chosen) and len(items) < filters.LISTED:
            items += self._placed(chosen)
        items.sort(key=lambda item: not item.picked)
        return items[: filters.LISTED]

    def _placed(self, chosen: int) -> list[Item]:
        board = reading.Board(self.plan, self.frame.actor, {"q": self.people_text if self.everybody else ""})
        rows = [row for row in board.rows if row.nomination_id and (self.everybody or row.nomination_id == chosen)]
        return [
            Item(
                place.nomination_id or 0, place.person, place.person_about, place.sender,
                taken=f"{place.unit} · {place.speciality}", picked=place.nomination_id == chosen,
            )
            for place in board.detail(rows[: filters.LISTED])
        ]  # fmt: skip

    @property
    def more_people(self) -> int:
        return 0 if self.wanted is not None else max(0, len(self._left) - filters.LISTED)

    @staticmethod
    def _candidate(one: Candidate) -> Item:
        return Item(one.nomination_id, one.person, one.about, one.sender, taken=one.placed_at, against=one)


@require_GET
@requires(Permission.ALLOCATION_PLAN)
def plan_lists(request: ActorRequest, pk: int) -> HttpResponse:
    """Show both lists side by side; what is chosen on one is weighed against everything on the other."""
    held = run(request.actor, pk)
    asked = request.GET.dict()
    wanted = request_of(held, asked.get("request"))
    nomination = None if wanted is not None else nomination_of(held, asked.get("nomination"))
    frame = Frame(held, request.actor)
    return drawn(request, "assignments/allocation_lists.html", _context(request, frame, asked, wanted, nomination))


def _context(
    request: HttpRequest,
    frame: Frame,
    asked: dict[str, str],
    wanted: StaffingRequest | None,
    nomination: Nomination | None,
) -> dict[str, Any]:
    lists = Lists(frame, asked, wanted, nomination)
    return {
        "frame": frame,
        "asked": asked,
        "part": is_part(request),
        "lists": lists,
        "wanted": wanted,
        "nomination": nomination,
        "districts": filters.offered(frame.board.districts),
        "back": lists.clear,
    }
