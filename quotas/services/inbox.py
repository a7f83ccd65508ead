"""Telling people: many notices at once, one open notice per key, closed when the thing is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.urls import reverse

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.jobs.models import Notice
from deploy_admin.jobs.services.inbox import keep
from deploy_admin.months import Period
from deploy_admin.registry.authority import authority_over, competent_authority
from quotas.models import Figure, ListedPerson, Quota, Release, ShortfallReason

#: What is only news is closed after so long.
NEWS_DAYS = 14
NEWS = "quotas.news:"
OFFICERS = (Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION)


def figures_owed(period: Period, owed: Mapping[int, int], *, due_on: date, opening: bool) -> None:
    """One note per unit that owes figures; those of units that owe none are closed."""
    prefix = f"figures.owed:{period.iso}:"
    url = reverse("quotas:figures")
    keep(
        prefix,
        {
            f"{prefix}{unit}": {
                "code": "figures.owed",
                "params": {"count": count, "period": str(period)},
                "url": url,
                "institution_id": unit,
                "roles": [Role.SENDER_HR.value],
                "due_on": due_on,
            }
            for unit, count in sorted(owed.items())
        },
        opening=opening,
    )


def figures_wait(periods: Iterable[Period]) -> None:
    """One note per authority and period with expected figures to sign off; closed when none is left."""
    today = clock.today()
    for period in sorted(set(periods)):
        units = list(Figure.objects.current().expected().of_period(period).values_list("institution_id", flat=True))
        authorities = authority_over(set(units), today) if units else {}
        waiting: dict[int, int] = defaultdict(int)
        for unit in units:
            if (authority := authorities.get(unit)) is not None:
                waiting[authority] += 1
        prefix = f"figures.to_sign_off:{period.iso}:"
        keep(
            prefix,
            {
                f"{prefix}{authority}": {
                    "code": "figures.to_sign_off",
                    "params": {"count": count, "period": str(period)},
                    "url": f"{reverse('quotas:figures')}?period={period.iso}&state=expected",
                    "institution_id": authority,
                    "roles": sorted(role.value for role in OFFICERS),
                }
                for authority, count in sorted(waiting.items())
            },
        )


def figures_signed(figures: Iterable[Figure]) -> None:
    """Tell each unit how many of its figures were signed off."""
    counts: dict[tuple[int, Period], int] = defaultdict(int)
    for figure in figures:
        counts[figure.institution_id, figure.period] += 1
    _news(
        {
            f"figures.signed_off:{period.iso}:{unit}": (
                unit,
                "figures.signed_off",
                {"count": count, "period": str(period)},
                reverse("quotas:figures"),
            )
            for (unit, period), count in sorted(counts.items())
        }
    )


def released(release: Release, units: Collection[int]) -> None:
    """Tell each unit that its quotas of the period were released."""
    params = {"period": str(release.period), "number": release.number}
    url = reverse("quotas:release", args=[release.pk])
    _news(
        {f"quotas.released:{release.pk}:{unit}": (unit, "quotas.released", params, url) for unit in sorted(set(units))}
    )


def reason_given(reason: ShortfallReason, quota: Quota) -> None:
    """Tell the competent authority that a reason waits for its decision."""
    authority = competent_authority({reason.institution_id}, clock.today()).get(reason.institution_id)
    if authority is None:
        return
    keep(
        f"quotas.reason:{reason.pk}",
        {
            f"quotas.reason:{reason.pk}": {
                "code": "quotas.reason_to_decide",
                "params": {"period": str(reason.period)},
                "url": reverse("quotas:detail", args=[quota.pk]),
                "institution_id": authority,
                "roles": sorted(role.value for role in OFFICERS),
            }
        },
    )


def reason_decided(reason: ShortfallReason) -> None:
    """Close the note to the authority and tell the unit."""
    keep(f"quotas.reason:{reason.pk}", {})
    params = {"period": str(reason.period)}
    key = f"quotas.reason_decided:{reason.pk}"
    _news({key: (reason.institution_id, "quotas.reason_decided", params, reverse("quotas:board"))})


def lists_to_confirm(kind: str, period: Period) -> None:
    """One note per unit for whom somebody put people on a list; closed when it has answered for all of them."""
    prefix = f"lists.to_confirm:{kind}:{period.iso}:"
    rows = ListedPerson.objects.unanswered().of_period(period).filter(kind=kind)
    waiting = dict(rows.order_by().values_list("institution_id").annotate(Count("pk")))
    keep(
        prefix,
        {
            f"{prefix}{unit}": {
                "code": f"lists.{kind}_to_confirm",
                "params": {"count": count, "period": str(period)},
                "url": reverse("quotas:list", args=[kind, unit, period.iso]),
                "institution_id": unit,
                "roles": [Role.SENDER_HR.value],
            }
            for unit, count in sorted(waiting.items())
        },
    )


def lists_objected(kind: str, period: Period) -> None:
    """One note per authority with objections to decide on; closed when none is left."""
    prefix = f"lists.objected:{kind}:{period.iso}:"
    rows = ListedPerson.objects.objected().of_period(period).filter(kind=kind)
    units = list(rows.values_list("institution_id", flat=True))
    authorities = authority_over(set(units), clock.today()) if units else {}
    waiting: dict[int, int] = defaultdict(int)
    for unit in units:
        if (authority := authorities.get(unit)) is not None:
            waiting[authority] += 1
    keep(
        prefix,
        {
            f"{prefix}{authority}": {
                "code": "lists.objected",
                "params": {"count": count, "period": str(period)},
                "url": f"{reverse('quotas:lists')}?period={period.iso}&kind={kind}&state=objected",
                "institution_id": authority,
                "roles": sorted(role.value for role in OFFICERS),
            }
            for authority, count in sorted(waiting.items())
        },
    )


def objection_decided(row: ListedPerson) -> None:
    """Tell the unit what became of its objection."""
    kept = row.state == ListedPerson.State.CONFIRMED
    url = reverse("quotas:list", args=[row.kind, row.institution_id, row.period.iso])
    code = "lists.objection_declined" if kept else "lists.objection_accepted"
    _news({f"lists.objection:{row.pk}": (row.institution_id, code, {"period": str(row.period)}, url)})


def settle_old_news() -> int:
    """Close what is only news and two weeks old."""
    before = clock.now() - timedelta(days=NEWS_DAYS)
    return Notice.objects.open().filter(key__startswith=NEWS, created_at__lt=before).update(settled_at=clock.now())


def _news(wanted: Mapping[str, tuple[int, str, dict[str, Any], str]]) -> None:
    """Open a note for each unit's HR; the same news again brings the open note up to date."""
    rows = {
        f"{NEWS}{key}": {
            "code": code,
            "params": params,
            "url": url,
            "institution_id": unit,
            "roles": [Role.SENDER_HR.value],
        }
        for key, (unit, code, params, url) in wanted.items()
    }
    for prefix in sorted({key.rpartition(":")[0] for key in rows}):
        keep(f"{prefix}:", {key: held for key, held in rows.items() if key.startswith(f"{prefix}:")}, closing=False)
