"""Who may what: the grants table and the decorators in front of views."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from deploy_admin.access import (
    ADMINISTRATORS,
    GRANTS,
    SYSTEM,
    Actor,
    Permission,
    Role,
    public,
    requires,
    signed_in,
)


class Officer:
    """Somebody who may only look at quotas."""

    def can(self, permission):
        return permission is Permission.QUOTAS_VIEW


@requires(Permission.QUOTAS_VIEW)
def board(request):
    return HttpResponse("board")


@requires(Permission.QUOTAS_RELEASE)
def release(request):
    return HttpResponse("released")


def asked(actor, method="get", **headers):
    request = getattr(RequestFactory(), method)("/quotas/?year=2026", **headers)
    request.actor = actor
    return request


def test_every_role_has_its_grants():
    assert set(GRANTS) == set(Role)


def test_every_permission_is_granted_to_somebody():
    assert set(Permission) == set().union(*GRANTS.values())


def test_whoever_holds_the_permission_gets_the_page():
    assert board(asked(Officer())).content == b"board"


def test_whoever_does_not_is_refused():
    with pytest.raises(PermissionDenied):
        release(asked(Officer()))


def test_the_signed_out_are_sent_to_sign_in_and_back():
    answer = board(asked(None))
    assert answer.status_code == 302
    assert answer["Location"] == "/accounts/sign-in/?next=%2Fquotas%2F%3Fyear%3D2026"


def test_after_a_post_nobody_is_sent_back_to_an_address_that_only_takes_posts():
    assert board(asked(None, "post"))["Location"] == "/accounts/sign-in/?next=%2F"


def test_a_part_of_a_page_does_not_swallow_the_sign_in_page():
    answer = board(asked(None, headers={"HX-Request": "true"}))
    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/accounts/sign-in/")


def test_views_name_their_permission():
    assert board.permission is Permission.QUOTAS_VIEW
    assert public(lambda request: None).permission == "public"
    assert signed_in(lambda request: None).permission == "signed_in"


@pytest.mark.parametrize("role", sorted(ADMINISTRATORS))
def test_administrators_hold_no_business_permission(role):
    business = {
        p for p in Permission if p.split(".")[0] in {"figures", "quotas", "policies", "institutions", "releases"}
    }
    assert not GRANTS[role] & business


def test_no_two_administrators_share_a_managing_permission():
    held = {role: GRANTS[role] - {Permission.HOME_VIEW} for role in ADMINISTRATORS}
    for one in ADMINISTRATORS:
        for other in ADMINISTRATORS - {one}:
            assert not held[one] & held[other]


def test_the_machine_is_an_actor():
    assert isinstance(SYSTEM, Actor)
    assert SYSTEM.role is None
