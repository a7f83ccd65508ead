"""Adoption and withdrawal: an officer's acts, each with its number, date, body and transition."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from deploy_admin.access import Actor, Permission
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.policies import colliding, layering, tasks
from deploy_admin.policies.geography import Places
from deploy_admin.policies.language import Clause, PolicyDocument, periods, strict_yaml
from deploy_admin.policies.language.strict_yaml import Path
from deploy_admin.policies.language.validation import adoption_faults, place_of
from deploy_admin.policies.layering import AdoptedVersion
from deploy_admin.policies.models import Adoption, OnPost, Policy, PolicyVersion, State
from deploy_admin.policies.refusals import FoundFault, PolicyRefused
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.drafting import check_unchanged, ensure_may_write, move, waiting_key
from deploy_admin.policies.services.measuring import check_measures
from deploy_admin.policies.switches import asked_of, stated

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Transition:
    """From when a version counts for what. Nothing here has a default: an officer says it."""

    quotas_from: date
    assignments_from: date
    on_post: OnPost
    adverse: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """What adopting a version changes for one of its topics."""

    topic: str
    clauses: tuple[Clause, ...]
    replaces: tuple[str, ...]  # the policy's own earlier versions
    stands_before: tuple[str, ...]  # wider policies it comes before in its jurisdiction
    stands_behind: tuple[str, ...]  # nearer policies that come before it in theirs


@transaction.atomic
def adopt(
    *,
    version: PolicyVersion,
    number: str,
    adopted_on: date | None,
    deciding_body: str,
    transition: Transition,
    version_read: int,
    by: Actor,
    source_note: str = "",
) -> Adoption:
    """Put a draft in force: from here on its text is frozen and its clauses govern as the transition says."""
    held = _locked(version, version_read)
    ensure_may_write(by, held.policy.division_id, Permission.POLICIES_ADOPT)
    if not held.is_draft:
        raise RuleViolation(_("Only a draft can be adopted; this version was decided on before."), "not_a_draft")
    document = governing.read_document(held)
    _check_text(document)
    check_measures(held)
    _check_transition(document, transition)
    places = Places.load()
    versions = governing.adopted_versions(places)
    new = governing.as_adopted(
        held,
        None,
        places,
        quotas_from=transition.quotas_from,
        assignments_from=transition.assignments_from,
        order=max((v.order for v in versions), default=0) + 1,
    )
    if faults := _collisions(new, versions, places, held.source_text):
        raise PolicyRefused(faults, code="topic_held_twice")
    for earlier in held.policy.versions.filter(state=State.ADOPTED):
        move(earlier, State.SUPERSEDED, by=by, effective_on=transition.quotas_from)
    with refusals():
        adoption = Adoption.objects.create(
            policy_version=held,
            number=number.strip(),
            adopted_on=adopted_on,
            source_note=source_note.strip(),
            deciding_body=deciding_body.strip(),
            quotas_from=transition.quotas_from,
            assignments_from=transition.assignments_from,
            on_post=transition.on_post,
            adverse=dict(transition.adverse),
            by_id=by.user_id,
            by_name=by.name,
        )
        move(held, State.ADOPTED, by=by, effective_on=transition.quotas_from)
    audit.record(
        act="policies.adopted",
        by=by,
        on=held,
        detail={
            "number": adoption.number,
            "adopted_on": adopted_on,
            "deciding_body": adoption.deciding_body,
            "quotas_from": transition.quotas_from,
            "assignments_from": transition.assignments_from,
            "on_post": transition.on_post,
            "adverse": dict(transition.adverse),
            "digest": held.digest,
        },
    )
    jobs.settle(key=waiting_key(held))
    _announce(held, by)
    return adoption


@transaction.atomic
def withdraw(*, version: PolicyVersion, last_day: date, reason: str, version_read: int, by: Actor) -> PolicyVersion:
    """Take a version out of force after `last_day`.

    What it governed until then stays. Withdrawn to a day before its first period it never held, and the version it
    had superseded holds on.
    """
    held = _locked(version, version_read)
    ensure_may_write(by, held.policy.division_id, Permission.POLICIES_ADOPT)
    if held.is_draft:
        raise RuleViolation(_("A draft is discarded, not withdrawn."), "not_adopted")
    if not reason.strip():
        raise RuleViolation(_("Say why."), "reason_missing", fields={"reason": _("Say why.")})
    if held.in_force_to is not None and held.in_force_to < last_day:
        sentence = _("It goes out of force on %(day)s already.") % {"day": held.in_force_to.isoformat()}
        raise RuleViolation(sentence, "ends_earlier", fields={"last_day": sentence})
    was_adopted = held.state == State.ADOPTED
    move(held, State.WITHDRAWN, by=by, reason=reason.strip(), effective_on=last_day, in_force_to=last_day)
    revived = None
    if was_adopted and last_day < held.adoption.quotas_from:
        revived = (
            held.policy.versions.filter(state=State.SUPERSEDED)
            .select_for_update(of=("self",), no_key=True)
            .order_by("-adoption__id")
            .first()
        )
        if revived is not None:
            move(revived, State.ADOPTED, by=by, reason=reason.strip())
    audit.record(
        act="policies.withdrawn",
        by=by,
        on=held,
        detail={"last_day": last_day, "reason": reason, "revived": revived.revision if revived else None},
    )
    _announce(held, by)
    return held


def preview(version: PolicyVersion, first_day: date) -> tuple[Change, ...]:
    """Return what adopting the draft would change, topic by topic; nothing is written."""
    places = Places.load()
    versions = governing.adopted_versions(places)
    new = governing.as_adopted(version, None, places, quotas_from=first_day)
    return tuple(change for section in layering.SECTIONS for change in _changes(section, new, versions, first_day))


def _changes(
    section: layering.Section[Any], new: AdoptedVersion, versions: Iterable[AdoptedVersion], first_day: date
) -> Iterator[Change]:
    clauses = section.clauses(new.document)
    for topic in dict.fromkeys(clause.topic for clause in clauses):
        others = [
            other
            for other in versions
            if any(clause.topic == topic for clause in section.clauses(other.document))
            and other.area & new.area
            and section.last_day_not_before(other, first_day)
        ]
        same = [other for other in others if other.policy == new.policy]
        current = max(same, key=lambda other: other.order, default=None)
        yield Change(
            topic,
            tuple(clause for clause in clauses if clause.topic == topic),
            (f"{current.policy} #{current.revision}",) if current else (),
            tuple(sorted({o.policy for o in others if o.level.nearness < new.level.nearness})),
            tuple(sorted({o.policy for o in others if o.level.nearness > new.level.nearness})),
        )


def collisions_of(version: PolicyVersion, first_day: date) -> list[FoundFault]:
    """Return the topics that another policy of the same level holds without either saying which holds."""
    places = Places.load()
    versions = governing.adopted_versions(places)
    return _collisions(
        governing.as_adopted(version, None, places, quotas_from=first_day), versions, places, version.source_text
    )


def _locked(version: PolicyVersion, version_read: int) -> PolicyVersion:
    """Lock every policy of the jurisdiction, in order: of two adoptions that meet there the second sees the first."""
    policy = version.policy
    list(
        Policy.objects.filter(division=policy.division, level=policy.level)
        .order_by("id")
        .select_for_update(of=("self",), no_key=True)
    )
    held = (
        PolicyVersion.objects.select_for_update(of=("self",), no_key=True).select_related("policy").get(pk=version.pk)
    )
    check_unchanged(held, version_read)
    return held


def _check_text(document: PolicyDocument) -> None:
    faults = adoption_faults(document)
    if faults:
        raise PolicyRefused(faults, code="not_interpreted")


def _check_transition(document: PolicyDocument, transition: Transition) -> None:
    """Refuse a first day on which no period of the document begins, and an adverse switch nobody answered.

    A document without quotas has no periods: its first day for quotas says nothing.
    """
    first = transition.quotas_from
    spans = [periods.containing(clause.period, first) for clause in document.quotas]
    if spans and not any(span is not None and span.first == first for span in spans):
        sentence = _("No period of this policy begins on %(day)s.") % {"day": first.isoformat()}
        raise RuleViolation(sentence, "no_period_begins", fields={"quotas_from": sentence})
    _check_switches(document, transition.adverse)


def _check_switches(document: PolicyDocument, adverse: Mapping[str, bool]) -> None:
    """Refuse a switch nobody answered, an answer nobody asked for, and one that says otherwise than the document."""
    asked = {switch.code: switch for switch in asked_of(document)}
    unanswered = [code for code in asked if not isinstance(adverse.get(code), bool)]
    if unanswered:
        raise RuleViolation(
            _("Answer each of these for people: %(switches)s")
            % {"switches": " ".join(str(asked[code].sentence) for code in unanswered)},
            "switch_unanswered",
        )
    if unasked := sorted(set(adverse) - set(asked)):
        raise RuleViolation(
            _("This document does not raise these questions: %(switches)s. Leave the answers out.")
            % {"switches": ", ".join(unasked)},
            "switch_not_asked",
        )
    for code, switch in asked.items():
        said = stated(switch, document)
        if said is not None and said is not adverse[code]:
            sentence = _("The document itself says: %(answer)s. Answer as it says, or change its text.") % {
                "answer": _("Yes") if said else _("No")
            }
            raise RuleViolation(f"{switch.sentence} {sentence}", "switch_disagrees", fields={code: sentence})


def _collisions(
    new: AdoptedVersion, versions: Iterable[AdoptedVersion], places: Places, text: str
) -> list[FoundFault]:
    found = []
    meeting = colliding.collisions(new, versions, places.covered_by_keys)
    lines = strict_yaml.read(text)[1] if meeting else {}
    for each in meeting:
        section, at = place_of(new.document, each.ours)
        names = {"ours": f"{new.policy}#{each.ours.id}", "theirs": f"{each.theirs_policy}#{each.theirs.id}"}
        if each.mutual:
            message = _("“%(ours)s” and “%(theirs)s” each say that they override the other.") % names
            remedy = _("Keep “overrides” on one of them.")
        else:
            message = _("“%(ours)s” and “%(theirs)s” speak of the same topic at the same level.") % names
            remedy = _("Add “overrides: %(theirs)s” or “holds_with: %(theirs)s” to “%(ours)s”.") % names
        path: Path = (section, at, "topic")
        found.append(FoundFault(strict_yaml.written_path(path), "topic_held_twice", message, remedy, lines.get(path)))
    return found


def _announce(version: PolicyVersion, by: Actor) -> None:
    """Announce on commit what a person did; set-up by the machine is no news and may run before there is a broker."""
    if by.role is not None:
        transaction.on_commit(lambda: _send(version.pk))


def _send(version_id: int) -> None:
    """Wake a worker. A broker that cannot be reached costs the news and a night, not the adoption."""
    try:
        tasks.announce_change.apply_async((version_id,), retry=False)
    except Exception:
        log.exception("the change of policy version %s was not announced; the nightly run follows it", version_id)
