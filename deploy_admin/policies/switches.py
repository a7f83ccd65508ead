"""The switches that weigh on people: an officer answers each when adopting; no defaults (AMB-22, 24, 25, 27)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from deploy_admin.policies.language import AbsenceRule, LeaveRule, PolicyDocument, ServiceRule
from deploy_admin.policies.language.leave import LeaveKind
from deploy_admin.policies.language.service import UNBROKEN

#: What the clauses of a document say to a switch: true or false where they state it, null where they leave it open.
Said = Callable[[PolicyDocument], Iterator[bool | None]]


class Switch(NamedTuple):
    """One question, and what a document says to it."""

    code: str
    sentence: Any
    said: Said


def _maternity(document: PolicyDocument) -> Iterator[bool | None]:
    for rule in document.leave:
        yield from (held for kind, held in rule.extends if kind is LeaveKind.MATERNITY)


def _by_day(document: PolicyDocument) -> Iterator[bool | None]:
    for rule in document.absence:
        if rule.counts:
            yield None if rule.counted_by is None else rule.counted_by == "day"


def _with_extension(document: PolicyDocument) -> Iterator[bool | None]:
    for rule in document.absence:
        if rule.proposes_void is not None or rule.takes_extension is not None:
            yield rule.takes_extension


def _by_gap(document: PolicyDocument) -> Iterator[bool | None]:
    for rule in document.service:
        if rule.continuous is not None:
            yield None if rule.continuous.gap is None else rule.continuous.gap != UNBROKEN


SWITCHES = (
    Switch("maternity_leave_extends", _("Maternity leave extends the term."), _maternity),
    Switch("absence_by_day", _("Each day of unapproved absence counts as one time, not each episode."), _by_day),
    Switch("void_takes_extension", _("A void takes away the extension of the term as well."), _with_extension),
    Switch("gap_breaks_continuity", _("A gap longer than the tolerance breaks continuous service."), _by_gap),
)


def asked_of(document: PolicyDocument) -> tuple[Switch, ...]:
    """Return the switches that the document's clauses raise, whether they state an answer or leave it open."""
    return tuple(switch for switch in SWITCHES if any(True for _said in switch.said(document)))


def stated(switch: Switch, document: PolicyDocument) -> bool | None:
    """Return what every clause that answers the switch says alike; None where none does, or they differ."""
    said = {answer for answer in switch.said(document) if answer is not None}
    return said.pop() if len(said) == 1 else None


def answered(document: PolicyDocument, adverse: Mapping[str, bool]) -> PolicyDocument:
    """Return the document with the answers of its adoption where it leaves something open; nothing else changes."""
    if not adverse:
        return document
    return document.model_copy(
        update={
            "leave": tuple(_leave(rule, adverse) for rule in document.leave),
            "absence": tuple(_absence(rule, adverse) for rule in document.absence),
            "service": tuple(_service(rule, adverse) for rule in document.service),
        }
    )


def _leave(rule: LeaveRule, adverse: Mapping[str, bool]) -> LeaveRule:
    answer = adverse.get("maternity_leave_extends")
    extends = tuple(
        (kind, answer if kind is LeaveKind.MATERNITY and held is None else held) for kind, held in rule.extends
    )
    return rule if extends == rule.extends else rule.model_copy(update={"extends": extends})


def _absence(rule: AbsenceRule, adverse: Mapping[str, bool]) -> AbsenceRule:
    update: dict[str, Any] = {}
    if rule.counted_by is None and (by_day := adverse.get("absence_by_day")) is not None:
        update["counted_by"] = "day" if by_day else "episode"
    if rule.takes_extension is None and (takes := adverse.get("void_takes_extension")) is not None:
        update["takes_extension"] = takes
    return rule.model_copy(update=update) if update else rule


def _service(rule: ServiceRule, adverse: Mapping[str, bool]) -> ServiceRule:
    """A gap that breaks, of a length nobody has set, stays unset; one that does not break is never too long."""
    if rule.continuous is None or rule.continuous.gap is not None or adverse.get("gap_breaks_continuity") is not False:
        return rule
    return rule.model_copy(update={"continuous": rule.continuous.model_copy(update={"gap": UNBROKEN})})
