"""Which clause orders the criteria of a campaign, and the neutral order where no adopted policy speaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from assignments.models import AllocationPlan, Campaign, StaffingRequest
from assignments.rules import EVER
from deploy_admin.policies.language.allocation import AllocationRule, Criterion, CriterionKind
from deploy_admin.policies.language.conditions import AsOf, OnDay
from deploy_admin.policies.language.explained import Truth
from deploy_admin.policies.language.judging import compile_condition
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.policies.layering import ALLOCATION, GoverningClause
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import Choice
from deploy_admin.registry import divisions
from deploy_admin.registry.models import InstitutionProfile, Jurisdiction
from quotas.facts import Units

_K = CriterionKind


def _neutral(by: CriterionKind, label_zh: str, label_en: str) -> Criterion:
    return Criterion(id=by.value, by=by, label_zh=label_zh, label_en=label_en)


#: Where no policy orders the criteria: demand first, as every source says; the rest in an order that favours nobody.
NEUTRAL = (
    _neutral(_K.REQUESTS, "接收单位需求", "staffing requests"),
    _neutral(_K.PRIORITY, "需求缓急", "how pressing the request is"),
    _neutral(_K.SPECIALITY, "专业对口", "speciality"),
    _neutral(_K.WISHES, "个人意愿", "wishes"),
    _neutral(_K.BALANCE, "接收单位均衡", "balance between receiving units"),
    _neutral(_K.DISTANCE, "路程", "distance"),
    _neutral(_K.LEAST_CHANGE, "变动最少", "least change"),
)


@dataclass(frozen=True)
class Governed:
    """The criteria in their order, and the clause that says so; without a clause: the neutral order, no source."""

    criteria: tuple[Criterion, ...] = NEUTRAL
    document: PolicyDocument | None = None
    clause: GoverningClause[AllocationRule] | None = None

    def stored(self) -> dict[str, Any]:
        """Return what a plan keeps of it: the version, the clause's words, the criteria with their names."""
        if self.clause is None or self.document is None:
            return {}
        rule, document = self.clause.clause, self.document
        return {
            "version": self.clause.version_id,
            "policy": self.clause.policy,
            "revision": self.clause.revision,
            "clause": rule.id,
            "label": rule.label_zh,
            "label_en": rule.label_en,
            "title_zh": document.title_zh,
            "title_en": document.title_en,
            "document_number": document.document_number or "",
            "quote": rule.cite.phrase,
            "article": rule.cite.article or "",
            "criteria": told(self.criteria),
        }


def told(criteria: Iterable[Criterion]) -> list[dict[str, str]]:
    """Return the criteria as a plan keeps them."""
    return [
        {"id": each.id, "by": each.by.value, "label_zh": each.label_zh, "label_en": each.label_en} for each in criteria
    ]


def kept(plan: AllocationPlan) -> list[dict[str, str]]:
    """Return the criteria under which a plan stands, in their order; the neutral ones where its rule is empty."""
    found: list[dict[str, str]] = plan.rule.get("criteria") or told(NEUTRAL)
    return found


def rule_of(campaign: Campaign) -> Governed:
    """Return what orders the criteria on the campaign's first day, where its authority is competent.

    Of several topics the first that speaks of any receiving unit that asked for people. A constant number of queries.
    """
    day = campaign.starts_on
    division = _division(campaign.authority_id, day)
    if not campaign.scheme or division is None:
        return Governed()
    held = governing.at_post()
    receivers = _Receivers(campaign)

    def applies(rule: GoverningClause[AllocationRule]) -> bool:
        return receivers.any_meets(rule.clause, held.document(rule), day)

    for found in held.rules(ALLOCATION, campaign.scheme, division, day, day, applies):
        for rule in found.new if isinstance(found, Choice) else (found,):
            return Governed(rule.clause.criteria, held.document(rule), rule)
    return Governed()


def _division(authority_id: int, day: date) -> int | None:
    """Return the division the authority answers for: the first it is competent for, else where it stands."""
    tree = divisions.DivisionTree.read(day)
    found = Jurisdiction.objects.on(day).filter(authority=authority_id).order_by("pk").values_list("division_id")
    stands = InstitutionProfile.objects.standing(day).filter(institution=authority_id).values_list("division_id")
    for rows in (found, stands):
        if (row := rows.first()) is not None:
            return tree.standing(row[0])
    return None


class _Receivers:
    """The units that asked for people in a campaign, read only where a clause speaks of some units alone."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        self._sheets: list[Mapping[date, Mapping[str, Any]]] | None = None

    def any_meets(self, rule: AllocationRule, document: PolicyDocument, day: date) -> bool:
        """Whether the clause speaks, or may speak, of one of the units; before anybody asked, of any."""
        if rule.applies_to is None:
            return True

        def resolve(as_of: AsOf | None) -> date:
            if isinstance(as_of, OnDay):
                return as_of.day
            return EVER if as_of == "ever" else day

        judge = compile_condition(rule.applies_to, document, resolve)
        sheets = self._read(day)
        return not sheets or any(judge(sheet) is not Truth.NO for sheet in sheets)

    def _read(self, day: date) -> list[Mapping[date, Mapping[str, Any]]]:
        if self._sheets is None:
            asked = StaffingRequest.objects.standing().filter(campaign=self.campaign).order_by()
            ids = set(asked.values_list("institution_id", flat=True))
            units = Units({day}, ids) if ids else None
            self._sheets = [units.sheet(unit) for unit in sorted(ids)] if units else []
        return self._sheets
