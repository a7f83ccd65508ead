"""Which clauses govern where: the adopted versions from the database, laid over one another by `policies.layering`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from deploy_admin.policies import layering
from deploy_admin.policies.geography import Places
from deploy_admin.policies.language import (
    AbsenceRule,
    AllocationRule,
    Eligibility,
    LeaveRule,
    Level,
    PolicyDocument,
    PostingRule,
    Quota,
    Requirement,
    ServiceRule,
    from_json,
    periods,
    to_json,
)
from deploy_admin.policies.layering import (
    ABSENCE,
    ALLOCATION,
    ELIGIBILITY,
    LEAVE,
    POSTING,
    QUOTAS,
    REQUIREMENTS,
    SERVICE,
    AdoptedVersion,
    C,
    Governing,
    OnPost,
    Reason,
    Section,
)
from deploy_admin.policies.models import Adoption, PolicyVersion
from deploy_admin.policies.services.at_post import AtPost
from deploy_admin.policies.switches import answered

#: A draft laid over what is adopted, for what-if and for the preview of an adoption: policy → text and first day, for
#: quotas the first of a period.
Instead = Mapping[str, tuple[PolicyDocument, date]]
GoverningEligibility = Governing[Eligibility]
#: So many texts are kept in memory.
_KEPT = 500
_documents: dict[str, PolicyDocument] = {}
_answered: dict[tuple[str, tuple[tuple[str, bool], ...]], PolicyDocument] = {}


def on(day: date, *, instead: Instead | None = None) -> Governing:
    """Return the quotas that govern a period that begins on `day`. Two queries, whatever there is."""
    return _govern(lambda clause: day, instead, QUOTAS)


def in_year(year: int, *, instead: Instead | None = None) -> Governing:
    """Return the quotas that govern the periods labelled `year`, each asked for its own period of that year."""
    return _govern(lambda clause: day_in_year(clause, year), instead, QUOTAS)


def eligibility_on(day: date, *, instead: Instead | None = None) -> GoverningEligibility:
    """Return the eligibility clauses that govern whoever is sent, or applies, on `day`. Two queries."""
    return _govern(lambda clause: day, instead, ELIGIBILITY)


def allocation_on(day: date, *, instead: Instead | None = None) -> Governing[AllocationRule]:
    """Return in which order the criteria decide in a campaign that begins on `day`. Two queries."""
    return _govern(lambda clause: day, instead, ALLOCATION)


def posting_on(day: date) -> Governing[PostingRule]:
    """Return what a posting needs that begins on `day`. Two queries, as for each of the sections below."""
    return _govern(lambda clause: day, None, POSTING)


def leave_on(day: date) -> Governing[LeaveRule]:
    """Return the rules of leave for whoever begins on `day`."""
    return _govern(lambda clause: day, None, LEAVE)


def absence_on(day: date) -> Governing[AbsenceRule]:
    """Return the rules of unapproved absence for whoever begins on `day`."""
    return _govern(lambda clause: day, None, ABSENCE)


def service_on(day: date) -> Governing[ServiceRule]:
    """Return how service is credited to whoever begins on `day`."""
    return _govern(lambda clause: day, None, SERVICE)


def requirements_on(day: date) -> Governing[Requirement]:
    """Return the service that is required of whoever is asked about on `day`."""
    return _govern(lambda clause: day, None, REQUIREMENTS)


def at_post() -> AtPost:
    """Return everything ever adopted, ready to be asked for any day about people on post. Two queries, once."""
    places = Places.load()
    return AtPost.of(adopted_versions(places), places.covered_by_keys)


def all_on(day: date) -> tuple[Governing[Any], ...]:
    """Return what governs in every section: quotas in the year of `day`, everything else on it. Two queries."""
    places = Places.load()
    versions = adopted_versions(places)
    return tuple(
        layering.govern(
            versions,
            (lambda clause: day_in_year(clause, day.year)) if section is QUOTAS else (lambda clause: day),
            places.covered_by_keys,
            section,
        )
        for section in layering.SECTIONS
    )


def why(topic: str, division_id: int, day: date) -> tuple[Reason, ...]:
    """Return every quota anybody competent for the division adopted on the topic, and what became of it."""
    places = Places.load()
    versions = adopted_versions(places)
    return layering.why(versions, topic, division_id, lambda clause: day, places.covered_by_keys, QUOTAS)


def why_eligible(division_id: int, day: date) -> dict[str, tuple[Reason, ...]]:
    """Return the same for every topic of eligibility. Two queries."""
    places = Places.load()
    return _why_all(adopted_versions(places), places, division_id, day, ELIGIBILITY)


def all_in(division_id: int, day: date) -> tuple[tuple[Governing[Any], dict[str, tuple[Reason, ...]]], ...]:
    """Return what governs in each section, with every clause anybody competent there adopted. Two queries."""
    places = Places.load()
    versions = adopted_versions(places)
    return tuple(
        (
            layering.govern(versions, lambda clause: day, places.covered_by_keys, section),
            _why_all(versions, places, division_id, day, section),
        )
        for section in layering.SECTIONS
    )


def _why_all(
    versions: Iterable[AdoptedVersion], places: Places, division_id: int, day: date, section: Section[Any]
) -> dict[str, tuple[Reason, ...]]:
    held = [version for version in versions if division_id in version.area]
    topics = sorted({clause.topic for version in held for clause in section.clauses(version.document)})
    return {
        topic: layering.why(held, topic, division_id, lambda clause: day, places.covered_by_keys, section)
        for topic in topics
    }


def day_in_year(clause: Quota, year: int) -> date | None:
    """Return the day a clause is asked for in this year: the first of its period, 1 January within a programme."""
    if isinstance(clause.period, periods.Programme | periods.Calendar | periods.Twelve):
        span = periods.labelled(clause.period, year)
        if span is None:
            return None
        return max(span.first, date(year, 1, 1)) if isinstance(clause.period, periods.Programme) else span.first
    return date(year, 1, 1)


def adopted_versions(places: Places, *, besides: Iterable[int] = ()) -> list[AdoptedVersion]:
    """Return every version that was ever adopted, with its document read. One query."""
    rows = (
        PolicyVersion.objects.ever_adopted()
        .exclude(pk__in=list(besides))
        .select_related("policy", "adoption")
        .defer("source_text")
        .order_by("adoption__id")
    )
    return [as_adopted(row, row.adoption, places) for row in rows]


def as_adopted(
    version: PolicyVersion,
    adoption: Adoption | None,
    places: Places,
    *,
    quotas_from: date | None = None,
    assignments_from: date | None = None,
    order: int = 0,
) -> AdoptedVersion:
    """Return the version as the layering sees it; a draft is given the first days and the order it would have.

    A draft of which only one day is chosen yet is taken to govern quotas and assignments from that day on.
    """
    first = adoption.quotas_from if adoption else quotas_from or assignments_from
    post = adoption.assignments_from if adoption else assignments_from or quotas_from
    if first is None or post is None:
        raise ValueError("A version that is not adopted needs the first day it would govern.")
    policy = version.policy
    return AdoptedVersion(
        version_id=version.pk,
        policy=policy.slug,
        revision=version.revision,
        scheme=policy.scheme,
        level=Level(policy.level),
        area=places.covered(policy.division_id),
        division_id=policy.division_id,
        digest=version.digest,
        quotas_from=first,
        assignments_from=post,
        last_day=version.in_force_to,
        order=adoption.pk if adoption else order,
        document=_as_answered(version, adoption.adverse) if adoption else read_document(version),
        label=version.title_zh,
        on_post=_ON_POST[adoption.on_post] if adoption else "new",
        adverse=dict(adoption.adverse) if adoption else {},
    )


#: The rows' words are the layering's.
_ON_POST: dict[str, OnPost] = {"old": "old", "new": "new", "more_favourable": "more_favourable"}


def _as_answered(version: PolicyVersion, adverse: Mapping[str, bool]) -> PolicyDocument:
    """Return the document with what its adoption answered; the same text with the same answers is the same object."""
    key = version.digest, tuple(sorted(adverse.items()))
    if key not in _answered:
        if len(_answered) > _KEPT:
            _answered.clear()
        _answered[key] = answered(read_document(version), adverse)
    return _answered[key]


def read_document(version: PolicyVersion) -> PolicyDocument:
    """Return the typed document of a version; texts are frozen, so one read per digest is enough."""
    if version.digest not in _documents:
        if len(_documents) > _KEPT:
            _documents.clear()
        _documents[version.digest] = from_json(version.document)
    return _documents[version.digest]


def document_digest(document: PolicyDocument) -> str:
    """Return the SHA-256 of what the document says, however it is laid out."""
    written = json.dumps(to_json(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


def digest_of(governing: Governing[Any]) -> str:
    """Return one digest of all that governs: equal digests, equal rules."""
    parts = sorted(
        f"{version.policy}:{version.revision}:{version.digest}{sorted(version.adverse.items()) or ''}"
        for version in governing.versions.values()
    )
    parts += [f"{clause.policy}#{clause.clause_id}@{sorted(clause.division_ids)}" for clause in governing.clauses]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _govern(day_of: Callable[[C], date | None], instead: Instead | None, section: Section[C]) -> Governing[C]:
    places = Places.load()
    versions = adopted_versions(places)
    for slug, (document, quotas_from) in (instead or {}).items():
        versions.append(
            _supposed(slug, document, quotas_from, places, order=max((v.order for v in versions), default=0) + 1)
        )
    return layering.govern(versions, day_of, places.covered_by_keys, section)


def _supposed(slug: str, document: PolicyDocument, quotas_from: date, places: Places, order: int) -> AdoptedVersion:
    """Return a document as if it were adopted; its version id is 0, for there is no row."""
    place = None if document.level is Level.NATION else places.named(document.jurisdiction, document.in_force.from_)
    nowhere: frozenset[int] = frozenset()
    return AdoptedVersion(
        version_id=0,
        policy=slug,
        revision=0,
        scheme=document.scheme.code,
        level=document.level,
        area=places.covered(place.id if place else None) if place or document.level is Level.NATION else nowhere,
        division_id=place.id if place else None,
        digest=document_digest(document),
        quotas_from=quotas_from,
        assignments_from=quotas_from,
        last_day=document.in_force.to,
        order=order,
        document=document,
        label=document.title_zh,
    )
