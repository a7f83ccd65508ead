"""Columns or a line over time as SVG with axis, values and links: attributes only, sharp text at every width.

Places along the axis are percentages and heights are pixels, so a chart is as wide as its place without any script.
What the drawing shows stands beside it as a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Literal

from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

#: Heights in pixels: above the plot the topmost value, below it the months and the years.
HEAD, PLOT, FOOT = 18, 128, 34
AXIS_WIDTH = 46
#: With more points than this only the telling values are written at them; the table has all.
ALL_VALUES = 12
_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


@dataclass(frozen=True, slots=True)
class Point:
    """One place on the axis. `value` None is a gap, never a zero; not `settled` means that it may still change."""

    label: str
    value: Decimal | None
    short: str = ""
    group: str = ""
    url: str = ""
    settled: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn: the title says what the reader should take from it, `what` names the measure."""

    title: str
    what: str
    points: Sequence[Point]
    kind: Literal["columns", "line"] = "columns"
    unit: str = ""
    decimals: int = 0
    #: The usual range, drawn behind as a band, and what it is called.
    band: tuple[Decimal, Decimal] | None = None
    band_label: str = ""
    url: str = ""
    #: Where the axis begins; columns always stand on zero.
    floor: Decimal = Decimal(0)

    @property
    def known(self) -> list[tuple[int, Decimal]]:
        """The points that have a value, with their places."""
        return [(place, point.value) for place, point in enumerate(self.points) if point.value is not None]

    @property
    def has_open(self) -> bool:
        """Whether any value may still change."""
        return any(point.value is not None and not point.settled for point in self.points)

    def written(self, value: Decimal) -> str:
        """Return a value as it is read."""
        return written(value, self.decimals)

    @property
    def rows(self) -> list[tuple[Point, str]]:
        """The table beside the drawing: each point with its value in words."""
        return [(point, "—" if point.value is None else self.written(point.value)) for point in self.points]

    def said(self, point: Point) -> str:
        """Return one point as a sentence, for those who do not see the drawing."""
        value = _("nothing entered") if point.value is None else f"{self.written(point.value)} {self.unit}".strip()
        return " · ".join(part for part in (f"{point.label}: {value}", point.note) if part)


def written(value: Decimal, decimals: int) -> str:
    """Return a number with its thousands set apart and no more places than it needs."""
    rounded = round(value, decimals).normalize()
    places = max(-int(rounded.as_tuple().exponent), 0)
    return number_format(rounded, places, use_l10n=True, force_grouping=True)


def ticks(highest: Decimal, most: int = 4, *, whole: bool = False) -> list[Decimal]:
    """Return round numbers from zero to at least `highest`, in at most `most` equal steps; `whole` ones for counts."""
    if highest <= 0:
        return [Decimal(0), Decimal(1)]
    rough = highest / most
    scale = Decimal(10) ** rough.adjusted()
    steps = [size * scale for size in (*_STEPS, *(10 * size for size in _STEPS))]
    step = next(each for each in steps if each >= rough and not (whole and each % 1))
    count = int((highest / step).to_integral_value(ROUND_CEILING))
    return [step * n for n in range(count + 1)]


def axis(chart: Chart) -> SafeString:
    """Draw the numbers of the axis, a narrow picture of its own so that its width never changes."""
    marks = _marks(chart)
    labels = format_html_join(
        "",
        '<text class="ch-t" x="{}" y="{}" text-anchor="end">{}</text>',
        ((AXIS_WIDTH - 8, f"{_y(mark, marks) + Decimal(4):.1f}", written(mark, 2)) for mark in marks),
    )
    return format_html(
        '<svg class="ch-axis" width="{}" height="{}" aria-hidden="true">{}</svg>',
        AXIS_WIDTH,
        HEAD + PLOT + FOOT,
        labels,
    )


