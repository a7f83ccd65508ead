"""What a person's record still lacks of what the schemes ask for: each gap as a condition and a name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from deploy_admin.people.models import Licence, Title

#: Who is asked for a licence to practise: the others have none to hold.
LICENSED_STAFF = ("physician", "nursing")


@dataclass(frozen=True)
class Gap:
    """One thing that may be missing, as people call it."""

    code: str
    label: str | Promise


GAPS = (
    Gap("national_id", _("ID number")),
    Gap("staff_category", _("staff category")),
    Gap("employment_mode", _("establishment kind")),
    Gap("hired_on", _("date of hire")),
    Gap("licence", _("licence of a physician or nurse")),
    Gap("licence_number", _("licence number")),
    Gap("title", _("professional title")),
    Gap("speciality", _("speciality")),
    Gap("education", _("education")),
)


def choices() -> list[tuple[str, Any]]:
    """Return (code, label) for a form."""
    return [(gap.code, gap.label) for gap in GAPS]


def conditions(on: date) -> Mapping[str, Q]:
    """Return by gap's code the condition on health workers with their employment joined."""
    held = Licence.objects.filter(Q(ended_on__isnull=True) | Q(ended_on__gte=on), worker=OuterRef("pk"))
    titles = Title.objects.filter(Q(revoked_on__isnull=True) | Q(revoked_on__gt=on), worker=OuterRef("pk"))
    return {
        "national_id": Q(id_masked=""),
        "staff_category": Q(employment__staff_category=""),
        "employment_mode": Q(employment__employment_mode=""),
        "hired_on": Q(employment__hired_on__isnull=True),
        "licence": Q(employment__staff_category__in=LICENSED_STAFF) & ~Q(Exists(held)),
        "licence_number": Q(Exists(held.filter(number=""))),
        "title": ~Q(Exists(titles)),
        "speciality": Q(speciality=""),
        "education": Q(education=""),
    }


def flag(condition: Q) -> Case:
    """Return the condition as a column that is true or false."""
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def is_set(name: str) -> Q:
    """Return the condition that such a column is true."""
    return Q(**{name: True})
