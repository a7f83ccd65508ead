"""Small SVG drawings, made of attributes only: the policy on styles forbids style=."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

#: the scale ends a little beyond the largest number, so that the tick at 100 % stays inside
HEADROOM = Decimal("1.12")
TRACK = SafeString('<rect class="bar-track" y="3" width="100" height="8"/>')
UNDETERMINED = SafeString('<rect class="bar-und" x="0.5" y="3.5" width="99" height="7"/>')


def _x(value: int, full: Decimal) -> str:
    return f"{Decimal(value) * 100 / full:.2f}" if full else "0"


def bar(
    required: int | None,
    counted: int,
    nominated: int | None,
    forecast: int | None,
    *,
    undetermined: bool,
    pending: bool = False,
) -> SafeString:
    """Counted solid, nominated beyond it paler, the rest of what is required dashed, a tick where it is reached.

    While nothing has been counted (`pending`) there is no gap to show.
    """
    svg = '<svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    if undetermined or required is None:
        label = _("Required is undetermined, %(counted)s counted") % {"counted": counted}
        return format_html(svg, label, UNDETERMINED)
    named = max(nominated or 0, counted)
    full = Decimal(max(required, named, forecast or 0, 1)) * HEADROOM
    parts = [TRACK]
    if named > counted:
        parts.append(
            format_html(
                '<rect class="bar-b" x="{}" y="3" width="{}" height="8"/>',
                _x(counted, full),
                _x(named - counted, full),
            )
        )
    if counted:
        parts.append(format_html('<rect class="bar-a" y="3" width="{}" height="8"/>', _x(counted, full)))
    if required > named and not pending:
        parts.append(
            format_html(
                '<rect class="bar-gap" x="{}" y="3.5" width="{}" height="7"/>',
                _x(named, full),
                _x(required - named, full),
            )
        )
    parts.append(format_html('<line class="bar-goal" x1="{0}" x2="{0}" y1="0" y2="14"/>', _x(required, full)))
    if forecast is not None:
        parts.append(format_html('<line class="bar-fc" x1="{0}" x2="{0}" y1="2" y2="12"/>', _x(forecast, full)))
    label = _("Required %(required)s, counted %(counted)s, nominated %(nominated)s") % {
        "required": required,
        "counted": counted,
        "nominated": named,
    }
    return format_html(svg, label, format_html_join("", "{}", ((part,) for part in parts)))


def spark(values: Sequence[Any], label: str, goal: Any = None) -> SafeString:
    """A line over its soft area; the scale begins at zero so that a small change does not look like a large one."""
    numbers = [Decimal(str(value)) for value in values]
    if not numbers:
        return format_html("{}", "")
    top = max([*numbers, Decimal(str(goal or 0)), Decimal(1)]) * Decimal("1.1")
    step = Decimal(100) / max(len(numbers) - 1, 1)
    points = " ".join(f"{step * i:.1f},{34 - 34 * value / top:.1f}" for i, value in enumerate(numbers))
    line = SafeString("")
    if goal is not None:
        height = f"{34 - 34 * Decimal(str(goal)) / top:.1f}"
        line = format_html('<line class="spark-g" x1="0" x2="100" y1="{0}" y2="{0}"/>', height)
    return format_html(
        '<svg class="spark" viewBox="0 0 100 34" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polygon class="spark-a" points="0,34 {} 100,34"/>{}<polyline class="spark-l" points="{}"/></svg>',
        label,
        points,
        line,
        points,
    )
