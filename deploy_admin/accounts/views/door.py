"""The door: signing in and out, second factor, confirming, capacity."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from deploy_admin.access import ActorRequest, public, signed_in
from deploy_admin.accounts import stages
from deploy_admin.accounts.forms import CodeForm, ConfirmForm, SignInForm
from deploy_admin.accounts.models import User
from deploy_admin.accounts.reauth import confirm_identity, safe_next
from deploy_admin.accounts.services import factors, signing_in
from deploy_admin.http import refusals_shown_in


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was posted, even if it is nothing; None where nobody has posted."""
    return request.POST if request.method == "POST" else None


def onward(request: HttpRequest) -> str:
    """Return where the person was going, or home."""
    asked = request.POST.get("next") or request.GET.get("next")
    return safe_next(request, asked, resolve_url(settings.LOGIN_REDIRECT_URL))


@sensitive_post_parameters("password")
@never_cache
@csrf_protect
@public
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask name and password. Whoever is signed in goes on; the middleware asks for what is still owed."""
    if request.user.is_authenticated and request.method == "GET":
        return redirect(onward(request))
    form = SignInForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            signing_in.sign_in(request=request, **form.cleaned_data)
            return redirect(onward(request))
    ended = request.session.pop(stages.ENDED_BECAUSE, "") if request.method == "GET" else ""
    context = {"form": form, "next": onward(request), "ended": ended, "demo": settings.DEMO}
    return render(request, "accounts/sign_in.html", context, status=200 if request.method == "GET" else 422)


@require_POST
@signed_in
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    signing_in.sign_out(request=request)
    return redirect("accounts:sign_in")


@require_POST
@signed_in
def switch_membership(request: ActorRequest) -> HttpResponse:
    """Act in another of one's capacities; it opens on its own home page."""
    asked = request.POST.get("membership", "")
    chosen = next((m for m in cast(Any, request).memberships if str(m.pk) == asked), None)
    if chosen is None:
        raise Http404
    signing_in.switch_membership(request=request, membership=chosen)
    return redirect(onward(request))


@sensitive_post_parameters("code")
@never_cache
@signed_in
def factor_verify(request: HttpRequest) -> HttpResponse:
    """Ask the code of the authenticator, or a recovery code."""
    if request.user.is_verified():  # type: ignore[union-attr]
        return redirect(onward(request))
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            signing_in.give_factor(request=request, code=form.cleaned_data["code"])
            return redirect(onward(request))
    context = {"form": form, "next": onward(request)}
    return render(request, "accounts/factor_verify.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters("code")
@never_cache
@signed_in
@confirm_identity
def factor_enrol(request: HttpRequest) -> HttpResponse:
    """Show the QR code, take the first code, then show the recovery codes once."""
    user = cast(User, request.user)
    form = CodeForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            codes = signing_in.enrol_factor(request=request, code=form.cleaned_data["code"])
            return render(request, "accounts/recovery_codes.html", {"codes": codes, "next": onward(request)})
    device = factors.begin_enrolment(user=user)
    context = {
        "form": form,
        "next": onward(request),
        "qr": factors.qr_image(device, user),
        "secret": factors.secret_text(device),
        "owed": getattr(request, "stage", None) is not None,
    }
    return render(request, "accounts/factor_enrol.html", context, status=422 if form.is_bound else 200)


@sensitive_post_parameters("secret")
@never_cache
@signed_in
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask password or code once more before a sensitive act."""
    with_code = stages.has_factor(cast(User, request.user))
    form = ConfirmForm(posted(request))
    if with_code:
        code = CodeForm().fields["code"]
        form.fields["secret"].label, form.fields["secret"].widget = code.label, code.widget
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            signing_in.confirm(request=request, secret=form.cleaned_data["secret"])
            return redirect(onward(request))
    context = {"form": form, "next": onward(request), "with_code": with_code}
    return render(request, "accounts/confirm.html", context, status=422 if form.is_bound else 200)


@never_cache
@signed_in
def no_capacity(request: HttpRequest) -> HttpResponse:
    """Say to whoever has no capacity today whom to ask."""
    if getattr(request, "actor", None) is not None:
        return redirect(onward(request))
    return render(request, "accounts/no_capacity.html", status=403)
