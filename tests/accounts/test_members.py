"""Who may do what with whose capacity and account: refusals as carefully as successes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, SYSTEM, Role
from deploy_admin.accounts import rules, tasks
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Authenticator, Membership, User
from deploy_admin.accounts.services import factors, members, people, set_up
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import Notice
from tests.accounts.factories import a_membership, a_user, an_actor, municipal_authority
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(RuleViolation, check=lambda refusal: refusal.code == code)


def a_manager(unit=None, role=Role.SENDER_HR) -> MembershipActor:
    return an_actor(role, unit, manages_unit=True)


def add(by, institution, role=Role.SENDER_HR, **more):
    fields = {"username": "li.si", "name": "示范李四", "valid_from": clock.today()} | more
    return members.add_member(role=role, institution=institution, by=by, **fields)


def place(actor: MembershipActor):
    return actor.membership.institution


class TestAdding:
    def test_a_unit_manager_adds_people_of_the_own_unit(self):
        manager = a_manager()
        admitted = add(manager, place(manager))
        user = admitted.membership.user
        assert user.check_password(admitted.password)
        assert user.must_change_password
        assert admitted.membership.institution_id == manager.institution_id
        acts = list(Event.objects.filter(user_id=manager.user_id).order_by("id").values_list("act", flat=True))
        assert acts == ["account.opened", "member.granted"]
        assert admitted.password not in str(list(Event.objects.values()))

    def test_whoever_does_not_manage_adds_nobody(self):
        colleague = an_actor(Role.SENDER_HR)
        with refused("capacity_not_yours"):
            add(colleague, place(colleague))
        assert not User.objects.filter(username="li.si").exists()

    def test_not_for_another_unit(self):
        with refused("capacity_not_yours"):
            add(a_manager(), an_institution())

    def test_an_officer_adds_for_the_units_in_reach_only(self):
        district = a_division()
        officer = an_actor(Role.DISTRICT_OFFICER, an_authority(district))
        assert add(officer, an_institution(division=district)).password
        with refused("capacity_not_yours"):
            add(officer, an_institution(), username="li.wu")

    def test_an_officer_who_is_not_the_manager_adds_no_colleague(self):
        officer = an_actor(Role.DISTRICT_OFFICER)
        with refused("capacity_not_yours"):
            add(officer, place(officer), Role.DISTRICT_OFFICER)

    def test_the_authoritys_manager_does(self):
        manager = a_manager(role=Role.DISTRICT_OFFICER)
        assert add(manager, place(manager), Role.PERSONNEL_SECTION).password

    @pytest.mark.parametrize("role", [Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.FINANCE_SECTION])
    def test_a_hospital_has_no_officers(self, role):
        manager = a_manager()
        with refused("capacity_not_there"):
            add(manager, place(manager), role)

    def test_a_district_has_no_city_officer(self):
        manager = a_manager(role=Role.DISTRICT_OFFICER)
        with refused("capacity_not_there"):
            add(manager, place(manager), Role.CITY_OFFICER)

    @pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
    def test_only_the_security_administrator_makes_administrators(self, role):
        with refused("capacity_not_yours"):
            add(a_manager(role=Role.CITY_OFFICER), None, role)
        assert add(an_actor(Role.SECURITY_ADMIN), None, role).password

    def test_the_security_administrator_opens_the_door_with_a_manager_and_no_more(self):
        security, unit = an_actor(Role.SECURITY_ADMIN), an_institution()
        with refused("capacity_not_yours"):
            add(security, unit)
        assert add(security, unit, manages_unit=True).membership.manages_unit

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.FINANCE_SECTION, Role.AUDITOR])
    def test_others_add_nobody(self, role):
        with refused("capacity_not_yours"):
            add(an_actor(role), an_institution(), manages_unit=True)

    def test_an_auditor_has_a_last_day_within_a_year(self):
        manager = a_manager(role=Role.DISTRICT_OFFICER)
        with refused("auditor_without_end"):
            add(manager, place(manager), Role.AUDITOR)
        with refused("auditor_without_end"):
            add(manager, place(manager), Role.AUDITOR, valid_to=clock.today() + timedelta(days=400))
        assert add(manager, place(manager), Role.AUDITOR, valid_to=clock.today() + timedelta(days=30)).password

    def test_a_taken_username_is_named_beside_its_field(self):
        manager = a_manager()
        a_user("li.si")
        with refused("username_taken") as refusal:
            add(manager, place(manager), username="ＬI.SI")
        assert "username" in refusal.value.fields

    @pytest.mark.parametrize("username", ["李四", "a", "two words", "-dash"])
    def test_an_odd_username_is_refused(self, username):
        manager = a_manager()
        with refused("username_form"):
            add(manager, place(manager), username=username)

    def test_nobody_gives_themselves_a_capacity(self):
        manager = a_manager()
        with refused("own_grant"):
            members.grant(
                user=manager.membership.user,
                role=Role.RECEIVER_CLERK,
                institution=place(manager),
                valid_from=clock.today(),
                by=manager,
            )
        security = an_actor(Role.SECURITY_ADMIN)
        with refused("own_grant"):
            members.grant(
                user=security.membership.user,
                role=Role.CITY_OFFICER,
                institution=municipal_authority(),
                valid_from=clock.today(),
                manages_unit=True,
                by=security,
            )

    def test_an_administrator_gets_nothing_besides(self):
        security = an_actor(Role.SECURITY_ADMIN)
        other = a_membership(Role.AUDIT_ADMIN).user
        with refused("administrator_not_alone"):
            members.grant(
                user=other,
                role=Role.SENDER_HR,
                institution=an_institution(),
                valid_from=clock.today(),
                manages_unit=True,
                by=security,
            )


class TestReplacing:
    def test_ends_one_starts_the_other_and_moves_the_notices(self):
        manager = a_manager()
        old = a_membership(Role.SENDER_HR, place(manager))
        for key, user_id in (("a", old.user_id), ("b", manager.user_id)):
            jobs.notify(
                code="jobs.done", params={}, url="/", institution_id=None, roles=None, user_id=user_id, key=key
            )
        tomorrow = clock.today() + timedelta(days=1)
        admitted = members.replace_member(membership=old, on=tomorrow, username="wang.wu", name="示范王五", by=manager)
        old.refresh_from_db()
        assert old.valid_to == clock.today()
        assert (admitted.membership.valid_from, admitted.membership.role) == (tomorrow, Role.SENDER_HR)
        assert Notice.objects.get(key="a").user_id == admitted.membership.user_id
        assert Notice.objects.get(key="b").user_id == manager.user_id
        assert Event.objects.get(act="member.replaced").detail["notices_moved"] == 1

    def test_by_a_colleague_with_an_account(self):
        manager = a_manager()
        old = a_membership(Role.RECEIVER_CLERK, place(manager))
        colleague = a_membership(Role.SENDER_HR, place(manager))
        admitted = members.replace_member(membership=old, on=clock.today(), successor=colleague.user, by=manager)
        assert (admitted.password, admitted.membership.user) == ("", colleague.user)

    def test_a_manager_hands_the_managing_on(self):
        above = an_actor(Role.CITY_OFFICER)
        manager = a_manager()
        admitted = members.replace_member(
            membership=manager.membership, on=clock.today(), username="wang.wu", name="示范王五", by=above
        )
        assert admitted.membership.manages_unit

    def test_a_second_time_is_refused(self):
        manager = a_manager()
        old = a_membership(Role.SENDER_HR, place(manager))
        members.replace_member(membership=old, on=clock.today(), username="wang.wu", name="示范王五", by=manager)
        with refused("already_ended"):
            members.replace_member(membership=old, on=clock.today(), username="zhao.liu", name="示范赵六", by=manager)
        assert not User.objects.filter(username="zhao.liu").exists()

    def test_a_page_that_shows_an_older_version_is_refused(self):
        manager = a_manager()
        old = a_membership(Role.SENDER_HR, place(manager))
        members.set_unit_manager(membership=old, manages=True, by=manager)
        with pytest.raises(Conflict) as conflict:
            members.end_membership(membership=old, last_day=clock.today(), reason="调岗", version=1, by=manager)
        assert conflict.value.context["theirs"]["version"] == 2

    def test_not_oneself_and_not_another_unit(self):
        manager = a_manager()
        with refused("own_membership"):
            members.replace_member(
                membership=manager.membership, on=clock.today(), username="wang.wu", name="示范王五", by=manager
            )
        with refused("not_your_unit"):
            members.replace_member(
                membership=a_membership(Role.SENDER_HR), on=clock.today(), username="w.w", name="示范", by=manager
            )


class TestEnding:
    def test_ends_the_capacity_with_a_reason(self):
        manager = a_manager()
        member = a_membership(Role.SENDER_HR, place(manager))
        members.end_membership(membership=member, last_day=clock.today(), reason="调岗", by=manager)
        member.refresh_from_db()
        assert member.valid_to == clock.today()
        assert Event.objects.get(act="member.ended").detail["reason"] == "调岗"

    def test_not_further_back_than_yesterday(self):
        manager = a_manager()
        member = a_membership(Role.SENDER_HR, place(manager))
        with refused("too_early"):
            members.end_membership(
                membership=member, last_day=clock.today() - timedelta(days=2), reason="x", by=manager
            )

    def test_ends_those_who_stand_in_as_well(self):
        manager = a_manager()
        member = a_membership(Role.SENDER_HR, place(manager))
        today = clock.today()
        running = a_membership(
            Role.SENDER_HR, substitute_for=member, valid_from=today, valid_to=today + timedelta(days=9)
        )
        members.end_membership(membership=member, last_day=today, reason="x", by=manager)
        running.refresh_from_db()
        assert running.valid_to == today

    def test_not_oneself(self):
        manager = a_manager()
        with refused("own_membership"):
            members.end_membership(membership=manager.membership, last_day=clock.today(), reason="x", by=manager)


class TestResuming:
    def test_takes_a_leaver_back_as_a_new_row_with_a_one_time_password(self):
        manager = a_manager()
        yesterday = clock.today() - timedelta(days=1)
        member = a_membership(Role.SENDER_HR, place(manager), valid_to=yesterday)
        people.disable_account(user=member.user, reason="离职", by=manager)
        admitted = members.resume_membership(membership=member, by=manager)
        assert admitted.membership.pk != member.pk
        assert admitted.membership.valid_from == clock.today()
        user = User.objects.get(pk=member.user_id)
        assert user.is_active
        assert user.check_password(admitted.password)

    def test_opens_an_account_closed_for_disuse(self):
        manager = a_manager()
        member = a_membership(Role.SENDER_HR, place(manager))
        people.disable_account(user=member.user, reason="unused", by=manager)
        assert members.resume_membership(membership=member, by=manager).membership == member

    def test_not_whoever_is_active(self):
        manager = a_manager()
        with refused("still_active"):
            members.resume_membership(membership=a_membership(Role.SENDER_HR, place(manager)), by=manager)


class TestSubstituting:
    def test_a_colleague_stands_in_for_a_while(self):
        manager = a_manager()
        absent = a_membership(Role.SENDER_HR, place(manager))
        colleague = a_membership(Role.RECEIVER_CLERK, place(manager))
        today = clock.today()
        made = members.appoint_substitute(
            membership=absent, user=colleague.user, valid_from=today, valid_to=today + timedelta(days=6), by=manager
        )
        assert (made.role, made.substitute_for_id) == (Role.SENDER_HR, absent.pk)
        assert made in Membership.objects.valid_on(today)
        assert made not in Membership.objects.valid_on(today + timedelta(days=7))

    def test_nobody_from_outside_nor_the_absent_nor_the_appointing(self):
        manager = a_manager()
        absent = a_membership(Role.SENDER_HR, place(manager))
        today = clock.today()
        for user, code in (
            (a_membership(Role.SENDER_HR).user, "not_a_colleague"),
            (absent.user, "own_substitute"),
            (manager.membership.user, "own_substitute"),
        ):
            with refused(code):
                members.appoint_substitute(membership=absent, user=user, valid_from=today, valid_to=today, by=manager)

    def test_within_the_capacity_only(self):
        manager = a_manager()
        today = clock.today()
        absent = a_membership(Role.SENDER_HR, place(manager), valid_to=today)
        colleague = a_membership(Role.RECEIVER_CLERK, place(manager))
        with refused("dates_outside"):
            members.appoint_substitute(
                membership=absent,
                user=colleague.user,
                valid_from=today,
                valid_to=today + timedelta(days=1),
                by=manager,
            )

    def test_nobody_stands_in_for_an_administrator(self):
        security = an_actor(Role.SECURITY_ADMIN)
        with refused("administrator_alone"):
            members.appoint_substitute(
                membership=a_membership(Role.AUDIT_ADMIN),
                user=a_user(),
                valid_from=clock.today(),
                valid_to=clock.today(),
                by=security,
            )


class TestAccounts:
    def test_a_manager_hands_out_a_password_in_the_own_unit(self):
        manager = a_manager()
        member = a_membership(Role.SENDER_HR, place(manager))
        password = people.hand_out_password(user=member.user, by=manager)
        user = User.objects.get(pk=member.user_id)
        assert user.check_password(password)
        assert user.must_change_password

    def test_but_not_for_somebody_who_also_acts_elsewhere(self):
        manager = a_manager()
        member = a_membership(Role.SENDER_HR, place(manager))
        a_membership(Role.CITY_OFFICER, user=member.user)
        with refused("not_your_account"):
            people.hand_out_password(user=member.user, by=manager)

    @pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
    def test_nor_for_an_administrator(self, role):
        with refused("not_your_account"):
            people.hand_out_password(user=a_membership(role).user, by=a_manager(role=Role.CITY_OFFICER))

    def test_the_security_administrator_cares_for_everybody_but_not_for_the_own_account(self):
        security = an_actor(Role.SECURITY_ADMIN)
        assert people.hand_out_password(user=a_membership(Role.CITY_OFFICER).user, by=security)
        with refused("own_account"):
            people.hand_out_password(user=security.membership.user, by=security)
        with refused("own_account"):
            factors.reset_factor(user=security.membership.user, by=security)

    def test_only_the_security_administrator_resets_a_second_factor(self):
        member = a_membership(Role.CITY_OFFICER)
        Authenticator.made_for(member.user, confirmed=True)
        with refused("security_administrator_only"):
            factors.reset_factor(user=member.user, by=a_manager(member.institution, Role.CITY_OFFICER))
        factors.reset_factor(user=member.user, by=an_actor(Role.SECURITY_ADMIN))
        assert not Authenticator.objects.filter(user=member.user).exists()

    def test_nobody_closes_their_own_account(self):
        manager = a_manager()
        with refused("own_account"):
            people.disable_account(user=manager.membership.user, reason="x", by=manager)


class TestUnused:
    def test_accounts_nobody_used_for_ninety_days_are_closed_as_one_act(self):
        long_ago = clock.now() - timedelta(days=91)
        idle = a_user("idle", last_seen_at=long_ago)
        never = a_user("never", created_at=long_ago)
        busy = a_user("busy", created_at=long_ago, last_seen_at=clock.now() - timedelta(days=89))
        assert tasks.disable_unused() == 2
        assert set(User.objects.filter(is_active=False)) == {idle, never}
        assert busy in User.objects.filter(is_active=True)
        event = Event.objects.get(act="account.disabled_unused")
        assert (event.detail["usernames"], event.actor_name) == (["idle", "never"], "system")
        assert tasks.disable_unused() == 0

    def test_one_security_administrator_stays(self):
        long_ago = clock.now() - timedelta(days=200)
        older = a_membership(Role.SECURITY_ADMIN, user=a_user(last_seen_at=long_ago - timedelta(days=1)))
        newer = a_membership(Role.SECURITY_ADMIN, user=a_user(last_seen_at=long_ago))
        assert tasks.disable_unused() == 1
        assert set(User.objects.filter(is_active=True)) == {newer.user}
        assert older.user in User.objects.filter(is_active=False)


class TestSetUp:
    def test_makes_each_administrator_once(self):
        password = set_up.create_administrator(role=Role.SYSTEM_ADMIN, username="sys.one", name="示范系统管理员")
        assert User.objects.get(username="sys.one").check_password(password)
        with refused("administrator_exists"):
            set_up.create_administrator(role=Role.SYSTEM_ADMIN, username="sys.two", name="示范系统管理员")

    def test_the_command_prints_three_passwords(self, capsys):
        from django.core.management import CommandError, call_command

        arguments = ("--system", "sys.one:甲", "--security", "sec.one:乙", "--audit", "aud.one:丙")
        call_command("create_administrators", *arguments)
        assert len(capsys.readouterr().out.splitlines()) == 3
        with pytest.raises(CommandError):
            call_command("create_administrators", *arguments)
        assert User.objects.count() == 3

    def test_demonstration_accounts_need_the_demo_flag(self, settings):
        capacities = [(Role.SENDER_HR, an_institution(), True)]
        with refused("not_in_demo"):
            set_up.demo_account(username="demo.hr", name="示范", password="Demo-2026", capacities=capacities)
        settings.DEMO = True
        user = set_up.demo_account(username="demo.hr", name="示范", password="Demo-2026", capacities=capacities)
        again = set_up.demo_account(username="demo.hr", name="示范", password="Demo-2026", capacities=capacities)
        assert (user.pk, user.is_demo) == (again.pk, True)
        assert user.memberships.get().manages_unit


def test_the_machine_looks_after_everybody():
    assert rules.may_manage(SYSTEM, an_institution().pk)
    assert rules.may_care_for(SYSTEM, a_membership(Role.SECURITY_ADMIN).user)
