"""What speaks against nominating somebody: refusals, and warnings that the unit accepts knowingly, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assignments.filing import checks
from assignments.filing.nomination_ground import NominationGround
from assignments.filing.nomination_rows import (
    MOST_WISHES,
    NominationRow,
    NotNominable,
    possible_days,
    row_of,
    still_open,
)
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination, NominationWish
from assignments.services.person_checks import Going, PersonChecks
from assignments.services.placements import Finding, refuse, warn
from assignments.states import LineState
from deploy_admin.access import SYSTEM, Actor
from deploy_admin.errors import RuleViolation
from deploy_admin.people.words import knows_personal_reasons, reason_shown
from deploy_admin.policies.language.explained import Truth

#: The warnings, in the order in which they are shown.
WARNINGS = (
    "eligibility_undetermined", "exempt", "no_rule_speaks", "away_later", "speciality_missing", "days_too_short",
    "later_than_start", "wish_outside",
)  # fmt: skip


def check_rows(rows: Sequence[NominationRow], filed: FiledList, by: Actor) -> list[list[Finding]]:
    """Return what speaks against each row, refusals first. A constant number of queries per first day."""
    return NominationChecks(rows, filed, by).findings()


class NominationChecks:
    """The findings about a list, row by row, and the ground they rest on."""

    def __init__(self, rows: Sequence[NominationRow], filed: FiledList, by: Actor) -> None:
        self.rows, self.filed = list(rows), filed
        self.ground = NominationGround(rows, filed, by)
        self.personal = knows_personal_reasons(by)
        frame = self.ground.frame
        scheme = frame.scheme if frame.asks_who_may_go else ""
        self.person = PersonChecks(scheme, self.ground.document, self.ground.names, self.personal)

    def findings(self) -> list[list[Finding]]:
        """Return the findings of each row."""
        return [sorted(self.of(n), key=lambda finding: not finding.refuses) for n in range(len(self.rows))]

    def of(self, n: int) -> Iterator[Finding]:
        """Return the findings of one row; of an unknown person nothing else is asked."""
        if self.rows[n].worker_id not in self.ground.people:
            yield refuse("person_unknown", _("This person is not on a roster that you see."))
            return
        yield from self._days(n)
        yield from self._nominated(n)
        if (post := self.ground.post(n)) is None:
            yield self.person.not_employed(self._going(n))
        elif not self.ground.is_of_the_unit(post, self.ground.first(n)):
            sentence = _("%(name)s works for another unit on %(day)s.")
            said = {"name": self._name(n), "day": self.ground.first(n).isoformat()}
            yield refuse("employed_elsewhere", sentence % said)
        else:
            yield from self.person.who_may_go(self._going(n))
            yield from self._away(n)
            yield from self.person.elsewhere(self._going(n))
        yield from self._speciality(n)
        yield from self._wishes(n)

    # ------------------------------------------------------------ the days

    def _days(self, n: int) -> Iterator[Finding]:
        """The possible days against the campaign's term: a pairing needs them to reach its last day."""
        row, start, end = self.rows[n], self.ground.start, self.ground.end
        said = {"name": self._name(n), "first": start.isoformat(), "last": end.isoformat()}
        if row.possible_from and row.possible_to and row.possible_from > row.possible_to:
            yield refuse("period_reversed", _("The first day must not come after the last."))
        elif self.ground.days(n) is None:
            sentence = _("%(name)s could go on none of the campaign's days, %(first)s to %(last)s.")
            yield refuse("days_outside", sentence % said)
        elif row.possible_to and row.possible_to < end:
            sentence = _("%(name)s could not stay to the last day, %(last)s: there is no place for a shorter time.")
            yield warn("days_too_short", sentence % said)
        elif row.possible_from and row.possible_from > start:
            sentence = _(
                "%(name)s could go only from %(day)s on: only units that ask for nobody earlier come into it."
            )
            yield warn("later_than_start", sentence % {**said, "day": row.possible_from.isoformat()})

    def _away(self, n: int) -> Iterator[Finding]:
        """Whoever is away on the first day does not go then; of an absence that begins later the unit is warned."""
        refused = False
        for finding in self.person.away(self._going(n)):
            refused = True
            yield finding
        days = self.ground.days(n)
        if refused or days is None:
            return
        first, last = days
        for away in self.ground.absences[self.rows[n].worker_id]:
            if first < away.valid_from <= last:
                sentence = _("%(name)s will be unavailable from %(day)s on: %(reason)s.")
                reason = reason_shown(away.kind, personal_too=self.personal)
                said = {"name": self._name(n), "day": away.valid_from.isoformat(), "reason": reason}
                yield warn("away_later", sentence % said)
                return

    # ------------------------------------------------------------ double nomination

    def _nominated(self, n: int) -> Iterator[Finding]:
        """Nobody is nominated twice: not in this list, not in this campaign, not for the same days in another one."""
        row = self.rows[n]
        said = {"name": self._name(n)}
        here = any(other != n and each.worker_id == row.worker_id for other, each in enumerate(self.rows))
        others = [each for each in self.ground.nominated[row.worker_id] if each.pk != row.nomination_id]
        if here or any(each.filed_list_id == self.filed.pk for each in others):
            yield refuse("twice_in_list", _("%(name)s stands in this list twice.") % said)
            return
        for other in others:
            if other.campaign_id == self.filed.campaign_id:
                yield refuse("nominated_twice", self._nominated_by(other, said))
                return
            days = self.ground.days(n)
            theirs = possible_days(other.campaign, other.possible_from, other.possible_to)
            if days and theirs and days[0] <= theirs[1] and theirs[0] <= days[1]:
                sentence = _("%(name)s is nominated in “%(campaign)s” for some of these days.")
                url = reverse("assignments:campaign", args=[other.campaign_id])
                yield refuse("nominated_elsewhere", sentence % {**said, "campaign": other.campaign.name}, url)
                return

    def _nominated_by(self, other: Nomination, said: dict[str, str]) -> str:
        unit = self.ground.names.get(other.institution_id, f"#{other.institution_id}")
        return _("%(name)s is nominated in this campaign already, by %(unit)s.") % {**said, "unit": unit}

    # ------------------------------------------------------------ as what, and where to

    def _speciality(self, n: int) -> Iterator[Finding]:
        row = self.rows[n]
        if not (row.speciality.strip() or self.ground.people[row.worker_id].speciality):
            sentence = _("Of %(name)s no speciality is known: without one nobody can be matched.")
            yield warn("speciality_missing", sentence % {"name": self._name(n)})

    def _wishes(self, n: int) -> Iterator[Finding]:
        wishes = self.rows[n].wishes
        if len(wishes) > MOST_WISHES:
            sentence = ngettext("%(n)d wish is kept at most.", "%(n)d wishes are kept at most.", MOST_WISHES)
            yield refuse("too_many_wishes", sentence % {"n": MOST_WISHES})
        if len(set(wishes)) != len(wishes):
            yield refuse("wish_twice", _("This unit is wished for already."))
        for unit in dict.fromkeys(wishes):
            said = {"name": self._name(n), "unit": self.ground.names.get(unit, f"#{unit}")}
            if unit not in self._known_wishes:
                yield refuse("wish_unknown", _("No receiving unit known to you is meant."))
            elif unit == self.filed.institution_id:
                yield refuse("same_unit", _("%(name)s works at this very unit.") % said)
            elif self.ground.receivers.fits(self.ground.destinations, unit) is Truth.NO:
                sentence = _("%(unit)s is not among the destinations of this campaign: the wish of %(name)s is idle.")
                yield warn("wish_outside", sentence % said)

    @cached_property
    def _known_wishes(self) -> frozenset[int]:
        return self.ground.wishable.known(unit for row in self.rows for unit in row.wishes)

    # ------------------------------------------------------------ words

    def _going(self, n: int) -> Going:
        """Return the person of the row, with what is on record."""
        worker, first = self.rows[n].worker_id, self.ground.first(n)
        days = self.ground.days(n)
        last = days[1] if days else first
        posts, stays = self.ground.posts[worker], self.ground.stays[worker]
        return Going(self._name(n), first, last, posts, self.ground.answers(n), stays)

    def _name(self, n: int) -> str:
        return str(self.ground.people[self.rows[n].worker_id].name)


