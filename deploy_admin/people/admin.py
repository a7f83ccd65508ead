"""People's records in the admin site: to look at, never to write, and of ID numbers the masked form alone.

What keeps somebody away is not among them: who is ill or pregnant is told to the own unit and its authority, not to
whoever runs the machine.
"""

from __future__ import annotations

from django.contrib import admin

from deploy_admin.audit.admin import ReadOnly
from deploy_admin.people.models import (
    Employment,
    HealthWorker,
    HeldDocument,
    Licence,
    Merge,
    Recognition,
    RecordedEvent,
    Title,
    ToldApart,
    TransferRequest,
)


@admin.register(HealthWorker)
class HealthWorkerAdmin(ReadOnly):
    list_display = ("number", "name", "id_masked", "sex", "birth_month", "merged_into", "updated_at")
    search_fields = ("number", "name", "initials")
    list_select_related = ("merged_into",)
    #: Sealed, hashed, and the day of birth, which is shown with the whole number only.
    exclude = ("id_sealed", "id_digest", "born_on")


@admin.register(Employment)
class EmploymentAdmin(ReadOnly):
    list_display = ("worker", "institution_id", "department", "staff_category", "valid_from", "valid_to", "is_current")
    list_filter = ("staff_category", "employment_mode", "is_current")
    list_select_related = ("worker",)


@admin.register(Title)
class TitleAdmin(ReadOnly):
    list_display = ("worker", "code", "level", "scope", "qualified_on", "appointed_on", "revoked_on")
    list_filter = ("series", "level", "scope")
    list_select_related = ("worker",)


@admin.register(Licence)
class LicenceAdmin(ReadOnly):
    list_display = ("worker", "kind", "practice_category", "issued_on", "ended_on")
    list_filter = ("kind", "practice_category")
    list_select_related = ("worker",)


@admin.register(HeldDocument)
class HeldDocumentAdmin(ReadOnly):
    list_display = ("worker", "name", "issued_on", "valid_to")
    list_select_related = ("worker",)


@admin.register(Recognition)
class RecognitionAdmin(ReadOnly):
    list_display = ("worker", "kind", "served_from", "served_to", "state", "decided_by_name")
    list_filter = ("kind", "state")
    list_select_related = ("worker",)


@admin.register(RecordedEvent)
class RecordedEventAdmin(ReadOnly):
    list_display = ("worker", "kind", "happened_on", "withdrawn_at")
    list_filter = ("kind",)
    list_select_related = ("worker",)


@admin.register(TransferRequest)
class TransferRequestAdmin(ReadOnly):
    list_display = ("worker", "from_institution_id", "to_institution_id", "first_day", "state", "answered_by_name")
    list_filter = ("state",)
    list_select_related = ("worker",)


@admin.register(Merge)
class MergeAdmin(ReadOnly):
    list_display = ("worker", "dropped", "by_name", "at", "reason")
    list_select_related = ("worker", "dropped")
    exclude = ("kept",)  # rows as they were, the personal ones too


@admin.register(ToldApart)
class ToldApartAdmin(ReadOnly):
    list_display = ("first", "second", "recorded_by_name", "recorded_at")
    list_select_related = ("first", "second")
