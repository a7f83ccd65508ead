"""The clauses in English: the same sentences as in Chinese, for a reader who was not there when they were written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, assert_never

from deploy_admin.policies.language.amounts import AmountNode, Bands, Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.bases import (
    BaseNode,
    Constant,
    CountOf,
    Either,
    MeasureBase,
    Offset,
    Population,
    Posts,
    Sum,
)
from deploy_admin.policies.language.conditions import All, AnyOf, Compare, ConditionNode, InSet, Is, Not
from deploy_admin.policies.language.facts import DOCUMENT_FACTS, FACTS, Fact, FactType
from deploy_admin.policies.language.measures import DIMENSIONS, measures
from deploy_admin.policies.language.nodes import Binding, Bounds, Duration, DurationUnit, Op, Rounding
from deploy_admin.policies.language.periods import ApplicationYear, Calendar, PeriodNode, Programme, Rolling, Twelve
from deploy_admin.policies.language.quota import Quota, UnitScope
from deploy_admin.policies.language.types import PolicyDocument

Names = Callable[[str], str]

BINDING = {
    Binding.MANDATORY: "must",
    Binding.IN_PRINCIPLE: "must in principle",
    Binding.ENCOURAGED: "are encouraged to",
}
BINDING_LABEL = {
    Binding.MANDATORY: "mandatory",
    Binding.IN_PRINCIPLE: "mandatory in principle",
    Binding.ENCOURAGED: "encouraged",
}
ROUNDING = {Rounding.UP: "rounded up", Rounding.DOWN: "rounded down", Rounding.HALF_UP: "rounded half up"}
UNSET = "not stated"
OP = {
    Op.AT_LEAST: "at least",
    Op.MORE_THAN: "more than",
    Op.AT_MOST: "at most",
    Op.LESS_THAN: "less than",
}
DATE_OP = {
    Op.AT_LEAST: "on or after",
    Op.MORE_THAN: "after",
    Op.AT_MOST: "on or before",
    Op.LESS_THAN: "before",
}
SUFFIX = {Op.AT_LEAST: " or above", Op.MORE_THAN: "", Op.AT_MOST: " or below", Op.LESS_THAN: ""}
UNITS = {
    DurationUnit.MONTHS: ("month", "months"),
    DurationUnit.DAYS: ("day", "days"),
    DurationUnit.DUTY_DAYS: ("duty day", "duty days"),
}
MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)
EXCUSED = {
    "called_away": "being called away by the organisation",
    "force_majeure": "force majeure",
    "grave_illness": "grave illness",
    "death": "death",
}
ANSWERS = {True: "yes", False: "no"}


def day(value: date) -> str:
    """1 January 2025."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def ordinal(number: int) -> str:
    """Article 12."""
    return f"Article {number}"


def percent(ratio: Decimal | None) -> str:
    """40 %, or what is said of a ratio nobody has set."""
    return f"a certain share ({UNSET})" if ratio is None else f"{(ratio * 100).normalize():f} %"


def duration(value: Duration) -> str:
    """12 months."""
    one, many = UNITS[value.unit]
    return f"{value.number} {one if value.number == 1 else many}"


def plural(noun: str) -> str:
    """More than one of it: centres for disease control, health authorities."""
    first, _, rest = noun.partition(" for ")
    if rest and not first.endswith("s"):
        return f"{plural(first)} for {rest}"
    if noun.endswith("y") and not noun.endswith(("ay", "ey", "oy")):
        return f"{noun[:-1]}ies"
    return noun if noun.endswith(("s", "staff", "personnel", "people")) else f"{noun}s"


