"""Taking on the past: assignments entered as they were, corrected, returned, and confirmed by somebody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from assignments import scans
from assignments.models import Absence, Assignment, Leave, Segment, Slot, Transition
from assignments.models.past import PastCertificate, PastPayment
from assignments.services import ending, following, moving, past_inbox, past_rows, reaching
from assignments.services.clashes import Stay, naming_the_other_place
from assignments.services.past_rows import PastEntry
from assignments.services.standing_of import may_decide, may_take_on
from assignments.states import AssignmentState
from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals, update_rows
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.jobs.models import StoredFile
from deploy_admin.people.models import Employment, HealthWorker

_S = AssignmentState
#: So many rows go into one statement, and so many are named in the record of an act.
AT_ONCE = 2_000


@transaction.atomic
def take_on(entries: Sequence[PastEntry], *, by: Actor) -> list[Assignment]:
    """Take assignments on as they were, without walking through their life; they count once an officer confirms.

    All or none, a fixed number of statements. `in_two_places` names the other place.
    """
    if not entries:
        return []
    on_behalf = may_take_on({each.sending_unit_id for each in entries}, by)
    people = _people({each.worker_id for each in entries}, by)
    today = clock.today()
    stands = [each.checked(today) for each in entries]
    days = {
        -n: Stay(each.worker_id, each.starts_on, how.ends_on)
        for n, (each, how) in enumerate(zip(entries, stands, strict=True), 1)
    }
    with naming_the_other_place(days, by):
        made = past_rows.create(entries, stands, people, by, on_behalf=on_behalf)
    _record("past_taken_on", made, by)
    past_inbox.keep_up()
    past_inbox.entered_anew({each.sending_unit_id for each in made})
    following.follow([each.pk for each in made])
    return made


@transaction.atomic
def correct(
    entries: Mapping[int, PastEntry], *, versions: Mapping[int, int] | None = None, by: Actor
) -> list[Assignment]:
    """Write what is said now in place of what was, by assignment; what an officer confirmed stays as it is.

    Person and first day tell an entry from others: they are not corrected but returned and entered anew.
    """
    held = moving.take_all(list(entries), by, versions=versions)
    _check_open(held)
    may_take_on({each.sending_unit_id for each in held} | {each.sending_unit_id for each in entries.values()}, by)
    today, now = clock.today(), clock.now()
    before: dict[int, str] = {}
    names: list[str] = []
    rows, days = [], {}
    for own in held:
        entry = entries[own.pk]
        if (entry.worker_id, entry.starts_on) != (own.worker_id, own.starts_on):
            raise RuleViolation(_("This entry is about another person or first day."), "another_entry")
        how = entry.checked(today)
        before[own.pk] = own.state
        said = past_rows.columns(entry, how) | {"state": how.state.value, **_entered_by(by)}
        said |= {"term_ends_on": how.term_ends_on, "ends_on": how.ends_on, "extended_days": 0}
        names = list(said)
        rows.append((own.pk, *said.values(), own.version + 1, now))
        days[own.pk] = Stay(own.worker_id, own.starts_on, how.ends_on)
        for name, value in said.items():
            setattr(own, name, value)
        own.version, own.updated_at = own.version + 1, now
    with naming_the_other_place(days, by):
        update_rows(Assignment, [*names, "version", "updated_at"], rows)
    _write_beside(held, entries, before, by)
    _record("past_corrected", held, by)
    ending.recompute(list(entries), by=by)
    past_inbox.keep_up()
    following.follow(list(entries))
    return held


@transaction.atomic
def confirm(*, assignments: Collection[int], versions: Mapping[int, int] | None = None, by: Actor) -> int:
    """Confirm entries about the past: from now on they count. Nobody confirms what they entered themselves."""
    held = moving.take_all(assignments, by, versions=versions)
    _some(held)
    _check_open(held)
    may_decide(held, by)
    own = set(_entered_themselves(held, by))
    if own:
        names = moving.names_of([each for each in held if each.pk in own][:5])
        sentence = _("Somebody else confirms what was taken on: you entered %(names)s yourself.")
        raise RuleViolation(sentence % {"names": names}, "second_person", context={"assignments": sorted(own)})
    now = clock.now()
    said = {"confirmed_at": now, "confirmed_by_id": by.user_id, "confirmed_by_name": by.name[:150]}
    _step(held, "past_confirmed", said, by)
    ids = [each.pk for each in held]
    ending.recompute(ids, by=by)
    reaching.follow_terms(ids, on=clock.today(), by=by)
    past_inbox.keep_up()
    following.follow(ids)
    return len(held)


@transaction.atomic
def reopen(*, assignments: Collection[int], reason: str, versions: Mapping[int, int] | None = None, by: Actor) -> int:
    """Take a confirmation back with a reason: the entry no longer counts, and can be corrected."""
    text = _reason(reason)
    held = moving.take_all(assignments, by, versions=versions)
    _some(held)
    may_decide(held, by)
    if any(not each.is_imported or each.confirmed_at is None for each in held):
        raise RuleViolation(_("Only a confirmed entry about the past is opened again."), "not_confirmed")
    if Transition.objects.filter(assignment__in=held).exclude(act__in=BEFORE_IT_COUNTS).exists():
        raise RuleViolation(_("Something was decided about it since: that is taken back first."), "decided_meanwhile")
    _step(held, "past_reopened", {"confirmed_at": None, "confirmed_by_id": None, "confirmed_by_name": ""}, by, text)
    past_inbox.keep_up()
    following.follow([each.pk for each in held])
    return len(held)


@transaction.atomic
def return_entries(
    *, assignments: Collection[int], reason: str, versions: Mapping[int, int] | None = None, by: Actor
) -> int:
    """Return unconfirmed entries with a reason: they stand as withdrawn, and the unit enters them anew.

    By an officer, or by the unit that entered them and sees its mistake.
    """
    text = _reason(reason)
    held = moving.take_all(assignments, by, versions=versions)
    _some(held)
    _check_open(held)
    if by.reach is Reach.UNIT:
        may_take_on({each.sending_unit_id for each in held}, by)
    else:
        may_decide(held, by)
    plain = {"state": _S.WITHDRAWN.value, "end_reason": ""}
    _step(held, "past_returned", plain, by, text)
    if by.reach is not Reach.UNIT:
        past_inbox.returned(held, text)
    past_inbox.keep_up()
    following.follow([each.pk for each in held])
    return len(held)


@transaction.atomic
def attach_scan(
    *,
    assignments: Collection[int],
    file: UploadedFile[Any] | StoredFile,
    versions: Mapping[int, int] | None = None,
    by: Actor,
) -> int:
    """Put one scan beside many entries: the list that all of them stand in."""
    held = moving.take_all(assignments, by, versions=versions)
    _some(held)
    _check_open(held)
    units = {each.sending_unit_id for each in held}
    may_take_on(units, by)
    owner = units.pop() if len(units) == 1 else None
    scan = file if isinstance(file, StoredFile) else scans.kept(file, by, owner)
    if scan is None:
        raise RuleViolation(_("Choose a file."), "file_missing", fields={"scan": _("Choose a file.")})
    _step(held, "past_scan_added", {}, by, scan=scan)
    return len(held)


#: The steps of an entry about the past, and what the day brings by itself; anything else is a decision of its life.
BEFORE_IT_COUNTS = (
    "taken_on", "past_corrected", "past_scan_added", "past_confirmed", "past_reopened", "term_reached", "term_resumed",
)  # fmt: skip


def _people(ids: Collection[int], by: Actor) -> dict[int, HealthWorker]:
    """Return the people meant: those the actor sees, and those who once were on the unit's roster."""
    seen = Q(pk__in=HealthWorker.objects.visible_to(by).order_by().values("pk"))
    if by.reach is Reach.UNIT:
        seen |= Q(Exists(Employment.objects.filter(worker=OuterRef("pk"), institution__in=by.institution_ids)))
    people: dict[int, HealthWorker] = HealthWorker.objects.filter(seen).in_bulk(list(ids))
    if len(people) != len(ids):
        raise RuleViolation(_("This person is not on a roster that you see."), "person_unknown")
    return people


