"""The words around a quota for page, export and paper: clause, scheme, unit, what is missing; in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from deploy_admin import clock
from deploy_admin.months import Period
from deploy_admin.policies import language
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.models import InstitutionProfile
from deploy_admin.ui.explaining import name_of
from quotas.countings import BY_MEASURE
from quotas.models import Figure, Quota
from quotas.models.quotas import Binding, Verdict

if TYPE_CHECKING:
    from quotas.services.quotas import Difference


#: The typed form of every adopted version read so far, by id: the database never lets one change.
_adopted: dict[int, language.PolicyDocument] = {}


def documents(version_ids: Iterable[int]) -> dict[int, language.PolicyDocument]:
    """Return these versions' documents. One query for those that this process has not read yet, else none."""
    wanted = set(version_ids)
    found = {pk: _adopted[pk] for pk in wanted & _adopted.keys()}
    if unread := wanted - found.keys():
        for version in PolicyVersion.objects.filter(pk__in=unread).select_related("adoption").defer("source_text"):
            found[version.pk] = language.from_json(version.document)
            if hasattr(version, "adoption"):
                _adopted[version.pk] = found[version.pk]
    return found


def in_chinese() -> bool:
    """Whether the reader's language is Chinese."""
    return not (get_language() or "").startswith("en")


def clause_label(document: language.PolicyDocument, clause_id: str) -> str:
    """Return the clause's short name."""
    clause = document.clause(clause_id)
    return str(clause.label_zh if in_chinese() else clause.label_en)


def scheme_label(document: language.PolicyDocument) -> str:
    """Return the scheme's name as this policy calls it."""
    return document.scheme.names_zh[0] if in_chinese() else document.scheme.name_en


def day_of(period: Period) -> date:
    """Return the day whose names and places a page on the period shows: today while it runs, else its nearer end."""
    return min(max(clock.today(), period.first), period.last)


def profiles(institution_ids: Iterable[int], on: date) -> dict[int, InstitutionProfile]:
    """Return the profile that speaks for each institution on the day. One query."""
    rows = InstitutionProfile.objects.standing(on).filter(institution_id__in=set(institution_ids))
    return {row.institution_id: row for row in rows}


#: `measure/period[dimension=values][category]`, `fact:population`, `ratio[category]`, `number`, `villages`.
_MISSING = re.compile(r"(?P<name>[a-z_]+)(?::(?P<of>[a-z_]+))?(?:/(?P<period>[0-9-]+))?(?:\[.*)?")


def missing_label(code: str) -> str:
    """Return the words for what a result lacks, as the rules name it."""
    found = _MISSING.fullmatch(code)
    if found is None:
        return code
    if found["period"]:
        return gettext("base figure %(name)s %(period)s") % {"name": name_of(found["name"]), "period": found["period"]}
    return missing_kind(code)


def missing_kind(code: str) -> str:
    """Return what sort of thing is missing, for counting many at once."""
    found = _MISSING.fullmatch(code)
    name = found["name"] if found else code
    if found and found["period"]:
        return gettext("base figure")
    words = {
        "ratio": gettext("ratio"),
        "number": gettext("number"),
        "fact": gettext("fact about the unit"),
        "share": gettext("share of a split"),
        "villages": gettext("list of villages"),
        "townships": gettext("list of townships"),
    }
    if found and name == "count_of":
        name = found["of"]
    return words.get(name, name_of(name))


def missing_summary(codes: Iterable[str]) -> str:
    """Return what a result lacks, each kind once: “ratio, base figure”."""
    return gettext(", ").join(dict.fromkeys(missing_kind(code) for code in codes))


def scheme_names() -> dict[str, str]:
    """Return the schemes that an adopted policy knows, by code. Two queries, the documents kept by digest."""
    versions = PolicyVersion.objects.ever_adopted().order_by("pk").values_list("pk", flat=True)
    found = documents(versions)
    return {found[pk].scheme.code: scheme_label(found[pk]) for pk in sorted(found)}


def dressed_differences(differences: Iterable[Difference], on: date) -> list[dict[str, Any]]:
    """Return each difference with its unit's profile and its clause's name. Two queries for any number."""
    rows = list(differences)
    units = profiles({d.row.institution_id for d in rows}, on)
    texts = documents({d.row.version_id for d in rows})
    return [
        {
            "kind": d.kind,
            "before": d.before,
            "after": d.after,
            "unit": units.get(d.row.institution_id),
            "label": clause_label(texts[d.row.version_id], d.row.clause_id),
        }
        for d in rows
    ]


def input_links(explained: language.Explained[Any], *, to_lists: bool) -> dict[str, str]:
    """Return the address of what is behind each input, by its reference: of a counted figure its list. One query.

    `to_lists` says whether the reader may see lists: they name people. Others are led to the figure.
    """
    ids = {
        int(each.ref.partition(":")[2])
        for step in explained.steps
        for each in step.inputs
        if each.ref and each.ref.startswith("figure:")
    }
    links = {f"figure:{pk}": reverse("quotas:figure_of", args=[pk]) for pk in ids}
    if to_lists:
        for figure in Figure.objects.filter(pk__in=ids, source=Figure.Source.COUNTED, measure__in=BY_MEASURE):
            kind = BY_MEASURE[figure.measure].kind
            links[f"figure:{figure.pk}"] = reverse(
                "quotas:list", args=[kind, figure.institution_id, figure.period.iso]
            )
    return links


