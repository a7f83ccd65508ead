"""What a campaign is called on paper before anybody of it goes: its batch, its people, the plans it rests on."""

from __future__ import annotations

from datetime import date
from typing import Any

from assignments.kinds import Kind
from assignments.models import Campaign
from assignments.papers import words
from deploy_admin.policies.language import PolicyDocument
from deploy_admin.policies.services import governing
from deploy_admin.registry.models import InstitutionProfile

_PEOPLE = "人员"


def batch(campaign: Campaign) -> str:
    """Return “2026年第1批”."""
    return f"{campaign.year}年第{campaign.batch}批"


def document_of(campaign: Campaign, on: date) -> PolicyDocument | None:
    """Return the nearest policy of the campaign's scheme that is in force at its authority on its first day."""
    if not campaign.scheme:
        return None
    profiles = InstitutionProfile.objects.standing(on).filter(institution=campaign.authority_id).order_by()
    division = profiles.values_list("division_id", flat=True).first()
    day = campaign.starts_on
    near = [
        version
        for version in governing.at_post().versions.values()
        if version.scheme == campaign.scheme
        and division in version.area
        and version.assignments_from <= day
        and (version.last_day is None or version.last_day >= day)
    ]
    best: Any = max(near, key=lambda each: (each.level.nearness, each.order), default=None)
    return best.document if best else None


def noun(campaign: Campaign, document: PolicyDocument | None) -> str:
    """Return what the scheme calls its people: “县聘乡用”人员."""
    if document is not None and document.scheme.person_zh:
        return document.scheme.person_zh
    return f"“{Kind(campaign.kind).label}”{_PEOPLE}"


def scheme(called: str) -> str:
    """Return the people's name without “人员”, where the word comes again right after it."""
    return called.removesuffix(_PEOPLE)


def basis(campaign: Campaign, document: PolicyDocument | None) -> str:
    """Return “《甲》《乙》（示〔2026〕3号）”: the scheme's plan, and the document that opened the batch."""
    found = words.cited(document.title_zh) if document is not None else ""
    if campaign.document:
        found += words.cited(words.plain(campaign.document))
        found += f"（{words.plain(campaign.document_number)}）" if campaign.document_number else ""
    return found


def we(issuer: str) -> str:
    """Return how the issuer speaks of itself."""
    return "我委" if issuer.endswith(("委", "委员会")) else "我局" if issuer.endswith("局") else "我单位"
