"""What the tables of requests and nominations have in common: which campaign, whose list, what a service said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assignments.filing import services_moving, sides
from assignments.importing import units
from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList
from assignments.states import CampaignState
from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.errors import RuleViolation
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Column, ColumnSet, Context
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import FileRefused, Record
from deploy_admin.registry.models import Institution

UNIT = "unit"

findings.register(
    {
        "list_refused": (
            gettext_lazy("is not taken as it is: %(message)s"),
            gettext_lazy("Mend this row, or change the list on its page."),
        ),
        "list_warned": (
            gettext_lazy("for your information: %(message)s"),
            gettext_lazy("Whoever confirms the plan accepts this knowingly."),
        ),
        "list_not_open": (
            gettext_lazy("the list of this unit is not open for you: %(message)s"),
            gettext_lazy("Take these rows out, or have the list opened first."),
        ),
        "list_no_campaign": (
            gettext_lazy("No open campaign is chosen."),
            gettext_lazy("Choose the campaign, then send the file in again."),
        ),
    }
)


class ListForm(forms.Form):
    """Into which campaign, and whose list; an authority that names no unit has a column for it in the table."""

    def __init__(self, data: Any, kind: ListKind, actor: Actor) -> None:
        super().__init__(data)
        rows = Campaign.objects.visible_to(actor).filter(state=CampaignState.OPEN).for_list()
        open_ones = [(each.pk, each.name) for each in rows]
        self.fields["campaign"] = forms.TypedChoiceField(
            label=gettext_lazy("Campaign"),
            coerce=int,
            choices=open_ones,
            initial=open_ones[0][0] if open_ones else None,
            help_text=gettext_lazy("Only open campaigns."),
        )
        own = _own_units(kind, actor)
        if own:
            self.fields["unit"] = forms.TypedChoiceField(
                label=gettext_lazy("Unit"),
                coerce=int,
                choices=own,
                initial=own[0][0],
                widget=forms.HiddenInput if len(own) == 1 else forms.Select,
            )
            if len(own) == 1 and data and "unit" not in data:
                self.data = {**{name: data[name] for name in data}, "unit": str(own[0][0])}
        else:
            self.fields["unit"] = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class FiledLists(ColumnSet):
    """A table of lines of filed lists: of one unit, or of many with a column for the unit, on their behalf."""

    namespace = "assignments"
    kind: ListKind
    #: Beside which column stands what a service says of the whole row.
    spokesman: str

    def asked(self, data: Any, actor: Actor) -> forms.Form:
        return ListForm(data, self.kind, actor)

    def scope(self, context: Context) -> str:
        return f"{self.key}:{context.params.get('campaign')}:{context.params.get('unit') or 'all'}"

    def lock(self, context: Context) -> str:
        return f"{self.key}:{context.params.get('campaign')}"

    def subtitle(self, context: Context) -> str:
        campaign, unit = campaign_of(context), unit_of(context)
        name = Institution.objects.filter(pk=unit).named(context.today).get(unit, "") if unit else ""
        return " ".join(filter(None, (name, campaign.name if campaign else "")))

    def lists(self, context: Context) -> Any:
        """Return the lists of the campaign that the table is about, as the actor sees them."""
        rows = FiledList.objects.visible_to(context.actor).filter(kind=self.kind, campaign=campaign_of(context))
        unit = unit_of(context)
        return rows.filter(institution=unit) if unit else rows

    def next_step(self, context: Context) -> tuple[str, str] | None:
        unit = unit_of(context)
        found = self.lists(context).first() if unit else None
        return (_("See the list"), found.get_absolute_url()) if found is not None else None

    # -------------------------------------------------------- reading

    def place(self, records: Sequence[Record], context: Context) -> Campaign:
        """Note of which unit each row is, and refuse the rows of units whose list is not open; return the campaign."""
        campaign = campaign_of(context)
        if campaign is None:
            raise FileRefused("list_no_campaign")
        read, own = units.Units(context), unit_of(context)
        for record in records:
            pk = own or read.find(record, UNIT, context.today)
            if pk is not None:
                record.refs["unit"] = pk
                if not own:
                    record.values[UNIT] = read.written[pk]
        context.store |= {"campaign": campaign, "written": read.written}
        self._check_open(records, campaign, context)
        return campaign

    def _check_open(self, records: Sequence[Record], campaign: Campaign, context: Context) -> None:
        """Ask the services whether each unit's list may be entered, and take it back."""
        for unit, rows in by_unit(records, lambda record: record).items():
            try:
                with transaction.atomic():
                    self.opened(campaign, unit, context)
                    transaction.set_rollback(True)
            except RuleViolation as refusal:
                for record in rows:
                    column = UNIT if UNIT in record.places else self.spokesman
                    record.refuse(column, "list_not_open", message=str(refusal.message))

    def opened(self, campaign: Campaign, unit: int, context: Context) -> FiledList:
        """Return the unit's list, begun where there is none, held to be written on."""
        on_behalf = not sides.is_the_unit(unit, self.kind, context.actor)
        institution = Institution.objects.get(pk=unit)
        held = services_moving.open_list(
            campaign=campaign, institution=institution, kind=self.kind, on_behalf=on_behalf, by=context.actor
        )
        return services_moving.take_to_enter(filed=held, version=None, by=context.actor)

    def tried(self, entries: Sequence[Entry], context: Context) -> None:
        """Have what each unit's rows would write written, say what the services refuse, and take it all back."""
        campaign: Campaign = context.store["campaign"]
        for unit, rows in by_unit(entries, lambda entry: entry.record).items():
            with transaction.atomic():
                try:
                    with transaction.atomic():
                        self.write(self.opened(campaign, unit, context), rows, context)
                except RuleViolation as refusal:
                    self.blame(rows, refusal)
                transaction.set_rollback(True)

    def blame(self, rows: Sequence[Entry], refusal: RuleViolation) -> None:
        """Say beside the rows what the service said; where it does not say of which, beside all of them."""
        for entry in rows:
            entry.refuse(self.spokesman, "list_refused", message=str(refusal.message))

    def write(self, filed: FiledList, entries: Sequence[Entry], context: Context) -> None:
        """Write one unit's new and changed rows through the services."""
        raise NotImplementedError

    def written(self, entries: Sequence[Entry], context: Context) -> dict[str, Any]:
        """Write every unit's rows, all or none; return what was done."""
        found = by_unit(entries, lambda entry: entry.record)
        for unit, rows in sorted(found.items()):
            self.write(self.opened(context.store["campaign"], unit, context), rows, context)
        return {"lists": len(found), "lines": len(entries)}


