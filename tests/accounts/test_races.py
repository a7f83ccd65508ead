"""Two at once: each of these lets both through when its guard is taken away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from deploy_admin import clock
from deploy_admin.access import SYSTEM, Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Authenticator, Membership, RecoveryCodes, Token, User
from deploy_admin.accounts.services import factors, members, people, tokens
from deploy_admin.audit import services as audit
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from tests.accounts.factories import a_membership, an_actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]


def both(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts at the same moment, each on its own connection; return results and refusals."""
    start, results = threading.Barrier(len(acts)), []

    def run(act: Callable[[], Any]) -> None:
        try:
            start.wait(timeout=10)
            results.append(act())
        except RuleViolation as refusal:
            results.append(refusal)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert len(results) == len(acts)
    return results


def refusals_in(results: list[Any]) -> list[str]:
    return [result.code for result in results if isinstance(result, RuleViolation)]


def test_one_recovery_code_lets_one_session_in():
    member = a_membership(Role.CITY_OFFICER)
    actor = MembershipActor(member)
    Authenticator.made_for(member.user, confirmed=True)
    for code in factors.renew_recovery_codes(user=member.user, by=actor):
        results = both(*[lambda code=code: factors.verify(user=member.user, code=code, by=actor)] * 2)
        assert refusals_in(results) == ["factor_wrong"]
        RecoveryCodes.objects.get(user=member.user).throttle_reset()
    assert Event.objects.filter(act="factor.verified").count() == 8


def test_two_managers_replace_the_same_person_once():
    manager = a_membership(Role.SENDER_HR, manages_unit=True)
    unit = manager.institution
    actors = [MembershipActor(manager), an_actor(Role.SENDER_HR, unit, manages_unit=True)]
    for number in range(4):
        member = a_membership(Role.RECEIVER_CLERK, unit)
        results = both(
            *[
                lambda actor=actor, member=member, name=f"new{number}.{index}": members.replace_member(
                    membership=member, on=clock.today(), username=name, name="示范接替", by=actor
                )
                for index, actor in enumerate(actors)
            ]
        )
        assert refusals_in(results) == ["already_ended"]
    assert Membership.objects.filter(user__username__startswith="new").count() == 4
    assert User.objects.filter(username__startswith="new").count() == 4


def test_one_username_is_given_once():
    manager = an_actor(Role.SENDER_HR, manages_unit=True)
    unit = manager.membership.institution

    def add() -> Any:
        return members.add_member(
            username="li.si",
            name="示范李四",
            role=Role.RECEIVER_CLERK,
            institution=unit,
            valid_from=clock.today(),
            by=manager,
        )

    assert refusals_in(both(add, add)) == ["username_taken"]
    assert Membership.objects.filter(user__username="li.si").count() == 1


def test_nobody_becomes_two_administrators_at_once():
    security = an_actor(Role.SECURITY_ADMIN)
    person = a_membership(Role.SENDER_HR, valid_to=clock.today() - timedelta(days=1)).user

    def grant(role: Role) -> Callable[[], Any]:
        return lambda: members.grant(user=person, role=role, institution=None, valid_from=clock.today(), by=security)

    results = both(grant(Role.SYSTEM_ADMIN), grant(Role.AUDIT_ADMIN))
    assert refusals_in(results) == ["administrator_not_alone"]


def test_two_sealers_make_one_chain():
    for _number in range(60):
        audit.record(act="x", by=SYSTEM)
    sealed = both(audit.seal, audit.seal, audit.seal)
    assert sum(sealed) == 60
    assert audit.verify_chain().sound
    assert audit.verify_chain().checked == 60


def test_a_token_is_revoked_once():
    maker = an_actor(Role.SENDER_HR)
    token, _secret = tokens.issue_token(name="x", scopes=["quotas.view"], expires_on=clock.today(), by=maker)
    both(*[lambda: tokens.revoke_token(token=Token.objects.get(pk=token.pk), by=maker)] * 2)
    assert Event.objects.filter(act="token.revoked").count() == 1


def test_an_account_is_closed_once():
    manager = an_actor(Role.SENDER_HR, manages_unit=True)
    for _number in range(6):
        member = a_membership(Role.RECEIVER_CLERK, manager.membership.institution)
        both(*[lambda user=member.user: people.disable_account(user=user, reason="离职", by=manager)] * 2)
    assert Event.objects.filter(act="account.disabled").count() == 6
