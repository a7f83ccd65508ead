"""Past and running assignments as a table: one row each, taken on as it was, confirmed by an officer afterwards."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.importing import past_checks, past_columns, past_standing, people, words
from assignments.importing.past_checks import Days
from assignments.importing.past_standing import Held
from assignments.importing.units import Units, not_theirs
from assignments.kinds import Evidence, Kind
from assignments.models import Assignment
from assignments.rules.past import Fault
from assignments.services import past
from deploy_admin.access import Permission, Reach
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing.columns import Code, Column, ColumnSet, Context, Unit, register
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.jobs.models import RowKind
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.registry.codes import HOSPITALS
from deploy_admin.registry.models import Institution
from quotas.named_units import expected
from quotas.reading import documents

OF_ITS_OWN_NAME = (Kind.MUNICIPAL_COUNTY, Kind.COUNTY_TOWNSHIP)


class PastForm(forms.Form):
    """What all rows have in common, where they do not say it themselves."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        required=False,
        choices=lambda: [("", _("Named in the table")), *Kind.choices],
        help_text=gettext_lazy("Where a row names the kind, that holds."),
    )
    evidence = forms.ChoiceField(
        label=gettext_lazy("Evidence"),
        choices=Evidence.choices,
        initial=Evidence.NONE,
        help_text=gettext_lazy("What rows rest on that do not say it themselves."),
    )


