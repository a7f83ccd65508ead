"""Whom the rows of a table about assignments mean: by person number, by whole ID number, by name at a unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from deploy_admin import national_ids
from deploy_admin.access import Reach
from deploy_admin.jobs.importing.columns import Column, Context, Type, folded
from deploy_admin.jobs.importing.records import Record
from deploy_admin.people import names
from deploy_admin.people.models import Employment
from deploy_admin.people.services.matching import Known, Matches, match

#: The columns that name a person; of a row any one of them is filled in.
WHO = ("number", "name", "national_id")


def columns() -> tuple[Column, ...]:
    """Return the columns that say who is meant."""
    return (
        Column(
            "number", "人员编号", "Person number", aliases=("编号", "人员编码"), width=12,
            help=_("Enough by itself."),
        ),
        Column(
            "name", "姓名", "Name", width=12, example="示范甲",
            aliases=("人员姓名", "派出人员", "派驻人员", "下派人员"),
        ),
        Column(
            "national_id", "身份证件号码", "ID number", Type.NATIONAL_ID, sensitive=True, width=22,
            aliases=("身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证"),
            help=_("Needed only where several people of a unit share a name."),
        ),
    )  # fmt: skip


class Meant:
    """The people whom the rows mean. Four queries for any number of rows, and one for employments of the past."""

    def __init__(self, records: Sequence[Record], context: Context) -> None:
        for record in records:
            self._tidy(record)
        self.context = context
        self.found: Matches = match(
            ids={given for record in records if (given := record.values.get("national_id"))},
            numbers={number for record in records if (number := record.values.get("number"))},
            names={
                (unit, name)
                for record in records
                if (unit := record.refs.get("sender")) is not None and (name := record.values.get("name"))
            },
            actor=context.actor,
            on=context.today,
        )
        known = [*self.found.by_id.values(), *self.found.by_number.values()]
        known += [one for them in self.found.by_name.values() for one in them]
        self.posts: dict[int, list[tuple[int, date, date | None]]] = defaultdict(list)
        posts = Employment.objects.filter(worker__in={one.worker_id for one in known}).order_by("valid_from")
        for worker, unit, first, last in posts.values_list("worker_id", "institution_id", "valid_from", "valid_to"):
            self.posts[worker].append((unit, first, last))

    def _tidy(self, record: Record) -> None:
        if number := record.values.get("number"):
            record.values["number"] = folded(number).upper()
        if name := record.values.get("name"):
            record.values["name"] = names.tidy(name)

    def find(self, record: Record) -> Known | None:
        """Return who is meant, noted in the row; None, and the row refused, where that cannot be told."""
        values = record.values
        number, given, name = values.get("number"), values.get("national_id"), values.get("name") or ""
        if any(finding.refuses and finding.column in WHO for finding in record.findings):
            return None
        whole = given if given and not national_ids.is_masked(given) else None
        by_number = self._seen(self.found.by_number.get(number)) if number else None
        by_id = self._seen(self.found.by_id.get(whole)) if whole else None
        if (number and by_number is None) or (whole and by_id is None):
            record.refuse("number" if number and by_number is None else "national_id", "post_person_unknown")
            return None
        if by_number is not None and by_id is not None and by_number.worker_id != by_id.worker_id:
            record.refuse("number", "post_number_of_another")
            return None
        known = by_number or by_id
        if known is None:
            known = self._by_name(record, name, given)
        elif name and names.tidy(known.name) != name:
            record.refuse("name", "post_name_other")
            return None
        if known is not None:
            record.refs["worker"] = known.worker_id
            record.refs["person"] = known.name
        return known

    def _by_name(self, record: Record, name: str, masked: str | None) -> Known | None:
        if not name:
            record.refuse("number", "post_person_missing")
            return None
        there = [known for known in self.found.by_name.get((record.refs.get("sender", 0), name), ()) if known.visible]
        if masked:
            there = [known for known in there if known.id_masked == masked]
        if len(there) == 1:
            return there[0]
        record.refuse("name", "post_person_ambiguous" if there else "post_person_unknown")
        return None

    def _seen(self, known: Known | None) -> Known | None:
        """Return who may be named: people one sees, and those whom one's own unit once employed."""
        if known is None or known.visible:
            return known
        actor = self.context.actor
        once = actor.reach is Reach.UNIT and any(
            unit in actor.institution_ids for unit, _first, _last in self.posts[known.worker_id]
        )
        return known if once else None

    def employer(self, worker_id: int, day: date) -> int | None:
        """Return at which unit the person worked on the day, as far as the roster knows."""
        for unit, first, last in self.posts[worker_id]:
            if first <= day and (last is None or day <= last):
                return unit
        return None
