"""Whose record a deployed person sees: linked by the unit, one account each, followed through merges and transfers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts import tasks
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Membership, User
from deploy_admin.accounts.services import members, workers
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.people import services
from deploy_admin.people.models import HealthWorker
from tests.accounts.factories import a_membership, a_user, an_actor, signed_in
from tests.people.factories import a_worker, an_employment
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db
ADD = "/accounts/members/add/"


def refused(code: str):
    return pytest.raises(RuleViolation, check=lambda refusal: refusal.code == code)


@pytest.fixture
def unit():
    return an_institution()


@pytest.fixture
def manager(unit):
    return an_actor(Role.SENDER_HR, unit, manages_unit=True)


def deployed(unit, worker=None, **more) -> Membership:
    membership = a_membership(Role.DEPLOYED_PERSON, unit, **more)
    if worker is not None:
        membership.worker = worker
        membership.save(update_fields=["worker"])
    return membership


def moved(worker, to, on) -> None:
    now = worker.employments.get(is_current=True)
    now.valid_to, now.ended_as = on - timedelta(days=1), "transferred"
    now.save()
    an_employment(worker, to, valid_from=on, began_as="transferred")


class TestLinking:
    def test_the_units_manager_says_who_it_is_and_the_person_then_sees_that_record(self, unit, manager):
        worker, other = a_worker(at=unit), a_worker(at=unit)
        membership = deployed(unit)
        assert MembershipActor(membership).worker_id is None
        assert not HealthWorker.objects.visible_to(MembershipActor(membership)).exists()
        members.link_worker(membership=membership, worker=worker, by=manager)
        actor = MembershipActor(Membership.objects.get(pk=membership.pk))
        assert list(HealthWorker.objects.visible_to(actor)) == [worker] != [other]
        event = Event.objects.get(act="member.linked")
        assert event.detail["worker"] == worker.pk

    def test_not_somebody_of_another_unit_nor_somebody_who_left(self, unit, manager):
        membership = deployed(unit)
        left = a_worker(at=unit, post={"valid_to": clock.today() - timedelta(days=1)})
        for worker in (a_worker(), left):
            with refused("worker_of_another_unit"):
                members.link_worker(membership=membership, worker=worker, by=manager)

    def test_not_in_another_capacity(self, unit, manager):
        clerk = a_membership(Role.RECEIVER_CLERK, unit)
        with refused("worker_of_another_role"):
            members.link_worker(membership=clerk, worker=a_worker(at=unit), by=manager)

    def test_not_by_a_manager_who_sees_no_people(self, unit):
        clerk = an_actor(Role.RECEIVER_CLERK, unit, manages_unit=True)
        with refused("worker_of_another_unit"):
            members.link_worker(membership=deployed(unit), worker=a_worker(at=unit), by=clerk)

    def test_not_for_another_unit_and_not_ones_own(self, unit, manager):
        elsewhere = an_institution()
        with refused("not_your_unit"):
            members.link_worker(membership=deployed(elsewhere), worker=a_worker(at=elsewhere), by=manager)
        own = deployed(unit, user=manager.membership.user)
        with refused("own_membership"):
            members.link_worker(membership=own, worker=a_worker(at=unit), by=manager)

    def test_an_officer_links_for_the_units_in_reach(self):
        district = a_division()
        unit, officer = an_institution(division=district), an_actor(Role.DISTRICT_OFFICER, an_authority(district))
        worker = a_worker(at=unit)
        assert members.link_worker(membership=deployed(unit), worker=worker, by=officer).worker == worker

    def test_one_account_for_one_person_at_a_time(self, unit, manager):
        worker = a_worker(at=unit)
        deployed(unit, worker, valid_to=clock.today() - timedelta(days=1))
        first, second = deployed(unit), deployed(unit)
        members.link_worker(membership=first, worker=worker, by=manager)
        with refused("worker_twice"):
            members.link_worker(membership=second, worker=worker, by=manager)

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten(self, unit, manager):
        membership = deployed(unit)
        members.link_worker(membership=membership, worker=a_worker(at=unit), version=membership.version, by=manager)
        with pytest.raises(Conflict):
            members.link_worker(membership=membership, worker=None, version=membership.version, by=manager)

    def test_taking_somebody_back_links_the_same_person_again(self, unit, manager):
        worker = a_worker(at=unit)
        ended = deployed(unit, worker, valid_to=clock.today() - timedelta(days=10))
        assert members.resume_membership(membership=ended, by=manager).membership.worker == worker


class TestNaming:
    def test_by_number_by_name_and_by_initials(self, unit, manager):
        worker = a_worker("示范欧阳静", at=unit)
        a_worker("示范欧阳明", at=unit)
        people = workers.people_of(unit, manager)
        for text in (worker.number, worker.number.lower(), " 示范欧阳静 "):
            assert workers.worker_named(text, people) == worker

    def test_several_are_listed_with_their_numbers(self, unit, manager):
        both = [a_worker("示范同名", at=unit) for _number in range(2)]
        with refused("worker_ambiguous") as refusal:
            workers.worker_named("示范同名", workers.people_of(unit, manager))
        assert all(worker.number in refusal.value.message for worker in both)

    def test_nobody_of_another_unit_is_named(self, unit, manager):
        stranger = a_worker("示范外人")
        with refused("worker_unknown"):
            workers.worker_named(stranger.number, workers.people_of(unit, manager))


class TestPages:
    @pytest.fixture
    def browser(self, client, manager):
        return signed_in(client, manager.membership)

    def add(self, browser, unit, **more):
        fields = {
            "name": "示范许清和", "username": "xu.qinghe", "institution": unit.pk, "role": "deployed_person",
            "valid_from": clock.today().isoformat(),
        }  # fmt: skip
        return browser.post(ADD, fields | more)

    def test_a_new_deployed_person_is_a_health_worker_of_the_unit(self, browser, unit):
        worker = a_worker(at=unit)
        answer = self.add(browser, unit)
        assert answer.status_code == 422
        assert answer.context["form"].errors["worker"]
        assert not User.objects.filter(username="xu.qinghe").exists()
        assert self.add(browser, unit, worker=worker.number).status_code == 200
        assert Membership.objects.get(user__username="xu.qinghe").worker == worker

    def test_nobody_else_is(self, browser, unit):
        answer = self.add(browser, unit, role="receiver_clerk", worker=a_worker(at=unit).number)
        assert answer.status_code == 422

    def test_the_page_says_who_is_not_linked_and_offers_to_link(self, browser, unit):
        membership, worker = deployed(unit), a_worker(at=unit)
        page = reverse("accounts:member", args=[membership.pk])
        link = reverse("accounts:member_worker", args=[membership.pk])
        assert link in browser.get(page).content.decode()
        assert browser.get(reverse("accounts:members")).content.decode().count("st-warn") == 1
        form = {"worker": "没有这个人", "version": membership.version}
        assert browser.post(link, form).status_code == 422
        assert browser.post(link, form | {"worker": worker.name})["Location"] == page
        assert worker.number in browser.get(page).content.decode()
        membership.refresh_from_db()
        assert membership.worker == worker
        browser.post(link, {"worker": "", "version": membership.version})
        membership.refresh_from_db()
        assert membership.worker is None

    def test_other_capacities_have_no_such_page(self, browser, unit):
        clerk = a_membership(Role.RECEIVER_CLERK, unit)
        assert browser.get(reverse("accounts:member_worker", args=[clerk.pk])).status_code == 404

    def test_a_manager_who_sees_no_people_neither_offers_nor_links(self, client, unit):
        browser = signed_in(client, a_membership(Role.RECEIVER_CLERK, unit, manages_unit=True))
        assert "deployed_person" not in dict(browser.get(ADD).context["form"].fields["role"].choices)
        assert browser.get(reverse("accounts:member_worker", args=[deployed(unit).pk])).status_code == 403


class TestFollowing:
    def test_a_merged_record_is_followed_at_once_and_written_down_soon(self, unit):
        kept, dropped = a_worker(at=unit), a_worker(at=unit)
        membership = deployed(unit, dropped)
        dropped.merged_into = kept
        dropped.save()
        assert MembershipActor(membership).worker_id == kept.pk
        assert tasks.follow_people() == 1
        membership.refresh_from_db()
        assert membership.worker == kept
        assert Event.objects.filter(act="member.followed").count() == 1
        assert tasks.follow_people() == 0

    def test_a_merge_takes_the_capacity_along_at_once(self, unit):
        kept, dropped = a_worker(at=unit), a_worker(at=unit)
        membership = deployed(unit, dropped)
        services.merge(
            keep=kept, drop=dropped, reason="同一人，号码有误",
            keep_version=kept.version, drop_version=dropped.version, by=an_actor(Role.CITY_OFFICER),
        )  # fmt: skip
        membership.refresh_from_db()
        assert membership.worker == kept

    def test_of_two_accounts_for_one_person_only_one_keeps_the_record(self, unit):
        kept, dropped = a_worker(at=unit), a_worker(at=unit)
        first, second = deployed(unit, kept), deployed(unit, dropped)
        dropped.merged_into = kept
        dropped.save()
        assert tasks.follow_people() == 1
        assert Membership.objects.get(pk=first.pk).worker == kept
        assert Membership.objects.get(pk=second.pk).worker is None

    def test_whoever_moved_to_another_unit_acts_there(self, unit):
        worker, there = a_worker(at=unit), an_institution()
        membership = deployed(unit, worker)
        moved(worker, there, clock.today() - timedelta(days=3))
        assert tasks.follow_people() == 1
        membership.refresh_from_db()
        assert membership.valid_to == clock.today() - timedelta(days=1)
        now = Membership.objects.get(user=membership.user, institution=there)
        assert (now.worker, now.valid_from, now.valid_to) == (worker, clock.today(), None)
        assert tasks.follow_people() == 0

    def test_a_move_that_begins_later_changes_nothing_yet(self, unit):
        worker = a_worker(at=unit)
        deployed(unit, worker)
        moved(worker, an_institution(), clock.today() + timedelta(days=3))
        assert tasks.follow_people() == 0

    def test_an_existing_capacity_there_takes_the_link(self, unit):
        worker, there, user = a_worker(at=unit), an_institution(), a_user()
        deployed(unit, worker, user=user)
        other = deployed(there, user=user)
        moved(worker, there, date(2026, 9, 1))
        assert tasks.follow_people() == 1
        other.refresh_from_db()
        assert other.worker == worker

    def test_a_branch_is_the_same_unit(self, unit):
        worker = a_worker(at=unit)
        membership = deployed(unit, worker)
        moved(worker, an_institution(parent=unit), date(2026, 9, 1))
        assert tasks.follow_people() == 0
        assert Membership.objects.get(pk=membership.pk).valid_to is None
