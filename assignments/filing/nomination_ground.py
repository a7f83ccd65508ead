"""Everything that is known about the people of one nomination list, read at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cached_property

from django.db.models import Q

from assignments.destinations import Receivers
from assignments.filing.nomination_rows import NominationRow, campaign_days, possible_days
from assignments.filing.wishes import Wishable
from assignments.judging import Answer
from assignments.models import Assignment, FiledList, Nomination
from assignments.services.answering import judge_live
from assignments.services.person_checks import Stay
from assignments.services.placements import Frame
from assignments.states import CampaignState, LineState
from deploy_admin import clock
from deploy_admin.access import Actor
from deploy_admin.people.models import Employment, HealthWorker, Unavailability
from deploy_admin.policies.language import Target
from deploy_admin.policies.language.types import PolicyDocument
from deploy_admin.registry import succession
from deploy_admin.registry.models import Institution, InstitutionProfile
from quotas.reading import documents


class NominationGround:
    """What the checks of a nomination list ask. A constant number of queries for each first day that differs."""

    def __init__(self, rows: Sequence[NominationRow], filed: FiledList, by: Actor) -> None:
        self.rows, self.filed, self.by = list(rows), filed, by
        self.campaign = filed.campaign
        self.frame = Frame.of_campaign(filed.campaign)
        self.start, self.end = campaign_days(filed.campaign)
        ids = {row.worker_id for row in rows}
        self.people = HealthWorker.objects.living().visible_to(by).filter(pk__in=ids).in_bulk()
        self.posts: dict[int, list[Employment]] = defaultdict(list)
        for post in Employment.objects.filter(worker__in=ids).order_by("worker_id", "valid_from"):
            self.posts[post.worker_id].append(post)
        self.stays: dict[int, list[Stay]] = defaultdict(list)
        # Whom this campaign has placed already stands in nobody's way, least of all in the person's own.
        held = Assignment.objects.living().filter(worker__in=ids, ends_on__gte=self.start).order_by("starts_on")
        held = held.exclude(plan_line__nomination__campaign=filed.campaign)
        for stay in map(Stay._make, held.values_list("pk", "worker_id", "receiving_unit_id", "starts_on", "ends_on")):
            self.stays[stay.worker].append(stay)
        self.absences: dict[int, list[Unavailability]] = defaultdict(list)
        for away in Unavailability.objects.standing().filter(worker__in=ids).order_by("worker_id", "valid_from"):
            self.absences[away.worker_id].append(away)
        self.nominated = self._nominated(ids)
        self.wishable = Wishable(filed.campaign, filed.institution_id, by)
        wished = {unit for row in rows for unit in row.wishes}
        self.receivers = Receivers(wished, self.start)
        self.destinations = self.frame.destinations.standing(self.start)
        units = wished | {stay.receiver for stays in self.stays.values() for stay in stays}
        units |= {each.institution_id for others in self.nominated.values() for each in others}
        self.names = Institution.objects.filter(pk__in=units).named(clock.today())

    def days(self, n: int) -> tuple[date, date] | None:
        """Return the days of the term on which the row's person could go."""
        row = self.rows[n]
        return possible_days(self.campaign, row.possible_from, row.possible_to)

    def first(self, n: int) -> date:
        """Return the day for which the row is asked: the first possible one, or the campaign's."""
        days = self.days(n)
        return days[0] if days else self.start

    def post(self, n: int) -> Employment | None:
        """Return the post that the person of the row has on the first day."""
        first = self.first(n)
        for post in self.posts[self.rows[n].worker_id]:
            if post.valid_from <= first and (post.valid_to is None or first <= post.valid_to):
                return post
        return None

    def is_of_the_unit(self, post: Employment, day: date) -> bool:
        """Whether the post is on the account of the unit that nominates: its own, a branch's, a predecessor's."""
        unit = self._heirs.get((day, post.institution_id), post.institution_id)
        return unit == self.filed.institution_id or unit in self._branches

    def answers(self, n: int) -> Sequence[Answer]:
        """Return what the rules answer of the person on the first day."""
        return self._answers.get(self.first(n), {}).get(self.rows[n].worker_id, ())

    def document(self, version_id: int) -> PolicyDocument | None:
        """Return the text of a version that governs."""
        return self._documents.get(version_id)

    def _nominated(self, ids: set[int]) -> dict[int, list[Nomination]]:
        """Return where these people are nominated: in this campaign, and in other open ones."""
        rows = Nomination.objects.filter(worker__in=ids, state=LineState.STANDING)
        rows = rows.filter(Q(campaign=self.campaign) | Q(campaign__state=CampaignState.OPEN))
        found: dict[int, list[Nomination]] = defaultdict(list)
        for row in rows.select_related("campaign").order_by("pk"):
            found[row.worker_id].append(row)
        return found

    @cached_property
    def _by_day(self) -> dict[date, list[int]]:
        found: dict[date, list[int]] = defaultdict(list)
        for n, row in enumerate(self.rows):
            if row.worker_id in self.people:
                found[self.first(n)].append(n)
        return found

    @cached_property
    def _answers(self) -> dict[date, dict[int, list[Answer]]]:
        return {
            day: judge_live({self.rows[n].worker_id for n in rows}, day, [Target.DISPATCH])
            for day, rows in self._by_day.items()
        }

    @cached_property
    def _documents(self) -> dict[int, PolicyDocument]:
        said = (each for day in self._answers.values() for answers in day.values() for each in answers)
        return documents({each.clause.version_id for each in said if each.clause is not None})

    @cached_property
    def _heirs(self) -> dict[tuple[date, int], int]:
        found: dict[tuple[date, int], int] = {}
        for day, rows in self._by_day.items():
            posts = [post for n in rows if (post := self.post(n)) is not None]
            heirs = succession.standing_for({post.institution_id for post in posts}, day)
            found |= {(day, unit): heir for unit, heir in heirs.items()}
        return found

    @cached_property
    def _branches(self) -> frozenset[int]:
        rows = InstitutionProfile.objects.standing(self.start).filter(parent=self.filed.institution_id)
        return frozenset(rows.order_by().values_list("institution_id", flat=True))