def _check_open(held: Collection[Assignment]) -> None:
    """Refuse what is no open entry about the past: entered here, confirmed already, or returned."""
    for each in held:
        said = {"name": each.worker.name}
        if not each.is_imported:
            raise RuleViolation(_("%(name)s: this was not taken on from the past.") % said, "not_imported")
        if each.state == _S.WITHDRAWN:
            raise RuleViolation(_("%(name)s: this entry was returned.") % said, "returned")
        if each.confirmed_at is not None:
            raise RuleViolation(_("%(name)s: this entry is confirmed already.") % said, "confirmed_already")


def _entered_themselves(held: Collection[Assignment], by: Actor) -> list[int]:
    """Return which of these the actor entered, or leave and absence of theirs."""
    if by.user_id is None:
        return []
    mine = [each.pk for each in held if each.recorded_by_id == by.user_id]
    for model in (Leave, Absence):
        rows = model.objects.filter(assignment__in=held, imported=True, recorded_by_id=by.user_id)
        mine += rows.values_list("assignment_id", flat=True)
    return mine


def _entered_by(by: Actor) -> dict[str, Any]:
    return {"recorded_by_id": by.user_id, "recorded_by_name": by.name[:150]}


def _write_beside(
    held: Sequence[Assignment], entries: Mapping[int, PastEntry], before: Mapping[int, str], by: Actor
) -> None:
    """Write piece, amounts, certificate and step of corrected entries anew: nothing rests on them yet."""
    for model in (Segment, PastPayment, PastCertificate):
        rows: Any = model.objects.filter(assignment__in=held)
        rows.delete()
    Segment.objects.bulk_create(past_rows.piece(each) for each in held)
    past_rows.beside([(each, entries[each.pk]) for each in held], by)
    Transition.objects.bulk_create(
        past_rows.step(each, entries[each.pk], "past_corrected", by, before[each.pk]) for each in held
    )
    units: dict[tuple[int, int], list[int]] = defaultdict(list)
    for each in held:
        units[each.sending_unit_id, each.receiving_unit_id].append(each.slot_id)
    for (sender, receiver), slots in units.items():
        Slot.objects.filter(pk__in=slots).update(sending_unit=sender, receiving_unit=receiver)


