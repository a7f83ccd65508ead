"""The list of campaigns: the rows an actor asked for, with how many people each has; the same for page and export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from assignments.filters.campaigns import CampaignFilter
from assignments.kinds import Kind
from assignments.models import Assignment, Campaign
from assignments.models.campaigns import CampaignQuerySet
from assignments.states import COMING, RUNNING, CampaignState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.registry.models import Institution
from quotas.reading import scheme_names

SHAPES = {
    CampaignState.DRAFT: "und",
    CampaignState.OPEN: "ok",
    CampaignState.CLOSED: "mute",
    CampaignState.WITHDRAWN: "mute",
}


class CampaignList:
    """One look at the list: filters from the address, rows by the page."""

    def __init__(self, data: Mapping[str, str], actor: Actor) -> None:
        self.actor = actor
        self.today = clock.today()
        self.data = {key: value for key, value in data.items() if value}
        self.visible: CampaignQuerySet = Campaign.objects.visible_to(actor)
        self.filter = CampaignFilter(self.data, queryset=self.visible)
        if not self.filter.form.is_valid():
            # An address can say anything; what cannot be asked is not asked.
            self.data = {key: value for key, value in self.data.items() if key not in self.filter.form.errors}
            self.filter = CampaignFilter(self.data, queryset=self.visible)

    @property
    def asked(self) -> bool:
        """Whether anything narrows the list."""
        return any(name in self.data for name in self.filter.filters)

    @cached_property
    def rows(self) -> CampaignQuerySet:
        """The rows in order; withdrawn ones only where they are asked for."""
        found: CampaignQuerySet = self.filter.qs
        return (found if self.data.get("state") else found.living()).for_list()

    @cached_property
    def chips(self) -> list[dict[str, Any]]:
        """The states that have any campaign."""
        form = self.filter.form
        form.is_valid()
        without = CampaignFilter({k: v for k, v in self.data.items() if k != "state"}, queryset=self.visible).qs
        counts = dict(without.order_by().values_list("state").annotate(n=Count("pk")))
        return [
            {"value": state.value, "label": state.label, "count": counts[state], "shape": shape}
            for state, shape in SHAPES.items()
            if counts.get(state)
        ]

    @cached_property
    def choices(self) -> dict[str, Any]:
        """What the filters offer."""
        held = list(self.visible.order_by().values_list("year", "scheme").distinct())
        names = scheme_names()
        return {
            "years": [(year, year) for year in sorted({year for year, _scheme in held}, reverse=True)],
            "schemes": sorted((scheme, names.get(scheme, scheme)) for scheme in {s for _year, s in held} if scheme),
            "kinds": Kind.choices,
        }

    @staticmethod
    def scheme_name(scheme: str) -> str:
        """Return what the scheme is called; nothing for support beside the schemes."""
        return scheme_names().get(scheme, scheme) if scheme else ""

    def lines(self, campaigns: Sequence[Campaign]) -> list[dict[str, Any]]:
        """Return these campaigns with their words and numbers. Four queries for any number."""
        names = Institution.objects.filter(pk__in={each.authority_id for each in campaigns}).named(self.today)
        schemes = scheme_names()
        people = (
            Assignment.objects.visible_to(self.actor).living().filter(campaign__in=[each.pk for each in campaigns])
        )
        counted = (
            people.order_by()
            .values_list("campaign")
            .annotate(
                placed=Count("pk"),
                coming=Count("pk", filter=Q(state__in=COMING)),
                there=Count("pk", filter=Q(state__in=RUNNING)),
            )
        )
        numbers = {pk: (placed, coming, there) for pk, placed, coming, there in counted}
        return [
            {
                "campaign": each,
                "authority": names.get(each.authority_id, ""),
                "scheme": schemes.get(each.scheme, each.scheme),
                "kind": each.get_kind_display(),
                "state": each.get_state_display(),
                "shape": SHAPES[CampaignState(each.state)],
                "placed": numbers.get(each.pk, (0, 0, 0))[0],
                "coming": numbers.get(each.pk, (0, 0, 0))[1],
                "there": numbers.get(each.pk, (0, 0, 0))[2],
            }
            for each in campaigns
        ]

    def export(self) -> tuple[list[str], list[list[Any]]]:
        """Return head and rows of exactly what is shown, all pages."""
        head = [
            _("Campaign"), _("Year"), _("Batch"), _("Scheme"), _("Kind"), _("Competent authority"), _("State"),
            _("Planned number"), _("Placed"), _("Coming"), _("On post"), _("Reporting day"), _("First day"),
        ]  # fmt: skip
        return head, [
            [
                line["campaign"].name, line["campaign"].year, line["campaign"].batch, line["scheme"], line["kind"],
                line["authority"], line["state"], line["campaign"].planned_number, line["placed"], line["coming"],
                line["there"], line["campaign"].reporting_on, line["campaign"].starts_on,
            ]
            for line in self.lines(list(self.rows))
        ]  # fmt: skip
