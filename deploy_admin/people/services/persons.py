"""One person's own facts: registering by hand, correcting, seeing the whole ID number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin import clock, national_ids
from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.national_ids import NationalId, WrongId
from deploy_admin.people import codes, names
from deploy_admin.people.models import HealthWorker
from deploy_admin.people.services import bulk, identity, matching, rows
from deploy_admin.people.services.facts import KEEP, EmploymentFacts, Keep, LicenceFacts, PersonFacts, TitleFacts

#: What may be corrected about the person; the ID number goes its own way.
PERSON = tuple(field.name for field in fields(PersonFacts) if field.name != "national_id")
#: What cannot be corrected without saying why.
WEIGHTY = frozenset({"name", "national_id"})
MIN_REASON = 4


@transaction.atomic
def register_worker(
    *,
    person: PersonFacts,
    employment: EmploymentFacts,
    titles: Sequence[TitleFacts] = (),
    licences: Sequence[LicenceFacts] = (),
    by: Actor,
) -> HealthWorker:
    """Enter one person at a unit by hand. Somebody known already is named, or, on another's roster, asked for."""
    rows.allow(by)
    if not rows.sees(by, employment.institution_id):
        raise RuleViolation(_("You enter people of units that you see."), "not_your_unit")
    _check_facts(asdict(person))
    rows.check_not_future(employment.valid_from, "valid_from")
    rows.check_unit_open(employment.institution_id, employment.valid_from)
    national_id = read_id(person.national_id)
    _check_agrees(national_id, sex=person.sex, born_on=person.born_on)
    known = _who_left(national_id, person.name, employment.valid_from, by)
    row = _row(person, employment, titles, licences)
    if known is None:
        row.national_id = national_id
    else:  # taken on again: what the form leaves empty stays as it is recorded
        row.worker_id, row.version = known.worker_id, known.version
        for name in PERSON:
            if getattr(person, name) in ("", None, "0"):
                setattr(row, name, KEEP)
    saved = bulk.save_all([row], act="people.registered", by=by)
    return HealthWorker.objects.get(pk=saved.ids[0])


def _row(
    person: PersonFacts,
    employment: EmploymentFacts,
    titles: Sequence[TitleFacts],
    licences: Sequence[LicenceFacts],
) -> bulk.PersonRow:
    post = employment.post
    return bulk.PersonRow(
        institution_id=employment.institution_id,
        name=names.tidy(rows.clean(person.name)),
        ethnicity=person.ethnicity,
        education=person.education,
        degree=person.degree,
        major=rows.clean(person.major),
        speciality=rows.clean(person.speciality),
        clinical_since=person.clinical_since,
        management_experience=person.management_experience,
        department=rows.clean(post.department),
        staff_category=post.staff_category,
        employment_mode=post.employment_mode,
        military=post.military,
        hired_on=employment.hired_on or employment.valid_from,
        began_as=employment.began_as,
        titles=tuple(bulk.TitleRow(**rows.cleaned(asdict(title))) for title in titles),
        licences=tuple(bulk.LicenceRow(**rows.cleaned(asdict(licence))) for licence in licences),
    )


def read_id(text: str) -> NationalId:
    """Return the number that was typed; refuse, beside the field, what is none."""
    if not text.strip():
        sentence = _("Enter the ID number.")
        raise RuleViolation(sentence, "id_missing", fields={"national_id": sentence})
    try:
        return national_ids.parse(text)
    except WrongId as wrong:
        sentence = {
            "length": _("An ID number has 18 characters."),
            "characters": _("An ID number is 17 digits and a digit or X."),
            "checksum": _("The check digit does not fit: one of the characters is wrong."),
            "birth_date": _("The digits 7 to 14 are no date of birth."),
            "old_15": _("This is an old number of 15 digits: enter the one of 18."),
        }[wrong.code]
        raise RuleViolation(
            sentence, "wrong_id", fields={"national_id": sentence}, context={"fault": wrong.code}
        ) from wrong


def _check_agrees(national_id: NationalId, *, sex: str, born_on: date | None) -> None:
    if sex in (national_ids.MALE, national_ids.FEMALE) and sex != national_id.sex:
        sentence = _("The ID number says another sex.")
        raise RuleViolation(sentence, "sex_disagrees", fields={"sex": sentence})
    if born_on is not None and (born_on.year, born_on.month) != (national_id.born_on.year, national_id.born_on.month):
        sentence = _("The ID number says another month of birth.")
        raise RuleViolation(sentence, "birth_disagrees", fields={"born_on": sentence})


