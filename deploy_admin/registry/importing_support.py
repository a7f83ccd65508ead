"""Pairing supports and speciality programmes as tables: new rows are recorded, differing ones get their days."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin.access import Permission
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, Type, folded, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.registry.choosing import nameable_by
from deploy_admin.registry.models import PairingSupport, SpecialityProgramme
from deploy_admin.registry.services import support as services
from deploy_admin.registry.services.support import Days, Pairing, Programme
from deploy_admin.registry.tables import names_of

findings.register(
    {
        "support_days_reversed": (
            gettext_lazy("the last day comes before the first"),
            gettext_lazy("Correct one of the two days."),
        ),
        "supports_itself": (
            gettext_lazy("a unit does not support itself"),
            gettext_lazy("Name two different units."),
        ),
    }
)

_FROM = Column("valid_from", "起始日期", "First day", Type.DATE, required=True, aliases=("开始日期", "起始日"))
_DAYS = (
    _FROM,
    Column(
        "valid_to",
        "最后一日",
        "Last day",
        Type.DATE,
        aliases=("截止日期", "结束日期", "终止日期"),
        help=gettext_lazy("Empty: it holds until somebody ends it."),
    ),
    Column("document", "文件", "Document", aliases=("依据", "文件名称", "依据文件"), width=32),
)


def _unit(key: str, zh: str, en: str, *aliases: str) -> Column:
    return Column(key, zh, en, required=True, aliases=aliases, width=32)


class Ties(ColumnSet):
    """What both tables have in common: units are looked up by name or code, an entry is told by its first day too."""

    namespace = "registry"
    permission = Permission.INSTITUTIONS_EDIT
    compared = ("valid_to", "document")
    #: The columns that name a unit, and those of other districts in which any hospital may be named.
    unit_keys: tuple[str, ...]
    hospitals: frozenset[str] = frozenset()
    model: Any

    def scope(self, context: Context) -> str:
        return f"{self.key}:{context.actor.institution_id}"

    def back(self, context: Context) -> tuple[str, str] | None:
        return str(self.list_title), reverse(f"registry:{self.key}")

    next_step = back

    @property
    @abstractmethod
    def list_title(self) -> Any:
        """Name the list that the table feeds."""

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        for key in self.unit_keys:
            known = _units_by_name(context, hospitals=key in self.hospitals)
            for record in records:
                _find_unit(record, key, known)
        for record in records:
            first, last = record.values.get("valid_from"), record.values.get("valid_to")
            if first and last and last < first:
                record.refuse("valid_to", "support_days_reversed")
            if "speciality" in record.values:
                record.values["speciality"] = (record.values["speciality"] or "").strip()

    def identity(self, record: Record) -> Hashable | None:
        if any(key not in record.refs for key in self.unit_keys) or not record.values.get("valid_from"):
            return None
        return (*(record.refs[key] for key in self.unit_keys), *self._more(record), record.values["valid_from"])

    def _more(self, record: Record) -> tuple[Any, ...]:
        """Return what else tells one entry from another."""
        return ()

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        rows = self._rows(context)
        return {
            identity: {"valid_to": row.valid_to, "document": row.document or None} for identity, row in rows.items()
        }

    def _rows(self, context: Context) -> dict[Hashable, Any]:
        """Return the rows that the actor keeps, by identity. One query for a run."""
        if "rows" not in context.store:
            rows = self.model.objects.kept_by(context.actor).for_list()
            context.store["rows"] = {(*_told(row, self.identities), row.valid_from): row for row in rows}
        held: dict[Hashable, Any] = context.store["rows"]
        return held

    identities: tuple[str, ...]

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        rows = self._rows(context)
        new = [entry.record for entry in entries if entry.kind == RowKind.NEW]
        self._record(new, context)
        changes = []
        for entry in entries:
            if entry.kind == RowKind.CHANGED:
                row = rows[entry.identity]
                changes.append((row, _days(entry.record, row), row.version))
        services.change_all(changes=changes, by=context.actor)
        return {"recorded": len(new), "changed": len(changes)}

    @abstractmethod
    def _record(self, records: Sequence[Record], context: Context) -> None:
        """Record the new rows."""

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        rows = list(self._rows(context).values())
        names = names_of({unit for row in rows for unit in _told(row, self.unit_ids)}, context.today)
        for row in rows:
            told = {key: names.get(unit) for key, unit in zip(self.unit_keys, _told(row, self.unit_ids), strict=True)}
            days = {"valid_from": row.valid_from, "valid_to": row.valid_to, "document": row.document}
            yield {**told, "speciality": getattr(row, "speciality", None), **days}

    @property
    def unit_ids(self) -> tuple[str, ...]:
        return tuple(f"{key}_id" for key in self.unit_keys)


class Pairings(Ties):
    """Who supports whom."""

    key = "pairings"
    title = gettext_lazy("Import pairing support")
    lead = gettext_lazy(
        "One row for each pair and period. A row is matched by its two units and its first day; "
        "what the file does not mention stays as it is."
    )
    unit_keys = ("supporting_unit", "supported_unit")
    identities = ("supporting_unit_id", "supported_unit_id")
    hospitals = frozenset({"supporting_unit"})
    model = PairingSupport

    def columns(self, context: Context) -> Sequence[Column]:
        return (
            _unit("supporting_unit", "支援单位", "Supporting unit", "支援医院", "派出单位"),
            _unit("supported_unit", "受援单位", "Supported unit", "受援医院", "受援机构", "接收单位"),
            *_DAYS,
        )

    @property
    def list_title(self) -> Any:
        return _("Pairing support")

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        super().resolve(records, context)
        for record in records:
            if record.refs.get("supporting_unit", 0) == record.refs.get("supported_unit"):
                record.refuse("supported_unit", "supports_itself")

    def _record(self, records: Sequence[Record], context: Context) -> None:
        rows = [
            Pairing(
                supporting_unit_id=record.refs["supporting_unit"],
                supported_unit_id=record.refs["supported_unit"],
                **_days(record).values(),
            )
            for record in records
        ]
        services.record_pairings(rows=rows, by=context.actor)


class Programmes(Ties):
    """Which specialities units build up."""

    key = "programmes"
    title = gettext_lazy("Import speciality programmes")
    lead = gettext_lazy(
        "One row for each unit, speciality and period. A row is matched by unit, speciality and first day; "
        "what the file does not mention stays as it is."
    )
    unit_keys = ("institution",)
    identities = ("institution_id", "speciality")
    model = SpecialityProgramme

    def columns(self, context: Context) -> Sequence[Column]:
        return (
            _unit("institution", "机构名称", "Institution", "单位名称", "建设单位"),
            Column(
                "speciality",
                "专科专病",
                "Speciality",
                required=True,
                aliases=("专科", "专业", "建设专科"),
                max_length=100,
            ),
            *_DAYS,
        )

    @property
    def list_title(self) -> Any:
        return _("Speciality programmes")

    def _more(self, record: Record) -> tuple[Any, ...]:
        return (record.values.get("speciality"),)

    def _record(self, records: Sequence[Record], context: Context) -> None:
        rows = [
            Programme(
                institution_id=record.refs["institution"],
                speciality=record.values["speciality"],
                **_days(record).values(),
            )
            for record in records
        ]
        services.record_programmes(rows=rows, by=context.actor)


def _days(record: Record, row: Any = None) -> Days:
    """Return the days of a row; what the file has no column for stays as it is."""
    values = record.values
    last: date | None = values["valid_to"] if "valid_to" in values else getattr(row, "valid_to", None)
    document = values["document"] if "document" in values else getattr(row, "document", "")
    return Days(valid_from=values["valid_from"], valid_to=last, document=document or "")


def _told(row: Any, columns: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, column) for column in columns)


def _units_by_name(context: Context, *, hospitals: bool) -> Mapping[str, set[int]]:
    """Return the units the actor may name, by name, short name and code. One query for each way of naming."""
    key = f"units {hospitals}"
    if key not in context.store:
        found: dict[str, set[int]] = defaultdict(set)
        rows = nameable_by(context.actor, context.today, hospitals=hospitals)
        for unit, *names in rows.values_list("pk", "profile__name", "profile__short_name", "credit_code"):
            for name in filter(None, names):
                found[folded(name)].add(unit)
        context.store[key] = found
    known: Mapping[str, set[int]] = context.store[key]
    return known


def _find_unit(record: Record, key: str, known: Mapping[str, set[int]]) -> None:
    text = record.values.get(key)
    if not text:
        return
    found = known.get(folded(text), set())
    if len(found) == 1:
        record.refs[key] = next(iter(found))
    else:
        record.refuse(key, "institution_ambiguous" if found else "institution_unknown")


register(Pairings())
register(Programmes())
