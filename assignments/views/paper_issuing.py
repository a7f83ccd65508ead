"""Issuing papers: what comes of a choice, a look at each, then issued at once or in the background."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from assignments.forms.assignments_batch import MOST, too_many
from assignments.forms.papers import IssueForm, ids_in
from assignments.kinds import PaperKind
from assignments.models import Assignment, Campaign, IssuedPaper
from assignments.papers import printing
from assignments.papers.offering import VERBS, issue_url
from assignments.posting_list import PostingList
from assignments.services import paper_batch, papers
from assignments.services.paper_drafts import PERMISSIONS, Chosen, Draft, Drafted, drafted
from deploy_admin import clock
from deploy_admin.access import ActorRequest, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import PAGE_ROWS, refusals_shown_in
from deploy_admin.registry.models import Institution

#: Of each paper so many people are named on the page, and so many papers are shown.
NAMED, SHOWN = 5, 50


def page_for(kind: PaperKind) -> Callable[..., HttpResponse]:
    """Return the view that issues papers of this kind."""

    @require_http_methods(["GET", "POST"])
    @requires(PERMISSIONS[kind])
    def view(request: ActorRequest) -> HttpResponse:
        return _sent(kind, request) if request.method == "POST" else _asked(kind, request)

    return view


def _asked(kind: PaperKind, request: ActorRequest) -> HttpResponse:
    """Show which papers come of the choice, and ask for what the office adds."""
    campaign = _campaign(request.GET.get("campaign", ""), request) if kind is PaperKind.DISPATCH_NOTICE else None
    ids = frozenset() if campaign else _ids(kind, request)
    if len(ids) > MOST:
        messages.warning(request, too_many(len(ids)))
        return redirect(_back(kind))
    chosen = _chosen(kind, ids, campaign)
    try:
        found = drafted(chosen, request.actor)
    except RuleViolation as refusal:
        messages.warning(request, refusal.message)
        return redirect(campaign or _back(kind))
    initial = {
        "ids": ",".join(map(str, sorted(ids))),
        "campaign": campaign.pk if campaign else None,
        "dated_on": clock.today(),
    }
    return _page(kind, request, found, _form(request, found, initial=initial))


def _sent(kind: PaperKind, request: ActorRequest) -> HttpResponse:
    """Show the look that was asked for, or issue; what a list's form sends is only asked about."""
    if "dated_on" not in request.POST:
        ids = sorted(ids_in(request.POST.getlist("ids")))[:PAGE_ROWS]
        return redirect(issue_url(kind, ids=ids))
    form: Any = IssueForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return _refused(kind, request, form)
    said = form.cleaned_data
    campaign = _campaign(str(said["campaign"] or ""), request) if kind is PaperKind.DISPATCH_NOTICE else None
    chosen = _chosen(kind, frozenset() if campaign else said["ids"], campaign)
    answer: HttpResponse | None = None
    with refusals_shown_in(form):
        look = request.POST.get("look")
        answer = _issue(chosen, request, form) if look is None else _look(drafted(chosen, request.actor), look, form)
    return answer or _refused(kind, request, form, chosen)


def _look(found: Drafted, number: str, form: Any) -> HttpResponse:
    """Answer one of the papers as it would be printed; nothing is written."""
    place = int(number) if number.isdecimal() and len(number) < 6 else 0
    draft = found.drafts[min(place, len(found.drafts) - 1)]
    said = form.cleaned_data
    content = draft.content(dated_on=said["dated_on"], number=said.get("number") or "", **form.words())
    return HttpResponse(printing.html(content))


