"""At the post: who is told of illness and family, what a receiving unit knows of a person, what one sees oneself."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assignments.models import IssuedPaper, Leave, ServiceCredit
from assignments.services import crediting, ending, papers
from assignments.services.paper_drafts import Chosen, PaperKind
from deploy_admin.access import SYSTEM, Role
from deploy_admin.audit.models import Event
from deploy_admin.jobs.models import Notice
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.leave.world import a_place, another_unit, posted
from tests.assignments.postings import CITY_OFFICER, TODAY, a_leave, on_post
from tests.people.factories import a_worker
from tests.registry.factories import an_authority, an_institution

pytestmark = pytest.mark.django_db
#: In words and as a code.
MATERNITY = ("产假", "maternity", "Maternity")
#: Told every kind: the own units, the authority that acts for them, and the person.
TOLD = ("hr", "clerk", "head", "district", "city")
#: Of the district, and told days and extension only.
UNTOLD = ("primary", "medical", "finance", "auditor")


class World:
    """One person on post with a filed maternity leave; another unit, another district, and everybody who looks."""

    def __init__(self) -> None:
        self.place = place = a_place()
        self.elsewhere = another_unit(place)
        self.worker = a_worker("示范孕", at=place.hospital)
        on_post(
            self.worker, sender=place.hospital, receiver=self.elsewhere, starts_on=date(2024, 3, 10), state="returned"
        )
        self.posted = posted(place, worker=self.worker)
        filed = {"filed_on": date(2026, 5, 2), "filing_number": "示备〔2026〕9号", "filed_by_name": "示范经办"}
        self.leave = a_leave(self.posted, date(2026, 5, 4), date(2026, 5, 15), kind="maternity", **filed)
        ending.recompute([self.posted.pk], by=SYSTEM)
        crediting.refresh([self.worker.pk], on=TODAY, by=SYSTEM)
        self.posted.refresh_from_db()
        commission = an_authority(place.city, "示范市卫生健康委员会", tier="municipal", affiliation="municipal")
        far = an_institution(division=place.second)
        self.desks = {
            "hr": (Role.SENDER_HR, place.hospital),
            "clerk": (Role.RECEIVER_CLERK, place.centre),
            "head": (Role.RECEIVER_HEAD, place.centre),
            "district": (Role.DISTRICT_OFFICER, place.authority),
            "city": (Role.CITY_OFFICER, commission),
            "primary": (Role.PRIMARY_HEALTH_SECTION, place.authority),
            "medical": (Role.MEDICAL_ADMINISTRATION_SECTION, place.authority),
            "finance": (Role.FINANCE_SECTION, place.authority),
            "auditor": (Role.AUDITOR, place.authority),
            "other_clerk": (Role.RECEIVER_CLERK, an_institution(division=place.town)),
            "other_hr": (Role.SENDER_HR, far),
            "other_district": (Role.DISTRICT_OFFICER, an_authority(place.second)),
        }
        self.browsers = {name: signed_in(Client(), a_membership(*seat)) for name, seat in self.desks.items()}
        self.browsers["deployed"] = self.deployed(self.worker)
        self.browsers["colleague"] = self.deployed(a_worker(at=place.hospital))

    def deployed(self, worker: Any) -> Client:
        member = a_membership(Role.DEPLOYED_PERSON, self.place.hospital)
        member.worker = worker
        member.save(update_fields=["worker"])
        return signed_in(Client(), member)

    def addresses(self) -> dict[str, str]:
        """Return every page and answer that speaks of the assignment or its leave."""
        pk, leave = self.posted.pk, self.leave.pk
        api = "/api/v1"
        found = {
            name: reverse(f"assignments:{name}", args=args)
            for name, args in {
                "leaves": (), "leave": (leave,), "absences": (), "assignments": (), "assignment": (pk,),
                "assignment_why": (pk,), "credits": (), "credit": (pk,), "papers": (), "campaigns": (), "past": (),
                "inspections": (), "both_ends": (), "obligations": (), "counted": (), "count_choose": (pk,),
            }.items()
        }  # fmt: skip
        found |= {f"{name}.csv": f"{found[name]}?export=csv" for name in ("leaves", "assignments", "credits")}
        found |= {f"{name} by kind": f"{found[name]}?kind=maternity" for name in ("leaves",)}
        found |= {"home": reverse("workbench:home"), "search": f"{reverse('workbench:search')}?q=示范孕"}
        for name in ("assignments", "leave", "credits"):
            key = {"assignments": pk, "leave": leave, "credits": ServiceCredit.objects.get(assignment=pk).pk}[name]
            found |= {f"api {name}": f"{api}/{name}/", f"api {name} one": f"{api}/{name}/{key}/"}
        return found

    def said(self, who: str) -> dict[str, str]:
        """Return what each address says to somebody, the offers of forms apart; nothing where it is refused."""
        answers = {}
        for name, url in self.addresses().items():
            answer = self.browsers[who].get(url)
            assert answer.status_code in {200, 403, 404}, (name, answer.status_code)
            if answer.status_code == 200:
                content = b"".join(answer.streaming_content) if answer.streaming else answer.content
                answers[name] = re.sub(r"(?s)<select.*?</select>", "", content.decode("utf-8", "ignore"))
        return answers


@pytest.fixture
def world():
    return World()


def naming(answers: dict[str, str], *words: str) -> list[str]:
    return sorted(name for name, text in answers.items() if any(word in text for word in words))


@pytest.mark.parametrize("who", TOLD)
def test_the_own_units_and_their_authority_are_told_what_leave_it_was(world, who):
    assert {"leaves", "leave", "leaves.csv"} <= set(naming(world.said(who), *MATERNITY))


@pytest.mark.parametrize("who", [*TOLD, *UNTOLD])
def test_rest_tells_nobody_what_leave_it_was(world, who):
    told = {name: text for name, text in world.said(who).items() if name.startswith("api ")}
    assert {"api leave", "api leave one", "api assignments one"} <= set(told)
    assert naming(told, *MATERNITY) == []
    assert '"private"' in told["api leave one"]


@pytest.mark.parametrize("who", UNTOLD)
def test_others_of_the_district_are_told_days_and_not_why(world, who):
    answers = world.said(who)
    assert naming(answers, *MATERNITY) == ["leaves by kind"] or naming(answers, *MATERNITY) == []
    assert "2026-05-04" in answers["leave"]
    assert "示范孕" in answers["leaves"]


@pytest.mark.parametrize("who", UNTOLD)
def test_asking_by_kind_is_no_oracle(world, who):
    """Whoever is not told the kind finds the same rows whichever kind stands in the address."""
    browser = world.browsers[who]
    for base in (reverse("assignments:leaves"), "/api/v1/leave/"):
        found = [
            browser.get(base, {"kind": kind}).content.decode().count("示范孕" if base.startswith("/l") else '"id"')
            for kind in ("maternity", "sick")
        ]
        assert found[0] == found[1] > 0


@pytest.mark.parametrize("who", ["other_clerk", "other_hr", "other_district", "colleague"])
def test_nobody_else_learns_of_the_person_at_all(world, who):
    answers = {name: text for name, text in world.said(who).items() if name != "search"}
    assert naming(answers, "示范孕", *MATERNITY, world.worker.number) in ([], ["leaves by kind"])
    assert not {"leave", "assignment", "assignment_why", "credit", "api leave one"} & set(answers)


def test_the_record_and_the_notes_tell_no_kind(world):
    """Whoever reads the audit record, or what waits for others, does not learn who expects a child."""
    own = {"kind": "maternity", "first_day": "2026-12-07", "last_day": "2026-12-11"}
    assert world.browsers["deployed"].post(reverse("assignments:my_leave"), own).status_code == 302
    asked = Leave.objects.latest("pk")
    said = {"version": asked.version, "remark": ""}
    approve = reverse("assignments:leave_approve", args=[asked.pk])
    assert world.browsers["head"].post(approve, said).status_code == 302
    acts = Event.objects.filter(act__startswith="assignments.")
    assert {"assignments.leave_asked", "assignments.leave_approved"} <= set(acts.values_list("act", flat=True))
    written = [str(detail) for detail in acts.values_list("detail", flat=True)]
    written += [str(params) for params in Notice.objects.values_list("params", flat=True)]
    assert [text for text in written if any(word in text for word in MATERNITY)] == []


@pytest.mark.parametrize("who", ["clerk", "head"])
def test_a_receiving_unit_knows_name_title_and_sender_and_nothing_else_of_the_person(world, who):
    """Neither numbers nor masks, nor where else the person has been."""
    answers = world.said(who)
    assert "示范孕" in answers["assignment"]
    other = world.elsewhere.profile.name
    hidden = (world.worker.number, world.worker.id_masked, other)
    assert naming(answers, *hidden) == []


def test_a_person_sees_the_own_service_and_nobody_elses(world):
    mine = {
        name: world.browsers["deployed"].get(reverse(f"assignments:{name}")).content.decode()
        for name in ("my_service", "my_leave")
    }
    assert "产假" in mine["my_leave"]
    colleague = world.browsers["colleague"]
    for name, args in {
        "my_why": [world.posted.pk],
        "my_credit": [world.posted.pk],
        "assignment": [world.posted.pk],
        "leave": [world.leave.pk],
    }.items():
        assert colleague.get(reverse(f"assignments:{name}", args=args)).status_code in {403, 404}, name
    for name in ("my_service", "my_leave"):
        text = colleague.get(reverse(f"assignments:{name}")).content.decode()
        assert "示范孕" not in text
        assert world.place.centre.profile.name not in text


class TestPapers:
    """A receipt names kinds of leave, a list names colleagues."""

    @pytest.fixture
    def receipt(self, world) -> IssuedPaper:
        chosen = Chosen(kind=PaperKind.LEAVE_RECEIPT, leave_ids=frozenset([world.leave.pk]))
        return papers.issue(chosen=chosen, dated_on=TODAY, by=CITY_OFFICER)[0]

    @pytest.fixture
    def notice(self, world) -> IssuedPaper:
        colleague = on_post(a_worker("示范同", at=world.place.hospital), receiver=world.elsewhere)
        ids = frozenset([world.posted.pk, colleague.pk])
        chosen = Chosen(kind=PaperKind.DISPATCH_NOTICE, assignment_ids=ids)
        return papers.issue(chosen=chosen, dated_on=TODAY, by=CITY_OFFICER)[0]

    def status(self, world, who: str, paper: IssuedPaper) -> list[int]:
        files = [reverse("jobs:download", args=[pk]) for pk in (paper.pdf_id, paper.docx_id)]
        return [world.browsers[who].get(url).status_code for url in (paper.get_absolute_url(), *files)]

    def test_the_receipt_is_read_by_those_who_are_told_the_kind(self, world, receipt):
        for who in ("clerk", "head", "hr", "district", "city", "deployed"):
            assert self.status(world, who, receipt)[0] == 200, who
        for who in UNTOLD:
            page = world.browsers[who].get(receipt.get_absolute_url())
            assert not any(word in page.content.decode() for word in MATERNITY), who
            assert self.status(world, who, receipt)[1:] == [404, 404], who

    def test_a_list_with_colleagues_is_not_the_persons(self, world, notice):
        assert self.status(world, "deployed", notice) == [404, 404, 404]
        assert self.status(world, "colleague", notice) == [404, 404, 404]

    def test_a_receiving_unit_reads_its_own_rows_of_a_list(self, world, notice):
        page = world.browsers["clerk"].get(notice.get_absolute_url()).content.decode()
        assert "示范孕" in page
        assert "示范同" not in page
        assert self.status(world, "clerk", notice)[1:] == [404, 404]
