"""The form in front of the indicators' services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.importing.columns import Code
from deploy_admin.registry.divisions import districts_to_choose
from deploy_admin.registry.models import Indicator
from deploy_admin.registry.services.indicators import IndicatorFacts

#: The kinds of staff as people's records know them; a test holds them against the people's list.
STAFF = (
    Code("physician", "执业医师类", "physicians"),
    Code("nursing", "护理", "nursing"),
    Code("pharmacy", "药学", "pharmacy"),
    Code("medical_technology", "医技", "medical technology"),
    Code("management", "管理", "management"),
    Code("other", "其他", "other"),
)


def _text(label: Any, length: int, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=length, widget=forms.TextInput(attrs={"class": "form-control"}), **more
    )


def _number(label: Any, **more: Any) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"class": "form-control num", "step": "any", "inputmode": "decimal"})
    return forms.DecimalField(label=label, min_value=0, max_digits=10, decimal_places=2, widget=widget, **more)


class IndicatorForm(forms.Form):
    """What an indicator says of itself."""

    label_zh = _text(_("Name in Chinese"), 60)
    label_en = _text(_("Name in English"), 80)
    unit_zh = _text(_("Unit in Chinese"), 20, help_text=_("What one of it is, as 人次 or 台."))
    unit_en = _text(_("Unit in English"), 30)
    decimals = forms.TypedChoiceField(
        label=_("Places after the point"),
        coerce=int,
        choices=[(0, "0"), (1, "1"), (2, "2")],
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    lowest = _number(_("Lowest value"), initial=0)
    highest = _number(_("Highest value"), help_text=_("What lies outside is refused on entry."))
    usual_low = _number(_("Usual from"), required=False)
    usual_high = _number(
        _("Usual to"),
        required=False,
        help_text=_("What lies outside is only pointed out, until a person's own months tell better."),
    )
    staff_categories = forms.MultipleChoiceField(
        label=_("Asked of"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: of everybody."),
    )
    is_core = forms.BooleanField(
        label=pgettext_lazy("indicator", "On every sheet, also where no policy names it"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    position = forms.IntegerField(
        label=_("Place in the order"),
        min_value=0,
        max_value=9999,
        initial=200,
        widget=forms.NumberInput(attrs={"class": "form-control num"}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["staff_categories"].choices = [(code.value, code.label) for code in STAFF]  # type: ignore[attr-defined]

    def facts(self) -> IndicatorFacts:
        """Return what was filled in."""
        said = self.cleaned_data
        return IndicatorFacts(
            **{name: said[name] for name in ("label_zh", "label_en", "unit_zh", "unit_en", "decimals", "position")},
            **{name: said[name] for name in ("lowest", "highest", "usual_low", "usual_high", "is_core")},
            staff_categories=tuple(said["staff_categories"]),
        )


class AddIndicatorForm(IndicatorForm):
    """The facts, the code, and for whom."""

    code = _text(
        pgettext_lazy("indicator", "Code"),
        60,
        required=False,
        help_text=_("What policies name it by; left empty, it follows from the English name and then stays."),
    )
    division = forms.TypedChoiceField(
        label=pgettext_lazy("indicator", "For"),
        coerce=int,
        empty_value=None,
        required=False,
        widget=forms.Select(attrs={"class": "form-select"}),
    )
    field_order = ("label_zh", "label_en", "code", "division")

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        division = self.fields["division"]
        districts: list[tuple[Any, Any]] = list(districts_to_choose(actor, clock.today()))
        if actor.reach is Reach.ALL:
            districts = [("", pgettext_lazy("indicator", "everybody")), *districts]
        else:
            division.required = True
        division.choices = districts  # type: ignore[attr-defined]


class ChangeIndicatorForm(IndicatorForm):
    """The facts, and the version they were read at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @staticmethod
    def of(row: Indicator) -> dict[str, Any]:
        """Return the row as the form's first values."""
        told = {name: getattr(row, name) for name in IndicatorForm.base_fields}
        return {name: _plain(value) for name, value in told.items()} | {"version": row.version}


def _plain(value: Any) -> Any:
    """Return a bound as people write it: 1500 and not 1500.00."""
    if not isinstance(value, Decimal):
        return value
    return int(value) if value == value.to_integral_value() else value.normalize()
