"""Promotion and recruitment lists as tables: one row for each person, who is title or hire and count at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin import clock, national_ids
from deploy_admin.access import Permission, Reach
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context, Type, Unit
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.months import Period
from deploy_admin.people import names
from deploy_admin.people.services.matching import Known, Matches, match
from deploy_admin.registry.models import Institution
from quotas import services
from quotas.candidates import candidates
from quotas.importing.figures import CODE_NAMES, UNIT_NAMES
from quotas.models import ListedPerson, ListKind
from quotas.named_units import Units, expected, named
from quotas.services.listing import Listing, Records, faults, filled_in

findings.register(
    {
        "person_unknown": (
            gettext_lazy("nobody of this name is on the unit's roster, and there is no ID number"),
            gettext_lazy("Write the person number, or all 18 characters of the ID number."),
        ),
        "person_ambiguous": (
            gettext_lazy("several people of this name are on the unit's roster"),
            gettext_lazy("Write the person number, or the ID number."),
        ),
        "number_unknown": (
            gettext_lazy("no person known to you has this number"),
            gettext_lazy("Correct the person number, or write the ID number instead."),
        ),
        "number_of_another": (
            gettext_lazy("person number and ID number belong to different people"),
            gettext_lazy("Correct one of the two; one is enough."),
        ),
        "name_other": (
            gettext_lazy("the record of this person bears another name"),
            gettext_lazy("Compare name and number; correct the record where the name has changed."),
        ),
        "may_not_list": (
            gettext_lazy("your capacity does not allow writing on people's records"),
            gettext_lazy("Have somebody upload the list who may."),
        ),
    }
)


def last_year() -> int:
    return clock.today().year - 1


class ListForm(forms.Form):
    """Which year's list; of which unit, where the commission reads one on a unit's behalf."""

    year = forms.IntegerField(
        label=gettext_lazy("Year of the list"),
        min_value=2000,
        max_value=2100,
        initial=last_year,
        help_text=gettext_lazy("The day of the approval or of the hire decides which year's list a person is on."),
    )


class PeopleList(ColumnSet):
    """One kind of list, by a unit for itself or by the commission for everyone it sees. It adds, and never removes."""

    namespace = "quotas"
    permission = Permission.FIGURES_ENTER
    params_form = ListForm
    per_unit = True
    kind: ListKind
    day: str  # the column with the day that decides the year

    def scope(self, context: Context) -> str:
        owner = context.params.get("unit") or context.actor.institution_id
        return f"{self.key}:{context.params['year']}:{owner}"

    def subtitle(self, context: Context) -> str:
        return str(context.params.get("year") or "")

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        for_many = context.actor.reach is not Reach.UNIT and not context.params.get("unit")
        return (("unit", "credit_code"),) if for_many else ()

    def label(self, record: Record) -> str:
        unit = str(record.refs.get("unit_name") or record.values.get("unit") or "")
        return " · ".join(filter(None, (unit, str(record.values.get("name") or ""))))

    # -------------------------------------------------------- reading

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        period = self._period(context)
        units = Units(context)
        for record in records:
            record.values["year"] = context.params["year"]
            units.find(record)
            if not context.actor.can(Permission.PEOPLE_EDIT):
                record.refuse("name", "may_not_list")
        found = _matched(records, context)
        for record in records:
            if "unit_id" in record.refs:
                self._find(record, found, context.today)
        workers = {record.refs["worker_id"] for record in records if record.refs.get("worker_id")}
        there = {record.refs["unit_id"] for record in records if "unit_id" in record.refs}
        held = Records.of(workers, there, self.kind, period)
        context.store["records"] = held
        for record in records:
            self._fill(record, held)
            if record.refused or "unit_id" not in record.refs:
                continue
            row = self._listing(record)
            filled_in(self.kind, row, held)
            self._take_back(record, row)
            for fault in faults(self.kind, period, row, held):
                (record.refuse if fault.refuses else record.warn)(fault.column, fault.code, **fault.params)

    def _find(self, record: Record, found: Matches, today: date) -> None:
        """Tell who is meant: by person number, by ID number, or by a name that only one person of the unit bears."""
        values, unit = record.values, record.refs["unit_id"]
        number, given, name = values.get("number"), values.get("national_id"), values.get("name") or ""
        if any(finding.refuses and finding.column in ("number", "national_id", "name") for finding in record.findings):
            return
        by_number = found.by_number.get(number.upper()) if number else None
        whole = given if given and not national_ids.is_masked(given) else None
        by_id = found.by_id.get(whole) if whole else None
        if number and by_number is None:
            record.refuse("number", "number_unknown")
        elif by_number is not None and by_id is not None and by_number.worker_id != by_id.worker_id:
            record.refuse("number", "number_of_another")
        elif by_number is not None or by_id is not None:
            self._known(record, by_number or by_id, name)
        elif whole is None:
            namesakes = found.by_name.get((unit, names.tidy(name)), [])
            if given:
                namesakes = [known for known in namesakes if known.id_masked == given]
            if len(namesakes) == 1:
                self._known(record, namesakes[0], name)
            else:
                record.refuse("name", "person_ambiguous" if namesakes else "person_unknown")

    def _known(self, record: Record, known: Known | None, name: str) -> None:
        assert known is not None  # noqa: S101 -- one of two that is there
        record.refs["worker_id"] = known.worker_id
        if known.visible and names.tidy(name) != known.name:
            record.refuse("name", "name_other")

    def _fill(self, record: Record, held: Records) -> None:
        """An empty cell leaves what the list says already as it is."""
        raise NotImplementedError

    def _take_back(self, record: Record, row: Listing) -> None:
        """Show in the plan what was taken from the person's record."""
        raise NotImplementedError

    def _listing(self, record: Record) -> Listing:
        raise NotImplementedError

    def _common(self, record: Record) -> dict[str, Any]:
        values = record.values
        given = values.get("national_id")
        worker_id = record.refs.get("worker_id")
        whole = given if given and worker_id is None and not national_ids.is_masked(given) else None
        return {
            "institution_id": record.refs["unit_id"],
            "happened_on": values.get(self.day),
            "worker_id": worker_id,
            "national_id": national_ids.parse(whole) if whole else None,
            "name": values.get("name") or "",
            "department": values.get("department") or "",
        }

    def identity(self, record: Record) -> Hashable | None:
        if record.refs.get("worker_id"):
            return ("person", record.refs["worker_id"])
        given = record.values.get("national_id")
        return ("new", given) if given and not national_ids.is_masked(given) else None

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        held: Records = context.store["records"]
        return {("person", worker): self._shown(row) for worker, row in held.listed.items()}

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        rows = [self._listing(entry.record) for entry in entries]
        done = services.list_people(
            self.kind,
            self._period(context),
            rows,
            job_id=claim.job_id,
            from_unit=bool(context.params.get("unit")),
            by=context.actor,
        )
        return {"added": done.added, "changed": done.changed}

    # -------------------------------------------------------- giving out

    def _shown(self, row: ListedPerson) -> dict[str, Any]:
        raise NotImplementedError

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        rows = ListedPerson.objects.visible_to(context.actor).standing().of_period(self._period(context))
        rows = rows.filter(kind=self.kind)
        if context.params.get("unit"):
            rows = rows.filter(institution_id=context.params["unit"])
        listed = sorted(rows.for_list(), key=lambda row: row.institution_id)
        units = named(context, {row.institution_id for row in listed})
        for row in listed:
            name, code = units.get(row.institution_id, ("", ""))
            yield {
                "unit": name,
                "credit_code": code,
                "number": row.worker.number,
                "name": row.worker.name,
                "national_id": row.worker.id_masked,
                **self._shown(row),
            }

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        """Who is on the list already, and whose record says that they belong on it."""
        yield from self.rows_for_export(context)
        found = candidates(self.kind, self._period(context), context.actor, context.params.get("unit"))
        units = named(context, {each.institution_id for each in found})
        for each in found:
            name, code = units.get(each.institution_id, ("", ""))
            yield {
                "unit": name,
                "credit_code": code,
                "number": each.worker.number,
                "name": each.worker.name,
                "national_id": each.worker.id_masked,
                **each.values,
            }

    def units(self, context: Context) -> Sequence[Unit]:
        day = min(self._period(context).last, context.today)
        rows = Institution.objects.visible_to(context.actor).as_of(day).filter(profile__kind__in=self.expected)
        return expected(rows)

    #: The kinds of institution of which one list each is expected.
    expected: frozenset[str] = frozenset()

    def next_step(self, context: Context) -> tuple[str, str] | None:
        query = f"?kind={self.kind.value}&period={context.params.get('year') or ''}"
        return _("See the lists"), reverse("quotas:lists") + query

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Lists"), f"{reverse('quotas:lists')}?kind={self.kind.value}"

    def _period(self, context: Context) -> Period:
        return Period.year(int(context.params["year"]))


