"""What speaks against sending one person, wherever to: not employed, may not go, away, elsewhere; in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from assignments import reading
from assignments.codes import State
from assignments.judging import Answer
from assignments.services.placements import Finding, refuse, warn
from assignments.services.writing import as_row
from deploy_admin.people.models import Employment
from deploy_admin.policies.language.types import PolicyDocument


class Stay(NamedTuple):
    """Where somebody is, or was, assigned."""

    id: int
    worker: int
    receiver: int
    first: date
    last: date


@dataclass(frozen=True)
class Going:
    """One person who is to go from a first to a last day, with what is on record."""

    name: str
    first: date
    last: date
    posts: Sequence[Employment]
    answers: Sequence[Answer] = ()
    #: Other assignments; one that this going takes the place of is not among them.
    stays: Sequence[Stay] = ()


@dataclass(frozen=True)
class PersonChecks:
    """What is asked about everybody of a list: the scheme whose clauses speak, and how its texts and units are named.

    Without a scheme nobody is asked whether the person may go.
    """

    scheme: str
    document: Callable[[int], PolicyDocument | None]
    names: Mapping[int, str]
    #: Whether personal reasons are told.
    personal: bool

    def not_employed(self, going: Going) -> Finding:
        """Return the refusal of somebody who has no post on the first day."""
        said = {"name": going.name, "day": going.first.isoformat()}
        if going.posts and going.first < going.posts[0].valid_from:
            sentence = _("%(name)s is employed only from %(hired)s: nobody goes before that day.")
            return refuse("before_hire", sentence % {**said, "hired": going.posts[0].valid_from.isoformat()})
        return refuse("not_employed", _("%(name)s is not employed anywhere on %(day)s.") % said)

    def who_may_go(self, going: Going) -> Iterator[Finding]:
        """What the scheme's clauses say of the person on the first day."""
        if not self.scheme:
            return
        spoken = False
        for answer in going.answers:
            if answer.clause is None or answer.clause.scheme != self.scheme:
                continue
            spoken = spoken or answer.state is not State.NOT_APPLICABLE
            yield from self._of_answer(going, answer)
        if not spoken:
            sentence = _("No adopted clause of this scheme says whether %(name)s may go.")
            yield warn("no_rule_speaks", sentence % {"name": going.name})

    def _of_answer(self, going: Going, answer: Answer) -> Iterator[Finding]:
        code = answer.standing.code.value
        if answer.clause is None or code not in _OF_ANSWER:
            return
        document = self.document(answer.clause.version_id)
        said = {"name": going.name, "clause": "", "reason": ""}
        if document is not None:
            row = as_row(answer, going.first)
            # Of an absence another finding speaks.
            row.unavailable, row.unavailable_until, row.state = "", None, State(code)
            said["clause"] = reading.clause_label(document, answer.clause.clause_id)
            said["reason"] = reading.reason(row, document, personal_too=self.personal)
        args = [answer.worker_id, answer.clause.policy, answer.clause.clause_id]
        url = f"{reverse('assignments:explained', args=args)}?day={going.first.isoformat()}"
        finding, refuses, sentence = _OF_ANSWER[code]
        yield Finding(finding, str(sentence()) % said, refuses=refuses, url=url)

    def away(self, going: Going) -> Iterator[Finding]:
        """Whoever is unavailable on the first day does not go then, in whatever scheme."""
        away = next((each for each in going.answers if each.unavailable), None)
        if away is not None:
            reason = reading.absence(as_row(away, going.first), personal_too=self.personal)
            sentence = _("%(name)s is unavailable on %(day)s: %(reason)s.")
            said = {"name": going.name, "day": going.first.isoformat(), "reason": reason}
            yield refuse("unavailable", sentence % said)

    def elsewhere(self, going: Going) -> Iterator[Finding]:
        """Nobody is in two places on one day: the first assignment that stands in the way is named."""
        for stay in going.stays:
            if stay.first <= going.last and going.first <= stay.last:
                sentence = _(
                    "%(name)s is assigned to %(unit)s from %(first)s to %(last)s: nobody is in two places on one day."
                )
                said = {
                    "name": going.name,
                    "unit": self.names.get(stay.receiver, f"#{stay.receiver}"),
                    "first": stay.first.isoformat(),
                    "last": stay.last.isoformat(),
                }
                yield refuse("in_two_places", sentence % said, reverse("assignments:assignment", args=[stay.id]))
                return


#: What an answer about who may go becomes: the finding's code, whether it refuses, and its sentence.
_OF_ANSWER: dict[str, tuple[str, bool, Callable[[], str]]] = {
    "may_not": ("not_eligible", True, lambda: _("%(name)s may not go (%(clause)s): %(reason)s.")),
    "barred": ("barred", True, lambda: _("%(name)s is barred (%(clause)s): %(reason)s.")),
    "undetermined": (
        "eligibility_undetermined",
        False,
        lambda: _("Whether %(name)s may go is undetermined (%(clause)s): %(reason)s."),
    ),
    "exempt": ("exempt", False, lambda: _("%(name)s need not go (%(clause)s): %(reason)s.")),
}
