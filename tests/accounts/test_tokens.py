"""Machines' tokens: made, shown once, hashed, scoped, expiring, revoked; and what the REST interface makes of them."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from deploy_admin import clock
from deploy_admin.access import Permission, Role
from deploy_admin.accounts.models import Token
from deploy_admin.accounts.services import tokens
from deploy_admin.api import actor_of
from deploy_admin.audit.models import Event
from deploy_admin.errors import RuleViolation
from tests.accounts.factories import a_membership, an_actor, signed_in

pytestmark = pytest.mark.django_db


def a_token(by=None, *scopes: Permission, days: int = 30):
    by = by or an_actor(Role.SENDER_HR)
    return tokens.issue_token(
        name="示范直报",
        scopes=scopes or (Permission.QUOTAS_VIEW,),
        expires_on=clock.today() + timedelta(days=days),
        by=by,
    )


class Probe(APIView):
    """Says who asks."""

    permissions = {"ask": Permission.QUOTAS_VIEW}
    action = "ask"

    def get(self, request):
        return Response({"name": actor_of(request).name})

    post = get


def ask(secret: str | None = None, *, scheme: str = "Token", method: str = "get", actor=None):
    request = getattr(APIRequestFactory(), method)(
        "/", headers={"Authorization": f"{scheme} {secret}"} if secret else {}
    )
    request.actor = actor
    return Probe.as_view()(request)


class TestIssuing:
    def test_keeps_the_hash_and_the_beginning_only(self):
        token, secret = a_token()
        assert token.digest == hashlib.sha256(secret.encode()).hexdigest()
        assert secret.startswith(token.prefix)
        assert len(secret) > 50  # 256 random bits and the beginning
        assert secret not in str(list(Token.objects.values())) + str(list(Event.objects.values()))

    def test_belongs_to_the_makers_institution(self):
        maker = an_actor(Role.SENDER_HR)
        assert a_token(maker)[0].institution_id == maker.institution_id

    @pytest.mark.parametrize(
        "scope", [Permission.FIGURES_SIGN_OFF, Permission.QUOTAS_RELEASE, Permission.MEMBERS_MANAGE]
    )
    def test_approving_and_people_are_not_for_machines(self, scope):
        with pytest.raises(RuleViolation) as refusal:
            a_token(an_actor(Role.CITY_OFFICER), scope)
        assert refusal.value.code == "token_beyond_maker"

    @pytest.mark.parametrize("scope", [Permission.PEOPLE_EDIT, Permission.PEOPLE_MERGE, Permission.PEOPLE_RECOGNISE])
    def test_nor_is_changing_peoples_records(self, scope):
        with pytest.raises(RuleViolation) as refusal:
            a_token(an_actor(Role.CITY_OFFICER), scope)
        assert refusal.value.code == "token_beyond_maker"

    def test_people_and_eligibility_are_as_the_maker_may(self):
        assert a_token(None, Permission.PEOPLE_VIEW, Permission.ELIGIBILITY_VIEW)[0].scopes
        with pytest.raises(RuleViolation):
            a_token(None, Permission.PEOPLE_IDS)

    def test_not_more_than_the_maker_may(self):
        with pytest.raises(RuleViolation) as refusal:
            a_token(an_actor(Role.SENDER_HR), Permission.RUNS_VIEW)
        assert refusal.value.code == "token_beyond_maker"

    @pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.FINANCE_SECTION, Role.AUDITOR])
    def test_not_by_whoever_has_no_institution_or_no_permission(self, role):
        with pytest.raises(RuleViolation) as refusal:
            a_token(an_actor(role))
        assert refusal.value.code == "token_without_owner"

    def test_a_receiving_unit_makes_one_for_its_own_time_system(self):
        scopes = (Permission.MONTHS_VIEW, Permission.MONTHS_ENTER)
        assert a_token(an_actor(Role.RECEIVER_CLERK), *scopes)[0].scopes == ["months.enter", "months.view"]

    def test_for_a_year_at_most(self):
        with pytest.raises(RuleViolation) as refusal:
            a_token(days=400)
        assert refusal.value.code == "token_too_long"


class TestUsing:
    @pytest.mark.parametrize("scheme", ["Token", "Bearer", "bearer"])
    def test_a_token_opens_what_it_names(self, scheme):
        token, secret = a_token()
        answer = ask(secret, scheme=scheme)
        assert (answer.status_code, answer.data["name"]) == (200, f"示范直报 ({token.prefix})")
        assert Token.objects.get().last_used_at is not None

    def test_and_nothing_else(self):
        _token, secret = a_token(None, Permission.FIGURES_VIEW)
        assert ask(secret).status_code == 403

    def test_nobody_is_401(self):
        answer = ask()
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")

    @pytest.mark.parametrize("secret", ["da000000_unknown", "two words", "ümlaut"])
    def test_an_unknown_one_is_401(self, secret):
        assert ask(secret.encode().decode("latin-1")).status_code == 401

    def test_a_revoked_one_is_401_and_on_record(self):
        maker = an_actor(Role.SENDER_HR)
        token, secret = a_token(maker)
        tokens.revoke_token(token=token, by=maker)
        tokens.revoke_token(token=token, by=maker)
        assert ask(secret).status_code == 401
        assert Event.objects.filter(act="token.revoked").count() == 1
        assert Event.objects.get(act="token.refused").detail == {"state": "revoked"}

    def test_an_expired_one_is_401(self):
        _token, secret = a_token(days=3)
        with time_machine.travel(clock.now() + timedelta(days=3), tick=False):
            assert ask(secret).status_code == 200  # the last day counts whole
        with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
            assert ask(secret).status_code == 401

    def test_reading_does_not_write_at_every_call(self, django_assert_num_queries):
        _token, secret = a_token()
        ask(secret)
        with django_assert_num_queries(1):
            ask(secret)

    def test_a_bad_token_is_not_made_good_by_a_session(self):
        assert ask("da000000_unknown", actor=an_actor(Role.CITY_OFFICER)).status_code == 401

    def test_a_session_reads_but_writes_only_with_its_csrf_token(self):
        actor = an_actor(Role.CITY_OFFICER)
        request = APIRequestFactory(enforce_csrf_checks=True).get("/")
        request.actor, request.user = actor, actor.membership.user
        assert Probe.as_view()(request).status_code == 200
        request = APIRequestFactory(enforce_csrf_checks=True).post("/")
        request.actor, request.user = actor, actor.membership.user
        assert Probe.as_view()(request).status_code == 403


class TestPages:
    def test_the_secret_is_on_the_answer_and_nowhere_after(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        form = {"name": "示范直报", "scopes": ["quotas.view"], "expires_on": clock.today().isoformat()}
        answer = client.post("/accounts/tokens/issue/", form)
        secret = answer.context["secret"]
        assert secret in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert secret not in client.get("/accounts/tokens/").content.decode()

    def test_revoking_another_institutions_token_is_404(self, client):
        token, _secret = a_token()
        signed_in(client, a_membership(Role.CITY_OFFICER))
        assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 404
        assert Token.objects.live().exists()

    def test_the_security_administrator_revokes_any(self, client):
        token, _secret = a_token()
        signed_in(client, a_membership(Role.SECURITY_ADMIN))
        assert client.post(f"/accounts/tokens/{token.pk}/revoke/").status_code == 302
        assert not Token.objects.live().exists()

    def test_a_scope_that_is_not_offered_is_refused(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        form = {"name": "x", "scopes": ["members.manage"], "expires_on": clock.today().isoformat()}
        assert client.post("/accounts/tokens/issue/", form).status_code == 422

    def test_id_numbers_are_given_to_a_machine_only_with_a_plain_yes_and_with_their_people(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        page = client.get("/accounts/tokens/issue/").content.decode()
        assert 'value="people.ids"' in page
        assert 'id="id_aware-hint"' in page
        form = {"name": "示范直报", "expires_on": clock.today().isoformat()}
        answer = client.post("/accounts/tokens/issue/", form | {"scopes": ["people.view", "people.ids"]})
        assert answer.status_code == 422
        assert answer.context["form"].errors["aware"]
        bare = client.post("/accounts/tokens/issue/", form | {"scopes": ["people.ids"], "aware": "on"})
        assert bare.context["form"].errors["scopes"]
        assert not Token.objects.exists()
        both = client.post("/accounts/tokens/issue/", form | {"scopes": ["people.view", "people.ids"], "aware": "on"})
        assert both.status_code == 200
        assert Token.objects.get().scopes == ["people.ids", "people.view"]

    def test_it_is_confirmed_once_more_who_makes_it(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        session = client.session
        session["confirmed_at"] = 0
        session.save()
        assert client.get("/accounts/tokens/issue/")["Location"].startswith("/accounts/confirm/")

    def test_the_interface_answers_a_token_with_its_scope(self):
        _token, secret = a_token(None, Permission.QUOTAS_VIEW)
        answer = Client().get("/api/v1/institutions/", headers={"Authorization": f"Token {secret}"})
        assert answer.status_code == 403
