"""The list of feedback letters: the unreceived first, by month, unit and receipt; and whom to remind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import BooleanField, Count, ExpressionWrapper, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appraisals.feedback.telling import receive_by
from appraisals.models import FeedbackLetter
from appraisals.states import ReleaseKind
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.http import PAGE_ROWS
from deploy_admin.months import Month
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Institution

#: A reminder names so many units; whoever owes more is chosen by month first.
NAMED = 200
_RECEIVED = ExpressionWrapper(Q(received_at__isnull=False), output_field=BooleanField())


@dataclass(frozen=True, slots=True)
class Line:
    """One letter as the list says it."""

    letter: Any
    authority: str
    sending: str
    kind: str
    receive_by: date | None
    is_late: bool

    @property
    def number(self) -> str:
        return str(self.letter.paper.number)


class LetterList:
    """One look at the letters: filters from the address, rows by the page."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor, self.today = actor, clock.today()
        self.visible = FeedbackLetter.objects.visible_to(actor)
        self.month = _month(data.get("month", ""))
        self.received = data.get("received", "") if data.get("received") in ("yes", "no") else ""
        unit = data.get("unit", "")
        self.unit = int(unit) if unit.isdecimal() and len(unit) < 19 else None

    @property
    def asked(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.month or self.received or self.unit)

    @property
    def receives(self) -> bool:
        """Whether the actor receives letters here."""
        return self.actor.can(Permission.FEEDBACK_RECEIVE) and self.actor.reach is Reach.UNIT

    @cached_property
    def _narrowed(self) -> Any:
        rows = self.visible
        if self.month is not None:
            rows = rows.filter(month=self.month.first)
        return rows.filter(sending_unit=self.unit) if self.unit else rows

    @cached_property
    def counts(self) -> Counter[str]:
        """How many letters are received, and how many not. One query."""
        waiting = Count("pk", filter=Q(received_at__isnull=True))
        found = self._narrowed.order_by().aggregate(no=waiting, all=Count("pk"))
        return Counter(no=found["no"], yes=found["all"] - found["no"])

    @property
    def unreceived(self) -> int:
        return self.counts["no"]

    @property
    def chips(self) -> list[dict[str, Any]]:
        labels = {"no": _("not received"), "yes": _("received")}
        shapes = {"no": "warn", "yes": "ok"}
        return [
            {"value": value, "label": label, "count": self.counts[value], "shape": shapes[value]}
            for value, label in labels.items()
            if self.counts[value]
        ]

    @property
    def rows(self) -> Any:
        """The letters asked for, the unreceived first."""
        rows = self._narrowed
        if self.received:
            rows = rows.filter(received_at__isnull=self.received == "no")
        rows = rows.select_related("paper").defer("paper__content")
        return rows.order_by(_RECEIVED, "-month", "sending_unit_id", "-sequence")

    @cached_property
    def months(self) -> list[date]:
        """The months that have any letter, the latest first."""
        return list(self.visible.order_by("-month").values_list("month", flat=True).distinct())

    def page(self, number: str | None) -> Page[Any]:
        """Return a page of lines."""
        page: Any = Paginator(self.rows, PAGE_ROWS).get_page(number)
        page.object_list = self.lines(list(page.object_list))
        found: Page[Any] = page
        return found

    def lines(self, letters: Sequence[Any]) -> list[Line]:
        """Return the lines of these letters. Two queries."""
        units = {unit for letter in letters for unit in (letter.authority_id, letter.sending_unit_id)}
        names = Institution.objects.filter(pk__in=units).named(self.today)
        found, calendar = [], work_calendar()
        for letter in letters:
            due = receive_by(letter, calendar) if letter.received_at is None else None
            found.append(
                Line(
                    letter=letter,
                    authority=names.get(letter.authority_id, ""),
                    sending=names.get(letter.sending_unit_id, ""),
                    kind=kind_words(letter),
                    receive_by=due,
                    is_late=due is not None and due < self.today,
                )
            )
        return found

    def reminder(self) -> str:
        """Return the text to copy into the group chat: who has not received which letter."""
        rows = self._narrowed.unreceived().select_related("paper").defer("paper__content")
        lines = self.lines(list(rows.order_by("month", "sending_unit_id", "sequence")[:NAMED]))
        if not lines or self.receives:
            return ""
        named = [
            _("%(unit)s (%(month)s, %(number)s)")
            % {
                "unit": line.sending,
                "month": f"{line.letter.month:%Y-%m}",
                "number": line.number or _("no number yet"),
            }
            for line in lines
        ]
        return _("Feedback letters not received yet: %(letters)s. Please sign in and confirm receipt.") % {
            "letters": _("; ").join(named)
        }

    def export(self) -> tuple[list[str], Iterator[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            _("Month"), _("Document number"), pgettext("letter", "Kind"), _("Authority"), _("Sending unit"),
            pgettext("letter", "People"), _("Date of the letter"), _("Received on"), _("Received by"),
        ]  # fmt: skip
        return head, (_cells(line) for line in self.lines(list(self.rows)))


def kind_words(letter: FeedbackLetter) -> str:
    """Return what the letter is: the first about the month, one that adds to it, one that puts it right."""
    return {
        ReleaseKind.FIRST: pgettext("letter", "first letter"),
        ReleaseKind.SUPPLEMENT: pgettext("letter", "supplement"),
        ReleaseKind.CORRECTION: pgettext("letter", "correction"),
    }[ReleaseKind(letter.kind)]


def _cells(line: Line) -> list[Any]:
    letter = line.letter
    return [
        f"{letter.month:%Y-%m}", line.number, line.kind, line.authority, line.sending, letter.people,
        letter.paper.dated_on, letter.received_at.date() if letter.received_at else None, letter.received_by_name,
    ]  # fmt: skip


def _month(text: str) -> Month | None:
    try:
        return Month.parse(text) if text else None
    except ValueError:
        return None
