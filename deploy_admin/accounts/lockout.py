"""Failed sign-ins: the caller's address, the wait for a locked name, the limit for an address."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from deploy_admin import clock


def client_address(request: HttpRequest) -> str | None:
    """Return the caller's address. Behind the proxy it is what the proxy, and nobody before it, has appended."""
    found = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        found = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or found
    try:
        return str(ipaddress.ip_address(found))
    except ValueError:
        return None  # a unix socket has no address


def from_this_machine(request: HttpRequest) -> bool:
    """Whether the request comes from this machine itself and nobody has passed it on."""
    if any(name.startswith("HTTP_X_FORWARDED") or name == "HTTP_FORWARDED" for name in request.META):
        return False
    address = client_address(request)
    return address is not None and ipaddress.ip_address(address).is_loopback


def _window() -> timedelta:
    cool_off: timedelta | None = get_cool_off()
    return cool_off or timedelta(minutes=30)


def minutes_left(username: str) -> int:
    """Return after how many minutes `username` may try again; 0 when it is not locked."""
    recent = AccessAttempt.objects.filter(username=username, attempt_time__gte=clock.now() - _window())
    found = recent.aggregate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
    if (found["failures"] or 0) < settings.AXES_FAILURE_LIMIT:
        return 0
    left = found["last"] + _window() - clock.now()
    return max(1, -(-int(left.total_seconds()) // 60))


def address_is_exhausted(address: str | None) -> bool:
    """Whether too many sign-ins failed from this address lately, whoever was tried."""
    if address is None:
        return False
    recent = AccessAttempt.objects.filter(ip_address=address, attempt_time__gte=clock.now() - _window())
    failures = recent.aggregate(failures=Sum("failures_since_start"))["failures"] or 0
    return failures >= settings.SIGN_IN_FAILURES_PER_ADDRESS


def sentence(username: str) -> str:
    """Say that the name is locked and for how long."""
    minutes = minutes_left(username) or 1
    return ngettext(
        "Too many failed sign-ins: this name is locked for another minute.",
        "Too many failed sign-ins: this name is locked for another %(count)d minutes.",
        minutes,
    ) % {"count": minutes}


def address_sentence() -> str:
    """Say that the address has to wait."""
    return _(
        "Too many failed sign-ins from this address. Try again in half an hour, or ask the security administrator."
    )


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: object) -> HttpResponse:
    """Answer a locked name with the page that the view has already made; only the status says more."""
    if response is None:
        response = HttpResponse(sentence(""), content_type="text/plain; charset=utf-8")
    response.status_code = 429
    return response


def unlock(username: str) -> int:
    """Forget the failures of `username`; return how many rows there were."""
    return int(reset(username=username))
