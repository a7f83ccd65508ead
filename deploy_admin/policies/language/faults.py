"""What can be wrong with a policy document: one code, one sentence and one remedy each, all reported at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from deploy_admin.policies.language.allocation_fault_words import ALLOCATION_SENTENCES
from deploy_admin.policies.language.month_fault_words import MONTH_EXPECTED, MONTH_SENTENCES

#: code → (what is wrong, what to do). Placeholders are the fault's parameters.
SENTENCES: dict[str, tuple[Any, Any]] = {
    "not_yaml": (_("This is not YAML: %(problem)s"), _("Correct the line that is named.")),
    "empty": (_("The document is empty."), _("Start from one of the policies that are shipped.")),
    "too_large": (_("The document is larger than %(limit)s characters."), _("Split it into several policies.")),
    "too_deep": (_("The document is nested too deeply."), _("Write it with fewer levels.")),
    "not_a_mapping": (_("A policy is a list of keys with values."), _("Begin with the line “policy: …”.")),
    "anchor": (_("Anchors and aliases are not allowed."), _("Write the value out in each place.")),
    "tag": (_("Type tags such as “%(tag)s” are not allowed."), _("Remove the tag.")),
    "key_not_text": (_("The key “%(key)s” is not plain text."), _("Put the key in quotation marks.")),
    "duplicate_key": (_("The key “%(key)s” appears twice."), _("Keep one of them.")),
    "merge_key": (_("The merge key “<<” is not allowed."), _("Write the values out.")),
    "float": (
        _("The number %(value)s would be read as an inexact fraction."),
        _('Put it in quotation marks: "%(value)s".'),
    ),
    "yaml_boolean": (
        _("YAML reads “%(value)s” as true or false."),
        _("Write true or false, or put the word in quotation marks."),
    ),
    "odd_integer": (
        _("The number %(value)s is written in a way that YAML may read as octal or otherwise."),
        _("Write it without leading zeros, or in quotation marks if it is a code."),
    ),
    "too_many_digits": (
        _("The number %(value)s has too many digits."),
        _("Put it in quotation marks if it is a code."),
    ),
    "unknown_key": (_("There is no key “%(key)s” here."), _("Did you mean “%(suggestion)s”?")),
    "unknown_key_no_suggestion": (_("There is no key “%(key)s” here."), _("Allowed here: %(allowed)s.")),
    "missing_key": (_("“%(key)s” is missing."), _("Add “%(key)s”.")),
    "wrong_type": (_("“%(value)s” is not right here."), _("Expected: %(expected)s.")),
    "schema_number": (_("This schema number is not known: %(value)s."), _("Use %(current)s.")),
    "section_not_interpreted": (
        _("Nothing in the program computes the section “%(section)s” yet."),
        _("Keep it under “later:” as a draft, or remove it; a policy that carries it cannot be adopted."),
    ),
    "section_is_computed": (
        _("The program computes the section “%(section)s” now; under “later:” nobody would read it."),
        _("Write it at the top level, as “%(section)s:”."),
    ),
    "unknown_section": (_("There is no section “%(section)s”."), _("Known sections: %(allowed)s.")),
    "unknown_fact": (_("There is no fact “%(fact)s”."), _("Did you mean “%(suggestion)s”?")),
    "fact_out_of_place": (
        _("“%(fact)s” cannot be asked in this place."),
        _("Facts that can be asked here: %(allowed)s."),
    ),
    "fact_value": (_("“%(value)s” is not a value of “%(fact)s”."), _("Allowed: %(allowed)s.")),
    "fact_type": (_("“%(fact)s” cannot be compared with “%(value)s”."), _("Expected: %(expected)s.")),
    "fact_not_ordered": (
        _("“%(fact)s” has no order, so nothing is more or less."),
        _("Name the values: “%(fact)s: [%(allowed)s]”."),
    ),
    "several_facts": (
        _("Two facts stand side by side: %(facts)s."),
        _("Write “all: [ … ]” or “any: [ … ]” so that it is plain which is meant."),
    ),
    "empty_condition": (_("The condition is empty."), _("Name at least one fact, or leave the condition out.")),
    "empty_list": (_("The list is empty."), _("Give at least one value, or leave the key out.")),
    "unknown_set": (_("There is no set “%(set)s” in this document."), _("Add it under “sets:”.")),
    "as_of_not_dated": (_("“%(fact)s” does not change with time."), _("Remove “as_of”.")),
    "contradiction": (
        _("This can never be met: “%(fact)s” would have to be %(first)s and %(second)s at once."),
        _("Use “any:” for alternatives, or correct the values."),
    ),
    "threshold_never_met": (
        _("The threshold on “%(fact)s” can never be met."),
        _("“%(fact)s” lies between %(low)s and %(high)s."),
    ),
    "unknown_measure": (
        _("There is no measure “%(measure)s”."),
        _("Use one of %(allowed)s, or declare it under “measures:”."),
    ),
    "unknown_dimension": (
        _("The measure “%(measure)s” is not broken down by “%(dimension)s”."),
        _("Its dimensions: %(allowed)s."),
    ),
    "dimension_value": (_("“%(value)s” is not a value of the dimension “%(dimension)s”."), _("Allowed: %(allowed)s.")),
    "duplicate_id": (_("The id “%(id)s” is used twice."), _("Give each its own id.")),
    "unknown_source": (_("There is no source “%(source)s” in this document."), _("Add it under “sources:”.")),
    "dates_reversed": (
        _("The first day %(first)s comes after the last day %(last)s."),
        _("Exchange or correct the dates."),
    ),
    "outside_document": (
        _("The clause is in force on days when the document is not."),
        _("Keep its dates inside those of the document."),
    ),
    "minimum_over_maximum": (
        _("The minimum %(minimum)s is greater than the maximum %(maximum)s."),
        _("Exchange or correct them."),
    ),
    "empty_range": (_("No number lies in this range."), _("Correct the bounds.")),
    "open_range": (
        _("The range has no bound at all."),
        _("Give at least one of at_least, more_than, at_most, less_than."),
    ),
    "two_bounds": (_("Two bounds say the same side: %(first)s and %(second)s."), _("Keep one of them.")),
    "bands_overlap": (_("Two bands both hold %(value)s."), _("Let one band end where the next begins.")),
    "bands_gap": (_("No band holds %(value)s."), _("Let one band end where the next begins; leave the ends open.")),
    "ratio_out_of_range": (
        _("The ratio %(value)s is not between 0 and 1."),
        _('Write it as a part of one, such as "0.40".'),
    ),
    "negative": (_("%(value)s is negative."), _("Counts begin at 0.")),
    "not_positive": (_("%(value)s is not above 0."), _("Give a number from 1.")),
    "per_category_without_dimension": (
        _("A ratio per category needs the categories it is taken of."),
        _("Name the dimension with “by:” and list its values under “dimensions:”."),
    ),
    "by_without_per_category": (
        _("“by” only has a meaning with “taken: per_category”."),
        _("Remove “by”, or set “taken: per_category”."),
    ),
    "ratio_for_unknown_category": (
        _("A ratio is given for “%(category)s”, which the base does not list."),
        _("Listed: %(allowed)s."),
    ),
    "ratio_missing_for_category": (
        _("No ratio is given for the category “%(category)s”."),
        _("Give it, or write null where the document leaves it open."),
    ),
    "whole_ratio_expected": (
        _("One ratio is expected on the total."),
        _("Set “taken: per_category” to give one per category."),
    ),
    "either_once": (_("A sum cannot choose between years in several parts."), _("Choose the year in one place.")),
    "either_same": (_("The same year is named twice."), _("Name two different years.")),
    "unit_scope_units": (
        _("“units” chooses among the units of a group or district, but this is owed by each unit."),
        _("Remove “units”, or change “scope”."),
    ),
    "composition_empty": (_("The composition asks for nothing."), _("Give at_least, at_most or share.")),
    "level_needed": (_("The level cannot be told from “%(value)s”."), _("Add “level:”.")),
    "level_differs": (
        _("The level %(level)s does not fit the code %(value)s."),
        _("It is %(derived)s; remove “level”."),
    ),
    "issued_needs_note": (
        _("The date of issue is not known and nothing says why."),
        _("Add “issued_note:” with the evidence there is."),
    ),
    "same_topic": (
        _("“%(first)s” and “%(second)s” both speak of the topic “%(topic)s” at the same time."),
        _("Say which holds: add “overrides:” or “holds_with:” to one of them."),
    ),
    "unknown_clause": (
        _("There is no clause “%(id)s” in this document."),
        _("Write the id, or policy#id for another document."),
    ),
    "overrides_itself": (_("A clause cannot override or accompany itself."), _("Name the other clause.")),
    "nothing_inside": (
        _("The document has no clause."),
        _("Add at least one clause, for instance under “quotas:” or “eligibility:”."),
    ),
    "asks_nothing": (
        _("The clause names nobody, asks nothing, exempts nobody and bars nobody."),
        _("Give at least one of applies_to, requires, documents, alternatives, exemptions, bars."),
    ),
    "as_of_out_of_place": (
        _("“%(value)s” names no day here: a person is asked about on a day, not over a period."),
        _("Write event, ever or {day: 2025-12-31}."),
    ),
    "not_a_document": (
        _("“%(fact)s” is not a paper that a person holds."),
        _("Ask for it under “requires:”; here %(allowed)s can be asked."),
    ),
    "one_alternative": (
        _("One alternative alone is no choice."),
        _("Write it under “requires:”, or add the other."),
    ),
    "mixing_uneven": (
        _("The alternatives cannot be mixed: they do not have the same number of parts."),
        _("Give each an “all:” with as many parts in the same order, or remove “mixing”."),
    ),
    "exempts_everybody": (
        _("The exemption names neither people nor days, so it would be for everybody for ever."),
        _("Add “when:”, or its days with “from:” and “to:”."),
    ),
    "bar_by_duty_days": (
        _("A bar is not counted in duty days: it runs by the calendar."),
        _("Give months or days."),
    ),
    "as_of_period": (
        _("“%(value)s” belongs to the period of a quota; a place of service is asked on the days of the service."),
        _("Write segment_days, event, ever or {day: 2025-12-31}, or leave it out."),
    ),
    "upper_bound_out_of_place": (
        _("“%(op)s” would hold from the start and end once something is reached."),
        _("Say from which number on it holds: at_least or more_than."),
    ),
    "by_duty_days": (
        _("This length is not counted in duty days: it runs by the calendar."),
        _("Give months or days."),
    ),
    "says_nothing": (_("Nothing follows from this."), _("Give at least one of %(keys)s.")),
    "kind_twice": (_("The kind of leave “%(kind)s” is named twice."), _("Keep one of them.")),
    "extends_nothing": (
        _("The term is to be extended, but no kind of leave extends it."),
        _("Name the kinds under “extends:”, or remove “extension”."),
    ),
    "extension_without_threshold": (
        _("Leave extends the term, but nothing says from how many days on."),
        _("Give “extension” or “filing”; {at_least: 1} is from the first day on."),
    ),
    "warned_too_late": (
        _("The warning comes at %(warn)s, not before the limit of %(limit)s."),
        _("Let the warning come earlier, or leave it out."),
    ),
    "duty_days_not_reckoned": (
        _("Duty days have no meaning here: service is reckoned by the corresponding day."),
        _("Set “reckoned_by: duty_days” or “both”, or give months or days."),
    ),
    "month_of_days": (
        _("A month cannot have %(value)s duty days."),
        _('Give a number above 0 and not above 31, such as "21.75".'),
    ),
    "scope_without_cap": (
        _("“cap_scope” says how far a cap reaches, but there is none."),
        _("Give “cap”, or remove “cap_scope”."),
    ),
    "converts_nothing": (
        _("A conversion of one to one without a cap changes nothing."),
        _("Give another ratio or a cap, or remove the conversion."),
    ),
    "worth_out_of_range": (
        _("A ratio of %(value)s is not between 0 and %(most)s."),
        _('Write how many times its days service is worth, such as "1.5".'),
    ),
    "named_twice": (_("Something is named twice."), _("Keep one of them.")),
    "piece_over_whole": (
        _("The shortest piece is longer than the whole service that is asked for."),
        _("Correct one of the lengths."),
    ),
    "part_over_whole": (
        _("A part asks for more than the whole."),
        _("Correct one of the lengths."),
    ),
    "mixed_units": (
        _("The whole is measured in %(first)s and the part in %(second)s; neither can be told from the other."),
        _("Give both in the same unit."),
    ),
    "clock_without_due": (
        _("“%(key)s” belongs to a clock, but nothing says by when."),
        _("Give “due”, or remove “%(key)s”."),
    ),
    "due_without_service": (
        _("The requirement has a last day but asks for no service."),
        _("Give “service”, or remove “due”."),
    ),
    "due_too_short": (
        _("The service asked for does not fit into the time given for it."),
        _("Correct one of the lengths."),
    ),
    "satisfied_with_itself": (_("A requirement is always satisfied with itself."), _("Name the other requirement.")),
    "unknown_requirement": (
        _("There is no requirement “%(id)s” in this document."),
        _("Write the id of a clause under “requirements:”."),
    ),
    "enforcement_value": (_("“%(value)s” is not an affiliation."), _("Allowed: %(allowed)s.")),
    **ALLOCATION_SENTENCES,
    **MONTH_SENTENCES,
}

#: What a type expects, by the name under which the type refuses.
EXPECTED: dict[str, Any] = {
    "int_type": _("a whole number"),
    "greater_than_equal": _("a whole number that is not too small"),
    "less_than_equal": _("a whole number that is not too great"),
    "string_type": _("text"),
    "string_too_short": _("text that is not empty"),
    "string_too_long": _("a shorter text"),
    "string_pattern_mismatch": _(
        "a code: lower-case letters, digits and hyphens, or a division code in quotation marks"
    ),
    "bool_type": _("true or false"),
    "tuple_type": _("a list"),
    "too_short": _("a list that is not empty"),
    "model_type": _("a group of keys with values"),
    "model_attributes_type": _("a group of keys with values"),
    "exact_number": _('an exact number in quotation marks, such as "0.40"'),
    "day": _("a day that exists, such as 2025-01-01"),
    "duration": _("a length of time, such as 12 months, 30 days or 20 duty_days"),
    "one_bound": _("exactly one of at_least, more_than, at_most, less_than"),
    "condition": _("a condition: one fact, or all, any, not"),
    "base": _("measure, constant, posts, count_of, population or sum"),
    "amount": _("fixed, per_unit, share, between or bands"),
    "period": _("calendar, twelve_from, programme, rolling_months or application_year"),
    "scope": _("unit, group or district"),
    "year": _("previous, current, {offset: -2} or {either: [current, previous]}"),
    **MONTH_EXPECTED,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where, and what to do about it."""

    path: str
    code: str
    line: int | None = None
    params: tuple[tuple[str, str], ...] = ()

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return str(SENTENCES[self.code][0]) % dict(self.params)

    @property
    def remedy(self) -> str:
        """What to do, in the active language."""
        params = dict(self.params)
        if self.code == "wrong_type":
            params["expected"] = str(EXPECTED.get(params["expected"], params["expected"]))
        return str(SENTENCES[self.code][1]) % params

    def __str__(self) -> str:
        place = f"{self.path}" + (f" (line {self.line})" if self.line else "")
        return f"{place}: {self.message} {self.remedy}"

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "line": self.line,
            "code": self.code,
            "message": self.message,
            "remedy": self.remedy,
        }


class PolicyFaults(ValueError):
    """Every fault of a document, in the order of its lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(set(faults), key=lambda fault: (fault.line or 0, fault.path, fault.code))
        super().__init__(f"{len(self.faults)} fault(s)")

    def __str__(self) -> str:
        return "\n".join(
            f"{fault.path}:{fault.line or '?'}: {fault.code} {dict(fault.params)}" for fault in self.faults
        )
