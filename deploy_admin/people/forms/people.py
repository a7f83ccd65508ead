"""The forms about who a person is: registering, correcting, merging, showing the whole ID number."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from deploy_admin.access import Actor
from deploy_admin.people import codes
from deploy_admin.people.forms.fields import (
    FlagField,
    IdForm,
    OwnUnitMixin,
    UnitField,
    WorkerForm,
    acts_for_one_unit,
    choice,
    day,
    long_text,
    text,
    titles,
    unit_named,
)
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.forms import ActorForm
from deploy_admin.registry.models import Institution


def _of(listed: Any) -> Any:
    return lambda: codes.choices(listed)


class PersonalFacts(forms.Form):
    """What the official forms ask about a person."""

    ethnicity = choice(gettext_lazy("Ethnicity"), _of(codes.ETHNICITIES), required=False)
    education = choice(gettext_lazy("Education"), _of(codes.EDUCATIONS), required=False)
    degree = choice(gettext_lazy("Degree"), _of(codes.DEGREES), required=False)
    major = text(gettext_lazy("Major"), 100, required=False)
    speciality = text(gettext_lazy("Speciality"), 100, required=False, help_text=gettext_lazy("As in 从事专业."))
    clinical_since = day(gettext_lazy("In clinical work since"), required=False)
    management_experience = FlagField(gettext_lazy("Management experience"))


class PostFields(forms.Form):
    """In which department and kind of post a person works."""

    department = text(gettext_lazy("Department"), 100, required=False)
    staff_category = choice(gettext_lazy("Staff category"), _of(codes.STAFF_CATEGORIES))
    employment_mode = choice(gettext_lazy("Establishment kind"), _of(codes.EMPLOYMENT_MODES))
    military = FlagField(gettext_lazy("Military status"))


class RegisterForm(OwnUnitMixin, PersonalFacts, PostFields, IdForm):
    """One new person with the employment, and the title and licence where there are any."""

    name = text(pgettext_lazy("person", "Name"), 100)
    unit = UnitField(label=gettext_lazy("Unit"))
    valid_from = day(gettext_lazy("At the unit since"))
    hired_on = day(
        gettext_lazy("Date of hire"),
        required=False,
        help_text=gettext_lazy("Of a post on the establishment: since when it is held. Left empty: the first day."),
    )
    began_as = choice(gettext_lazy("Began as"), lambda: codes.choices(codes.BEGINNINGS[:2]), required=False)
    title_code = choice(gettext_lazy("Professional title"), titles, required=False)
    title_scope = choice(gettext_lazy("Scope of the title"), _of(codes.TITLE_SCOPES), required=False)
    qualified_on = day(gettext_lazy("Qualified on"), required=False)
    appointed_on = day(gettext_lazy("Appointed on"), required=False)
    licence_kind = choice(gettext_lazy("Licence"), _of(codes.LICENCES), required=False)
    licence_number = text(gettext_lazy("Licence number"), 40, required=False)
    practice_category = choice(gettext_lazy("Practice category"), _of(codes.PRACTICE_CATEGORIES), required=False)
    licence_issued_on = day(gettext_lazy("Licence issued on"), required=False)

    field_order = ("name", "national_id", "unit", "department", "staff_category", "employment_mode", "valid_from")

    def __init__(self, data: Any = None, *, actor: Actor, **more: Any) -> None:
        super().__init__(data, actor=actor, **more)
        self._settle_unit()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("title_code") and not data.get("qualified_on") and "qualified_on" not in self.errors:
            self.add_error("qualified_on", _("A title has the day of its qualification."))
        if not data.get("title_code") and (data.get("qualified_on") or data.get("appointed_on")):
            self.add_error("title_code", _("Say which title this is."))
        if not data.get("licence_kind") and (data.get("licence_number") or data.get("practice_category")):
            self.add_error("licence_kind", _("Say which licence this is."))
        return data


class CorrectForm(PersonalFacts, WorkerForm):
    """What was recorded wrongly about a person."""

    name = text(pgettext_lazy("person", "Name"), 100)
    reason = text(
        gettext_lazy("Reason for the correction"),
        300,
        required=False,
        help_text=gettext_lazy("Needed where the name changes."),
    )

    field_order = ("name", "reason")


class CorrectIdForm(IdForm, WorkerForm):
    """An ID number that was recorded wrongly, or not at all."""

    reason = text(gettext_lazy("Reason for the correction"), 300)

    field_order = ("national_id", "reason")


class ReasonForm(ActorForm):
    """Why something out of the ordinary is done."""

    reason = long_text(gettext_lazy("Reason"), 500)

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"]).strip()
        if len(reason) < 4:
            raise ValidationError(_("Write the reason so that others understand it later."), "reason_too_short")
        return reason


class MergeForm(ReasonForm):
    """Why two records are of one person; each in the version that was compared."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    other_version = forms.IntegerField(widget=forms.HiddenInput)


class OtherRecordForm(ActorForm):
    """Which other record is of the same person."""

    number = text(gettext_lazy("Person number of the other record"), 9, help_text=gettext_lazy("P and eight digits."))

    def clean_number(self) -> HealthWorker:
        number = str(self.cleaned_data["number"]).strip().upper()
        found = HealthWorker.objects.visible_to(self.actor).living().filter(number=number).first()
        if found is None:
            raise ValidationError(_("Nobody known to you has this person number."), "person_unknown")
        other: HealthWorker = found
        return other


class WholeRosterForm(ReasonForm):
    """Whose roster is handed out with whole ID numbers, and why."""

    unit = UnitField(
        label=gettext_lazy("Unit"), required=False, help_text=gettext_lazy("Left empty: all units known to you.")
    )
    format = forms.ChoiceField(
        label=gettext_lazy("File"),
        choices=[("xlsx", "XLSX"), ("csv", "CSV (UTF-8)")],
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    field_order = ("unit", "format", "reason")

    def __init__(self, data: Any = None, *, actor: Actor, **more: Any) -> None:
        super().__init__(data, actor=actor, **more)
        if acts_for_one_unit(actor):
            del self.fields["unit"]

    def clean_unit(self) -> Institution | None:
        name = str(self.cleaned_data["unit"]).strip()
        return unit_named(name, self.actor) if name else None