def unit_column(context: Context, help_text: Any = "") -> tuple[Column, ...]:
    """Return the column for the unit; none where the table is one unit's."""
    if unit_of(context):
        return ()
    return (
        Column(
            UNIT, "单位", "Unit", aliases=("单位名称", "机构名称", "机构", "填报单位", "报送单位"), required=True,
            width=28, help=help_text or gettext_lazy("Name or social credit code."), example="示范镇卫生院（示范）",
        ),
    )  # fmt: skip


def campaign_of(context: Context) -> Campaign | None:
    """Return the open campaign that the file is for."""
    rows = Campaign.objects.visible_to(context.actor).filter(state=CampaignState.OPEN)
    return rows.filter(pk=context.params.get("campaign") or 0).select_related("authority").first()


def unit_of(context: Context) -> int | None:
    """Return the unit whose list it is; None: the rows say."""
    unit = context.params.get("unit")
    return int(unit) if unit else None


def by_unit(rows: Iterable[Any], record_of: Callable[[Any], Record]) -> Mapping[int, list[Any]]:
    """Return the rows by their unit, those left out of which none is known."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if (unit := record_of(row).refs.get("unit")) is not None:
            found[unit].append(row)
    return found


def joined(words: Iterable[str]) -> str:
    """Return several words as one cell holds them."""
    return "、".join(words)


def parted(text: str) -> tuple[str, ...]:
    """Return the words of one cell, each once."""
    for sign in ("，", ",", ";", "；", "/", "／", "\n"):
        text = text.replace(sign, "、")
    return tuple(dict.fromkeys(word for part in text.split("、") if (word := part.strip())))


def _own_units(kind: ListKind, actor: Actor) -> list[tuple[int, str]]:
    """Return the actor's own units, where it comes as a unit."""
    if actor.reach is not Reach.UNIT:
        return []
    names = Institution.objects.filter(pk__in=actor.institution_ids).named(clock.today())
    own = [(pk, names[pk]) for pk in names if sides.is_the_unit(pk, kind, actor)]
    return sorted(own, key=lambda each: (each[0] != actor.institution_id, each[1]))
