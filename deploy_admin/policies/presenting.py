"""What the pages of a policy show, from the typed document and what governs: the same on screen and on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from deploy_admin.access import Actor
from deploy_admin.policies.geography import Place, Places
from deploy_admin.policies.language import Clause, PolicyDocument, reading
from deploy_admin.policies.layering import Governing, GoverningClause, Reason, Standing
from deploy_admin.policies.models import Level, Policy, PolicyVersion, State
from deploy_admin.policies.services import governing
from deploy_admin.policies.switches import asked_of
from deploy_admin.registry.codes import DISTRICT_LEVELS
from deploy_admin.registry.models import Division, Indicator

#: State → the shape that stands beside its word.
SHAPES = {State.DRAFT: "run", State.ADOPTED: "ok", State.SUPERSEDED: "mute", State.WITHDRAWN: "mute"}

STANDINGS = {
    Standing.GOVERNS: gettext_lazy("Governs: the nearest jurisdiction that speaks on the topic"),
    Standing.WIDER: gettext_lazy("Holds only for units to which “%(other)s” does not apply: it is nearer"),
    Standing.OVERRIDDEN: gettext_lazy("Overridden by “%(other)s” of the same level"),
    Standing.NOT_YET: gettext_lazy("Followed only from %(day)s on"),
    Standing.SUPERSEDED: gettext_lazy("Superseded by “%(other)s” from %(day)s on"),
    Standing.ENDED: gettext_lazy("Out of force since %(day)s"),
    Standing.CLAUSE_OUTSIDE_ITS_DATES: gettext_lazy("The clause itself begins or ends on %(day)s"),
    Standing.OUTSIDE_PILOT: gettext_lazy("A pilot that does not include this place"),
}
STANDING_SHAPES = {Standing.GOVERNS: "ok", Standing.WIDER: "run", Standing.NOT_YET: "run"}


def language() -> Literal["zh", "en"]:
    """Return the language the reading has for the active one: zh or en."""
    return "en" if (get_language() or "").startswith("en") else "zh"


def label_of(clause: Clause) -> str:
    """Return the clause's label in the active language."""
    return clause.label_en if language() == "en" else clause.label_zh


def division_name(division: Division | Place) -> str:
    """Return a division's name in the active language."""
    return division.name_en if language() == "en" and division.name_en else division.name


def articles(document: PolicyDocument, lang: Literal["zh", "en"], places: Places) -> tuple[reading.Article, ...]:
    """Return the document as articles, its divisions and the indicators of its month clauses by their names."""
    counted = _indicator_names(document, lang)

    def name(code: str) -> str:
        place = places.named(code, document.in_force.from_)
        return (place.name_en if lang == "en" and place.name_en else place.name) if place else counted.get(code, code)

    return reading.articles(document, lang, name)


def _indicator_names(document: PolicyDocument, lang: Literal["zh", "en"]) -> dict[str, str]:
    """Return what the register calls the measures of the month clauses. One query where there are any."""
    codes = {measure for rule in document.month for measure in rule.measures}
    if not codes:
        return {}
    return dict(Indicator.objects.filter(code__in=codes).order_by("code").values_list("code", f"label_{lang}"))


def jurisdiction(policy: Policy) -> str:
    """Return the name of the policy's jurisdiction."""
    return division_name(policy.division) if policy.division else str(Level.NATION.label)


def answers(document: PolicyDocument, adverse: Mapping[str, bool]) -> list[dict[str, Any]]:
    """Return each switch that the document raises with the officer's answer."""
    return [{"sentence": switch.sentence, "yes": adverse.get(switch.code)} for switch in asked_of(document)]


@dataclass(frozen=True)
class ClauseReach:
    """Where one clause of a version governs in a year."""

    label: str
    topic: str
    clause_id: str
    governs: bool
    districts: int
    nearer: tuple[str, ...]  # districts where a nearer policy speaks on the topic
    pilots: tuple[str, ...]


