"""What changed since this person's last visit, from the rows this actor may see."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Max
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisals.models import FeedbackLetter, MonthRelease
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Upload, UploadState
from deploy_admin.months import Period
from deploy_admin.people.models import HealthWorker
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.ui.shell import url_if_any
from quotas.models import Figure, Release, Run

SHOWN = 8
#: What a person without an earlier visit is shown.
LATELY = timedelta(days=14)
Change = tuple[datetime, dict[str, Any]]


def last_visit(actor: Actor) -> datetime | None:
    """Return when this person signed in the time before the present one."""
    if actor.user_id is None:
        return None
    signed_in = Event.objects.filter(user_id=actor.user_id, act="session.began").order_by("-recorded_at")
    return signed_in.values_list("recorded_at", flat=True)[1:2].first()


def seen_by(actor: Actor, since: datetime | None) -> list[dict[str, Any]]:
    """Return the newest changes as timeline items, newest first."""
    start = since or clock.now() - LATELY
    found: list[Change] = []
    for source in (runs, releases, adoptions, figures, uploads, own_record, months, letters, events):
        found += source(actor, start)
    found.sort(key=lambda change: change[0], reverse=True)
    return [{"when": moment(when), **item} for when, item in found[:SHOWN]]


def moment(when: datetime) -> str:
    """Return the time of today, the day of anything earlier."""
    local = timezone.localtime(when)
    return f"{local:%H:%M}" if local.date() == clock.today() else date_format(local.date(), "m-d")


def runs(actor: Actor, since: datetime) -> list[Change]:
    """Published computations whose results differ from the one before."""
    rows = Run.objects.visible_to(actor).published().filter(finished_at__gt=since).for_list()[:SHOWN]
    return [
        (
            run.finished_at,
            {
                "text": _("Quotas of %(period)s recomputed (%(trigger)s)")
                % {"period": run.period, "trigger": run.get_trigger_display()},
                "detail": _("%(n)s results changed") % {"n": changed}
                if (changed := run.counts.get("changed"))
                else "",
                "url": url_if_any("quotas:run", run.pk),
            },
        )
        for run in rows
        if run.finished_at is not None
    ]


def releases(actor: Actor, since: datetime) -> list[Change]:
    """Quotas released."""
    rows = Release.objects.visible_to(actor).filter(released_at__gt=since).order_by("-released_at")[:SHOWN]
    return [
        (
            row.released_at,
            {
                "text": _("Quotas of %(period)s released, %(number)s") % {"period": row.period, "number": row.number},
                "url": url_if_any("quotas:release", row.pk),
            },
        )
        for row in rows
    ]


def adoptions(actor: Actor, since: datetime) -> list[Change]:
    """Policy versions adopted."""
    rows = PolicyVersion.objects.visible_to(actor).filter(adoption__at__gt=since).for_list()[:SHOWN]
    return [
        (row.adoption.at, {"text": _("Adopted: %(title)s") % {"title": row.title}, "url": row.get_absolute_url()})
        for row in rows
    ]


def figures(actor: Actor, since: datetime) -> list[Change]:
    """For a unit: its own figures signed off, one line for each signing."""
    if actor.reach is not Reach.UNIT or not actor.can(Permission.FIGURES_VIEW):
        return []
    signed = Figure.objects.visible_to(actor).current().filter(signed_off_at__gt=since)
    acts: Any = (
        signed.values("period_start", "period_end", "signed_off_at").annotate(n=Count("pk")).order_by("-signed_off_at")
    )
    found: list[Change] = []
    for act in acts[:SHOWN]:
        said = ngettext("%(n)d figure of %(period)s signed off", "%(n)d figures of %(period)s signed off", act["n"])
        words = said % {"n": act["n"], "period": Period(act["period_start"], act["period_end"])}
        found.append((act["signed_off_at"], {"text": words, "url": url_if_any("quotas:figures")}))
    return found


def uploads(actor: Actor, since: datetime) -> list[Change]:
    """For a unit: tables applied in its name, whoever sent them in."""
    if actor.reach is not Reach.UNIT:
        return []
    applied = Upload.objects.visible_to(actor).filter(state=UploadState.APPLIED, applied_at__gt=since)
    rows = applied.select_related("file").defer("file__content").order_by("-applied_at")[:SHOWN]
    return [
        (
            row.applied_at,
            {"text": _("“%(file)s” was applied") % {"file": row.file.name}, "detail": row.applied_by_name},
        )
        for row in rows
        if row.applied_at is not None
    ]


def own_record(actor: Actor, since: datetime) -> list[Change]:
    """For a deployed person: that something in the own record was changed."""
    if actor.reach is not Reach.SELF or not actor.can(Permission.OWN_RECORD_VIEW):
        return []
    changed = HealthWorker.objects.visible_to(actor).filter(updated_at__gt=since)
    return [
        (when, {"text": _("Your record was changed"), "url": url_if_any("assignments:my_record")})
        for when in changed.values_list("updated_at", flat=True)
    ]


def months(actor: Actor, since: datetime) -> list[Change]:
    """Months of units released, one line for each month; one's own where the actor is a deployed person."""
    if not (actor.can(Permission.MONTHS_VIEW) or actor.can(Permission.OWN_SERVICE)):
        return []
    told: Any = MonthRelease.objects.visible_to(actor).filter(recorded_at__gt=since).order_by()
    told = told.values_list("month").annotate(n=Count("institution", distinct=True), at=Max("recorded_at"))
    found: list[Change] = []
    for month, n, at in told.order_by("-at")[:SHOWN]:
        if actor.reach is Reach.SELF:
            words, url = _("Your month %(month)s was released"), url_if_any("appraisals:my_months")
        else:
            words = ngettext("%(n)d unit's month %(month)s released", "%(n)d units' month %(month)s released", n)
            url = f"{url_if_any('appraisals:trend_rows')}?month={month:%Y-%m}"
        found.append((at, {"text": words % {"n": n, "month": f"{month:%Y-%m}"}, "url": url}))
    return found


def letters(actor: Actor, since: datetime) -> list[Change]:
    """Feedback letters sent, one line for each month."""
    if not actor.can(Permission.FEEDBACK_VIEW):
        return []
    sent: Any = FeedbackLetter.objects.visible_to(actor).filter(sent_at__gt=since).order_by()
    sent = sent.values_list("month").annotate(n=Count("pk"), at=Max("sent_at")).order_by("-at")[:SHOWN]
    url = url_if_any("appraisals:letters")
    found: list[Change] = []
    for month, n, at in sent:
        words = ngettext("%(n)d feedback letter on %(month)s sent", "%(n)d feedback letters on %(month)s sent", n)
        text = words % {"n": n, "month": f"{month:%Y-%m}"}
        found.append((at, {"text": text, "url": f"{url}?month={month:%Y-%m}"}))
    return found


def events(actor: Actor, since: datetime) -> list[Change]:
    """For those who read the record: its newest acts."""
    rows = Event.objects.visible_to(actor).filter(recorded_at__gt=since).for_list()[:SHOWN]
    return [
        (
            event.recorded_at,
            {
                "text": f"{event.act_label}{': ' if event.object_label else ''}{event.object_label}",
                "detail": event.actor_name,
            },
        )
        for event in rows
    ]
