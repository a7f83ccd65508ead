"""The forms about where a person works: another post, a correction, leaving, moving to another unit."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from deploy_admin.access import Actor
from deploy_admin.people import codes
from deploy_admin.people.forms.fields import IdForm, OwnUnitMixin, UnitField, WorkerForm, choice, day, long_text, text
from deploy_admin.people.forms.people import PostFields
from deploy_admin.registry.forms import ActorForm

#: How an employment ends that is not followed by another.
ENDED_AS = [code for code in codes.ENDINGS if code.value not in {"changed", "transferred"}]


class ChangePostForm(PostFields, WorkerForm):
    """Another department, category or kind of post within the unit, from a day on."""

    on = day(gettext_lazy("Takes effect on"), help_text=gettext_lazy("The present post ends the day before."))
    field_order = ("on",)


class CorrectEmploymentForm(PostFields, WorkerForm):
    """What an employment says wrongly."""

    staff_category = choice(
        gettext_lazy("Staff category"), lambda: codes.choices(codes.STAFF_CATEGORIES), required=False
    )
    employment_mode = choice(
        gettext_lazy("Establishment kind"), lambda: codes.choices(codes.EMPLOYMENT_MODES), required=False
    )
    hired_on = day(gettext_lazy("Date of hire"), required=False)
    began_as = choice(gettext_lazy("Began as"), lambda: codes.choices(codes.BEGINNINGS))
    valid_from = day(gettext_lazy("First day"))
    valid_to = day(gettext_lazy("Last day"), required=False)
    reason = text(gettext_lazy("Reason for the correction"), 300)

    field_order = ("reason",)


class LeaveForm(WorkerForm):
    """The last day at the unit and how the employment ended."""

    last_day = day(gettext_lazy("Last day"))
    how = choice(gettext_lazy("How it ended"), lambda: codes.choices(ENDED_AS))
    document = text(gettext_lazy("Document"), 200, required=False)

    field_order = ("last_day", "how")


class TransferForm(OwnUnitMixin, PostFields, WorkerForm):
    """To which unit a person moves, from which day, into which post."""

    unit = UnitField(label=gettext_lazy("New unit"))
    first_day = day(
        gettext_lazy("First day at the new unit"),
        help_text=gettext_lazy("The old employment ends the day before."),
    )

    field_order = ("unit", "first_day")

    def __init__(self, data: Any = None, *, actor: Actor, **more: Any) -> None:
        super().__init__(data, actor=actor, **more)
        self._settle_unit()


class AskTransferForm(OwnUnitMixin, PostFields, IdForm):
    """A person on another unit's roster whom the own unit takes on: name and ID number as on the card."""

    name = text(pgettext_lazy("person", "Name"), 100)
    unit = UnitField(label=gettext_lazy("Unit that takes the person on"))
    first_day = day(gettext_lazy("First day at the new unit"))
    field_order = ("name", "national_id", "unit", "first_day")

    def __init__(self, data: Any = None, *, actor: Actor, **more: Any) -> None:
        super().__init__(data, actor=actor, **more)
        self._settle_unit()


class AnswerForm(ActorForm):
    """Agreeing to a transfer or declining it."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Your answer"),
        choices=[("agree", gettext_lazy("Agree: the person moves")), ("decline", gettext_lazy("Do not agree"))],
        widget=forms.RadioSelect,
    )
    remark = long_text(
        gettext_lazy("Remark"), 500, required=False, help_text=gettext_lazy("Whoever declines says why.")
    )
