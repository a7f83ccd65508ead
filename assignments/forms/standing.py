"""Forms of service credit: what an authority files of a short piece."""

from __future__ import annotations

from assignments.forms.assignments import DAY, AssignmentForm, BasisFields
from deploy_admin.people.forms.fields import day


class FileShortForm(BasisFields, AssignmentForm):
    """On which day, and on what basis, a short piece counts."""

    on = day(DAY)
    field_order = ["on", "deciding_body", "meeting_on", "document", "document_number", "document_date", "scan"]
