"""Lists of promotions and recruits: putting people on, taking them off, saying that nobody or more is to come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.months import Period
from deploy_admin.registry.models import Institution
from quotas.countings import countings_of
from quotas.models import Figure, ListedPerson, ListKind, UnitList
from quotas.services import counted, guard, inbox
from quotas.services.list_writing import Listed, refuse_faults, save_people, save_rows
from quotas.services.listing import Listing, Records, filled_in


@transaction.atomic
def list_people(
    kind: str,
    period: Period,
    rows: Sequence[Listing],
    *,
    job_id: int | None = None,
    from_unit: bool = False,
    by: Actor,
) -> Listed:
    """Put these people on their units' lists, all or none: persons, titles or employments, rows and counted figures.

    Nobody is ever taken off by this: a late result comes by a list that names it alone. `from_unit` says that the
    unit itself wrote the list, whoever reads it in: then it need not confirm it.
    """
    allow(by)
    if not rows:
        return Listed()
    units = {row.institution_id for row in rows}
    refuse_unreachable(units, by)
    heads = take_hold(kind, period, units)
    records = Records.of({row.worker_id for row in rows if row.worker_id is not None}, units, kind, period)
    for row in rows:
        filled_in(kind, row, records)
    refuse_faults(kind, period, rows, records)
    ids = save_people(kind, rows, records, job_id=job_id, by=by)
    listed = save_rows(kind, period, rows, ids, job_id=job_id, from_unit=from_unit, by=by)
    touch([head.pk for head in heads], nobody_at=None, nobody_by_name="")
    audit.record(
        act="lists.entered",
        by=by,
        label=label(kind, period),
        detail={
            "kind": kind,
            "period": period.iso,
            "added": listed.added,
            "changed": listed.changed,
            "unchanged": listed.unchanged,
            "units": sorted(units)[:1000],
            "job": job_id,
        },
    )
    _after(kind, period, units, job_id=job_id, by=by)
    return listed


@transaction.atomic
def withdraw_person(*, row: ListedPerson, reason: str, by: Actor) -> ListedPerson:
    """Take one person off a list. Title and employment stay on the person's record."""
    allow(by)
    text = reason_given(reason)
    if row.on_behalf_of and not is_officer(by):
        raise RuleViolation(
            _("The commission listed this person. Object to the row instead, with a reason."), "not_permitted"
        )
    take_hold(row.kind, row.period, {row.institution_id})
    move(
        ListedPerson.objects.visible_to(by).filter(
            pk=row.pk, state__in=[s for s in ListedPerson.State if s.may_become(ListedPerson.State.WITHDRAWN)]
        ),
        1,
        state=ListedPerson.State.WITHDRAWN,
        reason=text,
        decided_by_name=by.name,
        decided_at=clock.now(),
    )
    row.refresh_from_db()
    audit.record(act="lists.withdrawn", by=by, on=row, label=label(row.kind, row.period), detail={"reason": text})
    _after(row.kind, row.period, {row.institution_id}, by=by)
    return row


@transaction.atomic
def declare_nobody(*, kind: str, period: Period, institution_id: int, by: Actor) -> None:
    """Say that nobody was promoted or recruited, so that the figure is nought and not missing."""
    allow(by)
    refuse_unreachable({institution_id}, by)
    heads = take_hold(kind, period, {institution_id})
    if ListedPerson.objects.standing().of_period(period).filter(kind=kind, institution_id=institution_id).exists():
        raise RuleViolation(_("This list names people: it cannot be declared empty."), "list_not_empty")
    touch([head.pk for head in heads], nobody_at=clock.now(), nobody_by_name=by.name)
    audit.record(act="lists.nobody", by=by, on=heads[0], label=label(kind, period))
    _after(kind, period, {institution_id}, by=by)


@transaction.atomic
def await_results(*, kind: str, period: Period, institution_id: int, remark: str, by: Actor) -> None:
    """Say that results of this period are still to come: what rests on the list stays provisional until then."""
    allow(by)
    refuse_unreachable({institution_id}, by)
    text = scrubbed(remark.strip())
    if not text:
        sentence = _("Say which results are still awaited.")
        raise RuleViolation(sentence, "remark_missing", fields={"remark": sentence})
    heads = take_hold(kind, period, {institution_id})
    measures = [counting.measure for counting in countings_of(kind)]
    figures = Figure.objects.current().signed_off().of_period(period)
    if figures.filter(institution_id=institution_id, measure__in=measures).exists():
        raise RuleViolation(
            _("Figures of this list are signed off: what comes later is a correction of them."), "figure_signed"
        )
    touch([head.pk for head in heads], awaited_at=clock.now(), awaited_by_name=by.name, awaited_remark=text)
    audit.record(act="lists.awaited", by=by, on=heads[0], label=label(kind, period), detail={"remark": text})
    counted.ask_again(period, {institution_id}, by=by)


