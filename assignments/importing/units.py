"""Which unit a cell names, by code or by any name it ever bore; and for whose people the actor may enter anything."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cached_property
from typing import Any

from deploy_admin.access import Actor, Reach
from deploy_admin.jobs.importing.columns import Context, folded
from deploy_admin.jobs.importing.records import Record
from deploy_admin.registry.authority import authority_over
from deploy_admin.registry.models import Institution, InstitutionProfile

SENDER_NAMES = ("派出单位名称", "派遣单位", "选派单位", "原单位", "所在单位", "单位", "单位名称", "医院名称")
RECEIVER_NAMES = ("接收单位名称", "受援单位", "派驻单位", "派驻机构", "服务单位", "帮扶单位", "受援机构", "基层单位")

Answer = tuple[int | None, str, dict[str, Any]]


class Units:
    """Every registered unit, by code and by every name it ever bore: where one serves is no secret. Two queries."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.codes: dict[int, str] = {}
        self.days: dict[int, tuple[date, date | None]] = {}
        self.by_name: dict[str, set[int]] = defaultdict(set)
        self.names: dict[int, str] = {}
        for pk, code, opened, closed in Institution.objects.values_list("pk", "credit_code", "opened_on", "closed_on"):
            self.codes[pk], self.days[pk] = code or "", (opened, closed)
            if code:
                self.by_name[folded(code)].add(pk)
        profiles = InstitutionProfile.objects.order_by("institution_id", "valid_from")
        for pk, name, short in profiles.values_list("institution_id", "name", "short_name"):
            self.names[pk] = name
            for each in filter(None, (name, short)):
                self.by_name[folded(each)].add(pk)
        self.answers: dict[tuple[str, date | None], Answer] = {}

    def find(self, record: Record, column: str, day: date | None) -> int | None:
        """Return the unit that the cell names; None, and the row refused, where that cannot be told."""
        text = record.values.get(column)
        if not text or any(finding.column == column and finding.refuses for finding in record.findings):
            return None
        key = (text, day)
        if key not in self.answers:
            self.answers[key] = self._answer(text, day)
        pk, wrong, params = self.answers[key]
        if pk is None:
            record.refuse(column, wrong, **params)
        return pk

    @cached_property
    def written(self) -> dict[int, str]:
        """How each unit is written so that it is found again: by its name, or by its code where others bear it too."""
        alone = {pk: len(self.by_name[folded(name)]) == 1 for pk, name in self.names.items()}
        return {pk: name if alone[pk] or not self.codes[pk] else self.codes[pk] for pk, name in self.names.items()}

    def existed(self, pk: int, day: date) -> bool:
        """Whether the unit was open on the day."""
        opened, closed = self.days[pk]
        return opened <= day and (closed is None or day <= closed)

    def _answer(self, text: str, day: date | None) -> Answer:
        name = folded(text)
        found = self.by_name.get(name, set())
        if day is not None and len(found) > 1:
            found = {pk for pk in found if self.existed(pk, day)} or found
        if len(found) == 1:
            return next(iter(found)), "", {}
        if found:
            listed = sorted(f"{self.names[pk]} {self.codes[pk]}".strip() for pk in found)
            return None, "post_unit_ambiguous", {"candidates": "；".join(listed[:8])}
        close = self._close(name)
        return None, *(("post_unit_unknown_close", {"close": close}) if close else ("post_unit_unknown", {}))

    def _close(self, name: str) -> str:
        """Return up to three names that hold this one or are held by it."""
        if len(name) < 3:
            return ""
        near = (pks for each, pks in self.by_name.items() if name in each or (len(each) > 3 and each in name))
        return "、".join(sorted({self.names[pk] for pks in near for pk in pks})[:3])


def not_theirs(units: set[int], actor: Actor, today: date) -> set[int]:
    """Return for which of these units' people the actor may not enter the past; as `may_take_on` decides."""
    if actor.reach is Reach.ALL:
        return set()
    if actor.reach is Reach.UNIT:
        return units - actor.institution_ids
    answers = authority_over(units, today)
    return {unit for unit in units if answers.get(unit) not in actor.institution_ids}