def _matched(records: Sequence[Record], context: Context) -> Matches:
    """Find everybody the rows may mean. Four queries for any number."""
    return match(
        ids={given for record in records if (given := record.values.get("national_id"))},
        numbers={number.upper() for record in records if (number := record.values.get("number"))},
        names={
            (record.refs["unit_id"], record.values["name"])
            for record in records
            if "unit_id" in record.refs and record.values.get("name")
        },
        actor=context.actor,
        on=context.today,
    )


def whose() -> tuple[Column, ...]:
    """Return the columns that say who is meant, and where."""
    return (
        Column("unit", "单位", "Unit", aliases=UNIT_NAMES, width=32, example="示范市第一医院（示范）"),
        Column("credit_code", "社会信用代码", "Social credit code", Type.CREDIT_CODE, aliases=CODE_NAMES, width=22),
        Column(
            "number", "人员编号", "Person number", aliases=("编号", "人员编码"), width=12,
            help=gettext_lazy("Of people who are in the system: enough without the ID number."),
        ),
        Column("name", "姓名", "Name", required=True, aliases=("人员姓名", "医师姓名"), width=12, example="示范甲"),
        Column(
            "national_id", "身份证件号码", "ID number", Type.NATIONAL_ID, sensitive=True, width=22,
            aliases=("身份证号", "身份证号码", "证件号码", "公民身份号码", "身份证"),
            help=gettext_lazy("Of people who are new: all 18 characters, as text."),
        ),
    )  # fmt: skip


DEPARTMENT = Column("department", "科室", "Department", aliases=("所在科室", "部门", "科别"), max_length=100)


def wrong(record: Record, column: str) -> bool:
    return any(finding.column == column and finding.refuses for finding in record.findings)
