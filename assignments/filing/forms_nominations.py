"""The forms in front of nominating: what is said of each person, of the whole list, and why somebody is struck."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.filing.nomination_checks import WARNINGS
from assignments.filing.nomination_rows import MOST_WISHES, NominationRow
from assignments.filing.wishes import Wishable
from assignments.models import FiledList, Nomination
from assignments.services.placements import Finding
from deploy_admin.people.forms.fields import day, text
from deploy_admin.people.models import HealthWorker
from deploy_admin.registry.forms import OfferingInput

#: So many empty boxes are shown for wishes.
WISHES_SHOWN = 3


class PersonForm(forms.Form):
    """One person of a list: as what, from when to when, where to first."""

    speciality = text(gettext_lazy("Speciality"), 100, required=False)
    possible_from = day(gettext_lazy("Possible from"), required=False)
    possible_to = day(gettext_lazy("Possible until"), required=False)
    remark = text(gettext_lazy("Remark"), 300, required=False)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    accept = forms.MultipleChoiceField(
        choices=[(code, code) for code in WARNINGS], required=False, widget=forms.MultipleHiddenInput
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        worker: HealthWorker,
        filed: FiledList,
        wishable: Wishable,
        nomination: Nomination | None = None,
        wishes: Sequence[str] = (),
    ) -> None:
        initial: dict[str, Any] = {"speciality": worker.speciality}
        if nomination is not None:
            names = ("speciality", "possible_from", "possible_to", "remark", "version")
            initial = {name: getattr(nomination, name) for name in names} | {"accept": list(nomination.accepted)}
        initial |= {f"wish{n}": name for n, name in enumerate(wishes, start=1)}
        super().__init__(data, prefix=f"p{worker.pk}", initial=initial)
        self.worker, self.nomination, self.wishable = worker, nomination, wishable
        self.findings: list[Finding] = []
        offers = reverse("assignments:nomination_wishes", args=[filed.pk])
        for n in range(1, min(MOST_WISHES, max(WISHES_SHOWN, len(wishes))) + 1):
            label = _("Wish %(n)d") % {"n": n}
            self.fields[f"wish{n}"] = forms.CharField(
                label=label, required=False, max_length=200, widget=OfferingInput(offers)
            )
        self.wish_names = [name for name in self.fields if name.startswith("wish")]
        for field in self.visible_fields():
            # The same labels stand beside everybody; whoever hears the page is told of whom.
            aria = f"{worker.name}: {field.label}"
            field.field.widget.attrs["aria-label"] = aria

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.wishes: list[int] = []
        for name in self.wish_names:
            if (said := data.get(name, "").strip()) and (unit := self._wish(name, said)):
                self.wishes.append(unit)
        first, last = data.get("possible_from"), data.get("possible_to")
        if first and last and first > last:
            self.add_error("possible_to", ValidationError(_("The first day must not come after the last.")))
        return data

    def _wish(self, name: str, said: str) -> int | None:
        found = self.wishable.named(said)
        if len(found) == 1:
            return found[0]
        sentence = _("Several institutions have this name: give the unified social credit code.")
        if not found:
            sentence = _("No receiving unit known to you is meant.")
        self.add_error(name, ValidationError(sentence))
        return None

    @property
    def accepted(self) -> list[str]:
        """The warnings that are ticked, as sent or as recorded."""
        if self.is_bound:
            return list(self.data.getlist(self.add_prefix("accept")))  # type: ignore[attr-defined]
        return list(self.initial.get("accept", ()))

    @property
    def accept_name(self) -> str:
        return self.add_prefix("accept")

    def row(self) -> NominationRow:
        """Return what was entered; of a form that was not sent, what it begins with."""
        if not self.is_bound:
            return self._begun()
        data = self.cleaned_data
        return NominationRow(
            worker_id=self.worker.pk,
            speciality=data["speciality"],
            possible_from=data["possible_from"],
            possible_to=data["possible_to"],
            remark=data["remark"],
            wishes=tuple(self.wishes),
            accept=frozenset(data["accept"]),
            nomination_id=self.nomination.pk if self.nomination else None,
        )

    def _begun(self) -> NominationRow:
        wishes = [self.wishable.named(name) for name in (self.initial.get(each) for each in self.wish_names) if name]
        return NominationRow(
            worker_id=self.worker.pk,
            speciality=self.initial["speciality"],
            possible_from=self.initial.get("possible_from"),
            possible_to=self.initial.get("possible_to"),
            wishes=tuple(unit for found in wishes for unit in found[:1]),
            accept=frozenset(self.initial.get("accept", ())),
            nomination_id=self.nomination.pk if self.nomination else None,
        )


class NominationHeadForm(forms.Form):
    """What is said of the list as a whole."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    nothing = forms.BooleanField(label=gettext_lazy("Nobody is nominated this time"), required=False)
    remark = text(gettext_lazy("Remark"), 500, required=False)