# ------------------------------------------------------------ the whole list


def standing_rows(filed: FiledList) -> list[NominationRow]:
    """Return the rows of the people who stand on the list, in its order. Two queries."""
    rows = list(Nomination.objects.filter(filed_list=filed, state=LineState.STANDING).order_by("pk"))
    wishes: dict[int, list[int]] = {row.pk: [] for row in rows}
    found = NominationWish.objects.filter(nomination__in=rows).order_by("nomination", "rank")
    for nomination, unit in found.values_list("nomination_id", "institution_id"):
        wishes[nomination].append(unit)
    return [row_of(row, wishes[row.pk]) for row in rows]


def may_be_handed_in(filed: FiledList) -> None:
    """Refuse a list that names nobody without saying so, or somebody who may not go or has an open warning."""
    if filed.nothing:
        return
    rows = standing_rows(filed)
    if not rows:
        sentence = _("Nominate at least one person, or say that it is nobody this time.")
        raise RuleViolation(sentence, "list_empty")
    found = _as_recorded(rows, filed)
    if any(each.refuses for row in found for each in row) or any(still_open(rows, found)):
        raise NotNominable(rows, found)


def may_be_approved(filed: FiledList) -> None:
    """Refuse a list with somebody who may not go any more: that line is struck, or the list sent back."""
    rows = standing_rows(filed)
    found = _as_recorded(rows, filed) if rows else []
    if any(each.refuses for row in found for each in row):
        raise NotNominable(rows, [[each for each in row if each.refuses] for row in found])


def _as_recorded(rows: Sequence[NominationRow], filed: FiledList) -> list[list[Finding]]:
    """Return what the records say by now, of people who have moved on too; whom a decision placed is not asked."""
    decided = checks.settled(filed)
    found = check_rows(rows, filed, SYSTEM)
    return [[] if row.nomination_id in decided else each for row, each in zip(rows, found, strict=True)]


checks.before_submit[ListKind.NOMINATIONS] = may_be_handed_in
checks.before_approve[ListKind.NOMINATIONS] = may_be_approved