def plot(chart: Chart) -> SafeString:
    """Draw grid, usual range, columns or line, values, months; every point that has an address is a link."""
    marks = _marks(chart)
    parts = [
        _grid(marks),
        _band(chart, marks),
        _line(chart, marks) if chart.kind == "line" else "",
        *(_point(chart, place, marks) for place in range(len(chart.points))),
    ]
    return format_html(
        '<svg class="ch-plot" width="100%" height="{}" role="group" aria-label="{}">{}</svg>',
        HEAD + PLOT + FOOT,
        chart.title,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


def _marks(chart: Chart) -> list[Decimal]:
    values = [value for _place, value in chart.known]
    if chart.band is not None:
        values.append(chart.band[1])
    lowest = chart.floor if chart.kind == "line" else Decimal(0)
    return [lowest + mark for mark in ticks(max(values, default=lowest) - lowest, whole=not chart.decimals)]


def _y(value: Decimal, marks: Sequence[Decimal]) -> Decimal:
    """Return the height of a value; what lies below the axis lies on it."""
    lowest, top = marks[0], marks[-1]
    return HEAD + PLOT - PLOT * max(value - lowest, Decimal(0)) / (top - lowest)


def _share(place: Decimal, count: int) -> str:
    """Return a place among `count` equal ones as a percentage of the width."""
    return f"{place * 100 / count:.2f}%"


def _middle(chart: Chart, place: int) -> str:
    return _share(place + Decimal("0.5"), len(chart.points))


def _grid(marks: Sequence[Decimal]) -> SafeString:
    return format_html_join(
        "",
        '<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>',
        (("ch-base" if mark == marks[0] else "ch-grid", y := f"{_y(mark, marks):.1f}", y) for mark in marks),
    )


def _band(chart: Chart, marks: Sequence[Decimal]) -> SafeString:
    if chart.band is None:
        return SafeString("")
    upper, lower = _y(chart.band[1], marks), _y(chart.band[0], marks)
    return format_html(
        '<rect class="ch-band" x="0" width="100%" y="{}" height="{}"/>',
        f"{upper:.1f}",
        f"{max(lower - upper, Decimal(1)):.1f}",
    )


def _line(chart: Chart, marks: Sequence[Decimal]) -> SafeString:
    """Join neighbours that both have a value; a stretch to a value that may change is dashed."""
    return format_html_join(
        "",
        '<line class="ch-line{}" x1="{}" y1="{}" x2="{}" y2="{}"/>',
        (
            (
                "" if chart.points[left].settled and chart.points[right].settled else " ch-open",
                _middle(chart, left),
                f"{_y(first, marks):.1f}",
                _middle(chart, right),
                f"{_y(second, marks):.1f}",
            )
            for (left, first), (right, second) in pairwise(chart.known)
            if right == left + 1
        ),
    )


def _point(chart: Chart, place: int, marks: Sequence[Decimal]) -> SafeString:
    """Draw one place: its mark and value, its month, and the link over its whole height."""
    point = chart.points[place]
    parts = [_month(chart, place)]
    if point.value is not None:
        parts += [_mark(chart, place, point.value, marks), _value(chart, place, point.value, marks)]
    drawn = format_html_join("", "{}", ((part,) for part in parts))
    if not point.url:
        return drawn
    return format_html(
        '<a href="{}" aria-label="{}"><title>{}</title>'
        '<rect class="ch-hit" x="{}" width="{}" y="0" height="{}"/>{}</a>',
        point.url,
        said := chart.said(point),
        said,
        _share(Decimal(place), len(chart.points)),
        _share(Decimal(1), len(chart.points)),
        HEAD + PLOT + FOOT,
        drawn,
    )


def _mark(chart: Chart, place: int, value: Decimal, marks: Sequence[Decimal]) -> SafeString:
    css = "" if chart.points[place].settled else " ch-open"
    y = _y(value, marks)
    if chart.kind == "line":
        return format_html('<circle class="ch-dot{}" cx="{}" cy="{}" r="4"/>', css, _middle(chart, place), f"{y:.1f}")
    return format_html(
        '<rect class="ch-col{}" x="{}" width="{}" y="{}" height="{}"/>',
        css,
        _share(place + Decimal("0.22"), len(chart.points)),
        _share(Decimal("0.56"), len(chart.points)),
        f"{y:.1f}",
        f"{HEAD + PLOT - y:.1f}",
    )


def _telling(chart: Chart) -> set[int]:
    """Return the places whose values are always written: the last and the highest."""
    known = chart.known
    return {known[-1][0], max(known, key=lambda pair: pair[1])[0]} if known else set()


def _value(chart: Chart, place: int, value: Decimal, marks: Sequence[Decimal]) -> SafeString:
    telling = place in _telling(chart)
    if not telling and len(chart.points) > ALL_VALUES:
        return SafeString("")
    return format_html(
        '<text class="ch-v{}" x="{}" y="{}" text-anchor="middle">{}</text>',
        "" if telling else " ch-minor",
        _middle(chart, place),
        f"{_y(value, marks) - 7:.1f}",
        chart.written(value),
    )


def _month(chart: Chart, place: int) -> SafeString:
    """Write the month under its place, and the year where one begins."""
    point = chart.points[place]
    crowded = len(chart.points) > ALL_VALUES and place % 2
    below = HEAD + PLOT
    month = format_html(
        '<text class="ch-t{}" x="{}" y="{}" text-anchor="middle">{}</text>',
        " ch-minor" if crowded else "",
        _middle(chart, place),
        below + 15,
        point.short or point.label,
    )
    if not point.group or (place and chart.points[place - 1].group == point.group):
        return month
    # Where the next year begins at once, the first steps back on a narrow screen.
    ends_soon = not place and any(each.group != point.group for each in chart.points[1:3])
    year = format_html(
        '<text class="ch-t{}" x="{}" y="{}" text-anchor="middle">{}</text>',
        " ch-minor" if ends_soon and len(chart.points) > ALL_VALUES else "",
        _middle(chart, place),
        below + 29,
        point.group,
    )
    return format_html("{}{}", month, year)
