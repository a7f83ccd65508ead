"""The policy document, and every public type of the language under one name."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, JsonValue, PlainSerializer, StrictInt, StrictStr, WithJsonSchema

from deploy_admin.policies.language.allocation import AllocationRule, Criterion, CriterionKind
from deploy_admin.policies.language.amounts import Bands, Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.bases import Constant, CountOf, Either, MeasureBase, Offset, Population, Posts, Sum
from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import All, AnyOf, Compare, Condition, ConditionNode, InSet, Is, Not
from deploy_admin.policies.language.eligibility import Bar, Eligibility, EventCode, Exemption, Option, Target
from deploy_admin.policies.language.leave import AbsenceRule, LeaveRule
from deploy_admin.policies.language.month import MonthRule
from deploy_admin.policies.language.nodes import (
    Binding,
    Bounds,
    Citation,
    Day,
    DivisionCode,
    Duration,
    DurationUnit,
    Enforcement,
    InForce,
    Level,
    Node,
    Op,
    Rounding,
    Scalars,
    Slug,
    TermThreshold,
    Text,
    Words,
)
from deploy_admin.policies.language.periods import ApplicationYear, Calendar, Programme, Rolling, Span, Twelve
from deploy_admin.policies.language.posting import PostingRule
from deploy_admin.policies.language.quota import (
    Alternative,
    Composition,
    Counting,
    DistrictScope,
    GroupScope,
    Quota,
    UnitScope,
)
from deploy_admin.policies.language.requirements import Requirement
from deploy_admin.policies.language.service import ServiceRule

#: The number of the written form. Raised whenever an older document would read differently; see upcasts.
SCHEMA_NUMBER = 1

#: The sections that are made of clauses, in the order of the articles.
CLAUSE_SECTIONS = (
    "quotas",
    "eligibility",
    "allocation",
    "posting",
    "leave",
    "absence",
    "month",
    "service",
    "requirements",
)
#: Designed on paper (docs/decisions/0003), computed by nothing yet: refused at adoption.
LATER_SECTIONS = (
    "deadlines",
    "presence",
    "appraisal",
    "completion",
    "entitlements",
    "payments",
)
#: Sections that a stored draft may still carry under `later:` although the program computes them now.
FORMER_SECTIONS = ("eligibility", "requirements", "service", "leave", "month")


class Source(Node):
    """Where the words come from: a title and a reference, without an address that would grow stale."""

    id: Slug
    title: Text
    reference: Text
    note: StrictStr | None = None


class NamedSet(Node):
    """A list the law keeps: scarce specialities, remote townships, equivalents."""

    id: Slug
    label_zh: Text
    label_en: Text
    values: Scalars


class DeclaredMeasure(Node):
    """A yearly figure that the document needs and the program does not know by itself."""

    id: Slug
    label_zh: Text
    label_en: Text
    unit: Text
    dimensions: Words = ()


class Scheme(Node):
    """The scheme's code, the names it goes by (the first is printed) and what its people are called."""

    code: Slug
    names_zh: Annotated[Words, Field(min_length=1)]
    name_en: Text
    person_zh: Text | None = None
    person_en: Text | None = None


