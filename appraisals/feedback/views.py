"""Feedback letters as people meet them: the list, one letter, receiving, the pay list and its summary."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from appraisals.feedback import owing, services, summary
from appraisals.feedback.letter_list import LetterList, kind_words
from appraisals.feedback.paying import PayList, labels_of
from appraisals.feedback.telling import receive_by
from appraisals.feedback.values import SHEET
from appraisals.models import FeedbackLetter, ReleasedScore
from appraisals.trends.small import histories
from assignments.papers import printing
from assignments.papers.listing import SHAPES
from assignments.services import papers
from assignments.states import PaperState
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.http import attachment, exported, is_part, page_of
from deploy_admin.months import Month
from deploy_admin.people.words import without_ids
from deploy_admin.registry.models import Institution
from deploy_admin.spreadsheets import CONTENT_TYPES


@require_GET
@requires(Permission.FEEDBACK_VIEW)
def letters(request: ActorRequest) -> HttpResponse:
    """Show the letters the actor may know about, the unreceived first; or hand out exactly these."""
    shown = LetterList(request.GET.dict(), request.actor)
    answer = exported(request, "feedback-letters", shown.export, _("Feedback letters"))
    if answer is not None:
        audit.record(act="feedback.exported", by=request.actor, detail={"filters": without_ids(request.GET.dict())})
        return answer
    context = {
        "shown": shown,
        "page": shown.page(request.GET.get("page")),
        "waiting": _waiting(request) if request.actor.can(Permission.MONTHS_RELEASE) else [],
        "reminder": shown.reminder(),
    }
    template = "appraisals/feedback_letters.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_GET
@requires(Permission.FEEDBACK_VIEW)
def letter(request: ActorRequest, pk: int) -> HttpResponse:
    """Show one letter: what it says, whether it was received, each result with its explanation behind it."""
    row = _seen(request, pk)
    paper, actor = row.paper, request.actor
    names = Institution.objects.filter(pk__in={row.authority_id, row.sending_unit_id}).named(clock.today())
    rows = ReleasedScore.objects.filter(letter_line__letter=row.pk).select_related("release", "assignment__worker")
    lines = PayList({}, actor).lines(rows.defer("explanation").order_by("assignment__sort_key", "pk"))
    others = FeedbackLetter.objects.visible_to(actor).filter(
        authority=row.authority_id, sending_unit=row.sending_unit_id, month=row.month
    )
    context = {
        "letter": row,
        "paper": paper,
        "shape": SHAPES[PaperState(paper.state)],
        "kind": kind_words(row),
        "authority": names.get(row.authority_id, ""),
        "sending": names.get(row.sending_unit_id, ""),
        "printed": printing.context(paper.content, paper.sha256, paper.number),
        "lines": lines,
        "histories": histories([line.score for line in lines], actor),
        "labels": labels_of(lines),
        "others": others.exclude(pk=row.pk).select_related("paper").defer("paper__content").order_by("sequence"),
        "receives": _receives(row, request),
        "receive_by": receive_by(row) if row.received_at is None else None,
        "today": clock.today(),
        "keeps": papers.may_keep(paper, actor) and actor.can(Permission.ASSIGNMENTS_VIEW),
    }
    return render(request, "appraisals/feedback_letter.html", context)


@require_GET
@requires(Permission.FEEDBACK_VIEW)
def letter_summary(request: ActorRequest, pk: int) -> HttpResponse:
    """Answer the results of one letter as XLSX."""
    row = _seen(request, pk)
    audit.record(act="feedback.summary_exported", by=request.actor, on=row, detail={"month": f"{row.month:%Y-%m}"})
    content = summary.summary_xlsx([row], by=request.actor)
    return attachment(content, _file_name(f"{row.month:%Y-%m}"), CONTENT_TYPES["xlsx"])


@require_POST
@requires(Permission.FEEDBACK_RECEIVE)
def letter_receive(request: ActorRequest, pk: int) -> HttpResponse:
    """Confirm that one letter has arrived."""
    row = _seen(request, pk)
    if services.receive(letters=[row.pk], by=request.actor):
        messages.success(request, _("The letter is received."))
    else:
        messages.info(request, _("The letter had been received already."))
    return redirect(row)


@require_POST
@requires(Permission.FEEDBACK_RECEIVE)
def letters_receive(request: ActorRequest) -> HttpResponse:
    """Confirm every letter that waits."""
    found = services.receive_all(by=request.actor)
    text = ngettext("%(n)d letter is received.", "%(n)d letters are received.", len(found)) % {"n": len(found)}
    (messages.success if found else messages.info)(request, text if found else _("No letter was waiting."))
    return redirect("appraisals:letters")


@require_GET
@requires(Permission.FEEDBACK_VIEW)
def pay_list(request: ActorRequest) -> HttpResponse:
    """Show what was told of the own people in a month, points and pay factor first; or hand out exactly this."""
    shown = PayList(request.GET.dict(), request.actor)
    answer = exported(request, f"pay-list-{shown.first}", shown.export, _("Pay list"))
    if answer is not None:
        audit.record(act="feedback.pay_list_exported", by=request.actor, detail={"month": str(shown.first)})
        return answer
    page: Any = page_of(request, shown.rows)
    lines = shown.lines(page.object_list)
    page.object_list = lines
    context = {
        "shown": shown,
        "page": page,
        "labels": labels_of(lines),
        "days": [key for key, _head in SHEET if key != "unchecked"],
        "is_sender": request.actor.reach is Reach.UNIT,
    }
    template = "appraisals/feedback_pay.html"
    return render(request, f"{template}#list" if is_part(request) else template, context)


@require_GET
@requires(Permission.FEEDBACK_VIEW)
def feedback_summary(request: ActorRequest) -> HttpResponse:
    """Answer the summary list of a month or a period as XLSX, a sheet for each month."""
    shown = PayList(request.GET.dict(), request.actor)
    months = {"first": str(shown.first), "last": str(shown.last)}
    audit.record(act="feedback.summary_exported", by=request.actor, detail=months)
    name = str(shown.first) if shown.is_one_month else f"{shown.first}_{shown.last}"
    return attachment(summary.of_list(shown), _file_name(name), CONTENT_TYPES["xlsx"])


def _seen(request: ActorRequest, pk: int) -> FeedbackLetter:
    """Return the letter as the actor may know it; unseen is not there."""
    rows = FeedbackLetter.objects.visible_to(request.actor)
    found: FeedbackLetter = get_object_or_404(
        rows.select_related("paper__pdf", "paper__docx", "paper__stamped"), pk=pk
    )
    return found


def _receives(letter: FeedbackLetter, request: ActorRequest) -> bool:
    actor = request.actor
    own = actor.reach is Reach.UNIT and letter.sending_unit_id in actor.institution_ids
    return own and actor.can(Permission.FEEDBACK_RECEIVE) and letter.received_at is None


def _waiting(request: ActorRequest) -> list[dict[str, Any]]:
    """Return the months that are released and not fed back, with the day until which they should be."""
    held = owing.waiting(request.actor)
    names = Institution.objects.filter(pk__in={each.authority_id for each in held}).named(clock.today())
    today = clock.today()
    return [
        {
            "what": each,
            "authority": names.get(each.authority_id, ""),
            "may": owing.may_issue(each.authority_id, request.actor),
            "late": each.feed_back_by is not None and each.feed_back_by < today,
        }
        for each in held
    ]


def _file_name(months: str) -> str:
    return f"{_('Summary of the results')}_{months}.xlsx"


def month_or(text: str, otherwise: Month) -> Month:
    """Return the month an address names."""
    try:
        return Month.parse(text)
    except ValueError:
        return otherwise
