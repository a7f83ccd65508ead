"""The institution's machine tokens: list, make (shown once), revoke."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.forms import TokenForm
from deploy_admin.accounts.models import Token
from deploy_admin.accounts.reauth import confirm_identity
from deploy_admin.accounts.services import tokens
from deploy_admin.accounts.tokens import MACHINE_SCOPES
from deploy_admin.accounts.views.door import posted
from deploy_admin.accounts.words import PERMISSION_LABELS
from deploy_admin.http import page_of, refusals_shown_in
from deploy_admin.registry.models import Institution


@never_cache
@requires(Permission.TOKENS_MANAGE)
def token_list(request: ActorRequest) -> HttpResponse:
    """List the tokens of one's institution, newest first."""
    page = page_of(request, Token.objects.visible_to(request.actor).for_list())
    found = list(page.object_list)
    names = Institution.objects.filter(pk__in={token.institution_id for token in found}).named(clock.today())
    rows = [
        {
            "token": token,
            "owner": names.get(token.institution_id, ""),
            "scopes": [PERMISSION_LABELS.get(scope, scope) for scope in token.scopes],
        }
        for token in found
    ]
    context = {"page": page, "rows": rows, "may_make": request.actor.institution_id is not None}
    return render(request, "accounts/tokens.html", context)


@never_cache
@requires(Permission.TOKENS_MANAGE)
@confirm_identity
def token_issue(request: ActorRequest) -> HttpResponse:
    """Make a token; its secret is on the answer and nowhere else."""
    possible = [scope.value for scope in MACHINE_SCOPES if request.actor.can(scope)]
    form = TokenForm(posted(request), possible=possible)
    if request.method == "POST" and form.is_valid():
        with refusals_shown_in(form):
            token, secret = tokens.issue_token(**form.cleaned_data, by=cast(MembershipActor, request.actor))
            return render(request, "accounts/token_issued.html", {"token": token, "secret": secret})
    return render(request, "accounts/token_issue.html", {"form": form}, status=422 if form.is_bound else 200)


@require_POST
@requires(Permission.TOKENS_MANAGE)
def token_revoke(request: ActorRequest, pk: int) -> HttpResponse:
    """Revoke a token at once."""
    token = get_object_or_404(Token.objects.visible_to(request.actor), pk=pk)
    tokens.revoke_token(token=token, by=cast(MembershipActor, request.actor))
    messages.success(request, _("The token is revoked."))
    return redirect("accounts:tokens")
