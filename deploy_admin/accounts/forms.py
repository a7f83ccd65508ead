"""What pages about accounts ask: plain forms in front of the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, Permission, Role
from deploy_admin.accounts.models import User
from deploy_admin.accounts.rules import roles_at
from deploy_admin.accounts.services.workers import worker_named
from deploy_admin.accounts.tokens import MACHINE_SCOPES
from deploy_admin.accounts.words import PERMISSION_LABELS, WARNINGS
from deploy_admin.errors import RuleViolation
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.models.workers import HealthWorkerQuerySet
from deploy_admin.registry.models import Institution

Rows = Any  # a queryset that the view has passed through visible_to
PeopleOf = Callable[[Institution], HealthWorkerQuerySet]


def day_field(label: Any, **options: Any) -> forms.DateField:
    """Return a date field that the browser fills with its own calendar."""
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **options)


def password_field(label: Any, autocomplete: str) -> forms.CharField:
    """Return a password field that password managers recognise; blanks at the ends belong to the password."""
    return forms.CharField(
        label=label, strip=False, max_length=128, widget=forms.PasswordInput(attrs={"autocomplete": autocomplete})
    )


def worker_field(**options: Any) -> forms.CharField:
    """Return the field in which a health worker of the unit is named."""
    return forms.CharField(
        label=_("Health worker"),
        max_length=100,
        help_text=_("For a deployed person: name, pinyin initials or person number of somebody of the unit."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        **options,
    )


class InstitutionChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the institutions that the view hands over, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj)


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the people that the view hands over, by name and username."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.username})"


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Username"),
        max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )
    password = password_field(_("Password"), "current-password")


class PasswordForm(forms.Form):
    """A new password, typed twice; the present one first."""

    present = password_field(_("Present password"), "current-password")
    new_password = password_field(_("New password"), "new-password")
    again = password_field(_("New password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("new_password") and found.get("again") and found["new_password"] != found["again"]:
            self.add_error("again", _("The two do not match."))
        return found


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Verification code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "spellcheck": "false"}
        ),
    )


class ConfirmForm(forms.Form):
    """Password or code, as the view labels it."""

    secret = password_field(_("Password"), "current-password")


class MemberForm(forms.Form):
    """A new person in a capacity. Administrators have no institution."""

    name = forms.CharField(label=_("Full name"), max_length=100)
    username = forms.CharField(
        label=_("Username"),
        max_length=64,
        help_text=_("3 to 64 small letters, digits, dots or hyphens; it stays with the person."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    institution = InstitutionChoice(queryset=Institution.objects.none(), label=_("Institution"), required=False)
    role = forms.ChoiceField(label=_("Capacity"), choices=[])
    worker = worker_field(required=False)
    manages_unit = forms.BooleanField(label=_("Manages the unit's people"), required=False)
    valid_from = day_field(_("From"))
    valid_to = day_field(_("Until"), required=False, help_text=_("The last day. An auditor always has one."))

    def __init__(self, *args: Any, institutions: Rows, roles: list[Role], people: PeopleOf, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        if Role.DEPLOYED_PERSON not in roles:
            del self.fields["worker"]
        place: Any = self.fields["institution"]
        place.queryset = institutions
        role: Any = self.fields["role"]
        role.choices = [(each.value, each.label) for each in roles]
        self.fields["valid_from"].initial = clock.today

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        role = Role(found["role"]) if found.get("role") else None
        if role is not None and (role in ADMINISTRATORS) == bool(found.get("institution")):
            self.add_error(
                "institution",
                _("An administrator belongs to no institution; every other capacity to one."),
            )
        found["role"] = role
        found["worker"] = self._worker(role, found.get("institution"), found.get("worker") or "")
        return found

    def _worker(self, role: Role | None, institution: Institution | None, typed: str) -> HealthWorker | None:
        """Return the health worker meant: a deployed person always is one, nobody else is."""
        if role is Role.DEPLOYED_PERSON and institution is not None:
            try:
                if typed:
                    return worker_named(typed, self.people(institution))
                self.add_error("worker", _("A deployed person is a health worker of the unit: say which."))
            except RuleViolation as refusal:
                self.add_error("worker", refusal.message)
        elif typed:
            self.add_error("worker", _("Only a deployed person's capacity names a health worker."))
        return None


class CapacityForm(MemberForm):
    """One more capacity for a person who has an account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["name"], self.fields["username"]