def _issue(chosen: Chosen, request: ActorRequest, form: Any) -> HttpResponse:
    said = form.cleaned_data
    found = drafted(chosen, request.actor)
    number = said.get("number") or ""
    if paper_batch.is_long(found.drafts):
        paper_batch.start(chosen=chosen, dated_on=said["dated_on"], number=number, **form.words(), by=request.actor)
        text = ngettext(
            "%(n)d paper is being issued in the background; it stands in the list as soon as it is done.",
            "%(n)d papers are being issued in the background; they stand in the list as soon as all are done.",
            len(found.drafts),
        )
        messages.success(request, text % {"n": len(found.drafts)}, extra_tags=reverse("jobs:list"))
        return redirect("assignments:papers")
    issued = papers.issue(chosen=chosen, dated_on=said["dated_on"], number=number, **form.words(), by=request.actor)
    words = ngettext("%(n)d paper is issued.", "%(n)d papers are issued.", len(issued)) % {"n": len(issued)}
    messages.success(request, words)
    return redirect(issued[0] if len(issued) == 1 else "assignments:papers")


def _refused(kind: PaperKind, request: ActorRequest, form: Any, chosen: Chosen | None = None) -> HttpResponse:
    """Show the form again with what is wrong, and the papers where there are any."""
    found = Drafted(())
    if chosen is not None:
        try:
            found = drafted(chosen, request.actor)
        except RuleViolation:
            found = Drafted(())
    return _page(kind, request, found, form, status=422)


def _page(kind: PaperKind, request: ActorRequest, found: Drafted, form: Any, status: int = 200) -> HttpResponse:
    shown = found.drafts[:SHOWN]
    context = {
        "kind": kind,
        "verb": VERBS[kind],
        "form": form,
        "drafts": _lines(shown),
        "count": len(found.drafts),
        "others": len(found.drafts) - len(shown),
        "left_out": found.left_out[: NAMED * 4],
        "left_out_count": len(found.left_out),
        "in_background": paper_batch.is_long(found.drafts),
        "back": _back(kind),
    }
    return render(request, "assignments/paper_issue.html", context, status=status)


def _lines(drafts: tuple[Draft, ...]) -> list[dict[str, Any]]:
    """Return what the page says of each paper: who issues it, to whom, whom it names. Two queries."""
    ids = {line.assignment_id for draft in drafts for line in draft.lines}
    people = dict(Assignment.objects.filter(pk__in=ids).values_list("pk", "worker__name"))
    units = {unit for draft in drafts for unit in (draft.issuer_id, draft.addressee_id) if unit}
    names = Institution.objects.filter(pk__in=units).named(clock.today())
    return [
        {
            "issuer": names.get(draft.issuer_id, ""),
            "addressee": names.get(draft.addressee_id or 0, ""),
            "people": _(", ").join(people[line.assignment_id] for line in draft.lines[:NAMED]),
            "more": max(len(draft.lines) - NAMED, 0),
            "on_behalf": draft.on_behalf,
        }
        for draft in drafts
    ]


def _form(request: ActorRequest, found: Drafted, **more: Any) -> IssueForm:
    issuer = found.drafts[0].issuer_id
    last = IssuedPaper.objects.filter(issuer=issuer, kind=found.drafts[0].kind).exclude(number="").order_by("-pk")
    number = last.values_list("number", flat=True).first() or ""
    return IssueForm(actor=request.actor, papers=len(found.drafts), last=number, **more)


def _chosen(kind: PaperKind, ids: frozenset[int], campaign: Campaign | None) -> Chosen:
    if kind is PaperKind.LEAVE_RECEIPT:
        return Chosen(kind=kind, leave_ids=ids)
    return Chosen(kind=kind, assignment_ids=ids, campaign=campaign)


def _ids(kind: PaperKind, request: ActorRequest) -> frozenset[int]:
    """Return who was chosen in the list: by ticks, or everything the list shows."""
    if request.GET.get("all") and kind is not PaperKind.LEAVE_RECEIPT:
        rows = PostingList(request.GET.dict(), request.actor).chosen
        return frozenset(rows.values_list("pk", flat=True)[: MOST + 1])
    return ids_in(request.GET.getlist("ids"))


def _campaign(asked: str, request: ActorRequest) -> Campaign | None:
    if not asked.isdecimal() or len(asked) > 18:
        return None
    found: Campaign = get_object_or_404(Campaign.objects.visible_to(request.actor), pk=int(asked))
    return found


def _back(kind: PaperKind) -> str:
    return reverse("assignments:leaves" if kind is PaperKind.LEAVE_RECEIPT else "assignments:assignments")
