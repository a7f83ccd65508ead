"""Issuing the letters of a month: what is owed to whom, a look at each, one click for all."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods

from appraisals.feedback import batch, owing, services, services_letters
from appraisals.feedback.forms import IssueForm
from appraisals.feedback.owing import Owed
from appraisals.feedback.views import month_or
from appraisals.states import ReleaseKind
from assignments.kinds import PaperKind
from assignments.models import IssuedPaper
from assignments.papers import printing
from assignments.services import standing_of
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, Reach, requires
from deploy_admin.http import refusals_shown_in
from deploy_admin.months import Month
from deploy_admin.registry.models import Institution

#: Of each letter so many people are named on the page, and so many letters are shown.
NAMED, SHOWN = 5, 100


@require_http_methods(["GET", "POST"])
@requires(Permission.MONTHS_RELEASE)
def feedback_issue(request: ActorRequest) -> HttpResponse:
    """Show what the month owes to whom; a look at one letter; or issue them all."""
    waiting = owing.waiting(request.actor)
    data = request.POST if request.method == "POST" else request.GET
    authority, month = _asked(data, waiting, request)
    due = owing.owed(authority, month) if authority and owing.may_issue(authority, request.actor) else []
    form = _form(request, due, authority)
    if request.method != "POST":
        return _page(request, form, authority, month, due, waiting)
    if form.is_valid() and authority:
        with refusals_shown_in(form):
            if (look := request.POST.get("look")) is not None and due:
                return _look(due, look, form)
            return _issue(request, authority, month, due, form)
    return _page(request, form, authority, month, due, waiting, status=422)


def _asked(data: Any, waiting: list[owing.Waiting], request: ActorRequest) -> tuple[int | None, Month]:
    """Return authority and month: as asked, else the own authority and its oldest month that waits."""
    asked = data.get("authority", "")
    own = request.actor.institution_id
    authority = int(asked) if asked.isdecimal() and len(asked) < 19 else None
    if authority is None:
        first = next((each.authority_id for each in waiting), None)
        authority = own if request.actor.reach is Reach.DISTRICT else first
    of_authority = [each.month for each in waiting if each.authority_id == authority]
    fallback = of_authority[0] if of_authority else Month.of(clock.today()).previous
    return authority, month_or(data.get("month", ""), fallback)


def _look(due: list[Owed], asked: str, form: Any) -> HttpResponse:
    """Answer one of the letters as it would be printed; nothing is written."""
    place = int(asked) if asked.isdecimal() and len(asked) < 6 else 0
    content = services_letters.preview(due[min(place, len(due) - 1)], **form.said())
    return HttpResponse(printing.html(content))


def _issue(request: ActorRequest, authority: int, month: Month, due: list[Owed], form: Any) -> HttpResponse:
    said = form.said()
    if batch.is_long(due):
        said.pop("number")
        batch.start(authority_id=authority, month=month, by=request.actor, **said)
        text = ngettext(
            "%(n)d letter is being issued in the background.",
            "%(n)d letters are being issued in the background; each stands in the list as soon as it is done.",
            len(due),
        )
        messages.success(request, text % {"n": len(due)}, extra_tags=reverse("jobs:list"))
        return redirect(f"{reverse('appraisals:letters')}?month={month}")
    issued = services.issue(authority_id=authority, month=month, by=request.actor, **said)
    words = ngettext("%(n)d letter is issued.", "%(n)d letters are issued.", len(issued)) % {"n": len(issued)}
    messages.success(request, words)
    return redirect(issued[0]) if len(issued) == 1 else redirect(f"{reverse('appraisals:letters')}?month={month}")


def _form(request: ActorRequest, due: list[Owed], authority: int | None) -> IssueForm:
    rows = IssuedPaper.objects.filter(issuer=authority, kind=PaperKind.FEEDBACK_LETTER).exclude(number="")
    last = rows.order_by("-pk").values_list("number", flat=True).first() or ""
    more: dict[str, Any] = {"letters": len(due), "last": last}
    if request.method == "POST":
        return IssueForm(request.POST, actor=request.actor, **more)
    return IssueForm(actor=request.actor, initial={"dated_on": clock.today()}, **more)


def _page(
    request: ActorRequest,
    form: Any,
    authority: int | None,
    month: Month,
    due: list[Owed],
    waiting: list[owing.Waiting],
    status: int = 200,
) -> HttpResponse:
    if authority and not owing.may_issue(authority, request.actor):
        raise standing_of.not_permitted()
    units = {each.authority_id for each in waiting} | {each.sending_unit_id for each in due} | {authority or 0}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    feed_back_by = owing.feed_back_by(authority, month) if authority else None
    context = {
        "form": form,
        "month": month,
        "authority": authority,
        "authority_name": names.get(authority or 0, ""),
        "due": _lines(due[:SHOWN], names),
        "count": len(due),
        "others": max(len(due) - SHOWN, 0),
        "people": sum(len(each.scores) for each in due),
        "in_background": batch.is_long(due),
        "feed_back_by": feed_back_by,
        "is_late": feed_back_by is not None and feed_back_by < clock.today(),
        "waiting": [
            {"what": each, "authority": names.get(each.authority_id, "")}
            for each in waiting
            if (each.authority_id, each.month) != (authority, month)
        ],
    }
    return render(request, "appraisals/feedback_issue.html", context, status=status)


def _lines(due: list[Owed], names: dict[int, str]) -> list[dict[str, Any]]:
    """Return what the page says of each letter."""
    kinds = {
        ReleaseKind.FIRST: "",
        ReleaseKind.SUPPLEMENT: pgettext("letter", "supplement"),
        ReleaseKind.CORRECTION: pgettext("letter", "correction"),
    }
    return [
        {
            "unit": names.get(each.sending_unit_id, ""),
            "kind": kinds[each.kind],
            "count": len(each.scores),
            "people": _(", ").join(score.assignment.worker.name for score in each.scores[:NAMED]),
            "more": max(len(each.scores) - NAMED, 0),
            "undetermined": sum(score.state == "undetermined" for score in each.scores),
        }
        for each in due
    ]
