"""The forms in front of acts on many assignments: they carry whom they are about, as these were shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.forms.assignments import (
    REASON,
    CloseFields,
    FilingFields,
    RenewFields,
    SuspensionFields,
)
from deploy_admin.people.forms.fields import day, long_text
from deploy_admin.registry.forms import ActorForm

#: So many are dealt with at once.
MOST = 2_000


class BatchForm(ActorForm):
    """An act on many: `chosen` is id and version of each, as the page showed them."""

    chosen = forms.CharField(widget=forms.HiddenInput, max_length=40 * MOST)

    def clean_chosen(self) -> dict[int, int]:
        """Return version by id."""
        found: dict[int, int] = {}
        for pair in self.cleaned_data["chosen"].split(","):
            pk, _colon, version = pair.partition(":")
            if not (pk.isdecimal() and version.isdecimal() and len(pk) < 19 and len(version) < 10):
                raise ValidationError(_("Choose the assignments anew from the list."), "chosen_unreadable")
            found[int(pk)] = int(version)
        if len(found) > MOST:
            raise ValidationError(too_many(len(found)), "too_many")
        return found


def chosen_text(versions: dict[int, int]) -> str:
    """Return whom a batch is about as its hidden field carries it."""
    return ",".join(f"{pk}:{version}" for pk, version in sorted(versions.items()))


def too_many(count: int) -> str:
    """Return the sentence for a choice that is too large."""
    words: dict[str, Any] = {"n": count, "most": MOST}
    return _("%(n)d are chosen; at most %(most)d are dealt with at once. Narrow the filter.") % words


class SuspensionBatchForm(SuspensionFields, BatchForm):
    """The statement for a whole list, under one notice."""


class FilingBatchForm(FilingFields, BatchForm):
    """One filing for several people."""


class ArrivalBatchForm(BatchForm):
    """All have come on this day; whoever has not is dealt with on the page of arrivals."""

    on = day(gettext_lazy("First day on post"))


class TakeBackBatchForm(BatchForm):
    """Plans that are taken back."""

    reason = long_text(REASON, 500)


class EvaluateBatchForm(BatchForm):
    """The evaluation of all these begins."""

    on = day(gettext_lazy("Day"))


class CloseBatchForm(CloseFields, BatchForm):
    """All these returned to their units."""

    field_order = ["result", "on", "reason"]


class RenewBatchForm(RenewFields, BatchForm):
    """A further term for all these."""
