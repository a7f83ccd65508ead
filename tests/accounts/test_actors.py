"""What a person or a machine reaches in its capacity."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, SYSTEM, Actor, Permission, Reach, Role
from deploy_admin.accounts.actors import MembershipActor, TokenActor, capacity_label
from deploy_admin.accounts.models import Membership, Token, User
from deploy_admin.accounts.services import tokens
from deploy_admin.registry.models import Institution, Succession
from tests.accounts.factories import a_membership, an_actor, municipal_authority
from tests.registry.factories import a_division, an_authority, an_institution

pytestmark = pytest.mark.django_db


def test_an_officer_of_the_city_reaches_everything():
    actor = an_actor(Role.CITY_OFFICER)
    assert isinstance(actor, Actor)
    assert actor.reach is Reach.ALL


@pytest.mark.parametrize("role", [Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION, Role.FINANCE_SECTION, Role.AUDITOR])
def test_whoever_works_at_a_district_authority_reaches_the_district(role):
    district = a_division()
    authority = an_authority(district)
    actor = an_actor(role, authority)
    assert actor.reach is Reach.DISTRICT
    assert district.pk in actor.division_ids
    inside, outside = an_institution(division=district), an_institution()
    seen = Institution.objects.visible_to(actor)
    assert inside in seen
    assert outside not in seen


@pytest.mark.parametrize("role", [Role.PERSONNEL_SECTION, Role.AUDITOR])
def test_sections_and_auditors_of_the_city_reach_the_city(role):
    assert an_actor(role, municipal_authority()).reach is Reach.ALL


@pytest.mark.parametrize("role", [Role.SENDER_HR, Role.RECEIVER_CLERK, Role.AUDITOR])
def test_whoever_works_at_a_unit_reaches_it_and_its_branches(role):
    unit = an_institution()
    branch = an_institution(parent=unit)
    actor = an_actor(role, unit)
    assert actor.reach is Reach.UNIT
    assert actor.institution_ids == {unit.pk, branch.pk}
    assert actor.division_ids == frozenset()


def test_hr_at_an_authority_would_still_reach_only_the_unit():
    assert an_actor(Role.SENDER_HR, municipal_authority()).reach is Reach.UNIT


def test_a_deployed_person_reaches_themselves():
    actor = an_actor(Role.DEPLOYED_PERSON)
    assert (actor.reach, actor.institution_ids) == (Reach.SELF, frozenset())


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_reach_no_business_row(role):
    actor = an_actor(role)
    assert (actor.reach, actor.institution_id, actor.institution_ids) == (Reach.NONE, None, frozenset())
    assert not Institution.objects.visible_to(actor).exists()


def merged(*units: Institution, into: Institution, on: date) -> None:
    for unit in units:
        Succession.objects.create(kind="merge", on=on, predecessor=unit, heir=into, document_title="示范批复")
        unit.profiles.update(valid_to=on - timedelta(days=1))
        Institution.objects.filter(pk=unit.pk).update(closed_on=on - timedelta(days=1))


def test_after_a_merger_the_people_of_the_old_units_act_for_the_new_one():
    old, other, heir = an_institution("示范甲院"), an_institution("示范乙院"), an_institution("示范总院")
    member = a_membership(Role.SENDER_HR, old)
    merged(old, other, into=heir, on=clock.today())
    actor = MembershipActor(Membership.objects.get(pk=member.pk))
    assert actor.institution_id == heir.pk
    assert actor.institution_label == "示范总院"
    assert actor.institution_ids == {heir.pk, old.pk, other.pk}


def test_a_successor_authority_sees_what_its_predecessor_saw():
    district = a_division()
    old = an_authority(district)
    heir = an_authority(a_division())
    unit = an_institution(division=district)
    member = a_membership(Role.DISTRICT_OFFICER, old)
    merged(old, into=heir, on=clock.today())
    old.jurisdictions.update(authority=heir)
    actor = MembershipActor(Membership.objects.get(pk=member.pk))
    assert actor.institution_id == heir.pk
    assert unit in Institution.objects.visible_to(actor)


def test_a_unit_split_into_two_leaves_its_people_with_the_past():
    old, one, two = an_institution(), an_institution(), an_institution()
    today = clock.today()
    for heir in (one, two):
        Succession.objects.create(kind="split", on=today, predecessor=old, heir=heir, document_title="示范批复")
    Institution.objects.filter(pk=old.pk).update(closed_on=today - timedelta(days=1))
    old.profiles.update(valid_to=today - timedelta(days=1))
    actor = MembershipActor(Membership.objects.get(pk=a_membership(Role.SENDER_HR, old).pk))
    assert actor.institution_ids == {old.pk}


def test_a_substitute_acts_in_the_others_role_and_place():
    principal = a_membership(Role.DISTRICT_OFFICER, manages_unit=True)
    today = clock.today()
    substitute = a_membership(Role.DISTRICT_OFFICER, substitute_for=principal, valid_from=today, valid_to=today)
    actor = MembershipActor(substitute)
    assert (actor.role, actor.institution_id) == (Role.DISTRICT_OFFICER, principal.institution_id)
    assert actor.on_behalf_of == principal.user.name
    assert actor.manages_unit
    assert principal.user.name in capacity_label(substitute)


class TestToken:
    def token(self, *scopes: Permission) -> tuple[Token, MembershipActor]:
        maker = an_actor(Role.DISTRICT_OFFICER)
        token, _secret = tokens.issue_token(
            name="示范直报", scopes=scopes, expires_on=clock.today() + timedelta(days=30), by=maker
        )
        return token, maker

    def test_reaches_what_its_institution_reaches(self):
        token, maker = self.token(Permission.QUOTAS_VIEW)
        actor = TokenActor(token)
        assert isinstance(actor, Actor)
        assert (actor.reach, actor.division_ids) == (Reach.DISTRICT, maker.division_ids)
        assert (actor.user_id, actor.membership_id) == (None, None)
        assert token.prefix in actor.name

    def test_may_only_what_it_names(self):
        actor = TokenActor(self.token(Permission.QUOTAS_VIEW)[0])
        assert actor.can(Permission.QUOTAS_VIEW)
        assert not actor.can(Permission.FIGURES_VIEW)
        assert not actor.can(Permission.FIGURES_SIGN_OFF)


class TestVisibility:
    def test_of_people_and_capacities_ends_at_the_unit(self):
        here, there = a_membership(Role.SENDER_HR), a_membership(Role.SENDER_HR)
        actor = MembershipActor(here)
        assert set(Membership.objects.visible_to(actor)) == {here}
        assert set(User.objects.visible_to(actor)) == {here.user}
        assert there not in Membership.objects.visible_to(actor)

    def test_of_a_district_ends_at_the_district(self):
        district = a_division()
        officer = a_membership(Role.DISTRICT_OFFICER, an_authority(district))
        inside = a_membership(Role.SENDER_HR, an_institution(division=district))
        a_membership(Role.SENDER_HR)
        assert set(Membership.objects.visible_to(MembershipActor(officer))) == {officer, inside}

    def test_of_the_city_leaves_the_administrators_out(self):
        officer = a_membership(Role.CITY_OFFICER)
        anybody, administrator = a_membership(Role.SENDER_HR), a_membership(Role.SYSTEM_ADMIN)
        seen = set(Membership.objects.visible_to(MembershipActor(officer)))
        assert {officer, anybody} <= seen
        assert administrator not in seen

    def test_of_the_security_administrator_is_everybody(self):
        security = an_actor(Role.SECURITY_ADMIN)
        a_membership(Role.SENDER_HR), a_membership(Role.AUDIT_ADMIN)
        assert Membership.objects.visible_to(security).count() == 3
        assert Membership.objects.visible_to(SYSTEM).count() == 3

    @pytest.mark.parametrize("role", [Role.DEPLOYED_PERSON, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN])
    def test_of_others_is_oneself(self, role):
        own = a_membership(role)
        a_membership(Role.SENDER_HR)
        assert set(Membership.objects.visible_to(MembershipActor(own))) == {own}

    def test_of_tokens_is_the_own_institution_even_for_the_city(self):
        maker = an_actor(Role.SENDER_HR)
        token, _secret = tokens.issue_token(
            name="示范直报", scopes=[Permission.QUOTAS_VIEW], expires_on=clock.today(), by=maker
        )
        assert set(Token.objects.visible_to(maker)) == {token}
        assert not Token.objects.visible_to(an_actor(Role.CITY_OFFICER)).exists()
        assert Token.objects.visible_to(an_actor(Role.SECURITY_ADMIN)).count() == 1
