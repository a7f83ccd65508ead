"""The specialities that are known by name: of people on rosters, of speciality programmes, of earlier requests."""

from __future__ import annotations

from assignments.models import StaffingRequest
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.models import SpecialityProgramme

#: So many are offered while one types.
OFFERED = 200


def known() -> list[str]:
    """Return the names that are written somewhere, in order."""
    found: set[str] = set()
    for rows in (HealthWorker.objects.all(), SpecialityProgramme.objects.all(), StaffingRequest.objects.all()):
        names = rows.exclude(speciality="").order_by().values_list("speciality", flat=True).distinct()
        found |= {name.strip() for name in names[:OFFERED]}
    return sorted(found - {""})[:OFFERED]
