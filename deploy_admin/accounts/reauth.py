"""Asking once more who is there, before an act that cannot be taken back: adopting, releasing, another's account."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from deploy_admin.accounts.services.signing_in import recently_confirmed

__all__ = ["confirm_identity", "recently_confirmed", "safe_next"]


def safe_next(request: HttpRequest, address: str | None, otherwise: str = "/") -> str:
    """Return `address` if it stays on this site, else `otherwise`."""
    hosts = {request.get_host()}
    if address and url_has_allowed_host_and_scheme(address, allowed_hosts=hosts, require_https=request.is_secure()):
        parts = urlsplit(address)
        path = parts.path or "/"
        return f"{path}?{parts.query}" if parts.query else path
    return otherwise


def confirm_identity(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let the view run only within ten minutes of a password or code; otherwise ask, and come back.

    Stands inside @requires and @require_POST. After a POST the person comes back to the page with the button.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if recently_confirmed(request):
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer")
        address = f"{reverse('accounts:confirm')}?{urlencode({'next': safe_next(request, back)})}"
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=204, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    return guarded
