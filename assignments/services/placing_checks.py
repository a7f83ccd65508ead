"""What speaks against placing somebody: refusals, and warnings that an officer accepts knowingly, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from django.utils.translation import gettext as _

from assignments import durations, reading
from assignments.rules.planned import YEAR, exactly, reaches
from assignments.rules.terms import term_end
from assignments.services.person_checks import Going, PersonChecks, Stay
from assignments.services.placements import Finding, Frame, Placement, refuse, warn
from assignments.services.placing_ground import Ground
from deploy_admin.access import Actor
from deploy_admin.people.words import knows_personal_reasons
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.nodes import DurationUnit, Op, TermThreshold

#: The warnings, in the order in which they are shown.
WARNINGS = (
    "eligibility_undetermined", "exempt", "no_rule_speaks", "destination_unknown", "twelve_months_exactly",
    "term_not_as_asked", "segment_too_short", "another_receiver", "part_time",
)  # fmt: skip


def findings(rows: Sequence[Placement], frame: Frame, by: Actor) -> list[list[Finding]]:
    """Return what speaks against each placement, refusals first. A constant number of queries per first day."""
    return Checks(rows, frame, by).findings()


class Checks:
    """The findings about a list, row by row, and the ground they rest on."""

    def __init__(self, rows: Sequence[Placement], frame: Frame, by: Actor) -> None:
        self.rows, self.frame, self.by = rows, frame, by
        self.ground = Ground(rows, frame, by)
        scheme = frame.scheme if frame.asks_who_may_go else ""
        self.person = PersonChecks(scheme, self.ground.document, self.ground.names, knows_personal_reasons(by))

    def findings(self) -> list[list[Finding]]:
        """Return the findings of each row."""
        return [sorted(self.of(n), key=lambda finding: not finding.refuses) for n in range(len(self.rows))]

    def of(self, n: int) -> Iterator[Finding]:
        """Return the findings of one row; what cannot be asked without the person, post or receiver is not asked."""
        yield from self._of_campaign(n)
        yield from self._of_person(n)
        yield from self._of_receiver(n)
        if self.ground.known(n):
            parts: Iterable[Callable[[int], Iterator[Finding]]] = (
                self._who_may_go, self._away, self._elsewhere, self._destination, self._slot, self._lengths,
                self._several_receivers, self._detachment,
            )  # fmt: skip
            for part in parts:
                yield from part(n)

    # ------------------------------------------------------------ what has to be there

    def _of_campaign(self, n: int) -> Iterator[Finding]:
        if not self.frame.is_open and self.rows[n].instead_of is None:
            yield refuse("campaign_not_open", _("People are placed in open campaigns only."))
        if not self.ground.terms[n].possible:
            sentence = _("Say for how many months or days the person is sent: up to ten years.")
            yield refuse("term_missing", sentence)

    def _of_person(self, n: int) -> Iterator[Finding]:
        row = self.rows[n]
        if row.worker_id not in self.ground.people:
            yield refuse("person_unknown", _("This person is not on a roster that you see."))
        elif self.ground.post(n) is None:
            yield self.person.not_employed(self._going(n))

    def _of_receiver(self, n: int) -> Iterator[Finding]:
        row, first = self.rows[n], self.ground.terms[n].first
        unit = self.ground.receivers.get(row.receiving_unit_id)
        if unit is None:
            yield refuse("receiver_unknown", _("No receiving unit known to you is meant."))
        elif first < unit.opened_on or (unit.closed_on is not None and unit.closed_on < first):
            sentence = _("%(unit)s does not exist on %(day)s.")
            yield refuse("receiver_closed", sentence % {"unit": self._receiver(n), "day": first.isoformat()})
        if row.worker_id in self.ground.people and self.ground.sender(n) == row.receiving_unit_id:
            yield refuse("same_unit", _("%(name)s works at this very unit.") % {"name": self._name(n)})

    # ------------------------------------------------------------ the person

    def _who_may_go(self, n: int) -> Iterator[Finding]:
        yield from self.person.who_may_go(self._going(n))

    def _away(self, n: int) -> Iterator[Finding]:
        yield from self.person.away(self._going(n))

    def _elsewhere(self, n: int) -> Iterator[Finding]:
        """Nobody is in two places on one day: neither by an earlier plan nor by two rows of this list."""
        row, term = self.rows[n], self.ground.terms[n]
        if (other := next(self.person.elsewhere(self._going(n)), None)) is not None:
            yield other
            return
        for at, each in enumerate(self.rows):
            days = self.ground.terms[at]
            if at != n and each.worker_id == row.worker_id and days.first <= term.last and term.first <= days.last:
                yield refuse("twice_in_list", _("%(name)s stands in this list twice.") % {"name": self._name(n)})
                return

    def _going(self, n: int) -> Going:
        """Return the person of the row, with what is on record."""
        worker, term = self.rows[n].worker_id, self.ground.terms[n]
        answers = self.ground.day(n).answers.get(worker, ()) if self.ground.known(n) else ()
        return Going(self._name(n), term.first, term.last, self.ground.posts[worker], answers, self._others(n))

    def _several_receivers(self, n: int) -> Iterator[Finding]:
        """A year put together from short pieces at several units: the earlier ones may not be taken into account."""
        row, term = self.rows[n], self.ground.terms[n]
        if term.last >= term_end(term.first, YEAR):
            return
        for stay in self._others(n):
            short = stay.last < term_end(stay.first, YEAR)
            if short and stay.last < term.first and stay.receiver != row.receiving_unit_id:
                sentence = _(
                    "%(name)s already served a part of a year at %(unit)s: a year in pieces is served at one unit."
                )
                unit = self.ground.names.get(stay.receiver, f"#{stay.receiver}")
                yield warn("another_receiver", sentence % {"name": self._name(n), "unit": unit})
                return

    # ------------------------------------------------------------ the place

    def _destination(self, n: int) -> Iterator[Finding]:
        day, unit = self.ground.day(n), self.rows[n].receiving_unit_id
        match day.units.fits(day.destinations, unit):
            case Truth.NO:
                sentence = _("%(unit)s is not among the destinations of this campaign.")
                yield refuse("outside_destinations", sentence % {"unit": self._receiver(n)})
            case Truth.UNKNOWN:
                missing = reading.missing_labels(day.units.missing(day.destinations, unit), None)
                sentence = _("Whether %(unit)s is among the destinations cannot be told: %(missing)s is not known.")
                said = {"unit": self._receiver(n), "missing": _(", ").join(missing)}
                yield warn("destination_unknown", sentence % said)

    def _slot(self, n: int) -> Iterator[Finding]:
        """A slot is filled again on account of the same unit, in the same campaign, once nobody fills it."""
        row = self.rows[n]
        if row.slot_id is None or row.instead_of is not None:
            return
        slot, campaign = self.ground.slots.get(row.slot_id), self.frame.campaign
        if slot is None or slot.campaign_id != (campaign.pk if campaign else None):
            yield refuse("slot_unknown", _("This slot is not one of the campaign."))
            return
        heirs = self.ground.day(n).heirs
        if self.ground.sender(n) not in (slot.sending_unit_id, heirs.get(slot.sending_unit_id)):
            sentence = _("This slot is filled on account of another unit than %(name)s works for.")
            yield refuse("slot_of_another_unit", sentence % {"name": self._name(n)})
        if any(held == slot.pk for held, _assignment in self.ground.filled):
            yield refuse("slot_filled", _("Somebody fills this slot."))

    # ------------------------------------------------------------ the length

    def _lengths(self, n: int) -> Iterator[Finding]:
        term = self.ground.terms[n]
        post = self.ground.post(n)
        if post is not None and post.staff_category != "physician" and exactly(term.first, term.last, YEAR):
            sentence = _(
                "Exactly twelve months: where an entitlement asks for more than a year, %(name)s misses it by one day."
            )
            yield warn("twelve_months_exactly", sentence % {"name": self._name(n)})
        yield from self._as_asked(n)
        for minimum in self.ground.minimum_segments(n):
            if reaches(minimum.length, term.first, term.last) is Truth.NO:
                sentence = _("The service clause asks for pieces of %(length)s.")
                yield warn("segment_too_short", sentence % {"length": _threshold(minimum.length)})
                return

    def _as_asked(self, n: int) -> Iterator[Finding]:
        """What the posting clauses ask of the term; of the quotas that would count the person one has to be met."""
        term = self.ground.terms[n]
        asked = self.ground.asked.get(n)
        for threshold in asked.terms if asked else ():
            if reaches(threshold, term.first, term.last) is Truth.NO:
                sentence = _("The rules of the scheme ask for a term of %(length)s.")
                yield warn("term_not_as_asked", sentence % {"length": _threshold(threshold)})
                return
        lengths = [clause.clause.counts.term for clause in self.ground.quotas(n)]
        said = [length for length in lengths if length is not None]
        if (
            said
            and len(said) == len(lengths)
            and all(reaches(length, term.first, term.last) is Truth.NO for length in said)
        ):
            sentence = _("The quota counts a term of %(length)s.")
            yield warn("term_not_as_asked", sentence % {"length": _threshold(said[0])})

    def _detachment(self, n: int) -> Iterator[Finding]:
        asked = self.ground.asked.get(n)
        if asked is not None and asked.full_time and not self.rows[n].full_time:
            sentence = _("The rules of the scheme ask for full detachment; part-time service does not count.")
            yield warn("part_time", sentence)

    # ------------------------------------------------------------ words

    def _others(self, n: int) -> list[Stay]:
        row = self.rows[n]
        return [stay for stay in self.ground.stays[row.worker_id] if stay.id != row.instead_of]

    def _name(self, n: int) -> str:
        worker = self.ground.people.get(self.rows[n].worker_id)
        return str(worker.name) if worker else ""

    def _receiver(self, n: int) -> str:
        unit = self.rows[n].receiving_unit_id
        return self.ground.names.get(unit, f"#{unit}")


def _threshold(threshold: TermThreshold) -> str:
    """Return “at least 12 months”."""
    value = threshold.value
    length = durations.months_in_words(value.number)
    if value.unit is not DurationUnit.MONTHS:
        length = durations.days_in_words(value.number)
    said = {
        Op.AT_LEAST: _("at least %(length)s"),
        Op.MORE_THAN: _("more than %(length)s"),
        Op.AT_MOST: _("at most %(length)s"),
        Op.LESS_THAN: _("less than %(length)s"),
    }
    return said[threshold.op] % {"length": length}
