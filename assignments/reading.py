"""The words around a standing for page, export and paper: target, clause, scheme, reason; in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from assignments.codes import State
from assignments.models import Eligibility
from assignments.records import Record
from assignments.rules import EVER
from assignments.services import Explanation
from deploy_admin.people import codes
from deploy_admin.people.words import reason_shown
from deploy_admin.policies.language import Target, telling
from deploy_admin.policies.language.eligibility import EVENTS, TARGETS, EventCode
from deploy_admin.policies.language.eligibility_telling import local_names, value_words
from deploy_admin.policies.language.facts import FACTS, Subject
from deploy_admin.policies.language.types import PolicyDocument
from quotas.reading import in_chinese, scheme_label

__all__ = ["in_chinese", "scheme_label"]


def lang() -> str:
    """Return the language of the registers for the reader's."""
    return "zh" if in_chinese() else "en"


def target_label(target: str) -> str:
    """Return what the target is called."""
    code = TARGETS[Target(target)]
    return code.label_zh if in_chinese() else code.label_en


def target_choices() -> list[tuple[str, str]]:
    """Return (target, words), for a form."""
    return [(target.value, target_label(target)) for target in Target]


def clause_label(document: PolicyDocument, clause_id: str) -> str:
    """Return the eligibility clause's short name."""
    clause = document.eligibility_clause(clause_id)
    return clause.label_zh if in_chinese() else clause.label_en


def category_label(value: str) -> str:
    """Return the words for a staff category."""
    return codes.label(codes.STAFF_CATEGORIES, value) if value else ""


def level_label(value: str) -> str:
    """Return the words for a title level; `none` is: no title."""
    fact = FACTS["title_level"]
    return fact.word(value, lang()) if value else ""


def event_label(code: str) -> str:
    """Return the words for a recorded event."""
    known = EVENTS[EventCode(code)]
    return known.label_zh if in_chinese() else known.label_en


def missing_labels(missing: Iterable[str], document: PolicyDocument | None) -> list[str]:
    """Return in words what has to be entered or set, each thing once."""
    return list(dict.fromkeys(telling.missing_words(code, lang(), document) for code in missing))


def until_words(until: date | None) -> str:
    """Return “until 2027-03-31”, or nothing where there is no end."""
    return gettext("until %(day)s") % {"day": until.isoformat()} if until else ""


def _joined(parts: Iterable[str]) -> str:
    return gettext(", ").join(part for part in parts if part)


def absence(row: Eligibility, *, personal_too: bool) -> str:
    """Return why the person is away and until when; a personal reason only to those who are told it."""
    if not row.unavailable:
        return ""
    return _joined([reason_shown(row.unavailable, personal_too=personal_too), until_words(row.unavailable_until)])


def reason(row: Eligibility, document: PolicyDocument | None, *, personal_too: bool) -> str:
    """Return in one line why the person stands so."""
    away = absence(row, personal_too=personal_too)
    names = local_names(document, lang()) if document else {}
    match State(row.state):
        case State.UNAVAILABLE:
            return away
        case State.MAY:
            words = names.get(f"alternative:{row.alternative}", "")
        case State.EXEMPT:
            words = _joined([names.get(f"exemption:{row.exemption}", row.exemption), until_words(row.until)])
        case State.BARRED:
            event = ""
            if row.event and row.event_on:
                event = gettext("%(event)s on %(day)s") % {
                    "event": event_label(row.event),
                    "day": row.event_on.isoformat(),
                }
            words = _joined(
                [names.get(f"bar:{row.bar}", row.bar), event, until_words(row.until) or gettext("for good")]
            )
        case State.MAY_NOT:
            facts = gettext(", ").join(missing_labels(row.unmet, document))
            words = (
                gettext("not met: %(facts)s") % {"facts": facts} if facts else gettext("the requirement is not met")
            )
        case State.UNDETERMINED:
            facts = gettext(", ").join(missing_labels(row.missing, document))
            words = gettext("missing: %(facts)s") % {"facts": facts}
        case State.NOT_APPLICABLE:
            words = gettext("no adopted rule speaks of this person")
        case State.ENDED:
            words = gettext("left, merged, or no rule speaks any more")
    if away and words:
        return gettext("%(reason)s · unavailable: %(away)s") % {"reason": words, "away": away}
    return words or away