def _who_left(national_id: NationalId, name: str, on: date, by: Actor) -> matching.Known | None:
    """Return the person, if known and free to be taken on at `on`; refuse whoever still works somewhere."""
    known = matching.match(ids=[national_id.number], actor=by, on=clock.today()).by_id.get(national_id.number)
    if known is None:
        return None
    if known.valid_to is not None and known.valid_to < on:
        if names.tidy(known.name) == names.tidy(name):
            return known
        sentence = _("Somebody with another name has this ID number: check both.")
        raise RuleViolation(sentence, "name_disagrees", fields={"name": sentence})
    if known.visible:
        sentence = _("Somebody with this ID number is in the system already.")
        raise RuleViolation(
            sentence, "id_taken", fields={"national_id": sentence}, context={"worker": known.worker_id}
        )
    sentence = _("This person is on the roster of another unit: ask that unit for a transfer.")
    raise RuleViolation(sentence, "elsewhere", fields={"national_id": sentence})


def _check_facts(facts: Mapping[str, Any]) -> None:
    if "name" in facts and not facts["name"].strip():
        sentence = _("A health worker has a name.")
        raise RuleViolation(sentence, "name_missing", fields={"name": sentence})
    for name, known in (
        ("sex", codes.SEXES),
        ("ethnicity", codes.ETHNICITIES),
        ("education", codes.EDUCATIONS),
        ("degree", codes.DEGREES),
    ):
        if name in facts:
            rows.check_code(facts[name], known, name, blank=name != "sex")
    for name in ("born_on", "clinical_since"):
        if name in facts:
            rows.check_not_future(facts[name], name)


@transaction.atomic
def correct_worker(
    *,
    worker: HealthWorker,
    facts: Mapping[str, Any],
    national_id: str | Keep = KEEP,
    reason: str = "",
    version: int,
    by: Actor,
) -> HealthWorker:
    """Bring facts of the person up to date. Another name or ID number needs a reason; the record keeps the old ones.

    The ID says sex and date of birth; they are corrected by hand only where no ID is recorded.
    """
    rows.check_names(facts, PERSON)
    _check_facts(facts)
    wanted = rows.cleaned(facts)
    identified = None if isinstance(national_id, Keep) else read_id(national_id)
    rows.take(worker, version, by, yours=wanted)
    if identified is not None:
        _check_agrees(identified, sex=wanted.pop("sex", "0"), born_on=wanted.pop("born_on", None))
        if worker.id_digest is None or bytes(worker.id_digest) != identity.digest_of(identified.number):
            wanted |= identity.sealed_columns(identified)
    elif worker.id_digest is not None and (held := identity.opened(worker)) is not None:
        _check_agrees(held, sex=wanted.pop("sex", "0"), born_on=wanted.pop("born_on", None))
    old, new = rows.changed(worker, wanted)
    if WEIGHTY & (new.keys() | ({"national_id"} if "id_digest" in new else set())):
        reason = rows.reason_given(reason)
    if "name" in new:
        new["pinyin"], new["initials"] = names.keys(new["name"])
    with refusals():
        rows.write(worker, new)
    hidden = {"id_sealed", "id_digest", "pinyin", "initials", "born_on"}
    audit.record(
        act="people.corrected",
        by=by,
        on=worker,
        detail={
            "reason": rows.clean(reason),
            "old": {name: value for name, value in old.items() if name not in hidden} | _month(old),
            "new": {name: value for name, value in new.items() if name not in hidden} | _month(new),
        },
    )
    return worker


def _month(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the date of birth as others may read it in the record: year and month."""
    born_on = facts.get("born_on")
    return {"born": born_on.strftime("%Y-%m")} if isinstance(born_on, date) else {}


@dataclass(frozen=True, slots=True)
class RevealedId:
    """A whole ID number, for the eyes of whoever gave the reason."""

    number: str
    born_on: date

    def __repr__(self) -> str:  # a traceback or a log line shows this
        return f"RevealedId({national_ids.mask(self.number)})"


@transaction.atomic
def reveal_id(*, worker: HealthWorker, reason: str, by: Actor) -> RevealedId:
    """Return the whole ID number and the date of birth; that it was seen, by whom and why stays on the record."""
    rows.allow(by, Permission.PEOPLE_IDS)
    if not HealthWorker.objects.visible_to(by).filter(pk=worker.pk).exists():
        raise rows.unknown()
    text = rows.reason_given(reason, at_least=MIN_REASON)
    found = identity.opened(worker)
    if found is None:
        raise RuleViolation(_("No ID number of this person is recorded."), "id_unknown")
    audit.record(act="people.id_revealed", by=by, on=worker, detail={"id": worker.id_masked, "reason": text})
    return RevealedId(found.number, found.born_on)