@transaction.atomic
def results_are_in(*, kind: str, period: Period, institution_id: int, by: Actor) -> None:
    """Say that nothing is awaited any more: the figures may be signed off."""
    allow(by)
    refuse_unreachable({institution_id}, by)
    heads = take_hold(kind, period, {institution_id})
    if heads[0].awaited_at is None:
        raise Conflict(_("Nothing is awaited for this list."), "changed_meanwhile")
    touch([heads[0].pk], awaited_at=None, awaited_by_name="", awaited_remark="")
    audit.record(act="lists.results_in", by=by, on=heads[0], label=label(kind, period))
    counted.ask_again(period, {institution_id}, by=by)


# ---------------------------------------------------------------- shared with answering


def allow(by: Actor) -> None:
    """Refuse whoever may not both report figures and keep people's records: a list is both."""
    if not (by.can(Permission.FIGURES_ENTER) and by.can(Permission.PEOPLE_EDIT)):
        raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")


def is_officer(by: Actor) -> bool:
    """Whether the actor decides for others: an authority's officer, or the machine."""
    return by.reach in (Reach.ALL, Reach.DISTRICT) and by.can(Permission.FIGURES_SIGN_OFF)


def speaks_for(by: Actor, institution_id: int) -> bool:
    """Whether the actor acts for the unit itself."""
    return institution_id == by.institution_id or (by.reach is Reach.UNIT and institution_id in by.institution_ids)


def refuse_unreachable(institution_ids: set[int], by: Actor) -> None:
    """Refuse units that the actor does not see."""
    seen = Institution.objects.visible_to(by).filter(pk__in=institution_ids).values_list("pk", flat=True)
    if set(seen) != institution_ids:
        raise RuleViolation(_("One of these institutions is not there."), "institution_unknown")


def take_hold(kind: str, period: Period, institution_ids: Collection[int]) -> list[UnitList]:
    """Return these lists' headers, made where there is none and locked until the transaction ends."""
    guard.inputs_change()
    guard.lists_change()
    key = {"kind": kind, "period_start": period.first, "period_end": period.last}
    UnitList.objects.bulk_create(
        [UnitList(institution_id=pk, **key) for pk in sorted(institution_ids)], ignore_conflicts=True
    )
    rows = UnitList.objects.filter(institution_id__in=institution_ids, **key)
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("institution_id"))


def touch(ids: Collection[int], **columns: Any) -> None:
    """Write these columns of headers."""
    with refusals():
        UnitList.objects.filter(pk__in=ids).update(updated_at=clock.now(), **columns)


def move(rows: Any, expected: int, **columns: Any) -> None:
    """Write these columns of rows by one conditional UPDATE; a Conflict where fewer stood as expected."""
    with refusals():
        moved = rows.update(updated_at=clock.now(), **columns)
    if moved != expected:
        raise Conflict(_("These rows were changed meanwhile. Look at the list again."), "changed_meanwhile")


def reason_given(reason: str) -> str:
    """Return the reason, without whole ID numbers in it; refuse where there is none."""
    if not (text := scrubbed(reason.strip())):
        sentence = _("Write the reason.")
        raise RuleViolation(sentence, "reason_missing", fields={"reason": sentence})
    return text


def label(kind: str, period: Period) -> str:
    """Name a list for the record."""
    return f"{ListKind(kind).label} {period}"


def after_change(kind: str, period: Period, institution_ids: Collection[int], *, by: Actor) -> None:
    """Bring counted figures and notices into line with what the lists say now."""
    _after(kind, period, institution_ids, by=by)


def _after(
    kind: str, period: Period, institution_ids: Collection[int], *, job_id: int | None = None, by: Actor
) -> None:
    counted.follow(kind, period, institution_ids, job_id=job_id, by=by)
    inbox.lists_to_confirm(kind, period)
    inbox.lists_objected(kind, period)
