"""What a batch has to balance, asked of its rows: deputies against the posting rule, as many who come to learn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from assignments.kinds import Kind
from assignments.models import Assignment, Campaign
from assignments.rules.cohorts import Stay, about, exchanges
from assignments.states import AssignmentState
from deploy_admin.policies.language.posting import PostingRule
from deploy_admin.policies.layering import GoverningClause
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import Institution, InstitutionProfile

Rule = GoverningClause[PostingRule]


def findings(campaign: Campaign, names: Mapping[int, str], today: date) -> list[dict[str, Any]]:
    """Return what of the batch does not balance. `names` are those of units known already."""
    rules = list(_rules(campaign))
    return _exchange(campaign, rules, names, today) + _deputies(campaign, rules)


def _exchange(
    campaign: Campaign, rules: Sequence[Rule], names: Mapping[int, str], today: date
) -> list[dict[str, Any]]:
    """Return where not as many came to learn as were sent, hospital by hospital (AMB-46); a finding, never a block.

    Those who come are in the campaign for equal exchange of the same authority, scheme, year and batch.
    """
    batch = Campaign.objects.living().filter(
        authority=campaign.authority_id, scheme=campaign.scheme, year=campaign.year, batch=campaign.batch
    )
    kinds = dict(batch.order_by().values_list("pk", "kind"))
    tolerances = [rule.clause.exchange_tolerance for rule in rules if rule.clause.exchange_tolerance is not None]
    if Kind.EQUAL_EXCHANGE not in kinds.values() and not tolerances:
        return []
    sent, came = [], []
    rows = Assignment.objects.living().exclude(state=AssignmentState.VOID).filter(campaign__in=kinds).order_by("pk")
    columns = ("campaign_id", "sending_unit_id", "receiving_unit_id", "starts_on", "ends_on")
    for of, sender, receiver, first, last in rows.values_list(*columns):
        if kinds[of] == Kind.EQUAL_EXCHANGE:
            came.append(Stay(receiver, first, last))
        else:
            sent.append(Stay(sender, first, last))
    uneven = [each for each in exchanges(sent, came, max(tolerances, default=0)) if not each.balanced]
    if not uneven:
        return []
    unnamed = {each.hospital for each in uneven} - names.keys()
    named = dict(names) | (Institution.objects.filter(pk__in=unnamed).named(today) if unnamed else {})
    sentence = _("Not as many came to learn as were sent at %(count)d hospitals.") % {"count": len(uneven)}
    told = _("%(unit)s: sent %(sent)d, came %(came)d")
    units = [
        told % {"unit": named.get(each.hospital, f"#{each.hospital}"), "sent": each.sent, "came": each.came}
        for each in uneven
    ]
    return [{"shape": "warn", "text": sentence, "units": units}]


def _deputies(campaign: Campaign, rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """Return where the year's deputy directors are not about the share that the posting rule aims at (AMB-38)."""
    shares = [rule for rule in rules if rule.clause.deputies is not None]
    if not shares:
        return []
    year = Campaign.objects.living().filter(
        authority=campaign.authority_id, scheme=campaign.scheme, kind=campaign.kind, year=campaign.year
    )
    rows = Assignment.objects.living().exclude(state=AssignmentState.VOID).filter(campaign__in=year).order_by()
    people = list(rows.values_list("receiving_unit_id", "deputy_from"))
    division_of = _divisions({unit for unit, _from in people}, campaign.starts_on)
    found = []
    for rule in shares:
        there = [since for unit, since in people if division_of.get(unit) in rule.division_ids]
        share = rule.clause.deputies
        wanted = about(share, len(there)) if share else None
        count = sum(since is not None for since in there)
        if wanted is None or wanted.near_enough(count):
            continue
        sentence = _(
            "%(count)d of %(people)d people of the year are deputy directors; about %(share)s%% are %(target)d, "
            "and %(low)d to %(high)d are near enough."
        )
        said = wanted._asdict() | {"count": count, "share": f"{wanted.share * 100:f}".rstrip("0").rstrip(".")}
        found.append({"shape": "warn", "text": sentence % said, "units": []})
    return found


def _rules(campaign: Campaign) -> Iterator[Rule]:
    """Return the posting clauses of the scheme that hold on the first day where people of the campaign go."""
    if not campaign.scheme:
        return
    units = (
        Assignment.objects.living().filter(campaign=campaign).order_by().values_list("receiving_unit_id", flat=True)
    )
    divisions = set(_divisions(set(units), campaign.starts_on).values())
    held = governing.posting_on(campaign.starts_on)
    seen: set[tuple[str, str]] = set()
    for topic in held.topics:
        for division in sorted(divisions):
            for rule in held.holding(topic, division):
                if rule.scheme == campaign.scheme and rule.key not in seen:
                    seen.add(rule.key)
                    yield rule


def _divisions(units: set[int], day: date) -> dict[int, int]:
    rows = InstitutionProfile.objects.standing(day).filter(institution__in=units).order_by()
    return dict(rows.values_list("institution_id", "division_id"))
