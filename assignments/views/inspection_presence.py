"""One tap a person: what the inspector finds while going round the house; and the rest at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from assignments import inspection_page, sides
from assignments.kinds import Presence, RosterPattern
from assignments.models import Assignment, PresenceCheck
from assignments.services import absences
from assignments.services import presence as services
from assignments.services.presence import Found
from assignments.views.inspections import own_or_403, seen_or_404
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.errors import RuleViolation
from deploy_admin.http import is_part


@require_POST
@requires(Permission.INSPECTIONS_RECORD)
def inspection_presence(request: ActorRequest, pk: int) -> HttpResponse:
    """Record what was found of one person; the same tap again takes it back."""
    row = own_or_403(request, pk)
    assignment, tapped = _number(request.POST.get("assignment", "")), request.POST.get("result", "")
    remark = request.POST.get("remark", "")
    held: PresenceCheck | None = row.presences.filter(assignment=assignment).first()
    if not tapped and held is None:
        sentence = _("Tap first what you found.")
        raise RuleViolation(sentence, "result_missing", context={"url": row.get_absolute_url()})
    said = tapped or (held.result if held else "")
    if said not in Presence.values:
        raise RuleViolation(_("This result is not in the code list."), "presence_unknown")
    again = tapped and held is not None and (held.result, held.remark) == (tapped, remark.strip())
    found = {assignment: Found(None if again else Presence(said), remark)}
    services.record_presence(inspection=row, found=found, by=request.actor)
    if not is_part(request):
        return redirect(f"{row.get_absolute_url()}#p{assignment}")
    context = inspection_page.context(row, request.actor)
    context["person"] = next(line for line in context["received"] + context["sent"] if line.pk == assignment)
    return render(request, "assignments/inspection_tapped.html", context)


@require_POST
@requires(Permission.INSPECTIONS_RECORD)
def inspection_rest(request: ActorRequest, pk: int) -> HttpResponse:
    """Record everybody of one side of whom nothing is recorded: as known, else present, or not at the sending unit."""
    row = own_or_403(request, pk)
    count = services.record_the_rest(inspection=row, received=request.POST.get("side") != "sent", by=request.actor)
    done = ngettext("Recorded for %(count)d person.", "Recorded for %(count)d people.", count)
    messages.success(request, done % {"count": count})
    return redirect(row)


@require_http_methods(["GET", "POST"])
@requires(Permission.POST_MANAGE)
def inspection_absence(request: ActorRequest, pk: int, assignment_pk: int) -> HttpResponse:
    """Report whoever an inspection found absent: the person is heard before it counts."""
    row = seen_or_404(request, pk)
    check: PresenceCheck = get_object_or_404(
        row.presences.select_related("assignment__worker"), assignment=assignment_pk, result=Presence.ABSENT
    )
    assignment: Assignment = get_object_or_404(
        Assignment.objects.visible_to(request.actor).select_related("worker", "campaign"), pk=assignment_pk
    )
    if not sides.of([assignment], sides.Side.RECEIVER, request.actor, clock.today()):
        raise PermissionDenied
    if request.method == "POST":
        remark = " ".join(filter(None, (_("Found absent by an inspection."), check.remark)))
        absences.report_absence(
            assignment=assignment,
            first_day=row.on,
            last_day=row.on,
            # Of shifts nobody but the roster knows the duty days: this day is one, or nobody would have been missed.
            stated_duty_days=1 if assignment.roster_pattern == RosterPattern.SHIFT else None,
            remark=remark,
            by=request.actor,
        )
        messages.success(request, _("The absence is reported; the person is heard before it counts."))
        return redirect(row)
    return render(request, "assignments/inspection_absence.html", {"inspection": row, "person": assignment.worker})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
