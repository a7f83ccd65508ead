"""The public face of workload: what is asked, how it is saved, what is usual, what a reviewer looks at."""

from appraisals.rules.usual_range import Range
from appraisals.workload.asked import Asked, indicators_for, indicators_of
from appraisals.workload.entries import KEEP, Conflict, Entry, Refused, Saved, Unseen
from appraisals.workload.findings import Finding, findings, sentence
from appraisals.workload.rules_of_month import MonthRules, Rule
from appraisals.workload.saving import check, confirm_all, save
from appraisals.workload.usual import sentence_of, usual_ranges
from appraisals.workload.values import parse, parse_asked

__all__ = [
    "KEEP", "Asked", "Conflict", "Entry", "Finding", "MonthRules", "Range", "Refused", "Rule", "Saved", "Unseen",
    "check", "confirm_all", "findings", "indicators_for", "indicators_of", "parse", "parse_asked", "save", "sentence",
    "sentence_of", "usual_ranges",
]  # fmt: skip
