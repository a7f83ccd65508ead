"""The form in front of arrivals: all have come on a day, with an exception beside each name."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.forms.assignments_batch import BatchForm
from deploy_admin.people.forms.fields import day


class ArrivalsForm(BatchForm):
    """One group of announced people: `day-<id>` says who came on another day, `why-<id>` why somebody has not come."""

    on = day(gettext_lazy("First day on post"))
    exceptions: dict[int, date | str]

    @property
    def chosen_ids(self) -> list[int]:
        """Whom the form is about, readable even where it is refused."""
        pairs = (self.data.get("chosen") or "").split(",")
        return [int(pk) for pk, _colon, _version in (pair.partition(":") for pair in pairs) if pk.isdecimal()]

    def said(self, pk: int) -> dict[str, Any]:
        """Return what was entered beside one name, to be shown again."""
        return {"day": self.data.get(f"day-{pk}", ""), "why": self.data.get(f"why-{pk}", "")}

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        self.exceptions = {}
        for pk in said.get("chosen") or ():
            text = self.data.get(f"why-{pk}", "").strip()[:500]
            other = self.data.get(f"day-{pk}", "").strip()
            if text and other:
                raise ValidationError(_("Say either when somebody came or why not, not both."), "both_said")
            if text:
                self.exceptions[pk] = text
            elif other:
                self.exceptions[pk] = self._day(other)
        return said

    def _day(self, text: str) -> date:
        try:
            found = parse_date(text)
        except ValueError:
            found = None
        if found is None:
            raise ValidationError(_("“%(text)s” is no day.") % {"text": text[:20]}, "no_day")
        return found