class PastAssignments(ColumnSet):
    """Assignments since 2021, by the unit that sent them or by the commission for everyone who answers to it."""

    key = "past_assignments"
    namespace = "assignments"
    permission = Permission.SUSPENSIONS_STATE
    title = gettext_lazy("Past assignments")
    lead = gettext_lazy(
        "One row for each assignment since 2021, whoever is still at the post included. It counts once an officer has "
        "confirmed it. An empty cell leaves what is recorded; a later table with the same person and first day "
        "corrects what is not confirmed yet. Leave has its own table."
    )
    compared = past_columns.COMPARED
    params_form = PastForm
    applies_from_rows = True
    per_unit = True
    unit_columns = ("sending_unit",)

    # -------------------------------------------------------- what is asked

    def columns(self, context: Context) -> Sequence[Column]:
        if "columns" not in context.store:
            schemes = _schemes()
            kind_needed = not context.params.get("kind")
            context.store["columns"] = past_columns.columns(schemes, kind_needed=kind_needed)
        columns: Sequence[Column] = context.store["columns"]
        return columns

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        return (people.WHO,)

    def scope(self, context: Context) -> str:
        owner = context.params.get("unit") or context.actor.institution_id
        said = (str(context.params.get(name) or "") for name in ("kind", "evidence"))
        return ":".join((self.key, *said, str(owner)))

    def label(self, record: Record) -> str:
        first = record.values.get("starts_on") or ""
        day = first.isoformat() if hasattr(first, "isoformat") else ""
        name = record.refs.get("person") or record.values.get("name") or record.values.get("number") or ""
        return " · ".join(filter(None, (str(name), day)))

    def units(self, context: Context) -> Sequence[Unit]:
        rows = Institution.objects.visible_to(context.actor).standing(context.today)
        return expected(rows.filter(profile__kind__in=HOSPITALS))

    # -------------------------------------------------------- reading

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        read = Units(context)
        for record in records:
            self._tidy(record, context)
            day = record.values.get("starts_on")
            record.refs |= {
                side: pk
                for side in ("sender", "receiver")
                if (pk := read.find(record, "sending_unit" if side == "sender" else "receiving_unit", day)) is not None
            }
            own = _own_unit(context)
            if own is not None and "sending_unit" not in record.values:
                record.refs["sender"] = own
        meant = people.Meant(records, context)
        for record in records:
            self._place(record, meant, read)
        senders = {record.refs["sender"] for record in records if "sender" in record.refs}
        foreign = not_theirs(senders, context.actor, context.today)
        only = context.params.get("unit")
        foreign |= {unit for unit in senders if only and unit != int(only)}
        workers = {record.refs["worker"] for record in records if "worker" in record.refs}
        held = past_standing.held_of(workers, read.written)
        context.store |= {"entries": {}, "held": {}, "standing": {}}
        days = []
        for record in records:
            if (unit := record.refs.get("sender")) in foreign:
                record.refuse("sending_unit", "post_unit_not_yours", name=read.names.get(unit or 0, ""))
            found = self._entry(record, held, context)
            if found is not None:
                days.append(found)
        past_checks.places(past_checks.grouped(days), held, read.names)

    def _tidy(self, record: Record, context: Context) -> None:
        values = {key: value for key, value in record.values.items() if value is not None and value != ""}
        record.values = values
        past_checks.last_day(record)
        past_checks.amounts(record)
        if "kind" not in values and context.params.get("kind"):
            values["kind"] = context.params["kind"]
        if "scheme" not in values and values.get("kind") in OF_ITS_OWN_NAME:
            values["scheme"] = str(values["kind"])

    def _place(self, record: Record, meant: people.Meant, read: Units) -> None:
        """Find the person, and the unit that sent them where the row does not name it."""
        known, day = meant.find(record), record.values.get("starts_on")
        refs = record.refs
        if known is None or day is None:
            return
        employer = meant.employer(known.worker_id, day)
        if "sender" not in refs and "sending_unit" not in record.values:
            if employer is None:
                record.refuse("sending_unit", "post_unit_missing")
                return
            refs["sender"] = employer
        sender, receiver = refs.get("sender"), refs.get("receiver")
        if sender is not None and sender == receiver:
            record.refuse("receiving_unit", "post_same_unit")
        for column, unit in (("sending_unit", sender), ("receiving_unit", receiver)):
            if unit is not None and not read.existed(unit, day):
                record.warn(column, "post_unit_not_there", name=read.names.get(unit, ""), day=day.isoformat())
            if unit is not None:
                record.values[column] = read.written.get(unit, "")
        if sender is not None and employer != sender:
            record.warn("sending_unit", "past_not_employed", unit=read.names.get(sender, ""), day=day.isoformat())

    def _entry(self, record: Record, held: Mapping[int, Sequence[Held]], context: Context) -> tuple[int, Days] | None:
        """Put together what the row says with what is recorded; refuse what cannot be so."""
        values, refs = record.values, record.refs
        if not {"worker", "sender", "receiver"} <= refs.keys() or "kind" not in values or "starts_on" not in values:
            return None
        there = next((each for each in held[refs["worker"]] if each.starts_on == values["starts_on"]), None)
        if there is not None and not there.imported:
            record.refuse("starts_on", "past_entered_here")
            return None
        if there is None:
            values.setdefault("evidence", str(context.params.get("evidence") or Evidence.NONE))
        row = there.row if there is not None else {}
        past_checks.papers(record, row)
        if record.refused:
            return None
        said = past_standing.entry_of(
            values, row, worker=refs["worker"], sender=refs["sender"], receiver=refs["receiver"]
        )
        stands = said.settled(context.today)
        if isinstance(stands, Fault):
            record.refuse(stands.column, stands.code, **stands.params)
            return None
        past_checks.outcome(record, stands)
        key = (refs["worker"], values["starts_on"])
        context.store["entries"][key] = said
        if there is not None:
            refs["assignment"] = there.pk
            context.store["held"][key], context.store["standing"][key] = there, there.row
        return refs["worker"], Days(record, said.starts_on, stands.ends_on, there.pk if there else None)

    def identity(self, record: Record) -> Hashable | None:
        if "worker" not in record.refs or "starts_on" not in record.values:
            return None
        return record.refs["worker"], record.values["starts_on"]

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        standing: Mapping[Hashable, Mapping[str, Any]] = context.store["standing"]
        return standing

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        for entry in entries:
            if entry.kind is RowKind.CHANGED and context.store["held"][entry.identity].confirmed:
                entry.refuse(entry.changes[0]["column"], "past_confirmed_already")

    # -------------------------------------------------------- writing

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        said, held = context.store["entries"], context.store["held"]
        new = [said[entry.identity] for entry in entries if entry.kind is RowKind.NEW]
        changed = [entry.identity for entry in entries if entry.kind is RowKind.CHANGED]
        past.take_on(new, by=context.actor)
        if changed:
            past.correct(
                {held[key].pk: said[key] for key in changed},
                versions={held[key].pk: held[key].version for key in changed},
                by=context.actor,
            )
        return {"taken_on": len(new), "corrected": len(changed)}

    # -------------------------------------------------------- giving out

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        rows = Assignment.objects.visible_to(context.actor).living().filter(origin="imported")
        if context.params.get("unit"):
            rows = rows.filter(sending_unit=context.params["unit"])
        elif context.actor.reach is Reach.UNIT:
            rows = rows.filter(sending_unit__in=context.actor.institution_ids)
        found = list(rows.select_related("worker").order_by("sort_key", "starts_on", "pk"))
        there = {each.sending_unit_id for each in found} | {each.receiving_unit_id for each in found}
        names = Institution.objects.filter(pk__in=there).named(context.today)
        written = past_standing.as_rows(found, names)
        for each in found:
            who = {"number": each.worker.number, "name": each.worker.name}
            yield who | written[each.pk]

    def next_step(self, context: Context) -> tuple[str, str] | None:
        return _("See past service"), reverse("assignments:past")

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Past service"), reverse("assignments:past")


def _own_unit(context: Context) -> int | None:
    """Return whose table it is: the unit it is collected from, or the actor's own."""
    if context.params.get("unit"):
        return int(context.params["unit"])
    return context.actor.institution_id if context.actor.reach is Reach.UNIT else None


def _schemes() -> list[Code]:
    """Return the two schemes that kinds are named after, and those that an adopted policy knows."""
    versions = PolicyVersion.objects.ever_adopted().order_by("pk").values_list("pk", flat=True)
    found = {code.value: code for code in words.KINDS if code.value in OF_ITS_OWN_NAME}
    for document in documents(versions).values():
        each = document.scheme
        found[each.code] = Code(each.code, each.names_zh[0], each.name_en, tuple(each.names_zh[1:]))
    return list(found.values())


PAST_ASSIGNMENTS = register(PastAssignments())
