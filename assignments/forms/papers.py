"""The forms in front of issued papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.forms.assignments_batch import MOST
from assignments.papers.numbering import following
from deploy_admin.people.forms.fields import day, long_text, text
from deploy_admin.people.scans import ScanField
from deploy_admin.registry.forms import ActorForm

NUMBER = gettext_lazy("Document number")
DATED = gettext_lazy("Date on the paper")


class IssueForm(ActorForm):
    """What the office adds to a paper; `ids` are those it is about, as the page showed them."""

    ids = forms.CharField(widget=forms.HiddenInput, max_length=20 * MOST, required=False)
    campaign = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    dated_on = day(DATED)
    number = text(NUMBER, 100, required=False, help_text=gettext_lazy("May be given later."))
    contact = text(
        gettext_lazy("Contact person and telephone"), 100, required=False, help_text=gettext_lazy("Printed below.")
    )
    remark = long_text(
        gettext_lazy("Further paragraph"), 500, required=False, help_text=gettext_lazy("Printed as it is written.")
    )

    def __init__(self, *args: Any, papers: int = 1, last: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        if papers > 1:
            del self.fields["number"]
        elif next_one := following(last):
            words = _("May be given later. After the last one: %(number)s") % {"number": next_one}
            self.fields["number"].help_text = words

    def clean_ids(self) -> frozenset[int]:
        """Return the ids."""
        found = ids_in(self.cleaned_data["ids"].split(","))
        if len(found) > MOST:
            raise ValidationError(_("At most %(n)d are dealt with at once.") % {"n": MOST}, "too_many")
        return found

    def words(self) -> dict[str, Any]:
        """Return what is printed besides what the rows say."""
        return {name: self.cleaned_data.get(name) or "" for name in ("contact", "remark")}


class PaperForm(ActorForm):
    """A form about one paper as the page showed it."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class NumberForm(PaperForm):
    """Number and date as the office's own system gave them."""

    number = text(NUMBER, 100)
    dated_on = day(DATED)


class StampedForm(NumberForm):
    """The scan of the stamped copy, with its number and date."""

    scan = ScanField()
    field_order = ["version", "scan", "number", "dated_on"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["scan"].required = True


class WithdrawForm(PaperForm):
    """Why a paper is withdrawn."""

    reason = long_text(gettext_lazy("Reason"), 300)


def ids_in(texts: Any) -> frozenset[int]:
    """Return the ids among what an address or a form says; “12:3” is id and version."""
    heads = (text.partition(":")[0] for text in texts)
    return frozenset(int(head) for head in heads if head.isdecimal() and len(head) < 19)
