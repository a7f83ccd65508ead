"""Which figures may be entered: the measures that the program or an adopted policy knows, with their dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from deploy_admin.errors import RuleViolation
from deploy_admin.policies.language import from_json
from deploy_admin.policies.language.measures import DIMENSIONS, Measure, measures
from deploy_admin.policies.models import PolicyVersion


def known_measures() -> dict[str, Measure]:
    """Return the built-in measures and those that a policy ever adopted declares. One query."""
    known = dict(measures())
    declaring = PolicyVersion.objects.ever_adopted().exclude(document__measures=None).order_by("pk")
    for document in declaring.values_list("document", flat=True):
        known |= measures(from_json(document))
    return known


def refuse_unknown(rows: Sequence[Any]) -> None:
    """Refuse a figure whose measure, dimension or code is not known, and a number below zero."""
    known = known_measures()
    for row in rows:
        if (measure := known.get(row.measure)) is None:
            raise RuleViolation(_("No figure is called “%(name)s”.") % {"name": row.measure}, "measure_unknown")
        for name, value in row.cell.items():
            if name not in measure.dimensions:
                raise RuleViolation(
                    _("The figure “%(measure)s” is not broken down by “%(dimension)s”.")
                    % {"measure": row.measure, "dimension": name},
                    "dimension_unknown",
                )
            if value not in DIMENSIONS[name].codes:
                raise RuleViolation(
                    _("“%(value)s” is not a code of “%(dimension)s”.") % {"value": value, "dimension": name},
                    "code_unknown",
                )
        if row.value < 0:
            raise RuleViolation(
                _("A figure is a number of zero or more."), "figure_negative", fields={"value": _("Zero or more.")}
            )