def listed(words: Sequence[str], joint: str = "or") -> str:
    """One, two or three."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


# ---------------------------------------------------------------- conditions


def _word(fact: Fact, value: Any, names: Names) -> str:
    if value is None:
        return UNSET
    return names(str(value)) if fact.type is FactType.DIVISION else fact.word(value, "en")


def _leaf(node: Is | Compare | InSet, document: PolicyDocument, names: Names) -> tuple[str, str, str]:
    """Return what stands before the noun, what may stand as the noun, and what stands after it."""
    fact = FACTS[node.fact]
    match node:
        case Is():
            words = [_word(fact, value, names) for value in node.values]
            match node.fact:
                case "kind" | "licence":
                    return "", listed([plural(word) for word in words]), ""
                case "staff_category":
                    return "", "physicians" if words == ["physicians"] else f"{listed(words)} staff", ""
                case "affiliation" | "ownership" | "area_group" | "settlement":
                    return listed(words), "", ""
                case "tier":
                    return "", "", f"at {listed(words)} level"
                case "located_in":
                    return "", "", f"in {listed(words)}"
                case "administered_by":
                    return "", "", f"administered by {listed(words)}"
                case "title_level":
                    return "", "", f"with {listed(words)} title"
                case "practice_category":
                    return "", "", f"of {listed(words)} practice"
                case "level":
                    return "", "", f"of {listed(words)}"
                case "employment_mode":
                    return "", "", listed(words)
                case "sex":
                    return listed(words), "", ""
                case "documents_held" | "documents_valid":
                    return "", "", f"holding {papers(node, document)}"
                case "unavailability":
                    return "", "", f"away for {listed(words)}"
            if fact.type is FactType.BOOLEAN:
                return _boolean(node, fact)
            return "", "", f"whose {fact.label_en} is {listed(words)}"
        case InSet():
            if node.fact in DOCUMENT_FACTS:
                return "", "", f"holding {papers(node, document)}"
            label = next((named.label_en for named in document.sets if named.id == node.in_set), node.in_set)
            if node.fact in _WHERE:
                return "", "", f"{_WHERE[node.fact]} {label}"
            return "", "", f"whose {fact.label_en} is among {label}"
        case Compare():
            word = _word(fact, node.value, names)
            if fact.unit_en:
                op = "fewer than" if node.op is Op.LESS_THAN else OP[node.op]
                return "", "", f"with {op} {word} {fact.unit_en}"
            if fact.values and node.op in (Op.AT_LEAST, Op.AT_MOST):
                noun = _NOUNS.get(node.fact, "")
                return "", "", f"with {word}{noun}{SUFFIX[node.op]}" if noun else f"of {word}{SUFFIX[node.op]}"
            if fact.type is FactType.DATE:
                said = UNSET if node.value is None else day(date.fromisoformat(str(node.value)))
                return "", "", f"with {fact.label_en} {DATE_OP[node.op]} {said}"
            return "", "", f"with {fact.label_en} {OP[node.op]} {word}"
        case _:
            assert_never(node)


_NOUNS = {"title_level": " title", "education": " education"}
_WHERE = {"located_in": "in", "administered_by": "administered by"}
#: What a fact of yes and no says of where somebody or something is: so, and not so.
_PLACED = {
    "remote": ("in remote areas", "outside remote areas"),
    "key_township": ("in key townships of rural revitalisation", "outside key townships of rural revitalisation"),
    "same_district": ("in the sending unit's district", "outside the sending unit's district"),
    "same_community": ("in the sending unit's medical community", "outside the sending unit's medical community"),
    "paired": ("in pairing support with the sending unit", "not in pairing support with the sending unit"),
    "in_programme": ("with a programme in the speciality", "without a programme in the speciality"),
}


def papers(node: Is | InSet, document: PolicyDocument) -> str:
    """The papers of which one must be held: “one” or “another” (in force)."""
    if isinstance(node, InSet):
        label = next((named.label_en for named in document.sets if named.id == node.in_set), node.in_set)
        said = f"one of {label}"
    else:
        said = listed([f"“{value}”" for value in node.values])
    return f"{said} (in force)" if node.fact == "documents_valid" else said


def _boolean(node: Is, fact: Fact) -> tuple[str, str, str]:
    yes = bool(node.values[0])
    special = {
        "military_status": ("military", "non-military"),
        "full_time": ("full-time", "part-time"),
    }
    if node.fact in special:
        return special[node.fact][0 if yes else 1], "", ""
    if node.fact in _PLACED:
        return "", "", _PLACED[node.fact][0 if yes else 1]
    if node.fact == "management_experience":
        return "", "", "with management experience" if yes else "without management experience"
    if node.fact == "in_medical_community":
        return "", "", "that are members of a medical community" if yes else "outside medical communities"
    return "", "", f"that are {'' if yes else 'not '}{fact.label_en}"


def phrase(node: ConditionNode | None, noun: str, document: PolicyDocument, names: Names) -> str:
    """Return the condition as a noun phrase: municipal institutions, licensed physicians with intermediate title."""
    if node is None:
        return noun
    match node:
        case All():
            before, heads, after, clauses = [], [], [], []
            for part in node.all:
                if isinstance(part, Is | Compare | InSet):
                    front, head, back = _leaf(part, document, names)
                    before += [front] if front else []
                    heads += [head] if head else []
                    after += [back] if back else []
                elif isinstance(part, Not) and isinstance(part.part, Is | Compare | InSet):
                    after.append(_negated(part.part, noun, document, names))
                else:
                    clauses.append(phrase(part, noun, document, names))
            said = " ".join([*before, " that are also ".join(heads) or noun, *after])
            if not (before or heads or after) and clauses:
                said = clauses.pop(0)
            return ", which are also ".join([said, *clauses])
        case AnyOf():
            return ", or ".join(phrase(part, noun, document, names) for part in node.any)
        case Not():
            if isinstance(node.part, Is | Compare | InSet):
                return f"{noun} {_negated(node.part, noun, document, names)}"
            return f"{noun} other than {phrase(node.part, noun, document, names)}"
        case Is() | Compare() | InSet():
            front, head, back = _leaf(node, document, names)
            return " ".join(each for each in (front, head or noun, back) if each)
        case _:
            assert_never(node)


_OPPOSITE = {Op.AT_LEAST: Op.LESS_THAN, Op.MORE_THAN: Op.AT_MOST, Op.AT_MOST: Op.MORE_THAN, Op.LESS_THAN: Op.AT_LEAST}


def _negated(node: Is | Compare | InSet, noun: str, document: PolicyDocument, names: Names) -> str:
    if isinstance(node, Compare):
        return _leaf(node.model_copy(update={"op": _OPPOSITE[node.op]}), document, names)[2]
    front, head, back = _leaf(node, document, names)
    return f"other than {' '.join(each for each in (front, head or noun, back) if each)}"


# ---------------------------------------------------------------- bases and amounts


def period(shape: PeriodNode) -> str:
    """How often, or during which time."""
    match shape:
        case Calendar():
            return "each year"
        case Twelve():
            return f"in each year from {MONTHS[shape.twelve_from - 1]} to {MONTHS[shape.twelve_from - 2]}"
        case Programme():
            return f"in all from {day(shape.programme.from_)} to {day(shape.programme.to)}"
        case Rolling():
            return f"in any {shape.rolling_months} months running"
        case ApplicationYear():
            return f"in the {shape.application_year} months before an application"
        case _:
            assert_never(shape)


def _year(offset: Offset) -> str:
    words = {0: "the current year's", -1: "last year's", -2: "the year before last's"}
    return words.get(offset.offset, f"(of {-offset.offset} years before) the")


def years(year: Offset | Either) -> str:
    """Last year's, or the current year's or last year's."""
    return _year(year) if isinstance(year, Offset) else " or ".join(_year(part) for part in year.either)


