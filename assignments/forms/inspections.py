"""The forms in front of the services of inspections, corrective orders and sanctions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assignments.forms.assignments import BasisFields, PaperFields
from assignments.kinds import InspectionKind
from assignments.services import sanctions
from deploy_admin.people.forms.fields import UnitField, choice, day, long_text, text, unit_named
from deploy_admin.people.scans import ScanField
from deploy_admin.registry.forms import ActorForm
from deploy_admin.registry.models import Institution


class InspectionFields(PaperFields):
    """What an inspection says of itself."""

    on = day(_("Day"))
    inspectors = text(_("Inspectors"), 200)
    summary = long_text(_("Summary"), 2000, required=False)


class OpenInspectionForm(InspectionFields):
    """The inspection of a unit."""

    unit = UnitField(label=_("Unit"))
    kind = choice(_("Kind"), lambda: InspectionKind.choices)
    field_order = ("unit", "kind", "on", "inspectors", "summary")

    def clean_unit(self) -> Institution:
        return unit_named(self.cleaned_data["unit"], self.actor)


class ChangeInspectionForm(InspectionFields):
    """What is changed while it is open."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("on", "inspectors", "summary")


class VersionForm(ActorForm):
    """A form about something as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class CloseForm(VersionForm):
    """Closing an inspection, people of whom nothing is recorded included where that is accepted."""

    accept_unchecked = forms.BooleanField(label=_("Close although of some people nothing is recorded"), required=False)


class ReasonForm(VersionForm):
    """Taking back what was entered by mistake."""

    reason = long_text(_("Reason"), 500)


class FindingForm(ActorForm):
    """What was found, about the unit or one person, and what has to be put right by when."""

    text = long_text(_("Finding"), 1000)
    assignment = forms.ChoiceField(
        label=_("About"), required=False, widget=forms.Select(attrs={"class": "form-select"})
    )
    order = long_text(_("Corrective order"), 1000, required=False)
    due_on = day(_("To be corrected by"), required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        listed = [("", _("the unit")), *((str(pk), name) for pk, name in people)]
        self.fields["assignment"].choices = listed  # type: ignore[attr-defined]  # a ChoiceField


class AnswerForm(VersionForm):
    """What the unit did."""

    answer = long_text(_("What was done"), 1000)
    scan = ScanField()


class ReturnForm(VersionForm):
    """Why an answer does not do yet, and until when."""

    reason = long_text(_("What is still missing"), 300)
    due_on = day(_("To be corrected by"))


class SettleForm(VersionForm):
    """On which day it was found carried out."""

    on = day(_("Settled on"))


class SanctionForm(BasisFields):
    """What a competent body decided."""

    unit = UnitField(label=_("Unit"))
    legal_basis = text(_("Legal basis"), 300, help_text=_("Law, article and paragraph."))
    text = long_text(_("Sanction"), 500)
    decided_on = day(_("Decided on"))
    field_order = ("unit", "text", "legal_basis", "deciding_body", "decided_on")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        del self.fields["meeting_on"]
        for name in ("deciding_body", "document"):
            self.fields[name].required = True

    def clean_unit(self) -> Institution:
        return unit_named(self.cleaned_data["unit"], self.actor)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if (unit := said.get("unit")) and not sanctions.may_record_for(unit.pk, self.actor):
            self.add_error("unit", _("This unit does not answer to your authority."))
        return said


class WithdrawForm(ActorForm):
    """Why a sanction is taken back."""

    reason = long_text(_("Reason"), 500)