def reach_of(document: PolicyDocument, version_id: int, *governed: Governing[Any]) -> list[ClauseReach]:
    """Return for each clause in how many districts it speaks, and where a nearer one comes before it. One query.

    `governed` is what governs in each section of the document.
    """
    names = {
        division.pk: division_name(division)
        for division in Division.objects.filter(level__in=DISTRICT_LEVELS).order_by("pinyin").only("name", "name_en")
    }
    held: dict[str, GoverningClause[Any]] = {
        clause.clause_id: clause for each in governed for clause in each.clauses if clause.version_id == version_id
    }
    found = []
    for clause in document.clauses:
        here = held.get(clause.id)
        covered = [pk for pk in names if here and pk in here.division_ids]
        found.append(
            ClauseReach(
                label=label_of(clause),
                topic=clause.topic,
                clause_id=clause.id,
                governs=here is not None,
                districts=len(covered),
                nearer=tuple(names[pk] for pk in covered if here and pk in here.shadowed_division_ids),
                pilots=clause.pilot,
            )
        )
    return found


def version_page(version: PolicyVersion, actor: Actor, today: date) -> dict[str, Any]:
    """Return what the page of a version shows; drafts show what they would be, not where they govern."""
    document = governing.read_document(version)
    siblings = list(
        PolicyVersion.objects.visible_to(actor).filter(policy=version.policy).for_list().order_by("-revision")
    )
    adoption = getattr(version, "adoption", None)
    return {
        "version": version,
        "policy": version.policy,
        "document": document,
        "articles": articles(document, language(), Places.load()),
        "jurisdiction": jurisdiction(version.policy),
        "shape": SHAPES[State(version.state)],
        "adoption": adoption,
        "siblings": siblings,
        "others": [each for each in siblings if each.pk != version.pk],
        "transitions": list(version.transitions.all()),
        "year": today.year,
        "reach": reach_of(document, version.pk, *governing.all_on(today)) if adoption else [],
        "answers": answers(document, adoption.adverse) if adoption else [],
    }


def reasons(rows: Iterable[Reason]) -> list[dict[str, Any]]:
    """Return every clause with a say, with the sentence that tells what became of it."""
    return [
        {
            "policy": row.policy,
            "revision": row.revision,
            "level": Level(row.level.value).label,
            "clause": label_of(row.clause),
            "cite": row.clause.cite.phrase,
            "standing": row.standing,
            "shape": STANDING_SHAPES.get(row.standing, "mute"),
            "sentence": str(STANDINGS[row.standing])
            % {"other": row.other, "day": row.day.isoformat() if row.day else ""},
        }
        for row in rows
    ]


def governing_page(division: Division, day: date) -> dict[str, Any]:
    """Return per topic what governs in a division from a day on, and why, section by section."""
    topics = [
        row for governed, found in governing.all_in(division.pk, day) for row in _topics(governed, found, division.pk)
    ]
    return {"topics": topics, "division_name": division_name(division), "day": day}


def _topics(
    governed: Governing[Any], found: Mapping[str, tuple[Reason, ...]], division_id: int
) -> Iterable[dict[str, Any]]:
    for topic, rows in found.items():
        yield {
            "topic": topic,
            "label": label_of(rows[0].clause),
            "holding": governed.holding(topic, division_id),
            "reasons": reasons(rows),
        }


def as_rows(versions: Iterable[PolicyVersion]) -> Iterable[tuple[Any, ...]]:
    """Return the list as the export shows it."""
    for version in versions:
        adoption = getattr(version, "adoption", None)
        yield (
            version.title,
            version.policy.slug,
            version.revision,
            version.policy.scheme_label,
            jurisdiction(version.policy),
            Level(version.policy.level).label,
            State(version.state).label,
            version.in_force_from,
            version.in_force_to,
            adoption.number if adoption else "",
            adoption.quotas_from if adoption else None,
        )


def columns() -> list[str]:
    """Return the heads of the export."""
    return [
        _("Title"),
        _("Short name"),
        _("Revision"),
        _("Scheme"),
        _("Jurisdiction"),
        _("Level"),
        _("State"),
        _("In force from"),
        _("In force until"),
        _("Document number"),
        _("Quotas from"),
    ]


def counts_by_state(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the chips of the states that occur."""
    return [
        {"value": state.value, "label": state.label, "count": counts[state.value], "shape": SHAPES[state]}
        for state in State
        if counts.get(state.value)
    ]
