"""What the database itself refuses about accounts, each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, Role
from deploy_admin.accounts.models import Membership, Token, User
from deploy_admin.db import refusals
from deploy_admin.errors import RuleViolation
from tests.accounts.factories import a_membership, a_place_for, a_user, hashed
from tests.registry.factories import an_institution

pytestmark = pytest.mark.django_db
JAN, JUN, DEC = date(2026, 1, 1), date(2026, 6, 30), date(2026, 12, 31)


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


def test_a_username_is_unique_however_it_is_written():
    a_user("zhang.san")
    with refused("username"), transaction.atomic():
        a_user("zhang.san")
    with refused("accounts_user_username_is_small"), transaction.atomic():
        a_user("Zhang.San")


def test_a_disabled_account_has_a_moment_and_a_reason():
    with refused("accounts_user_disabled_with_reason"), transaction.atomic():
        a_user(is_active=False)
    with refused("accounts_user_disabled_with_reason"), transaction.atomic():
        a_user(is_active=False, disabled_at=clock.now())
    with refused("accounts_user_disabled_with_reason"), transaction.atomic():
        a_user(disabled_reason="left")


def test_an_account_has_a_name():
    with refused("accounts_user_has_a_name"), transaction.atomic():
        User.objects.create(username="nameless", password=hashed("x"), name="")


def test_a_capacity_begins_before_it_ends():
    with refused("accounts_membership_dates_in_order"), transaction.atomic():
        a_membership(Role.SENDER_HR, valid_from=JUN, valid_to=JAN)


def test_an_unknown_role_is_refused():
    with refused("accounts_membership_known_role"), transaction.atomic():
        Membership.objects.create(user=a_user(), role="emperor", institution=an_institution(), valid_from=JAN)


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_an_administrator_belongs_to_no_institution(role):
    with refused("accounts_membership_place"), transaction.atomic():
        a_membership(role, an_institution())


def test_every_other_capacity_belongs_to_one():
    with refused("accounts_membership_place"), transaction.atomic():
        Membership.objects.create(user=a_user(), role=Role.SENDER_HR, valid_from=JAN)


def test_an_administrator_manages_no_unit():
    with refused("accounts_membership_place"), transaction.atomic():
        a_membership(Role.AUDIT_ADMIN, manages_unit=True)


def test_a_substitution_has_a_last_day():
    with refused("accounts_membership_substitution"), transaction.atomic():
        a_membership(Role.SENDER_HR, substitute_for=a_membership(Role.SENDER_HR))


def test_an_auditors_capacity_ends():
    with refused("accounts_membership_auditor_ends"), transaction.atomic():
        Membership.objects.create(
            user=a_user(), role=Role.AUDITOR, institution=a_place_for(Role.AUDITOR), valid_from=JAN
        )


def test_the_same_capacity_is_not_held_twice_at_a_time():
    first = a_membership(Role.SENDER_HR, valid_from=JAN, valid_to=JUN)
    with refused("accounts_membership_no_duplicate"), transaction.atomic():
        a_membership(Role.SENDER_HR, first.institution, user=first.user, valid_from=JUN)
    a_membership(Role.SENDER_HR, first.institution, user=first.user, valid_from=JUN + timedelta(days=1))


def test_another_role_place_or_person_is_no_duplicate():
    first = a_membership(Role.SENDER_HR)
    a_membership(Role.RECEIVER_CLERK, first.institution, user=first.user)
    a_membership(Role.SENDER_HR, user=first.user)
    a_membership(Role.SENDER_HR, first.institution)


@pytest.mark.parametrize("administrator", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("other", [Role.SENDER_HR, Role.CITY_OFFICER, *sorted(ADMINISTRATORS)])
def test_an_administrator_combines_with_nothing_else(administrator, other):
    first = a_membership(administrator)
    name = "accounts_membership_no_duplicate|accounts_membership_administrator_alone"
    with refused(name), transaction.atomic():
        a_membership(other, user=first.user)


def test_nor_does_anybody_else_become_an_administrator_meanwhile():
    first = a_membership(Role.SENDER_HR, valid_from=JAN, valid_to=JUN)
    with refused("accounts_membership_administrator_alone"), transaction.atomic():
        a_membership(Role.SYSTEM_ADMIN, user=first.user, valid_from=JUN)
    a_membership(Role.SYSTEM_ADMIN, user=first.user, valid_from=JUN + timedelta(days=1))


def test_a_violated_constraint_becomes_a_sentence():
    first = a_membership(Role.SECURITY_ADMIN)
    with pytest.raises(RuleViolation) as refusal, refusals():
        a_membership(Role.SENDER_HR, user=first.user)
    assert refusal.value.code == "administrator_not_alone"


def a_token(**more):
    maker = a_membership(Role.SENDER_HR)
    fields = {
        "name": "示范直报系统",
        "prefix": "da000001",
        "digest": "a" * 64,
        "institution": maker.institution,
        "scopes": ["quotas.view"],
        "created_by": maker,
        "expires_at": clock.now() + timedelta(days=30),
    }
    return Token.objects.create(**fields | more)


def test_a_token_lives_a_year_at_most():
    with refused("accounts_token_lives_a_year_at_most"), transaction.atomic():
        a_token(expires_at=clock.now() + timedelta(days=400))
    with refused("accounts_token_lives_a_year_at_most"), transaction.atomic():
        a_token(expires_at=clock.now() - timedelta(days=1))


def test_a_token_names_what_it_may():
    with refused("accounts_token_may_something"), transaction.atomic():
        a_token(scopes=[])


def test_of_a_token_only_the_hash_is_kept():
    with refused("accounts_token_hash_only"), transaction.atomic():
        a_token(digest="da000001_secret")