def awaits_results(explained: language.Explained[Any]) -> bool:
    """Whether a figure it rests on is provisional because results are still to come."""
    return any(each.state == "awaited" for step in explained.steps for each in step.inputs)


def with_cells(explained: Mapping[str, Any]) -> dict[str, Any]:
    """Return an explanation in which each figure is named by its cell too: four numbers share no name. One query."""
    refs = {each["ref"] for step in explained["steps"] for each in step["inputs"] if each.get("ref")}
    ids = {int(ref.partition(":")[2]) for ref in refs if ref.startswith("figure:")}
    said = {
        f"figure:{figure.pk}": ",".join(f"{name}={value}" for name, value in figure.cell.items())
        for figure in Figure.objects.filter(pk__in=ids)
    }
    steps = [
        {
            **step,
            "inputs": [
                {**each, "name": f"{each['name']}[{cell}]"} if (cell := said.get(each.get("ref"), "")) else each
                for each in step["inputs"]
            ],
        }
        for step in explained["steps"]
    ]
    return {**explained, "steps": steps}


def without_units(explained: Mapping[str, Any]) -> dict[str, Any]:
    """Return an explanation without the steps that tell what single units bring; a sheet has one table for them."""
    return {**explained, "steps": [step for step in explained["steps"] if step["operation"] != "contribution"]}


def largest(contributions: Sequence[Any], limit: int) -> tuple[list[Any], dict[str, Any] | None]:
    """Return the units that bring most to a total, and what the others bring together: how many, and their bases."""

    def brought(contribution: Any) -> int:
        return sum(base["value"] or 0 for base in contribution.bases)

    ordered = sorted(contributions, key=brought, reverse=True)
    shown, rest = ordered[:limit], ordered[limit:]
    if not rest:
        return shown, None
    sums: dict[str, int | None] = {}
    for base in (base for contribution in rest for base in contribution.bases):
        known = sums.setdefault(base["need"], None)
        if base["value"] is not None:
            sums[base["need"]] = (known or 0) + base["value"]
    return shown, {"n": len(rest), "bases": [{"value": value} for value in sums.values()]}


def required_shown(quota: Quota) -> str | int | None:
    """Return the number as the board writes it: a range where too many would be a finding too."""
    if quota.required is None or quota.maximum is None:
        return quota.required
    return f"{quota.required}–{quota.maximum}"


def what_to_do(quota: Any) -> str:
    """Return the sentence for the director: what is still to be done for a quota with tallies."""
    if quota.verdict in (Verdict.UNDETERMINED, Verdict.NOT_COMPUTED):
        return gettext("The number cannot be told yet: %(missing)s is missing.") % {
            "missing": missing_summary(quota.missing)
        }
    last_day = quota.period_end.isoformat()
    if quota.recognised is None:
        return gettext("%(n)d people are to be sent; to count for the period they begin by %(day)s at the latest.") % {
            "n": quota.required or 0,
            "day": last_day,
        }
    gap = max((quota.required or 0) - quota.recognised, 0)
    if not gap:
        return _reached(quota)
    if quota.binding == Binding.ENCOURAGED:
        return gettext("%(n)d short of the target; encouraged, not counted as a violation.") % {"n": gap}
    if quota.period_end < clock.today():
        return gettext("%(n)d short; the period ended on %(day)s.") % {"n": gap, "day": last_day}
    said = gettext("%(n)d short; on post by %(day)s at the latest to count.") % {"n": gap, "day": last_day}
    coming = min(quota.nominated or 0, gap)
    if not coming:
        return said
    return f"{said} " + ngettext(
        "%(n)d nominated person makes up for it if they begin by then.",
        "%(n)d nominated people make up for it if they begin by then.",
        coming,
    ) % {"n": coming}


def _reached(quota: Any) -> str:
    """Return what a number that is reached still asks for: an officer's confirmation, or nothing."""
    if quota.verdict == Verdict.TOO_MANY:
        return gettext("More than the %(n)d that there may be.") % {"n": quota.maximum or 0}
    if quota.verdict in (Verdict.PENDING, Verdict.SHORT, Verdict.UNDETERMINED):
        return gettext("The number is reached, but not what the team must contain.")
    if quota.unconfirmed:
        return gettext("The number is reached; %(n)d of those counted wait for an officer's confirmation.") % {
            "n": quota.unconfirmed
        }
    return gettext("The number is reached; nothing is to be done.")


@dataclass(frozen=True, slots=True)
class Way:
    """One base on which a quota may be met: its name, the base, what is owed on it."""

    label: str
    base: str | int | None
    required: int | None
    passed: bool


def ways(explained: language.Explained[Any], counted: int | None) -> list[Way]:
    """Return the bases between which a clause gives a choice, read off the explanation's steps."""
    found: list[Way] = []
    label, base = "", None
    for step in explained.steps:
        if step.operation == "way":
            label, base = str(step.inputs[-1].value), None
        elif label and step.operation == "figure":
            base = step.result
        elif label and step.operation == "round":
            required = int(step.result) if step.result is not None else None
            passed = counted is not None and required is not None and counted >= required
            found.append(Way(label, base, required, passed))
            label = ""
    return found
