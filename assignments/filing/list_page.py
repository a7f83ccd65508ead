"""What the page of one list shows beside its lines, of either kind: how it stands, what may be done, what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assignments.filing import forms_requests as forms
from assignments.filing import papers, services_moving, sides, window
from assignments.kinds import ListKind
from assignments.models import FiledList, ListStep
from assignments.states import LIST_OPEN, LIST_SHAPES, CampaignState, ListState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.registry.models import Institution

#: What a step is called in “What happened”.
STEPS: Mapping[str, Promise] = {
    "begun": pgettext_lazy("list", "begun"),
    "taken_over": pgettext_lazy("list", "taken over by whom it is entered"),
    "scanned": pgettext_lazy("list", "another scan filed"),
    "saved": pgettext_lazy("list", "saved"),
    "nominated": pgettext_lazy("list", "people nominated"),
    "nomination_changed": pgettext_lazy("list", "a nomination changed"),
    "nominations_withdrawn": pgettext_lazy("list", "nominations withdrawn"),
    "submitted": pgettext_lazy("list", "submitted"),
    "entered_on_behalf": pgettext_lazy("list", "entered on the unit's behalf"),
    "taken_back": pgettext_lazy("list", "taken back"),
    "checked": pgettext_lazy("list", "checked by a second person"),
    "sent_back": pgettext_lazy("list", "sent back"),
    "reopened": pgettext_lazy("list", "approval taken back"),
    "approved": pgettext_lazy("list", "approved"),
    "exempted": pgettext_lazy("list", "more time given"),
    "struck": pgettext_lazy("list", "a line struck"),
    "restored": pgettext_lazy("list", "a line restored"),
}
#: How the window stands, for the unit.
WINDOWS: Mapping[str, Promise] = {
    "open": pgettext_lazy("list", "open"),
    "returned": pgettext_lazy("list", "sent back: may be handed in again"),
    "more_time": pgettext_lazy("list", "more time given"),
    "not_yet": pgettext_lazy("list", "not open yet"),
    "closed": pgettext_lazy("list", "window closed"),
    "handed_in": pgettext_lazy("list", "handed in"),
    "campaign_not_open": pgettext_lazy("list", "the campaign is not open"),
}
_KINDS = {"sent_back": "warn", "reopened": "warn", "struck": "warn", "approved": "ok"}


class ListPage:
    """One list as the actor may see and move it."""

    def __init__(self, filed: FiledList, actor: Actor, bound: Mapping[str, Any] | None = None) -> None:
        self.filed, self.actor, self.campaign = filed, actor, filed.campaign
        self.state = ListState(filed.state)
        self.today = clock.today()
        self.window = window.of_list(filed, self.today)
        self.bound = bound or {}

    @property
    def shape(self) -> str:
        return LIST_SHAPES[self.state]

    @property
    def window_words(self) -> str:
        return str(WINDOWS[self.window.code])

    @cached_property
    def unit(self) -> str:
        unit = self.filed.institution_id
        return Institution.objects.filter(pk=unit).named(self.today).get(unit, "")

    @property
    def is_own(self) -> bool:
        """Whether the actor is the unit itself."""
        return sides.is_the_unit(self.filed.institution_id, self.filed.kind, self.actor)

    @cached_property
    def _is_over(self) -> bool:
        return sides.is_over(self.campaign, self.filed.institution_id, self.filed.kind, self.actor)

    @cached_property
    def may(self) -> dict[str, bool]:
        """What the actor may do now; the services ask again."""
        filed, state = self.filed, self.state
        is_open = self.campaign.state == CampaignState.OPEN
        decides = is_open and sides.decides(self.campaign, self.actor)
        enters_now = services_moving.may_enter(filed, self.actor)
        enters = is_open and (self._is_over if filed.on_behalf else self.is_own)
        waits = state is ListState.TO_BE_CHECKED and is_open and self._is_over
        is_other = self.actor.user_id is None or filed.submitted_by_id != self.actor.user_id
        still = (
            filed.on_behalf
            or window.standing(
                *window.days(self.campaign, filed.kind),
                self.today,
                self.campaign.state,
                ListState.DRAFT,
                filed.exempt_until,
            ).may_enter
        )
        return {
            "enter": enters_now,
            "take_back": enters and still and state in (ListState.SUBMITTED, ListState.TO_BE_CHECKED),
            "check": waits and is_other,
            "own_entry": waits and not is_other,
            "send_back": (decides and state in (ListState.SUBMITTED, ListState.APPROVED)) or waits,
            "approve": decides and state is ListState.SUBMITTED,
            "more_time": decides and state in LIST_OPEN and not filed.on_behalf,
            "strike": decides and state in (ListState.SUBMITTED, ListState.APPROVED),
            "on_behalf": is_open and state in LIST_OPEN and not filed.on_behalf and self._is_over,
            "take_over": is_open and state in LIST_OPEN and filed.on_behalf and self.is_own,
        }

    @property
    def acts(self) -> bool:
        """Whether the authority's panel has anything in it."""
        return any(self.may[name] for name in ("check", "own_entry", "send_back", "approve", "more_time"))

    @property
    def move_url(self) -> str:
        """Where the unit hands in and takes back."""
        name = "request_list_move" if self.filed.kind == ListKind.REQUESTS else "nomination_list_move"
        return reverse(f"assignments:{name}", args=[self.filed.pk])

    @property
    def begin_url(self) -> str:
        """Where an authority begins to enter on behalf, and a unit takes its list over."""
        name = "request_list_new" if self.filed.kind == ListKind.REQUESTS else "nomination_list_new"
        return f"{reverse(f'assignments:{name}')}?campaign={self.campaign.pk}&unit={self.filed.institution_id}"

    @property
    def send_back_form(self) -> forms.ReasonForm:
        found: forms.ReasonForm = self.bound.get("send_back") or forms.ReasonForm(prefix="back")
        return found

    @property
    def more_time_form(self) -> forms.MoreTimeForm:
        found: forms.MoreTimeForm = self.bound.get("more_time") or forms.MoreTimeForm(prefix="time")
        return found

    @cached_property
    def steps(self) -> list[dict[str, Any]]:
        """What happened, the latest first; of many savings in a row the last one."""
        rows = list(ListStep.objects.filter(filed_list=self.filed).order_by("-recorded_at", "-pk"))
        shown = []
        for n, step in enumerate(rows):
            if step.act == "saved" and n and rows[n - 1].act == "saved":
                continue
            detail = " · ".join(str(part) for part in (step.recorded_by_name, _detail(step), step.reason) if part)
            text = STEPS.get(step.act, step.act)
            shown.append({"when": step.recorded_at, "text": text, "detail": detail, "kind": _KINDS.get(step.act, "")})
        return shown

    @cached_property
    def papers(self) -> Any:
        return papers.papers_of(self.filed, self.actor)

    @property
    def paper_url(self) -> str:
        return papers.issue_url(self.filed, self.actor)


def _detail(step: ListStep) -> str:
    if until := step.detail.get("until"):
        return str(_("until %(day)s") % {"day": until})
    return str(step.detail.get("named", ""))
