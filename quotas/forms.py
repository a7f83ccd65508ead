"""Plain forms in front of the services."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deploy_admin.people import codes
from quotas.filters import PeriodField
from quotas.models import ListKind


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class PeriodForm(forms.Form):
    """Which period."""

    period = PeriodField(label=_("Period"))


class ReasonForm(forms.Form):
    """Why a unit stays below a quota that binds in principle."""

    text = forms.CharField(
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=_("Say what stood in the way and what is done about it; an officer accepts or declines it."),
    )


class DecisionForm(forms.Form):
    """What an officer makes of a written reason."""

    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("accept", _("Accept")), ("decline", _("Decline"))], widget=forms.RadioSelect
    )
    remark = forms.CharField(label=_("Remark"), required=False, max_length=500)


class CorrectionForm(forms.Form):
    """What is asked besides the numbers when a signed figure is corrected."""

    reason = forms.CharField(
        label=_("Reason for the correction"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=1000,
        help_text=_("The signed figure stays on record; the correction is a new revision beside it."),
    )


class WithdrawalForm(forms.Form):
    """Why a number that was entered by mistake is taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=500)


class AwaitedForm(forms.Form):
    """Which results a list still waits for."""

    remark = forms.CharField(
        label=_("Which results are awaited"),
        max_length=500,
        help_text=_("Until they are in, the figures counted from this list cannot be signed off."),
    )


class TakeForm(forms.Form):
    """The reason, where the counted number corrects a signed one."""

    reason = forms.CharField(label=_("Reason for the correction"), required=False, max_length=1000)


class DecideObjectionForm(forms.Form):
    """What an officer makes of a unit's objection."""

    keep = forms.TypedChoiceField(
        label=_("Decision"),
        choices=[("no", _("Take the person off the list")), ("yes", _("Keep the person on the list"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    remark = forms.CharField(label=_("Remark"), required=False, max_length=500)


class AcceptForm(forms.Form):
    """What an officer says who signs in spite of what the lists say."""

    accept_differences = forms.BooleanField(
        label=_("Sign off the reported numbers although the lists say others"), required=False
    )
    accept_unconfirmed = forms.BooleanField(
        label=_("Sign off although units have not confirmed their lists"), required=False
    )


class WhoForm(forms.Form):
    """Who is put on a list."""

    name = forms.CharField(label=_("Name"), max_length=100)
    number = forms.CharField(
        label=_("Person number"), required=False, max_length=9, help_text=_("Of people who are in the system.")
    )
    national_id = forms.CharField(
        label=_("ID number"),
        required=False,
        max_length=30,
        help_text=_("Of people who are new. A name that only one person of the unit bears is enough for others."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class PromotionForm(WhoForm):
    """One person promoted."""

    title = forms.ChoiceField(
        label=_("Professional title"), choices=lambda: codes.choices(codes.TITLE_CODES), initial="232"
    )
    scope = forms.ChoiceField(label=_("Scope of the title"), choices=lambda: codes.choices(codes.TITLE_SCOPES))
    qualified_on = forms.DateField(label=_("Approved on"), widget=DateInput)
    review_year = forms.IntegerField(label=_("Review year"), required=False, min_value=1980, max_value=2100)
    appointed_on = forms.DateField(label=_("Appointed on"), required=False, widget=DateInput)
    document_number = forms.CharField(label=_("Document number"), required=False, max_length=100)
    practice_category = forms.ChoiceField(
        label=_("Practice category"),
        required=False,
        choices=lambda: [("", _("As recorded")), *codes.choices(codes.PRACTICE_CATEGORIES)],
    )
    military = forms.ChoiceField(
        label=_("Military status"),
        required=False,
        choices=[("", _("As recorded")), ("no", _("No")), ("yes", _("Yes"))],
        help_text=_("Of military hospitals only."),
    )
    department = forms.CharField(label=_("Department"), required=False, max_length=100)


class RecruitForm(WhoForm):
    """One person recruited."""

    staff_category = forms.ChoiceField(
        label=_("Staff category"),
        choices=lambda: codes.choices(codes.STAFF_CATEGORIES),
        help_text=_("By the post: a physician's post counts, licensed yet or not."),
    )
    employment_mode = forms.ChoiceField(
        label=_("Establishment kind"), choices=lambda: codes.choices(codes.EMPLOYMENT_MODES)
    )
    hired_on = forms.DateField(label=_("Date of hire"), widget=DateInput)
    department = forms.CharField(label=_("Department"), required=False, max_length=100)


def listing_form(kind: str) -> type[WhoForm]:
    """Return the form for one person of this kind of list."""
    return PromotionForm if kind == ListKind.PROMOTIONS else RecruitForm


class FiguresForm(forms.Form):
    """One number per cell of a measure's breakdown, each with the revision that was read."""

    def __init__(self, *args: Any, cells: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cells = cells
        for cell in cells:
            self.fields[cell["name"]] = forms.IntegerField(
                label=cell["label"],
                required=False,
                min_value=0,
                max_value=10_000_000,
                initial=cell["value"],
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "num"}),
                error_messages={"invalid": _("Write a whole number, such as 0 or 12.")},
            )
            self.fields[f"{cell['name']}-version"] = forms.IntegerField(
                initial=cell["revision"], widget=forms.HiddenInput, required=False
            )

    def numbers(self) -> list[tuple[dict[str, Any], int, int | None]]:
        """The cells that were filled in: (cell, value, revision read)."""
        return [
            (cell, self.cleaned_data[cell["name"]], self.cleaned_data.get(f"{cell['name']}-version"))
            for cell in self.cells
            if self.cleaned_data.get(cell["name"]) is not None
        ]


class ReleaseForm(forms.Form):
    """The number, date and basis of a release."""

    period = PeriodField(label=_("Period"), widget=forms.HiddenInput)
    scheme = forms.ChoiceField(label=_("Scheme"), widget=forms.HiddenInput)
    expected_run = forms.IntegerField(widget=forms.HiddenInput)
    number = forms.CharField(
        label=_("Document number"), max_length=100, help_text=_("As printed, with its brackets: 渝卫〔2026〕1号")
    )
    released_on = forms.DateField(label=_("Date"), widget=DateInput)
    deciding_body = forms.CharField(label=_("Deciding body"), max_length=150)
    meeting_on = forms.DateField(label=_("Meeting"), widget=DateInput, required=False)
    remark = forms.CharField(
        label=_("Remark"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=1000
    )

    def __init__(self, *args: Any, schemes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["scheme"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 -- declared above
        choice.choices = list(schemes.items())