class PolicyDocument(Node):
    """One policy in one version: what it is, where and when it holds, and its clauses."""

    schema_number: Annotated[StrictInt, Field(alias="schema")] = SCHEMA_NUMBER
    id: Annotated[Slug, Field(alias="policy")]
    scheme: Scheme
    title_zh: Text
    title_en: Text
    issuer_zh: Text
    issuer_en: Text
    document_number: Text | None = None
    issued: Day | None = None
    issued_note: Text | None = None
    jurisdiction: DivisionCode
    level_said: Annotated[Level | None, Field(alias="level")] = None
    in_force: InForce
    summary_zh: Text | None = None
    summary_en: Text | None = None
    sources: tuple[Source, ...] = ()
    sets: tuple[NamedSet, ...] = ()
    measures: tuple[DeclaredMeasure, ...] = ()
    quotas: tuple[Quota, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()
    allocation: tuple[AllocationRule, ...] = ()
    posting: tuple[PostingRule, ...] = ()
    leave: tuple[LeaveRule, ...] = ()
    absence: tuple[AbsenceRule, ...] = ()
    month: tuple[MonthRule, ...] = ()
    service: tuple[ServiceRule, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    later: Annotated[
        tuple[tuple[Literal[(*LATER_SECTIONS, *FORMER_SECTIONS)], JsonValue], ...],  # type: ignore[valid-type]
        BeforeValidator(lambda data: tuple(data.items()) if isinstance(data, dict) else data),
        PlainSerializer(dict, return_type=dict[str, Any]),
        WithJsonSchema({"type": "object", "propertyNames": {"enum": list(LATER_SECTIONS)}}),
    ] = ()

    @property
    def level(self) -> Level:
        """The rung: said, or told by the code."""
        return self.level_said or derived_level(self.jurisdiction) or Level.DISTRICT

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """The clauses of every section, in the order of the articles."""
        return tuple(clause for section in CLAUSE_SECTIONS for clause in getattr(self, section))

    @property
    def topics(self) -> tuple[str, ...]:
        """What its clauses speak about, each once, in order."""
        return tuple(dict.fromkeys(clause.topic for clause in self.clauses))

    def clause(self, clause_id: str) -> Quota:
        """Return the quota clause of this id; KeyError where there is none."""
        for clause in self.quotas:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)

    def eligibility_clause(self, clause_id: str) -> Eligibility:
        """Return the eligibility clause of this id; KeyError where there is none."""
        for clause in self.eligibility:
            if clause.id == clause_id:
                return clause
        raise KeyError(clause_id)

    def set_values(self, set_id: str) -> frozenset[Any]:
        """The values of a named set; KeyError where there is none."""
        for named in self.sets:
            if named.id == set_id:
                return frozenset(named.values)
        raise KeyError(set_id)


def derived_level(code: str) -> Level | None:
    """Return the level a division code tells by itself; None for a zone without a code."""
    if code.startswith("zone:"):
        return None
    if code[:6] in ("000000", "100000"):
        return Level.NATION
    if code[2:6] == "0000":
        return Level.PROVINCE
    if code[4:6] == "00":
        return Level.CITY
    return Level.DISTRICT


__all__ = [
    "CLAUSE_SECTIONS",
    "FORMER_SECTIONS",
    "LATER_SECTIONS",
    "SCHEMA_NUMBER",
    "AbsenceRule",
    "All",
    "AllocationRule",
    "Alternative",
    "AnyOf",
    "ApplicationYear",
    "Bands",
    "Bar",
    "Between",
    "Binding",
    "Bounds",
    "Calendar",
    "Citation",
    "Clause",
    "Compare",
    "Composition",
    "Condition",
    "ConditionNode",
    "Constant",
    "CountOf",
    "Counting",
    "Criterion",
    "CriterionKind",
    "DeclaredMeasure",
    "DistrictScope",
    "Duration",
    "DurationUnit",
    "Either",
    "Eligibility",
    "Enforcement",
    "EventCode",
    "Exemption",
    "Fixed",
    "GroupScope",
    "InForce",
    "InSet",
    "Is",
    "LeaveRule",
    "Level",
    "MeasureBase",
    "MonthRule",
    "NamedSet",
    "Node",
    "Not",
    "Offset",
    "Op",
    "Option",
    "PerUnit",
    "PolicyDocument",
    "Population",
    "PostingRule",
    "Posts",
    "Programme",
    "Quota",
    "Requirement",
    "Rolling",
    "Rounding",
    "Scheme",
    "ServiceRule",
    "Share",
    "Source",
    "Span",
    "Sum",
    "Target",
    "TermThreshold",
    "Twelve",
    "UnitScope",
    "derived_level",
]