class Versioned(forms.Form):
    """Carries the version that the page has shown."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReplaceForm(Versioned):
    """Who comes instead: a colleague with an account, or a new person."""

    on = day_field(_("The successor begins on"))
    successor = PersonChoice(
        queryset=User.objects.none(),
        label=_("A person with an account"),
        required=False,
        empty_label=_("A new person"),
    )
    name = forms.CharField(label=_("Full name"), max_length=100, required=False)
    username = forms.CharField(
        label=_("Username"), max_length=64, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, people: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successor: Any = self.fields["successor"]
        successor.queryset = people
        self.fields["on"].initial = clock.today

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if not found.get("successor"):
            for field in ("name", "username"):
                if not found.get(field) and field not in self.errors:
                    self.add_error(field, _("A new person needs a name and a username."))
        return found


class WorkerForm(Versioned):
    """Which health worker a deployed person is."""

    worker = worker_field(required=False)

    def __init__(self, *args: Any, people: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = people
        self.fields["worker"].help_text = _(
            "Name, pinyin initials or person number of somebody of this unit. Empty: the capacity shows no record."
        )

    def clean_worker(self) -> HealthWorker | None:
        typed = self.cleaned_data["worker"]
        if not typed:
            return None
        try:
            return worker_named(typed, self.people)
        except RuleViolation as refusal:
            raise forms.ValidationError(refusal.message, code=refusal.code) from refusal


class EndForm(Versioned):
    last_day = day_field(_("Last day"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["last_day"].initial = clock.today


class SubstituteForm(forms.Form):
    user = PersonChoice(queryset=User.objects.none(), label=_("Substitute"))
    valid_from = day_field(_("From"))
    valid_to = day_field(_("Until"))

    def __init__(self, *args: Any, people: Rows, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user: Any = self.fields["user"]
        user.queryset = people
        self.fields["valid_from"].initial = clock.today


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("Which system reads with it, and where it stands.")
    )
    scopes = forms.MultipleChoiceField(label=_("May"), choices=[], widget=forms.CheckboxSelectMultiple)
    aware = forms.BooleanField(label=_("Yes, this system may read whole ID numbers"), required=False)
    expires_on = day_field(_("Valid until"), help_text=_("A year at the most."))

    def __init__(self, *args: Any, possible: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scopes: Any = self.fields["scopes"]
        scopes.choices = [
            (scope.value, PERMISSION_LABELS[scope]) for scope in MACHINE_SCOPES if scope.value in possible
        ]
        self.fields["expires_on"].initial = lambda: clock.today() + timedelta(days=180)
        if Permission.PEOPLE_IDS.value in possible:
            self.fields["aware"].help_text = WARNINGS[Permission.PEOPLE_IDS]
        else:
            del self.fields["aware"]

    def clean(self) -> dict[str, Any]:
        """Ask for a plain yes where ID numbers leave the house; it goes no further than this form."""
        found = super().clean() or self.cleaned_data
        aware = found.pop("aware", False)
        if Permission.PEOPLE_IDS.value in found.get("scopes", ()) and not aware:
            self.add_error("aware", _("Say that this system may read whole ID numbers, or take that scope away."))
        return found

    def clean_expires_on(self) -> date:
        day: date = self.cleaned_data["expires_on"]
        if not clock.today() <= day <= clock.today() + timedelta(days=365):
            raise forms.ValidationError(_("The last day lies between today and a year from today."))
        return day


def roles_for(kinds: list[tuple[str, str]], *, administrators: bool) -> list[Role]:
    """Return the capacities to offer where these kinds and tiers of institution can be chosen, in the enum's order."""
    possible: set[Role] = set(ADMINISTRATORS) if administrators else set()
    for kind, tier in kinds:
        possible |= roles_at(kind, tier)
    return [role for role in Role if role in possible]