def _step(
    held: Sequence[Assignment],
    act: str,
    values: Mapping[str, Any],
    by: Actor,
    reason: str = "",
    scan: StoredFile | None = None,
) -> None:
    """Write the same columns of all of them, a step each, and one audit event.

    An entry nobody confirmed has no life yet, so that its state goes by what is said and not by the table of states.
    """
    now, today = clock.now(), clock.today()
    before = {each.pk: each.state for each in held}
    said = dict(values)
    if said:
        rows = [(each.pk, *said.values(), each.version + 1, now) for each in held]
        with refusals():
            update_rows(Assignment, [*said, "version", "updated_at"], rows)
    else:
        moving.touched([each.pk for each in held])
    for each in held:
        for name, value in said.items():
            setattr(each, name, value)
    Transition.objects.bulk_create(
        (
            Transition(
                assignment=each,
                act=act,
                from_state=before[each.pk],
                to_state=AssignmentState(each.state),
                on=today,
                reason=reason,
                scan=scan,
                **moving.recorded_by(by),
            )
            for each in held
        ),
        batch_size=AT_ONCE,
    )
    _record(act, held, by, {"reason": reason} if reason else {})


def _record(act: str, held: Sequence[Assignment], by: Actor, detail: Mapping[str, Any] | None = None) -> None:
    if len(held) == 1:
        moving.record(act, held, by=by, detail=dict(detail or {}))
        return
    ids = sorted(each.pk for each in held)
    told = {"count": len(ids), "first": ids[0], "last": ids[-1], "senders": sorted({e.sending_unit_id for e in held})}
    told |= {"assignments": ids} if len(ids) <= AT_ONCE else {}
    audit.record(act=f"assignments.{act}", by=by, detail=told | dict(detail or {}))


def _some(held: Collection[Assignment]) -> None:
    if not held:
        raise RuleViolation(_("Choose at least one person."), "nobody_chosen")


def _reason(reason: str) -> str:
    text = scrubbed(reason.strip())[:500]
    if not text:
        raise RuleViolation(_("Write the reason."), "reason_missing", fields={"reason": _("Write the reason.")})
    return text


def may_enter(by: Actor) -> bool:
    """Whether the actor enters anything about the past."""
    return by.can(Permission.SUSPENSIONS_STATE) and by.reach in (Reach.ALL, Reach.DISTRICT, Reach.UNIT)
