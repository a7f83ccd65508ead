"""Whether a unit may enter its list on a day: the campaign's window, more time given, a list that was sent back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from assignments.kinds import ListKind
from assignments.models import Campaign, FiledList
from assignments.states import LIST_OPEN, CampaignState, ListState


@dataclass(frozen=True, slots=True)
class Window:
    """How a list stands to its window: whether the unit may enter, whether it would be late, why, and the two days."""

    may_enter: bool
    is_late: bool
    #: open, returned, more_time; not_yet, closed, handed_in, campaign_not_open.
    code: str
    opens_on: date | None
    closes_on: date | None


def standing(
    window_from: date | None,
    window_to: date | None,
    today: date,
    campaign_state: str,
    list_state: str,
    exempt_until: date | None,
) -> Window:
    """Return how a list stands on the day. An end that is not said is open while the campaign is.

    What was sent back had been in time: it may be handed in again after the window.
    """
    more_time = exempt_until is not None and (window_to is None or exempt_until > window_to)
    closes_on = exempt_until if more_time else window_to

    def found(code: str, may_enter: bool = False, is_late: bool = False) -> Window:
        return Window(may_enter, is_late, code, window_from, closes_on)

    if campaign_state != CampaignState.OPEN:
        return found("campaign_not_open")
    if list_state not in LIST_OPEN:
        return found("handed_in")
    if window_from is not None and today < window_from:
        return found("not_yet")
    if window_to is None or today <= window_to:
        return found("open", may_enter=True)
    if list_state == ListState.RETURNED:
        return found("returned", may_enter=True)
    if exempt_until is not None and today <= exempt_until:
        return found("more_time", may_enter=True, is_late=True)
    return found("closed")


def days(campaign: Campaign, kind: str) -> tuple[date | None, date | None]:
    """Return the first and last day of the campaign's window for this kind of list."""
    if kind == ListKind.REQUESTS:
        return campaign.requests_from, campaign.requests_to
    return campaign.nominations_from, campaign.nominations_to


def of_list(filed: FiledList, today: date) -> Window:
    """Return how this list stands on the day; its campaign is read along."""
    return standing(*days(filed.campaign, filed.kind), today, filed.campaign.state, filed.state, filed.exempt_until)


def of_campaign(campaign: Campaign, kind: str, today: date) -> Window:
    """Return how a list stands that is not begun yet."""
    return standing(*days(campaign, kind), today, campaign.state, ListState.DRAFT, None)
