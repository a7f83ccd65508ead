"""The drawn cells of a board's rows: a hundred rows share a few verdicts, levels and bars, so each is drawn once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from deploy_admin.registry.codes import Affiliation
from deploy_admin.ui.shell import url_if_any
from deploy_admin.ui.templatetags import ui
from quotas.models.quotas import Binding, Verdict

#: What the table shows of a row as it stands; nothing is a dash.
PLAIN = (
    "ratio_shown", "nominated", "recognised_year_end", "recognised_final", "shortfall", "forecast",
)  # fmt: skip


def draw(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Return the rows of a page, dressed with their words, as the table writes them. No queries.

    Plain dictionaries, because a template finds a key several times faster than an attribute of a model.
    """
    cells = _Cells()
    pattern = reverse("quotas:detail", args=[0])
    said = _("%(unit)s, %(rule)s: required %(n)s, why")
    people = url_if_any("assignments:who_counts", 0)
    opening = str(ui.opens(people, row=False)) if people else ""
    counted = _("%(unit)s, %(rule)s: %(n)s on post, who counts")
    drawn = []
    for row in rows:
        name = row.unit.name if row.unit else ""
        words = {"unit": name, "rule": row.label, "n": row.required_shown}
        cell: dict[str, Any] = {key: "—" if (held := getattr(row, key)) in (None, "") else held for key in PLAIN}
        cell["on_post"] = "—"
        if row.on_post is not None:
            cell["on_post"] = _opening(row.on_post, opening, row.pk, counted % (words | {"n": row.on_post}))
        cell["name"] = name
        cell["first"] = row.first
        cell["affiliation"] = cells.affiliation(row.unit.affiliation) if row.unit else ""
        cell["label"] = row.label
        cell["scheme"] = row.scheme_name
        cell["css"] = " enc" if row.binding == Binding.ENCOURAGED else ""
        cell["gap_css"] = " short" if row.shortfall and row.counts_as_violation else ""
        cell["base"] = cells.base(row.base_shown, row.provisional)
        cell["ways"] = row.ways
        cell["binding"] = cells.binding(row.binding, row.to_coordinate)
        cell["verdict"] = cells.verdict(row.verdict, row.binding, row.to_coordinate)
        cell["required"] = ui.number(row.required_shown, pattern.replace("0", str(row.pk)), said % words)
        cell["bar"] = cells.bar(row.required, row.recognised, row.nominated, row.forecast, row.is_pending)
        drawn.append(cell)
    return drawn


def _opening(number: int, pattern: str, pk: int, said: str) -> SafeString | int:
    """Return a number that opens who counts; the row as a whole opens why so many are required."""
    if not pattern:
        return number
    address = mark_safe(pattern.replace("/0/", f"/{pk}/"))  # noqa: S308 -- drawn by ui.opens, escaped
    return format_html('<a class="num-open" {} aria-label="{}">{}</a>', address, said, number)


class _Cells:
    """One page's drawn cells, in one language."""

    def __init__(self) -> None:
        self.affiliation = cache(self._affiliation)
        self.base = cache(self._base)
        self.binding = cache(self._binding)
        self.verdict = cache(self._verdict)
        self.bar = cache(self._bar)

    def _affiliation(self, code: str) -> str:
        return str(Affiliation(code).label)

    def _base(self, shown: str, provisional: bool) -> str:
        return format_html('{} <span class="xs dim">{}</span>', shown, _("expected")) if provisional else shown or "—"

    def _binding(self, level: str, to_coordinate: bool) -> SafeString:
        drawn = ui.binding(level, Binding(level).label)
        return format_html("{} {}", drawn, ui.tag(_("to be co-ordinated"))) if to_coordinate else drawn

    def _verdict(self, code: str, level: str, to_coordinate: bool) -> SafeString:
        return ui.verdict(code, Verdict(code).label, level, "coordinate" if to_coordinate else "")

    def _bar(
        self, required: int | None, counted: int | None, nominated: int | None, forecast: int | None, pending: bool
    ) -> SafeString:
        return ui.bar(required, counted, nominated, forecast, pending=pending)
