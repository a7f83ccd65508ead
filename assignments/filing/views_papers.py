"""Printing a filed list: what the office adds, a look at it, then the paper with its check code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assignments.filing import papers, sides
from assignments.filing.paper_content import KINDS
from assignments.forms.papers import IssueForm
from assignments.kinds import ListKind
from assignments.models import FiledList, IssuedPaper
from assignments.papers import printing
from deploy_admin import clock
from deploy_admin.access import ActorRequest, requires
from deploy_admin.http import refusals_shown_in
from deploy_admin.registry.models import Institution


def page_for(kind: ListKind) -> Callable[..., HttpResponse]:
    """Return the view that prints lists of this kind."""

    @require_http_methods(["GET", "POST"])
    @requires(sides.ENTER[kind])
    def view(request: ActorRequest, pk: int) -> HttpResponse:
        rows = FiledList.objects.visible_to(request.actor).filter(kind=kind).select_related("campaign")
        filed: FiledList = get_object_or_404(rows, pk=pk)
        return _sent(request, filed) if request.method == "POST" else _asked(request, filed)

    return view


def _asked(request: ActorRequest, filed: FiledList) -> HttpResponse:
    """Ask for what the office adds; a list that is not printed now says why on its page."""
    if not papers.issue_url(filed, request.actor):
        messages.warning(request, _why_not(filed))
        return redirect(filed)
    return _page(request, filed, _form(request, filed, initial={"dated_on": clock.today()}))


def _sent(request: ActorRequest, filed: FiledList) -> HttpResponse:
    """Show the look that was asked for, or issue."""
    form = _form(request, filed, data=request.POST)
    if form.is_valid():
        said = {"dated_on": form.cleaned_data["dated_on"], "number": form.cleaned_data["number"], **form.words()}
        with refusals_shown_in(form):
            if "look" in request.POST:
                return HttpResponse(printing.html(papers.preview(filed=filed, by=request.actor, **said)))
            paper = papers.issue_list(filed=filed, by=request.actor, **said)
            messages.success(request, _("The list is on paper; file its stamped copy here."))
            return redirect(paper)
    return _page(request, filed, form, status=422)


def _page(request: ActorRequest, filed: FiledList, form: Any, status: int = 200) -> HttpResponse:
    names = Institution.objects.filter(pk=filed.institution_id).named(clock.today())
    context = {
        "filed": filed,
        "form": form,
        "kind": KINDS[ListKind(filed.kind)],
        "unit": names.get(filed.institution_id, ""),
        "papers": papers.papers_of(filed, request.actor),
    }
    return render(request, "assignments/filing_paper.html", context, status=status)


def _form(request: ActorRequest, filed: FiledList, **more: Any) -> Any:
    """Return the form; it offers the number after the issuer's last one."""
    unit = sides.is_the_unit(filed.institution_id, filed.kind, request.actor)
    issuer = filed.institution_id if unit else filed.campaign.authority_id
    numbers = IssuedPaper.objects.filter(issuer=issuer).exclude(number="").order_by("-pk")
    last = numbers.values_list("number", flat=True).first() or ""
    return IssueForm(actor=request.actor, last=last, **more)


def _why_not(filed: FiledList) -> str:
    if filed.state in papers.HANDED_IN:
        return _("Approve the list first: until then it is the unit's own paper.")
    return _("Hand the list in first, then print it.")