def base(node: BaseNode, clause: Quota, document: PolicyDocument, names: Names) -> str:
    """What the number is taken of."""
    match node:
        case MeasureBase():
            measure = measures(document).get(node.measure)
            label = measure.label_en if measure else node.measure
            dims = "; ".join(
                ", ".join(dimension_word(dimension, value) for value in values)
                for dimension, values in node.dimensions
            )
            if isinstance(clause.scope, UnitScope):
                whose = "of the unit"
            elif node.units is not None:
                whose = f"of {phrase(node.units, 'institutions', document, names)} together"
            else:
                whose = "of all its units together"
            return f"{years(node.year)} {label}" + (f" ({dims})" if dims else "") + f" {whose}"
        case Constant():
            return UNSET if node.constant is None else str(node.constant)
        case Posts():
            if isinstance(node.posts, str):
                measure = measures(document).get(node.posts)
                return measure.label_en if measure else node.posts
            return f"the posts ({UNSET if node.posts is None else node.posts})"
        case CountOf():
            nouns = {"receivers": "receiving units", "townships": "townships", "villages": "villages"}
            counted = phrase(node.where, nouns[node.count_of], document, names)
            return f"the number of {counted} {_within(node.within)}"
        case Population():
            if node.population == "unit":
                return "the people it serves"
            return (
                f"the people served by {phrase(node.where, 'receiving units', document, names)} {_within(node.within)}"
            )
        case Sum():
            return " plus ".join(base(part, clause, document, names) for part in node.sum)
        case _:
            assert_never(node)