# ------------------------------------------------------------ one explanation


def with_refs(explanation: Explanation) -> dict[str, Any]:
    """Return the explanation's JSON, in which every fact names the person's or the unit's record it comes from."""
    told = explanation.explained.to_json()
    for step in told["steps"]:
        for each in step["inputs"]:
            if (subject := _subject(each["name"])) is not None:
                each["ref"] = (
                    f"worker:{explanation.record.id}"
                    if subject is Subject.PERSON
                    else f"institution:{explanation.unit_id}"
                )
    return told


def without_refs(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON for the component that has a table of its own for the facts beside it."""
    steps = [
        {**step, "inputs": [{name: value for name, value in each.items() if name != "ref"} for each in step["inputs"]]}
        for step in told["steps"]
    ]
    return {**told, "steps": steps}


def _subject(name: str) -> Subject | None:
    fact = FACTS.get(name.removeprefix("fact:")) if name.startswith("fact:") else None
    return fact.subject if fact else None


def facts_table(explanation: Explanation, *, own: bool) -> list[dict[str, Any]]:
    """Return every fact that was asked: name, value in words, as of when, what it rests on, where it is kept."""
    rows: dict[tuple[str, Any], dict[str, Any]] = {}
    for step in explanation.explained.steps:
        if step.operation != "fact":
            continue
        asked = step.inputs[0]
        name = asked.name.removeprefix("fact:")
        fact = FACTS[name]
        day = EVER if asked.on == "ever" else date.fromisoformat(str(asked.on))
        value = explanation.sheet.get(day, {}).get(name)
        person = fact.subject is Subject.PERSON
        url = ""
        if person and not own:
            url = reverse("people:person", args=[explanation.record.id])
        elif not person:
            url = reverse("registry:institution_detail", args=[explanation.unit_id])
        rows[name, asked.on] = {
            "label": fact.label_zh if in_chinese() else fact.label_en,
            "value": None if value is None else value_words(name, _plain(value), lang()),
            "on": gettext("at any time") if day == EVER else asked.on,
            "rests_on": _rests_on(explanation.record, name, day) if person else "",
            "url": "" if own and not person else url,
        }
    return list(rows.values())


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return "/".join(str(each) for each in value) or "none"
    return value if isinstance(value, bool | int | str) else str(value)


def _rests_on(record: Record, name: str, day: date) -> str:
    """Return the dated rows behind a fact, in a few words."""
    said: Sequence[str] = ()
    if name in ("title_level", "title_scope", "title_series", "titles_held", "title_since", "years_in_title"):
        said = [
            f"{codes.TITLE_BY_CODE[title.code].label} {title.qualified_on.isoformat()}"
            for title in record.titles
            if day == EVER or title.qualified_on <= day
        ]
    elif name in ("licence", "practice_category"):
        said = [
            _joined([codes.label(codes.LICENCES, each.kind), each.issued_on.isoformat() if each.issued_on else ""])
            for each in record.licences
        ]
    elif name == "years_of_clinical_work" and record.clinical_since:
        said = [gettext("since %(day)s") % {"day": record.clinical_since.isoformat()}]
    elif name == "unavailability":
        said = [each.valid_from.isoformat() for each in record.away]
    elif name in ("staff_category", "employment_mode", "military_status", "years_since_hire", "hire_date"):
        post = record.post_on(day) if day != EVER else None
        if post:
            said = [gettext("since %(day)s") % {"day": (post.hired_on or post.valid_from).isoformat()}]
    return gettext(", ").join(said)
