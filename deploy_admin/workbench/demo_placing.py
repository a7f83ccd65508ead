"""How the demonstration's campaigns are run: people who may go are found, placed, stated, met on the first day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle

from assignments.kinds import FilingBasis
from assignments.models import Assignment, Campaign
from assignments.services import arriving, campaigns, going, placing
from assignments.services.moving import Basis
from assignments.services.placing import Placement, Refused
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.people.models import Employment, HealthWorker, Unavailability
from deploy_admin.registry.models import Institution, InstitutionProfile
from deploy_admin.workbench.demo_bringing import actor_of
from deploy_admin.workbench.demo_campaigns import ROUNDS, Round

#: Warnings that an officer of the demonstration accepts.
ACCEPTED = frozenset(
    {
        "eligibility_undetermined", "exempt", "no_rule_speaks", "destination_unknown", "twelve_months_exactly",
        "another_receiver", "segment_too_short", "term_not_as_asked",
    }
)  # fmt: skip
#: Of these warnings a colleague without one is preferred.
DOUBTFUL = frozenset({"eligibility_undetermined", "exempt", "another_receiver"})
#: Of seven people one works in shifts and one six days a week.
PATTERNS = {5: "shift", 6: "six_day"}
GRASSROOTS = ("central_township_health_centre", "township_health_centre", "chsc")
HOSPITALS = ("general_hospital", "tcm_hospital", "maternal_child_hospital")


#: By unit, and whether physicians: how many go, and of whom they are chosen, in whose turn it is.
Candidates = Mapping[tuple[str, bool], tuple[int, Sequence[int]]]


@dataclass
class Year:
    """What the rounds share: the day, the units by name, and how often somebody went."""

    today: date
    units: dict[str, int]
    went: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def run(self) -> list[str]:
        """Run every round in its order; return what was done."""
        said = []
        for each in ROUNDS:
            campaign = self._opened(each)
            if not each.goes:
                said.append(f"{each.name}: {campaign.state}")
                continue
            placed = self._placed(each, campaign)
            self._begun(each, placed)
            if each.year < self.today.year and each.starts_on < self.today - timedelta(days=400):
                campaigns.close_campaign(campaign=campaign, by=actor_of(each.by))
            said.append(f"{each.name}: {len(placed)} people")
        return said

    # ------------------------------------------------------------ into the campaign

    def _opened(self, each: Round) -> Campaign:
        by = actor_of(each.by)
        authority = Institution.objects.get(pk=self.units[each.authority])
        campaign = campaigns.create_campaign(authority=authority, facts=each.facts(), by=by)
        return campaigns.open_campaign(campaign=campaign, by=by) if each.goes else campaign

    def _placed(self, each: Round, campaign: Campaign) -> list[Assignment]:
        """Place who went least often so far; whoever may not go gives way to the next colleague, until all fit."""
        by, candidates = actor_of(each.by), self._candidates(each)
        unfit: set[int] = set()
        doubtful: set[int] = set()
        while True:
            rows = self._rows(each, candidates, unfit, doubtful)
            accept = ACCEPTED if doubtful & {row.worker_id for row in rows} else ACCEPTED - DOUBTFUL
            try:
                placed = placing.place_all(rows, campaign=campaign, accept=accept, by=by)
            except Refused as refusal:
                for row, found in zip(rows, refusal.findings, strict=True):
                    codes = {one.code for one in found}
                    if codes - ACCEPTED:
                        unfit.add(row.worker_id)
                    elif codes & DOUBTFUL:
                        doubtful.add(row.worker_id)
                continue
            for one in placed:
                self.went[one.worker_id] += 1
            return placed

    def _rows(
        self, each: Round, candidates: Candidates, unfit: Collection[int], doubtful: Collection[int]
    ) -> list[Placement]:
        """Return those named, then of each unit as many as go: without doubt first."""
        rows, receivers = self._named(each), self._receivers(each)
        taken = {row.worker_id for row in rows}
        for (_sender, physician), (number, workers) in candidates.items():
            fit = [worker for worker in workers if worker not in unfit and worker not in taken]
            fit.sort(key=lambda worker: worker in doubtful)
            rows += [
                Placement(
                    worker_id=worker, receiving_unit_id=next(receivers[physician]),
                    term_months=each.months if physician else each.others_months,
                    roster_pattern=PATTERNS.get((len(rows) + n) % 7, "five_day"),
                    supervisor="示范·分管院长",
                )
                for n, worker in enumerate(fit[:number])
            ]  # fmt: skip
        return rows

    def _named(self, each: Round) -> list[Placement]:
        rows = []
        for sender, name, receiver in each.named:
            at = HealthWorker.objects.living().employed_at([self.units[sender]], each.starts_on).filter(name=name)
            worker = at.order_by("pk")[:1].get()
            rows.append(
                Placement(
                    worker_id=worker.pk, receiving_unit_id=self.units[receiver], term_months=each.months,
                    department="内科", supervisor="示范·方远",
                )
            )  # fmt: skip
        return rows

    def _candidates(self, each: Round) -> Candidates:
        """Return who is employed at each unit on the first day and not known to be away during the term."""
        senders = {self.units[goes.sender]: goes.sender for goes in each.goes}
        day = each.starts_on
        ends = day + timedelta(days=31 * each.months)
        away = Unavailability.objects.filter(valid_from__lte=ends).exclude(valid_to__lt=day)
        posts = (
            Employment.objects.filter(institution__in=senders, valid_from__lte=day)
            .exclude(valid_to__lt=day)
            .exclude(worker__in=away.values("worker"))
            .order_by("worker_id")
        )
        found: dict[tuple[str, bool], set[int]] = defaultdict(set)
        for worker, unit, category in posts.values_list("worker_id", "institution_id", "staff_category"):
            found[senders[unit], category == "physician"].add(worker)
        managed = set(HealthWorker.objects.filter(management_experience=True).values_list("pk", flat=True))

        def turn(worker: int) -> tuple[int, bool, int]:
            return self.went[worker], each.managers and worker not in managed, worker

        wanted = [
            (goes.sender, physician, number)
            for goes in each.goes
            for physician, number in ((True, goes.physicians), (False, goes.others))
            if number
        ]
        return {
            (sender, physician): (number, sorted(found[sender, physician], key=turn))
            for sender, physician, number in wanted
        }

    def _receivers(self, each: Round) -> dict[bool, Iterator[int]]:
        """Return who receives physicians and who receives others, each unit in its turn."""
        profiles = InstitutionProfile.objects.standing(each.starts_on).order_by("institution_id")
        if each.divisions:
            profiles = profiles.filter(division__code__in=each.divisions)
        grassroots = list(profiles.filter(kind__in=GRASSROOTS).values_list("institution_id", flat=True))
        hospitals = list(profiles.filter(kind__in=HOSPITALS, tier="county").values_list("institution_id", flat=True))
        first = [self.units[name] for name in each.first]
        everyone = _mixed(hospitals, grassroots) if each.to_hospitals else grassroots
        turn = sum(ord(letter) for letter in each.name) % max(len(everyone), 1)
        everyone = everyone[turn:] + everyone[:turn]
        return {
            True: _after(first, everyone),
            False: _after(first[::-1], hospitals if each.to_hospitals else everyone),
        }

    # ------------------------------------------------------------ to the first day

    def _begun(self, each: Round, placed: Sequence[Assignment]) -> None:
        """State of most that they go, and where the first day has come, that they came."""
        begins = each.starts_on <= self.today
        stated = list(placed[each.unstated :] if begins else placed[: len(placed) // 2])
        on = min(each.starts_on - timedelta(days=10), self.today)
        for actor, rows in self._by_account(stated, "sending_unit_id", each.by):
            going.state_suspensions(
                assignments=[row.pk for row in rows], on=on, by=actor,
                basis=Basis(document="暂停执业通知", document_number=f"示范停〔{each.year}〕{each.batch}号"),
            )  # fmt: skip
        if not begins:
            return
        why = "家中急事，报到日未到，已电话联系"
        exceptions: dict[int, date | str] = {row.pk: why for row in stated[: each.not_come]}
        for actor, rows in self._by_account(stated, "receiving_unit_id", each.by):
            arriving.confirm_arrivals(
                assignments=[row.pk for row in rows], on=each.starts_on, by=actor, exceptions=exceptions
            )
        self._filed(each, placed)

    def _filed(self, each: Round, placed: Iterable[Assignment]) -> None:
        """Record the multi-site filing of those it is due of; of this year's some are left over."""
        due = Assignment.objects.filter(pk__in=[row.pk for row in placed], filing_due_on__isnull=False)
        ids = list(due.order_by("pk").values_list("pk", flat=True))
        if each.year == self.today.year:
            ids = ids[3:]
        if ids:
            going.record_filings(
                assignments=ids, filing=FilingBasis.FILING, on=min(each.starts_on + timedelta(days=12), self.today),
                numbers={pk: f"示范备{each.year}{pk:04d}" for pk in ids}, by=actor_of(each.by),
            )  # fmt: skip

    def _by_account(
        self, rows: Iterable[Assignment], unit: str, otherwise: str
    ) -> list[tuple[MembershipActor, list[Assignment]]]:
        """Return the rows by who acts for their unit: its own account, else the authority's officer."""
        found: dict[str, list[Assignment]] = defaultdict(list)
        accounts = ACCOUNTS["sending_unit_id" if unit == "sending_unit_id" else "receiving_unit_id"]
        by_unit = {self.units[name]: username for name, username in accounts.items()}
        for row in rows:
            found[by_unit.get(getattr(row, unit), otherwise)].append(row)
        return [(actor_of(username), held) for username, held in found.items()]


#: Units with an account of their own.
ACCOUNTS = {
    "sending_unit_id": {"示范市第一医院": "yiyuan", "示范万州区人民医院": "renmin"},
    "receiving_unit_id": {"示范清溪镇中心卫生院": "qingxi"},
}


def _mixed(hospitals: Sequence[int], grassroots: Sequence[int]) -> list[int]:
    """Return hospitals and grassroots units by turns, until both have come."""
    mixed = []
    for n, unit in enumerate(grassroots):
        if n % 4 == 0 and n // 4 < len(hospitals):
            mixed.append(hospitals[n // 4])
        mixed.append(unit)
    return mixed


def _after(first: Sequence[int], rest: Sequence[int]) -> Iterator[int]:
    """Yield the first ones, then the rest for ever."""
    yield from first
    yield from cycle(rest)
