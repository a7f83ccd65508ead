"""Two districts side by side: a member of every role on the own side, an object of every kind on both sides."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.test import Client

from assignments import services as assignments
from assignments.models import CorrectionRequest, Eligibility
from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, SYSTEM, Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Membership, Token
from deploy_admin.accounts.tokens import digest_of
from deploy_admin.audit import services as audit
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import BatchFile, Job, Notice, Upload, UploadBatch
from deploy_admin.people.models import HeldDocument, Recognition, RecordedEvent, ToldApart, TransferRequest
from deploy_admin.registry.models import CalendarYear, Institution
from deploy_admin.registry.services import calendar
from quotas import services as quotas
from quotas.models import Figure, ListedPerson, Quota, Release, ShortfallReason, UnitList
from tests import factories as make
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.inspections.walked import add_inspections
from tests.people.factories import a_licence, a_title, a_worker, away
from tests.permission_filing import add_filing
from tests.permission_months import add_feedback, add_months, add_released, add_scores, add_workbooks
from tests.permission_posts import add_posts
from tests.permission_support import add_support
from tests.policies.factories import a_draft, a_part, a_rule, a_text, an_adopted

OWN, FOREIGN = "own", "foreign"
CODES = {OWN: "500901", FOREIGN: "500902"}
#: What a column set asks for beside the file.
PARAMS: dict[str, dict[str, Any]] = {
    "figures": {"year": 2025, "measure": ""},
    "institutions": {"on": "2026-01-01"},
    "pairings": {},
    "programmes": {},
    "roster": {"unit": None},
    "promotions": {"year": 2024},
    "recruits": {"year": 2024},
    "past_assignments": {"unit": None, "kind": "", "evidence": "archive"},
    "past_leave": {"unit": None},
    "placements": {"campaign": None},
}
#: Sent in by the district's authority; everything else by the unit.
BY_DISTRICT = frozenset({"institutions", "pairings", "programmes", "placements"})
#: Collected from many units in collections.
COLLECTED = ("roster", "figures", "promotions", "recruits", "past_assignments", "past_leave")
#: Kinds whose rows hang on a person: the address names the person and the row.
OF_PERSON = frozenset({"employment", "title", "licence", "document", "unavailability", "recorded"})
#: Kinds whose rows hang on an assignment, as above.
OF_ASSIGNMENT = frozenset({"suspension", "task", "mentoring"})
#: Who sits at the hospital that sends, and who at the health centre that receives; the city's people sit with the
#: city, administrators nowhere, and everybody else with the district's authority.
SENDER_ROLES = frozenset({Role.SENDER_HR, Role.DEPLOYED_PERSON})
RECEIVER_ROLES = frozenset({Role.RECEIVER_CLERK, Role.RECEIVER_HEAD})
#: What the receiving unit has of its own: asked for in its people's walk where others ask for the hospital's.
OF_RECEIVER = {
    "institution": "receiver",
    "membership": "receivers_membership",
    "deployed": "receivers_deployed",
    "token": "receivers_token",
}
CITY_ROLES = frozenset({Role.CITY_OFFICER, Role.PERSONNEL_SECTION})


class World:
    """Everything the walk over the addresses asks for: members, objects, browsers, tokens."""

    def __init__(self) -> None:
        self.division = make.a_city()
        self.city = make.an_authority(self.division, "示范市卫生健康委员会", tier="municipal", affiliation="municipal")
        make.a_city_plan()
        self.sides: dict[str, SimpleNamespace] = {}
        self._side(OWN)
        self.members = {role: self._member(role) for role in Role}
        self._results(OWN, number="示范卫发〔2025〕1号")
        self._side(FOREIGN)
        self._results(FOREIGN, number="示范卫发〔2025〕2号")
        calendar.load(by=SYSTEM)
        for side in self.sides.values():
            side.calendar_year = CalendarYear.objects.get(year=2027)
            add_support(side)
            self._people(side)
            self._papers(side)
            add_posts(side)
            add_filing(side)
            add_months(side)
            add_released(side)
            add_feedback(side)
            add_workbooks(side)
            add_scores(side)
            add_inspections(side)
        assignments.refresh(on=clock.today(), by=SYSTEM)
        for side in self.sides.values():
            side.eligibility = Eligibility.objects.get(worker=side.person, clause_id="who")
        self._clients: dict[Role, Client] = {}

    def _side(self, name: str) -> None:
        """A district with its authority, its plan and a municipal hospital that stands in it."""
        side = self.sides[name] = SimpleNamespace(name=name)
        side.division = make.a_division(f"示范{name}区", code=CODES[name], parent=self.division)
        side.authority = make.an_authority(side.division)
        side.hospital = make.a_hospital(f"示范{name}医院", division=side.division)
        plan = make.DISTRICT_PLAN.replace("model-county-township", f"plan-{name}") % {"place": side.division.code}
        side.receiver = make.an_institution(
            f"示范{name}卫生院", division=side.division, kind="township_health_centre", tier="township", level=1
        )
        side.version = make.a_policy(plan)
        side.draft = a_draft(a_text(f"draft-{name}", CODES[name]))
        rule = a_rule(topic="county_township.who")
        side.rules = an_adopted(a_text(f"who-{name}", CODES[name], rule, section="eligibility"))
        owed = a_part("owed", target="title_application.associate_senior", service="{length: {at_least: 12 months}}")
        side.requirements = an_adopted(a_text(f"owed-{name}", CODES[name], owed, section="requirements"))
        make.promotions(side.hospital, 5)

    def _member(self, role: Role) -> Membership:
        own = self.sides[OWN]
        if role in ADMINISTRATORS:
            return a_membership(role)
        seats = dict.fromkeys(CITY_ROLES, self.city) | dict.fromkeys(SENDER_ROLES, own.hospital)
        seat = (seats | dict.fromkeys(RECEIVER_ROLES, own.receiver)).get(role, own.authority)
        return a_membership(role, seat, manages_unit=role not in {Role.DEPLOYED_PERSON, Role.AUDITOR})

    def _results(self, name: str, *, number: str) -> None:
        """Computed and released: the own side first, so that the supplement holds the foreign side's rows alone."""
        side = self.sides[name]
        side.run = make.computed()
        side.figure = Figure.objects.filter(institution=side.hospital).first()
        side.quota = make.quota_of(side.hospital, "physicians")
        side.total = Quota.objects.current().get(institution=side.authority)
        side.reason = ShortfallReason.objects.create(
            institution=side.hospital,
            scheme=side.quota.scheme,
            topic=side.quota.topic,
            period_start=side.quota.period_start,
            period_end=side.quota.period_end,
            text="示范原因",
            given_by_name="示范",
            given_at=clock.now(),
        )
        side.release = quotas.release(
            make.Y2025,
            scheme="municipal_county",
            number=number,
            released_on=date(2025, 12, 1),
            deciding_body="示范市卫生健康委员会",
            expected_run_id=side.run.pk,
            supplement_to=Release.objects.first(),
            by=MembershipActor(self.members[Role.CITY_OFFICER]),
        )
        side.released_quota = side.release.quotas.get(institution=side.hospital, clause_id="physicians")

    def _people(self, side: SimpleNamespace) -> None:
        """Somebody with a row of every kind, a second record of theirs, and a list on which they stand."""
        side.person = person = a_worker(f"示范{side.name}安", at=side.hospital)
        side.second = a_worker(f"示范{side.name}安", at=side.hospital)
        namesake = a_worker(f"示范{side.name}安", at=side.hospital)
        side.told_apart = ToldApart.objects.create(first=person, second=namesake, reason="并非一人")
        side.employment = person.employments.get()
        side.title = a_title(person)
        side.licence = a_licence(person)
        side.document = HeldDocument.objects.create(worker=person, name="示范证书")
        side.unavailability = away(person, valid_from=date(2026, 1, 1), valid_to=date(2026, 2, 1))
        paper = {"worker": person, "document": "示范文件", "recorded_by_name": "示范"}
        side.recorded = RecordedEvent.objects.create(kind="refused_deployment", happened_on=date(2020, 1, 1), **paper)
        served = {"served_from": date(2019, 1, 1), "served_to": date(2019, 12, 31)}
        side.recognition = Recognition.objects.create(kind="foreign_aid", **served, **paper)
        side.transfer_request = TransferRequest.objects.create(
            worker=person, from_institution=side.hospital, to_institution=side.receiver, first_day=date(2026, 12, 1)
        )
        year = {"period_start": make.Y2024.first, "period_end": make.Y2024.last, "kind": "promotions"}
        UnitList.objects.create(institution=side.hospital, **year)
        side.listed_person = ListedPerson.objects.create(
            institution=side.hospital,
            worker=person,
            title_code="232",
            happened_on=date(2024, 12, 20),
            entered_by_name="示范",
            entered_at=clock.now(),
            on_behalf_of=True,
            **year,
        )
        side.correction_request = CorrectionRequest.objects.create(worker=person, text="示范", asked_by_name="示范")
        own = side.name == OWN
        side.deployed = (
            self.members[Role.DEPLOYED_PERSON] if own else a_membership(Role.DEPLOYED_PERSON, side.hospital)
        )
        side.deployed.worker = person
        side.deployed.save(update_fields=["worker"])

    def _papers(self, side: SimpleNamespace) -> None:
        """What belongs to people: capacities, tokens, uploads, work, files, notices, events."""
        own = side.name == OWN
        side.hr = self.members[Role.SENDER_HR] if own else a_membership(Role.SENDER_HR, side.hospital)
        side.membership = a_membership(Role.SENDER_HR, side.hospital)
        side.receivers_membership = a_membership(Role.RECEIVER_CLERK, side.receiver)
        side.receivers_deployed = a_membership(Role.DEPLOYED_PERSON, side.receiver)
        side.token = Token.objects.create(
            name="示范系统",
            prefix=f"da{side.name}"[:12],
            digest=digest_of(side.name),
            institution=side.hospital,
            created_by=side.hr,
            scopes=["quotas.view"],
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=30),
        )
        side.receivers_token = Token.objects.create(
            name="示范考勤机",
            prefix=f"dr{side.name}"[:12],
            digest=digest_of(f"{side.name} receiver"),
            institution=side.receiver,
            created_by=side.receivers_membership,
            scopes=["months.view"],
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=30),
        )
        hr = MembershipActor(side.hr)
        side.event = audit.record(act="figures.entered", by=hr, on=side.hospital)
        side.file = jobs.store_file(
            name="示范.csv",
            content="单位\n".encode(),
            content_type="text/csv",
            by=hr,
            owner_institution_id=side.hospital.pk,
            kind="import.figures",
        )
        for key in PARAMS:
            sender = side.authority if key in BY_DISTRICT else side.hospital
            setattr(side, f"{key}_upload", self._upload(side, key, sender))
        for key in COLLECTED:
            batch = UploadBatch.objects.create(
                column_set=key, params=PARAMS[key], institution_id=side.authority.pk, created_by_name="示范"
            )
            setattr(side, f"{key}_batch", batch)
            file = BatchFile.objects.create(batch=batch, name="示范.csv", file=side.file, problem="unrecognised")
            setattr(side, f"{key}_batch_file", file)
        side.job = jobs.start(kind="import.plan", params={}, by=hr, title="示范")
        side.ended_job = Job.objects.create(
            kind="import.plan",
            title="示范",
            state="done",
            finished_at=clock.now(),
            created_by_id=hr.user_id,
            institution_id=side.hospital.pk,
        )
        key = f"job:{side.ended_job.pk}"
        jobs.notify(code="job.done", params={}, url="/", institution_id=None, roles=None, user_id=hr.user_id, key=key)
        side.notice = Notice.objects.get(key=key)

    def _upload(self, side: SimpleNamespace, column_set: str, institution: Institution) -> Upload:
        return Upload.objects.create(
            column_set=column_set,
            scope=f"{column_set}:{side.name}",
            params=PARAMS[column_set],
            file=side.file,
            sha256=side.file.sha256,
            state="planned",
            summary={},
            digest="0" * 64,
            institution_id=institution.pk,
            created_by_name="示范",
        )

    def browser_of(self, role: Role) -> Client:
        """Return a browser signed in as the role's member; a server's error is an answer, not an exception."""
        if role not in self._clients:
            self._clients[role] = signed_in(Client(raise_request_exception=False), self.members[role])
        return self._clients[role]

    def bearer_of(self, role: Role, scopes: list[str]) -> Client:
        """Return a machine with a token of the role's member, limited to these scopes."""
        member = self.members[role]
        secret = f"{role}:{','.join(scopes)}"
        Token.objects.create(
            name="示范系统",
            prefix="da000000",
            digest=digest_of(secret),
            institution=member.institution,
            created_by=member,
            scopes=scopes,
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=30),
        )
        return Client(raise_request_exception=False, headers={"Authorization": f"Token {secret}"})

    def key(self, kind: str, side: str, role: Role | None = None) -> int:
        """Return the key of the side's object of this kind; of their own unit's for the people of the receiver."""
        if role in RECEIVER_ROLES and side == OWN:
            kind = OF_RECEIVER.get(kind, kind)
        found: int = getattr(self.sides[side], "hospital" if kind == "institution" else kind).pk
        return found

    def arguments(self, kind: str | None, side: str, role: Role | None = None) -> Mapping[str, Any]:
        """Return the part of an address that names the side's object of this kind."""
        here = self.sides[side]
        match kind:
            case None:
                return {}
            case "profile":
                return {"pk": here.hospital.pk, "profile_pk": here.hospital.profile.pk}
            case "jurisdiction":
                return {"pk": here.authority.pk, "jurisdiction_pk": here.authority.jurisdictions.get().pk}
            case "statement":
                return {"institution": here.hospital.pk, "measure": "promoted_associate_chief", "period": "2024"}
            case "pair":
                return {"pk": here.person.pk, "other": here.second.pk}
            case "unit_list":
                return {"kind": "promotions", "institution": here.hospital.pk, "period": "2024"}
            case "standing":
                return {"pk": here.person.pk, "policy": here.rules.policy.slug, "clause": "who"}
            case "own_standing":
                return {"policy": here.rules.policy.slug, "clause": "who"}
            case "requirement":
                return {"pk": here.person.pk, "policy": here.requirements.policy.slug, "clause": "owed"}
            case "own_requirement":
                return {"policy": here.requirements.policy.slug, "clause": "owed"}
            case "policy":
                return {"slug": here.version.policy.slug}
            case "version" | "draft":
                version = getattr(here, kind)
                return {"slug": version.policy.slug, "revision": version.revision}
            case str() if kind in OF_PERSON:
                return {"pk": here.person.pk, "row": getattr(here, kind).pk}
            case "duty":
                return {"pk": here.campaign.pk, "unit": here.receiver.pk}
            case str() if kind in OF_ASSIGNMENT:
                row = getattr(here, kind)
                return {"pk": row.assignment_id, "row": row.pk}
            case "found_absent":
                return {"pk": here.inspection.pk, "assignment_pk": here.found_absent.assignment_id}
            case "open_finding":
                return {"pk": here.open_inspection.pk, "finding_pk": here.open_finding.pk}
            case str() if kind.endswith("_batch_file"):
                held = getattr(here, kind)
                return {"pk": held.batch_id, "file_pk": held.pk}
            case _:
                return {"pk": self.key(kind, side, role)}


@contextmanager
def undone(client: Client | None = None):
    """Let whatever a request writes be gone after it, cookies too, so that every request meets the same world."""
    cookies = {key: morsel.value for key, morsel in client.cookies.items()} if client else {}
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    if client:
        client.cookies.clear()
        client.cookies.load(cookies)
