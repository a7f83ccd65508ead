"""The forms about what a person holds, what keeps the person away, and what counts or bars."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin.people import codes
from deploy_admin.people.forms.fields import PaperForm, WorkerForm, choice, day, long_text, text, titles
from deploy_admin.registry.forms import ActorForm


def _number(label: Any, first: int, last: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control"})
    return forms.IntegerField(label=label, min_value=first, max_value=last, widget=widget, **more)


class TitleForm(WorkerForm):
    """A title the person has been qualified for."""

    code = choice(gettext_lazy("Professional title"), titles)
    scope = choice(gettext_lazy("Scope of the title"), lambda: codes.choices(codes.TITLE_SCOPES), initial="general")
    qualified_on = day(gettext_lazy("Qualified on"), help_text=gettext_lazy("The day of approval."))
    appointed_on = day(gettext_lazy("Appointed on"), required=False)
    review_year = _number(
        gettext_lazy("Review year"),
        1980,
        2100,
        required=False,
        help_text=gettext_lazy("Where it is another than the year of the approval."),
    )
    document_number = text(gettext_lazy("Document number"), 100, required=False)


class CorrectTitleForm(TitleForm):
    """What a title says wrongly."""

    reason = text(gettext_lazy("Reason for the correction"), 300)

    field_order = ("reason",)


class RevokeTitleForm(WorkerForm):
    """From which day a title no longer holds."""

    on = day(gettext_lazy("Revoked on"))
    reason = text(gettext_lazy("Reason"), 300)


class LicenceForm(WorkerForm):
    """A licence to practise."""

    kind = choice(gettext_lazy("Licence"), lambda: codes.choices(codes.LICENCES))
    number = text(gettext_lazy("Licence number"), 40, required=False)
    practice_category = choice(
        gettext_lazy("Practice category"), lambda: codes.choices(codes.PRACTICE_CATEGORIES), required=False
    )
    issued_on = day(gettext_lazy("Issued on"), required=False)


class CorrectLicenceForm(LicenceForm):
    """What a licence says wrongly."""

    reason = text(gettext_lazy("Reason for the correction"), 300)

    field_order = ("reason",)


class EndForm(WorkerForm):
    """A last day."""

    last_day = day(gettext_lazy("Last day"))


class DocumentForm(WorkerForm):
    """Another certificate."""

    name = text(
        gettext_lazy("Document"), 100, help_text=gettext_lazy("As the policy calls it: 住院医师规范化培训合格证.")
    )
    number = text(gettext_lazy("Certificate number"), 60, required=False)
    issued_on = day(gettext_lazy("Issued on"), required=False)
    valid_to = day(gettext_lazy("Valid until"), required=False)


class UnavailabilityForm(PaperForm):
    """Why somebody cannot be sent, and how long."""

    kind = choice(gettext_lazy("Reason"), lambda: codes.choices(codes.UNAVAILABILITIES))
    valid_from = day(gettext_lazy("First day"))
    valid_to = day(
        gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Left empty: until further notice.")
    )
    remark = text(gettext_lazy("Remark"), 200, required=False)

    field_order = ("kind", "valid_from", "valid_to", "remark")


class RecognitionForm(PaperForm):
    """Earlier service, or something equal to it, that the authority may recognise."""

    kind = choice(gettext_lazy("Kind"), lambda: codes.choices(codes.RECOGNITIONS))
    served_from = day(gettext_lazy("First day"))
    served_to = day(gettext_lazy("Last day"))
    place = text(gettext_lazy("Place"), 200, required=False)
    document = text(gettext_lazy("Document title"), 200)

    field_order = ("kind", "served_from", "served_to", "place")


class DecideForm(ActorForm):
    """The authority's word on a claim."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Decision"),
        choices=[("recognise", gettext_lazy("Recognise")), ("decline", gettext_lazy("Do not recognise"))],
        widget=forms.RadioSelect,
    )
    remark = long_text(
        gettext_lazy("Remark"), 500, required=False, help_text=gettext_lazy("Whoever declines says why.")
    )

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("decision") == "decline" and not self.cleaned_data.get("remark"):
            self.add_error("remark", _("Whoever declines says why."))
        return self.cleaned_data


class EventForm(PaperForm):
    """Something on a day that a policy may let bar the person for a while."""

    kind = choice(gettext_lazy("Kind of event"), lambda: codes.choices(codes.EVENTS))
    happened_on = day(gettext_lazy("Day"))
    document = text(gettext_lazy("Document title"), 200)

    field_order = ("kind", "happened_on")


class WithdrawForm(WorkerForm):
    """Why something entered is taken back."""

    reason = text(gettext_lazy("Reason"), 300)
