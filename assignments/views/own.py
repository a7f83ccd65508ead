"""The deployed person's own pages: what is held about me, what each rule says of me and why, what is wrong in it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assignments import explaining, services
from assignments.forms.eligibility import CorrectionForm
from assignments.listing import lines, live_rows
from assignments.models import CorrectionRequest
from assignments.views.eligibility import day_of
from deploy_admin import clock
from deploy_admin.access import ActorRequest, Permission, requires
from deploy_admin.http import refusals_shown_in
from deploy_admin.people import codes
from deploy_admin.people.models import HealthWorker, HeldDocument, Recognition, RecordedEvent, Unavailability
from deploy_admin.people.standing import standing
from deploy_admin.people.words import period, yes_no
from deploy_admin.registry.models import Institution


def _me(request: ActorRequest) -> HealthWorker | None:
    if request.actor.worker_id is None:
        return None
    mine: HealthWorker | None = (
        HealthWorker.objects.living().visible_to(request.actor).filter(pk=request.actor.worker_id).first()
    )
    return mine


def _context(me: HealthWorker, request: ActorRequest) -> dict[str, Any]:
    today, day = clock.today(), day_of(request)
    now = standing([me.pk], today)[me.pk]
    post = now.employment or now.left
    units = Institution.objects.filter(pk__in=[post.institution_id] if post else []).named(today)
    facts = [
        (_("Person number"), me.number),
        (_("ID number"), me.id_masked),
        (_("Sex"), me.sex_label),
        (_("Born"), me.birth_month),
        (_("Ethnicity"), me.ethnicity_label),
        (_("Education"), me.education_label),
        (_("Degree"), me.degree_label),
        (_("Major"), me.major),
        (_("Speciality"), me.speciality),
        (_("In clinical work since"), me.clinical_since),
        (_("Management experience"), yes_no(me.management_experience)),
    ]
    if post:
        facts += [
            (_("Unit"), units.get(post.institution_id, "")),
            (_("Department"), post.department),
            (_("Staff category"), codes.label(codes.STAFF_CATEGORIES, post.staff_category)),
            (_("Establishment kind"), codes.label(codes.EMPLOYMENT_MODES, post.employment_mode)),
            (_("Hired on"), now.hired_on or post.hired_on),
        ]
    held = [
        {
            "title": _("Titles"),
            "rows": [
                (codes.TITLE_BY_CODE[t.code].label, codes.label(codes.TITLE_SCOPES, t.scope), t.qualified_on)
                for t in now.titles
            ],
        },
        {
            "title": _("Licences"),
            "rows": [
                (
                    codes.label(codes.LICENCES, each.kind),
                    codes.label(codes.PRACTICE_CATEGORIES, each.practice_category),
                    each.issued_on,
                )
                for each in now.licences
            ],
        },
        {
            "title": _("Other documents"),
            "rows": [
                (each.name, each.number, each.issued_on)
                for each in HeldDocument.objects.filter(worker=me).order_by("name")
            ],
        },
        {
            "title": _("Times away"),
            "rows": [
                (each.kind_label, "", period(each.valid_from, each.valid_to))
                for each in Unavailability.objects.standing().filter(worker=me).order_by("-valid_from")
            ],
        },
        {
            "title": _("Recognised service"),
            "rows": [
                (each.kind_label, each.get_state_display(), period(each.served_from, each.served_to))
                for each in Recognition.objects.filter(worker=me).order_by("-served_from")
            ],
        },
        {
            "title": _("Recorded events"),
            "rows": [
                (each.kind_label, each.document, each.happened_on)
                for each in RecordedEvent.objects.standing().filter(worker=me).order_by("-happened_on")
            ],
        },
    ]
    rows = live_rows([me], day, None)
    return {
        "person": me,
        "unit": units.get(post.institution_id, "") if post else "",
        "facts": facts,
        "held": held,
        "day": day,
        "today": today,
        "lines": lines(rows, request.actor, min(day, today), day=day if day != today else None, own=True),
        "requests": list(CorrectionRequest.objects.visible_to(request.actor).filter(worker=me)[:20]),
    }


@require_GET
@requires(Permission.OWN_RECORD_VIEW)
def my_record(request: ActorRequest) -> HttpResponse:
    """Show what is held about oneself, and what each rule says of it."""
    me = _me(request)
    context = _context(me, request) | {"form": CorrectionForm()} if me else {"person": None}
    return render(request, "assignments/my_record.html", context)


@require_GET
@requires(Permission.OWN_RECORD_VIEW)
def my_explained(request: ActorRequest, policy: str, clause: str) -> HttpResponse:
    """Show why one clause answers as it does about oneself."""
    me = _me(request)
    if me is None:
        raise Http404
    context = explaining.context(me, policy, clause, day_of(request), request.actor, own=True)
    return render(request, "assignments/explained.html", context)


@require_POST
@requires(Permission.OWN_RECORD_VIEW)
def ask_correction(request: ActorRequest) -> HttpResponse:
    """Tell the own unit what is wrong in the own record."""
    form = CorrectionForm(request.POST)
    if form.is_valid():
        with refusals_shown_in(form):
            services.ask_correction(text=form.cleaned_data["text"], by=request.actor)
            messages.success(request, _("Your unit's personnel office has been told; the answer will stand here."))
            return redirect("assignments:my_record")
    me = _me(request)
    context = _context(me, request) if me else {"person": None}
    return render(request, "assignments/my_record.html", context | {"form": form}, status=422)