def dimension_word(dimension: str, value: str) -> str:
    """The word of a dimension's value."""
    found = DIMENSIONS.get(dimension)
    return next((code.label_en for code in found.values if code.value == value), value) if found else value


def _within(within: str) -> str:
    return {"district": "in its district", "group": "in its group", "jurisdiction": "in the jurisdiction"}[within]


def amount(node: AmountNode, clause: Quota, document: PolicyDocument, names: Names) -> str:
    """How many, as the words before the people sent."""
    match node:
        case Fixed():
            return f"at least {UNSET if node.fixed is None else node.fixed}"
        case PerUnit():
            of = base(node.of, clause, document, names)
            if node.per_unit is None:
                return f"at least as many as a rate ({UNSET}) gives on {of}"
            if node.per_unit == node.per == 1:
                return f"at least as many as {of}"
            per = "each" if node.per == 1 else f"every {node.per}"
            return f"at least {node.per_unit.normalize():f} for {per} of {of} ({ROUNDING[node.rounding]})"
        case Share():
            of = base(node.of, clause, document, names)
            if node.taken == "total":
                ratio = node.share if isinstance(node.share, Decimal) else None
                return f"at least {percent(ratio)} of {of} ({ROUNDING[node.rounding]})"
            by = DIMENSIONS[node.by].label_en if node.by and node.by in DIMENSIONS else str(node.by)
            if isinstance(node.share, tuple):
                table = ", ".join(
                    f"{percent(ratio)} of {dimension_word(str(node.by), key)}" for key, ratio in node.share
                )
                return f"at least, of {of}, {table} (each {by} {ROUNDING[node.rounding]}, then added)"
            return f"at least {percent(node.share)} of {of}, by {by} (each {ROUNDING[node.rounding]}, then added)"
        case Between():
            if node.of is None:
                return bounds(node.between)
            of = base(node.of, clause, document, names)
            if node.per == 1 and all(value == 1 for value in (node.between.at_least, node.between.at_most) if value):
                return f"{bounds(node.between).replace(' 1', ' as many as')} {of}"
            per = "each" if node.per == 1 else f"every {node.per}"
            return f"{bounds(node.between)} for {per} of {of} (the lower end rounded up, the upper down)"
        case Bands():
            rows = "; ".join(
                f"at least {UNSET if band.gives is None else band.gives} for {bounds(band.bounds)}"
                for band in node.bands
            )
            return f"by {base(node.of, clause, document, names)}: {rows}"
        case _:
            assert_never(node)


def bounds(node: Bounds) -> str:
    """At least 1.2 and at most 1.7."""
    ends = [
        f"{word} {value.normalize():f}"
        for word, value in (
            ("at least", node.at_least),
            ("more than", node.more_than),
            ("at most", node.at_most),
            ("less than", node.less_than),
        )
        if value is not None
    ]
    return " and ".join(ends)
