"""Whether somebody has to be sent in the place of one who left early: what the quota clauses say of it. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from assignments.kinds import EndReason
from assignments.models import Assignment, Counted
from assignments.posting import Posted, sheet_of
from assignments.rules.planned import reaches
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import compile_condition
from deploy_admin.policies.language.quota import Counting, Quota
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import InstitutionProfile


def replacement_due(assignment: Assignment, last_day: date, reason: EndReason | None) -> bool:
    """Return whether the sending unit owes somebody else for the days that remain.

    Not where the reason is not held against it, where the least term was served anyway, or where successive people
    do not make up a place. Where no clause says anything of it, somebody is owed until an officer says otherwise.
    """
    rules = list(_counting(assignment))
    if not rules:
        return True
    return any(_owed(each, assignment.starts_on, last_day, reason) for each in rules)


def _owed(rule: Counting, first: date, last: date, reason: EndReason | None) -> bool:
    if reason is not None and reason.value in rule.excused:
        return False
    served = rule.term is not None and reaches(rule.term, first, last) is Truth.YES
    return rule.relay and (not served or reason is None)


def _counting(assignment: Assignment) -> Iterator[Counting]:
    """The counting of the clauses that the assignment counts for; of none yet, of all its scheme's for the sender."""
    standing = Counted.objects.standing().filter(assignment=assignment)
    counted = {(version, clause) for version, clause in standing.values_list("version_id", "clause_id")}
    if counted:
        versions = PolicyVersion.objects.filter(pk__in={version for version, _clause in counted})
        for version in versions.order_by("pk"):
            for quota in governing.read_document(version).quotas:
                if (version.pk, quota.id) in counted:
                    yield quota.counts
        return
    yield from (quota.counts for quota in _may_count(assignment))


def _may_count(assignment: Assignment) -> Iterator[Quota]:
    """The scheme's clauses that the sending unit may owe and the person may count for, as far as is known."""
    campaign = assignment.campaign
    year = campaign.year if campaign is not None else assignment.starts_on.year
    profiles = InstitutionProfile.objects.on(assignment.starts_on).filter(institution=assignment.sending_unit_id)
    division = profiles.values_list("division_id", flat=True).first()
    if division is None:
        return
    held = governing.in_year(year)
    sheet, resolve = sheet_of(Posted.of(assignment))
    for each in held.clauses_for(division):
        if each.scheme != assignment.scheme:
            continue
        document = held.versions[each.version_id].document
        conditions = (each.clause.owed_by, each.clause.counts.who)
        if all(compile_condition(part, document, resolve)(sheet) is not Truth.NO for part in conditions):
            yield each.clause
