"""Policies for tests, as short as a sentence: a text, a draft of it, an adopted version."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

from deploy_admin.access import SYSTEM, Actor
from deploy_admin.policies import services
from deploy_admin.policies.models import OnPost, PolicyVersion
from deploy_admin.policies.services import Transition
from deploy_admin.registry import reference
from deploy_admin.registry.models import Indicator
from tests.registry.factories import a_division

HEAD = """\
policy: {slug}
scheme: {{code: municipal_county, names_zh: [市聘县用], name_en: Municipally engaged}}
title_zh: {title}
title_en: Model plan {slug}
issuer_zh: 示范卫生健康委员会
issuer_en: Model Health Commission
issued: 2024-12-01
jurisdiction: "{place}"
in_force: {{from: {since}{until}}}
{section}:
"""
CLAUSE = """\
  - id: {id}
    topic: {topic}
    label_zh: 派出执业医师
    label_en: Physicians to send
    cite: 每年派出不少于{n}名执业医师
    binding: mandatory
    amount: {{fixed: {n}}}
"""
RULE = """\
  - id: {id}
    topic: {topic}
    label_zh: 派出条件
    label_en: Who may be sent
    cite: 派出人员应当具备执业医师资格
    binding: mandatory
    target: {target}
    applies_to: {{staff_category: physician}}
    requires: {{licence: {licence}}}
"""


def a_clause(id: str = "physicians", topic: str = "municipal_county.physicians", n: int = 2, **more: Any) -> str:
    """Return the YAML of one clause; `more` are further keys, written as they are."""
    return CLAUSE.format(id=id, topic=topic, n=n) + "".join(f"    {key}: {value}\n" for key, value in more.items())


def a_rule(
    id: str = "who",
    topic: str = "municipal_county.who",
    target: str = "dispatch",
    licence: str = "physician",
    **more: Any,
) -> str:
    """Return the YAML of one eligibility clause; `more` are further keys, written as they are."""
    rule = RULE.format(id=id, topic=topic, target=target, licence=licence)
    return rule + "".join(f"    {key}: {value}\n" for key, value in more.items())


def a_part(id: str = "one", topic: str = "municipal_county.part", binding: str = "mandatory", **keys: Any) -> str:
    """Return the YAML of one clause of any section; `keys` are what it says, written as they are."""
    lines = [f"id: {id}", f"topic: {topic}", f"label_zh: 规定{id}", f"label_en: Rule {id}", "cite: 引文"]
    lines += [f"binding: {binding}", *(f"{key}: {value}" for key, value in keys.items())]
    return "  - " + "\n    ".join(lines) + "\n"


def a_text(
    slug: str = "city-plan",
    place: str = "500000",
    *clauses: str,
    title: str = "示范市方案",
    since: str = "2025-01-01",
    until: str | None = None,
    section: str = "quotas",
) -> str:
    """Return a policy as written: one clause of the section, or the clauses given."""
    ends = f", to: {until}" if until else ""
    head = HEAD.format(slug=slug, place=place, title=title, since=since, until=ends, section=section)
    return head + "".join(clauses or (a_clause() if section == "quotas" else a_rule(),))


def a_draft(text: str | None = None, *, by: Actor = SYSTEM) -> PolicyVersion:
    """Return the draft of a text."""
    return services.import_document(text=text or a_text(), by=by).version


def the_indicators() -> None:
    """Let the indicators that are shipped be there, so that month clauses may name them."""
    with reference.INDICATORS.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            Indicator(code=row["code"], label_zh=row["label_zh"], highest=row["highest"])
            for row in csv.DictReader(file)
        ]
    Indicator.objects.bulk_create(rows, ignore_conflicts=True)


def transition(quotas_from: date = date(2025, 1, 1), **more: Any) -> Transition:
    """Return a transition from the year 2025 on."""
    return Transition(
        **{"quotas_from": quotas_from, "assignments_from": quotas_from, "on_post": OnPost.OLD, "adverse": {}} | more
    )


def adopt(
    version: PolicyVersion, quotas_from: date = date(2025, 1, 1), *, by: Actor = SYSTEM, **more: Any
) -> PolicyVersion:
    """Adopt a draft as an officer would, and return it as it then stands."""
    if version.document.get("month"):
        the_indicators()
    services.adopt(
        **{
            "version": version,
            "number": "示范卫发〔2024〕1号",
            "adopted_on": date(2024, 12, 1),
            "deciding_body": "示范卫生健康委员会",
            "transition": transition(quotas_from),
            "version_read": version.version,
            "by": by,
        }
        | more
    )
    return PolicyVersion.objects.get(pk=version.pk)


def an_adopted(
    text: str | None = None, quotas_from: date = date(2025, 1, 1), *, by: Actor = SYSTEM, **settled: Any
) -> PolicyVersion:
    """Return the adopted version of a text; `settled` are further words of the transition."""
    return adopt(a_draft(text, by=by), by=by, transition=transition(quotas_from, **settled))


def a_city() -> dict[str, Any]:
    """Return a city of two districts, one of them with a township, as the registry knows them."""
    city = a_division("示范市", level="province", code="500000", name_en="Model City")
    first = a_division("示范一区", parent=city, code="500101", name_en="Model District One")
    second = a_division("示范二区", parent=city, code="500102", name_en="Model District Two")
    town = a_division("示范镇", level="township", parent=first, code="500101100", name_en="Model Town")
    return {"city": city, "first": first, "second": second, "town": town}
