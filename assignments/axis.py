"""The days of one assignment drawn to scale: served, left, lengthened, leave, absences; made of attributes only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from assignments.models import Assignment

WIDE, EDGE = 1000, 8
ONE_DAY = timedelta(days=1)
#: So many months are named each; a longer stay names every third.
NAMED_EACH = 15


class Scale:
    """Days from the month of the first to the month after the last, in the drawing's units."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first.replace(day=1)
        self.last = (last.replace(day=28) + timedelta(days=4)).replace(day=1)
        self.step = (WIDE - 2 * EDGE) / max((self.last - self.first).days, 1)

    def x(self, day: date) -> str:
        return f"{EDGE + (min(max(day, self.first), self.last) - self.first).days * self.step:.1f}"

    def width(self, first: date, last: date) -> str:
        """Return the width of the days from one to another, both included; what is short stays visible."""
        return f"{max(((last - first).days + 1) * self.step, 3):.1f}"

    def months(self) -> list[date]:
        found = [self.first]
        while (after := (found[-1] + timedelta(days=32)).replace(day=1)) < self.last:
            found.append(after)
        return found


@dataclass(frozen=True)
class Mark:
    """What is drawn below the bar: leave as a block of its days, an absence and an inspection as shapes."""

    kind: str
    first: date
    last: date
    label: str


def axis(row: Assignment, marks: Iterable[Mark], today: date) -> SafeString:
    """Return the drawing; whoever does not see it is told the same in one sentence."""
    scale = Scale(row.starts_on, max(row.ends_on, row.term_ends_on))
    parts = [*_months(scale), *_bar(scale, row, today), *_marks(scale, marks)]
    if scale.first <= today < scale.last:
        parts.append(
            format_html(
                '<line class="g-now" x1="{0}" x2="{0}" y1="16" y2="92"/>'
                '<text class="g-nowt" x="{0}" y="104" text-anchor="middle">{1}</text>',
                scale.x(today),
                _("today"),
            )
        )
    label = _("From %(first)s to %(last)s; the term by itself ends on %(term)s.") % {
        "first": row.starts_on.isoformat(),
        "last": row.ends_on.isoformat(),
        "term": row.term_ends_on.isoformat(),
    }
    return format_html(
        '<svg class="gantt" viewBox="0 0 1000 108" role="img" aria-label="{}">{}</svg>',
        label,
        mark_safe("".join(parts)),  # noqa: S308 -- each part was escaped when it was made
    )


def _months(scale: Scale) -> list[SafeString]:
    months = scale.months()
    every = 1 if len(months) <= NAMED_EACH else 3
    found = []
    for n, month in enumerate(months):
        name = f"{month:%Y-%m}" if n == 0 or month.month == 1 else f"{month:%m}"
        shown = name if n % every == 0 else ""
        found.append(
            format_html(
                '<line class="gl" x1="{0}" x2="{0}" y1="16" y2="92"/><text class="gt" x="{0}" y="11">{1}</text>',
                scale.x(month),
                shown,
            )
        )
    return found


def _bar(scale: Scale, row: Assignment, today: date) -> list[SafeString]:
    """Draw what is served, what is left, and what the term was lengthened by."""
    begun = row.arrived_at is not None or row.is_imported
    served = min(today, row.ends_on) if begun and today >= row.starts_on else None
    rest = served + ONE_DAY if served else row.starts_on
    term = min(row.term_ends_on, row.ends_on)
    found: Sequence[tuple[str, date, date]] = [
        *([("g-served", row.starts_on, served)] if served else []),
        *([("g-rest", rest, term)] if rest <= term else []),
        *([("g-ext", max(rest, term + ONE_DAY), row.ends_on)] if row.ends_on >= max(rest, term + ONE_DAY) else []),
    ]
    return [
        format_html(
            '<rect class="{}" x="{}" y="24" width="{}" height="20"/>', css, scale.x(first), scale.width(first, last)
        )
        for css, first, last in found
    ]


def _marks(scale: Scale, marks: Iterable[Mark]) -> list[SafeString]:
    found = []
    for mark in marks:
        x, told = scale.x(mark.first), f"{mark.label} {mark.first.isoformat()}"
        if mark.kind == "leave":
            block = '<rect class="g-lv" x="{}" y="56" width="{}" height="16"><title>{}</title></rect>'
            found.append(format_html(block, x, scale.width(mark.first, mark.last), told))
        elif mark.kind == "absence":
            found.append(format_html('<path class="g-abs" d="M{} 56l7 15h-14z"><title>{}</title></path>', x, told))
        else:
            circle = '<circle class="g-insp" cx="{}" cy="64" r="6"><title>{}</title></circle>'
            found.append(format_html(circle, x, told))
    return found


def legend() -> SafeString:
    """Return what the colours and shapes mean."""
    words = [
        ("lgs", _("served")),
        ("lgs k-rest", _("still to come")),
        ("lgs k-ext", _("extended")),
        ("lgs k-lv", _("leave")),
        ("lgs k-abs", _("absence")),
    ]
    return format_html_join(" ", '<span><i class="{}"></i>{}</span>', words)
