"""Writing the indicators: the city keeps those of everybody, a district those of its own division."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Permission, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import refusals
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.registry.models import Indicator

_CODE = re.compile(r"^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$")
#: What the month sheet itself tells, see the policy language's SheetMeasure: no indicator may take such a name.
OF_THE_SHEET = frozenset(
    {
        "attendance_days", "duty_days", "leave_days", "personal_leave_days", "sick_leave_days", "absent_days",
        "absent_times", "night_duties", "rest_day_duties", "round_days",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorFacts:
    """What an indicator says of itself; its code and whose it is stay."""

    label_zh: str
    label_en: str
    unit_zh: str
    unit_en: str
    decimals: int = 0
    lowest: Decimal = Decimal(0)
    highest: Decimal
    usual_low: Decimal | None = None
    usual_high: Decimal | None = None
    staff_categories: tuple[str, ...] = ()
    is_core: bool = False
    position: int = 100

    def values(self) -> dict[str, Any]:
        """Return the facts as the row's columns."""
        return asdict(self) | {"staff_categories": list(self.staff_categories)}


def may_keep(division_id: int | None, actor: Actor) -> bool:
    """Whether the actor keeps the indicators of this division; of everybody's only the city."""
    if not actor.can(Permission.INDICATORS_EDIT):
        return False
    if actor.reach is Reach.ALL:
        return True
    return actor.reach is Reach.DISTRICT and division_id in actor.division_ids


@transaction.atomic
def add_indicator(*, code: str = "", facts: IndicatorFacts, division_id: int | None = None, by: Actor) -> Indicator:
    """Add an indicator, for everybody or for one division; without a code it is named after its English name."""
    _allow(division_id, by)
    name = code.strip() or code_from(facts.label_en)
    _check_code(name)
    _check(facts)
    if Indicator.objects.filter(code=name).exists():
        raise _taken(name)
    try:
        with refusals():
            row = Indicator.objects.create(
                code=name, division_id=division_id, updated_at=clock.now(), updated_by_name=by.name, **facts.values()
            )
    except IntegrityError as error:  # somebody took the code this moment
        raise _taken(name) from error
    audit.record(act="indicator.added", by=by, on=row, label=row.label_zh, detail={"code": name, **facts.values()})
    return row


@transaction.atomic
def change_indicator(*, indicator: Indicator, facts: IndicatorFacts, version: int, by: Actor) -> Indicator:
    """Change what an indicator says; values entered before stay as they are."""
    _allow(indicator.division_id, by)
    _check(facts)
    now = facts.values()
    row = _take(indicator, version, now)
    was = {name: getattr(row, name) for name in now}
    changes = {name: {"was": was[name], "now": value} for name, value in now.items() if was[name] != value}
    if not changes:
        raise RuleViolation(_("Nothing differs from what is recorded."), "nothing_to_change")
    for name, value in now.items():
        setattr(row, name, value)
    _save(row, [*now], by)
    audit.record(act="indicator.changed", by=by, on=row, label=row.label_zh, detail=changes)
    return row


@transaction.atomic
def retire_indicator(*, indicator: Indicator, version: int, by: Actor) -> Indicator:
    """Take an indicator out of use: nobody is asked for it any more unless a policy names it; values stay."""
    return _set_in_use(indicator, version, in_use=False, by=by)


@transaction.atomic
def restore_indicator(*, indicator: Indicator, version: int, by: Actor) -> Indicator:
    """Put an indicator back into use."""
    return _set_in_use(indicator, version, in_use=True, by=by)


def code_from(label_en: str) -> str:
    """Return the code that follows from an English name: “New techniques” is new_techniques."""
    return re.sub(r"[^a-z0-9]+", "_", label_en.lower()).strip("_")[:60]


def _set_in_use(indicator: Indicator, version: int, *, in_use: bool, by: Actor) -> Indicator:
    _allow(indicator.division_id, by)
    row = _take(indicator, version, {"is_active": in_use})
    if row.is_active == in_use:
        sentence = _("This indicator is in use.") if in_use else _("This indicator is out of use already.")
        raise RuleViolation(sentence, "nothing_to_change")
    row.is_active = in_use
    _save(row, ["is_active"], by)
    audit.record(act="indicator.restored" if in_use else "indicator.retired", by=by, on=row, label=row.label_zh)
    return row


def _allow(division_id: int | None, by: Actor) -> None:
    if may_keep(division_id, by):
        return
    if division_id is None and by.can(Permission.INDICATORS_EDIT):
        raise RuleViolation(_("Only the city keeps the indicators of everybody."), "not_permitted")
    raise RuleViolation(_("Your capacity does not allow this."), "not_permitted")


def _check_code(code: str) -> None:
    if not _CODE.match(code) or len(code) > 60:
        sentence = _("A code is made of small letters, digits and underscores, and begins with a letter.")
        raise RuleViolation(sentence, "code_shape", fields={"code": sentence})
    if code in OF_THE_SHEET:
        sentence = _("The month sheet itself tells this; choose another code.")
        raise RuleViolation(sentence, "code_of_the_sheet", fields={"code": sentence})


def _check(facts: IndicatorFacts) -> None:
    step = Decimal(1).scaleb(-facts.decimals)
    for name in ("lowest", "highest", "usual_low", "usual_high"):
        value = getattr(facts, name)
        if value is not None and value != value.quantize(step):
            sentence = _("It has more places after the point than the indicator has.")
            raise RuleViolation(sentence, "too_many_decimals", fields={name: sentence})


def _taken(code: str) -> RuleViolation:
    sentence = _("The code %(code)s is taken already.") % {"code": code}
    return RuleViolation(sentence, "code_taken", fields={"code": sentence})


def _take(indicator: Indicator, version: int, yours: dict[str, Any]) -> Indicator:
    """Raise the row's version, which locks it; another version than the one read is refused with both values."""
    raised = Indicator.objects.filter(pk=indicator.pk, version=version).update(version=F("version") + 1)
    row = Indicator.objects.get(pk=indicator.pk)
    if not raised:
        theirs = {name: getattr(row, name) for name in yours}
        raise Conflict(
            _("Somebody else has changed this indicator since you opened it."),
            "stale_version",
            context={"version": version, "yours": _told(yours), "theirs": _told(theirs)},
        )
    return row


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values as an answer in JSON holds them."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def _save(row: Indicator, names: list[str], by: Actor) -> None:
    row.updated_at, row.updated_by_name = clock.now(), by.name
    with refusals():
        row.save(update_fields=[*names, "updated_at", "updated_by_name"])
