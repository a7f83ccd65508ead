"""One's own account: password, second factor, capacities."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from deploy_admin.access import signed_in
from deploy_admin.accounts import passwords, stages
from deploy_admin.accounts.actors import capacity_label
from deploy_admin.accounts.forms import PasswordForm
from deploy_admin.accounts.models import User
from deploy_admin.accounts.reauth import confirm_identity
from deploy_admin.accounts.services import factors, people, signing_in
from deploy_admin.accounts.views.door import onward, posted
from deploy_admin.http import refusals_shown_in


@never_cache
@signed_in
def my_account(request: HttpRequest) -> HttpResponse:
    """Show what the house knows about oneself, and what one may change."""
    user = cast(User, request.user)
    seen = cast(Any, request)
    return render(
        request,
        "accounts/my_account.html",
        {
            "person": user,
            "capacities": [
                {
                    "membership": membership,
                    "label": capacity_label(membership),
                    "current": seen.actor is not None and seen.actor.membership_id == membership.pk,
                }
                for membership in seen.memberships
            ],
            "has_factor": stages.has_factor(user),
            "codes_left": factors.codes_left(user),
        },
    )


@sensitive_post_parameters()
@never_cache
@signed_in
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; also the page of the first sign-in and of every 90 days."""
    user = cast(User, request.user)
    form = PasswordForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            signing_in.check_present_password(request=request, password=form.cleaned_data["present"])
            changed = people.change_password(
                user=user, password=form.cleaned_data["new_password"], by=signing_in.whoever(request)
            )
            auth.update_session_auth_hash(request, changed)
            messages.success(request, _("The password is changed. Other sessions have ended."))
            return redirect(onward(request))
    return render(
        request,
        "accounts/password.html",
        {
            "form": form,
            "next": onward(request),
            "owed": passwords.is_overdue(user),
            "first": user.must_change_password,
            "administers": passwords.administers(user),
        },
        status=422 if form.is_bound else 200,
    )


@never_cache
@signed_in
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show the state of the second factor and the ways to change it."""
    user = cast(User, request.user)
    context = {"has_factor": stages.has_factor(user), "codes_left": factors.codes_left(user)}
    return render(request, "accounts/second_factor.html", context)


@require_POST
@never_cache
@signed_in
@confirm_identity
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Make new recovery codes and show them once."""
    codes = factors.renew_recovery_codes(user=cast(User, request.user), by=signing_in.whoever(request))
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": onward(request)})
