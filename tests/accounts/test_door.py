"""The door: password, lockout, second factor, limits of a session, confirmation, demonstration accounts."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import translation
from django_otp.oath import totp

from deploy_admin import clock
from deploy_admin.access import Role
from deploy_admin.accounts import lockout
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.models import Authenticator, Membership, User
from deploy_admin.accounts.services import factors, people
from deploy_admin.audit.models import Event
from tests.accounts.factories import PASSWORD, a_membership, a_user, signed_in

pytestmark = pytest.mark.django_db
SIGN_IN = "/accounts/sign-in/"
PROBE = "/accounts/me/"


def enter(client: Client, username: str, password: str = PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password, "next": PROBE}, **more)


def acts() -> list[str]:
    return list(Event.objects.order_by("id").values_list("act", flat=True))


def a_device(user: User) -> Authenticator:
    return Authenticator.made_for(user, confirmed=True)


def code_of(device: Authenticator) -> str:
    return f"{totp(device.secret):06d}"


class TestPassword:
    def test_the_right_one_opens(self, client):
        member = a_membership(Role.SENDER_HR)
        answer = enter(client, member.user.username)
        assert (answer.status_code, answer["Location"]) == (302, PROBE)
        assert client.get(PROBE).status_code == 200
        assert acts() == ["session.began"]

    def test_however_the_name_is_typed(self, client):
        a_membership(Role.SENDER_HR, user=a_user("zhang.san"))
        assert enter(client, " ＺHANG.San ").status_code == 302

    def test_the_session_key_changes_with_it(self, client):
        member = a_membership(Role.SENDER_HR)
        client.get(SIGN_IN)
        session = client.session
        session["x"] = 1
        session.save()
        before = session.session_key
        client.cookies["sessionid"] = before
        enter(client, member.user.username)
        assert client.session.session_key != before

    def test_a_wrong_one_is_refused_without_saying_which_half_is_wrong(self, client):
        member = a_membership(Role.SENDER_HR)
        known = enter(client, member.user.username, "Falsche-Worte-1")
        unknown = enter(client, "nobody.here", "Falsche-Worte-1")
        assert known.status_code == unknown.status_code == 422
        errors = [answer.context["form"].non_field_errors() for answer in (known, unknown)]
        assert errors[0] == errors[1]
        assert acts() == ["session.refused", "session.refused"]
        assert Event.objects.filter(result="refused", actor_name="nobody.here").exists()
        assert "Falsche" not in str(list(Event.objects.values()))

    def test_a_closed_account_does_not_open_and_its_session_ends(self, client):
        member = a_membership(Role.SENDER_HR)
        signed_in(client, member)
        User.objects.filter(pk=member.user_id).update(is_active=False, disabled_at=clock.now(), disabled_reason="离职")
        assert client.get(PROBE).status_code == 302
        assert enter(Client(), member.user.username).status_code == 422

    @pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
    def test_nobody_is_led_elsewhere(self, client, next_page):
        member = a_membership(Role.SENDER_HR)
        answer = client.post(SIGN_IN, {"username": member.user.username, "password": PASSWORD, "next": next_page})
        assert answer["Location"] == "/"

    def test_csrf_is_asked_for(self):
        assert enter(Client(enforce_csrf_checks=True), "x").status_code == 403

    def test_signing_out_takes_a_post(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        assert client.get("/accounts/sign-out/").status_code == 405
        assert client.post("/accounts/sign-out/").status_code == 302
        assert client.get(PROBE)["Location"].startswith(SIGN_IN)
        assert acts() == ["session.ended"]


class TestLockout:
    def fail(self, username: str, times: int = 5, address: str = "127.0.0.1"):
        for _time in range(times):
            answer = enter(Client(REMOTE_ADDR=address), username, "Falsche-Worte-1")
        return answer

    def test_five_failures_lock_the_name_and_say_for_how_long(self):
        member = a_membership(Role.SENDER_HR)
        assert self.fail(member.user.username, 4).status_code == 422
        locked = self.fail(member.user.username, 1)
        assert locked.status_code == 429
        assert lockout.minutes_left(member.user.username) == 30
        with translation.override("en"):
            assert "another 30 minutes" in lockout.sentence(member.user.username)
        assert locked.context["form"].non_field_errors()
        assert "session.locked" in acts()

    def test_the_right_password_does_not_open_a_locked_name_however_it_is_typed(self):
        member = a_membership(Role.SENDER_HR, user=a_user("zhang.san"))
        self.fail("zhang.san", 2), self.fail("ZHANG.SAN", 3)
        assert enter(Client(), "zhang.san").status_code == 429
        assert enter(Client(), "Zhang.San").status_code == 429
        assert member.user.username not in [event.actor_name for event in Event.objects.filter(act="session.began")]

    def test_after_half_an_hour_it_opens_again_whatever_was_tried_meanwhile(self):
        member = a_membership(Role.SENDER_HR)
        self.fail(member.user.username)
        with time_machine.travel(clock.now() + timedelta(minutes=20), tick=False):
            self.fail(member.user.username, 3)
            assert lockout.minutes_left(member.user.username) == 10
        with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
            assert enter(Client(), member.user.username).status_code == 302

    def test_success_forgets_earlier_failures(self):
        member = a_membership(Role.SENDER_HR)
        self.fail(member.user.username, 4)
        enter(Client(), member.user.username)
        assert self.fail(member.user.username, 4).status_code == 422

    def test_one_address_cannot_try_many_names(self, settings):
        settings.SIGN_IN_FAILURES_PER_ADDRESS = 6
        member = a_membership(Role.SENDER_HR)
        for name in ("aaa", "bbb", "ccc"):
            self.fail(name, 2, "10.0.0.9")
        assert enter(Client(REMOTE_ADDR="10.0.0.9"), member.user.username).status_code == 422
        assert enter(Client(REMOTE_ADDR="10.0.0.8"), member.user.username).status_code == 302

    def test_a_manager_unlocks(self):
        manager = a_membership(Role.SENDER_HR, manages_unit=True)
        member = a_membership(Role.SENDER_HR, manager.institution)
        self.fail(member.user.username)
        people.unlock(user=member.user, by=MembershipActor(manager))
        assert enter(Client(), member.user.username).status_code == 302

    def test_the_record_of_failures_holds_no_password(self):
        self.fail("nobody.here", 1)
        row = AccessAttempt.objects.get()
        assert "Falsche" not in row.post_data


class TestFirstSignIn:
    def test_only_the_password_page_opens(self, client):
        member = a_membership(Role.SENDER_HR, user=a_user(must_change_password=True, password_changed_at=None))
        enter(client, member.user.username)
        assert client.get(PROBE)["Location"].startswith("/accounts/password/?next=")
        assert client.get("/accounts/members/")["Location"].startswith("/accounts/password/")
        assert client.get("/accounts/password/").status_code == 200

    def test_choosing_a_password_opens_the_house(self, client):
        member = a_membership(Role.SENDER_HR, user=a_user(must_change_password=True, password_changed_at=None))
        enter(client, member.user.username)
        form = {"present": PASSWORD, "new_password": "Neue-Worte-1", "again": "Neue-Worte-1", "next": PROBE}
        assert client.post("/accounts/password/", form | {"again": "other"}).status_code == 422
        assert client.post("/accounts/password/", form | {"present": "wrong"}).status_code == 422
        assert client.post("/accounts/password/", form)["Location"] == PROBE
        assert client.get(PROBE).status_code == 200

    def test_an_old_password_is_asked_to_be_changed(self, client):
        old = clock.now() - timedelta(days=91)
        member = a_membership(Role.SENDER_HR, user=a_user(password_changed_at=old))
        enter(client, member.user.username)
        assert client.get(PROBE)["Location"].startswith("/accounts/password/")

    def test_a_change_ends_the_persons_other_sessions(self, client):
        member = a_membership(Role.SENDER_HR)
        other = Client()
        enter(client, member.user.username), enter(other, member.user.username)
        form = {"present": PASSWORD, "new_password": "Neue-Worte-1", "again": "Neue-Worte-1"}
        client.post("/accounts/password/", form)
        assert client.get(PROBE).status_code == 200
        assert other.get(PROBE).status_code == 302

    def test_whoever_has_no_capacity_today_is_told_so(self, client):
        enter(client, a_user("nobody.yet").username)
        assert client.get(PROBE)["Location"].startswith("/accounts/no-capacity/")
        assert client.get("/accounts/no-capacity/").status_code == 403


class TestSecondFactor:
    @pytest.mark.parametrize(
        "role", [Role.CITY_OFFICER, Role.DISTRICT_OFFICER, Role.PERSONNEL_SECTION, Role.SYSTEM_ADMIN]
    )
    def test_whoever_approves_or_administers_does_nothing_without_it(self, client, role):
        member = a_membership(role)
        enter(client, member.user.username)
        assert client.get(PROBE)["Location"].startswith("/accounts/second-factor/set-up/")
        assert client.get("/api/v1/institutions/").status_code == 401

    def test_is_set_up_once_and_shows_recovery_codes(self, client):
        member = a_membership(Role.CITY_OFFICER)
        enter(client, member.user.username)
        page = client.get("/accounts/second-factor/set-up/")
        assert "data:image/svg+xml;base64," in page.context["qr"]
        device = Authenticator.objects.get(user=member.user)
        assert not device.confirmed
        address = "/accounts/second-factor/set-up/"
        wrong = f"{(int(code_of(device)) + 1) % 1000000:06d}"
        assert client.post(address, {"code": wrong}).status_code == 422
        device.refresh_from_db()
        device.throttle_reset()
        answer = client.post(address, {"code": code_of(device), "next": PROBE})
        assert len(answer.context["codes"]) == 8
        assert client.get(PROBE).status_code == 200
        assert {"factor.refused", "factor.enrolled"} <= set(acts())

    def test_is_asked_at_every_sign_in_and_changes_the_session_key(self, client):
        member = a_membership(Role.CITY_OFFICER)
        device = a_device(member.user)
        enter(client, member.user.username)
        assert client.get(PROBE)["Location"].startswith("/accounts/second-factor/code/")
        before = client.session.session_key
        answer = client.post("/accounts/second-factor/code/", {"code": code_of(device), "next": PROBE})
        assert answer["Location"] == PROBE
        assert client.session.session_key != before
        assert client.get(PROBE).status_code == 200

    def test_a_wrong_code_does_not_open(self, client):
        member = a_membership(Role.CITY_OFFICER)
        device = a_device(member.user)
        enter(client, member.user.username)
        wrong = f"{(int(code_of(device)) + 1) % 1000000:06d}"
        assert client.post("/accounts/second-factor/code/", {"code": wrong}).status_code == 422
        assert client.get(PROBE).status_code == 302
        device.refresh_from_db()
        assert device.throttling_failure_count == 1  # the refusal was written, not rolled back

    def test_a_code_works_once(self, client):
        member = a_membership(Role.CITY_OFFICER)
        code = code_of(a_device(member.user))
        enter(client, member.user.username)
        assert client.post("/accounts/second-factor/code/", {"code": code}).status_code == 302
        other = Client()
        enter(other, member.user.username)
        assert other.post("/accounts/second-factor/code/", {"code": code}).status_code == 422

    def test_whoever_sets_one_up_freely_is_asked_too(self, client):
        member = a_membership(Role.SENDER_HR)
        a_device(member.user)
        enter(client, member.user.username)
        assert client.get(PROBE)["Location"].startswith("/accounts/second-factor/code/")

    def test_cannot_be_replaced_by_whoever_has_only_the_password(self, client):
        member = a_membership(Role.CITY_OFFICER)
        a_device(member.user)
        enter(client, member.user.username)
        for address in ("/accounts/second-factor/set-up/", "/accounts/second-factor/", "/accounts/password/"):
            assert client.get(address)["Location"].startswith("/accounts/second-factor/code/")

    def test_a_recovery_code_replaces_it_once(self, client):
        member = a_membership(Role.CITY_OFFICER)
        a_device(member.user)
        codes = factors.renew_recovery_codes(user=member.user, by=MembershipActor(member))
        enter(client, member.user.username)
        assert client.post("/accounts/second-factor/code/", {"code": codes[0].upper()}).status_code == 302
        assert factors.codes_left(member.user) == 7
        other = Client()
        enter(other, member.user.username)
        assert other.post("/accounts/second-factor/code/", {"code": codes[0]}).status_code == 422

    def test_is_asked_when_changing_to_a_capacity_that_needs_it(self, client):
        plain = a_membership(Role.FINANCE_SECTION)
        approving = a_membership(Role.PERSONNEL_SECTION, plain.institution, user=plain.user)
        enter(client, plain.user.username)
        assert client.get(PROBE).status_code == 200
        client.post("/accounts/capacity/", {"membership": approving.pk, "next": PROBE})
        assert client.get(PROBE)["Location"].startswith("/accounts/second-factor/set-up/")
        client.post("/accounts/capacity/", {"membership": plain.pk})
        assert client.get(PROBE).status_code == 200


class TestLimits:
    def test_half_an_hour_without_a_sign_ends_the_session(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        with time_machine.travel(clock.now() + timedelta(minutes=29), tick=False):
            assert client.get(PROBE).status_code == 200
        with time_machine.travel(clock.now() + timedelta(minutes=58), tick=False):
            assert client.get(PROBE).status_code == 200
        with time_machine.travel(clock.now() + timedelta(minutes=89), tick=False):
            assert client.get(PROBE)["Location"].startswith(SIGN_IN)
            assert client.get(SIGN_IN).context["ended"] == "idle"
        assert Event.objects.get(act="session.expired").detail == {"limit": "idle"}

    def test_a_page_that_asks_by_itself_is_no_sign(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        with time_machine.travel(clock.now() + timedelta(minutes=29), tick=False):
            client.get(PROBE, headers={"X-Background": "1"})
        with time_machine.travel(clock.now() + timedelta(minutes=31), tick=False):
            assert client.get(PROBE).status_code == 302

    def test_after_twelve_hours_it_ends_in_any_case(self, client):
        signed_in(client, a_membership(Role.SENDER_HR))
        start = clock.now()
        for minutes in range(20, 720, 20):
            with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
                assert client.get(PROBE).status_code == 200
        with time_machine.travel(start + timedelta(hours=12, seconds=1), tick=False):
            assert client.get(PROBE).status_code == 302

    def test_a_capacity_that_ends_today_is_gone_tomorrow(self, client):
        member = a_membership(Role.SENDER_HR, valid_to=clock.today())
        signed_in(client, member)
        assert client.get(PROBE).status_code == 200
        Membership.objects.filter(pk=member.pk).update(valid_to=clock.today() - timedelta(days=1))
        assert client.get(PROBE)["Location"].startswith("/accounts/no-capacity/")


class TestConfirming:
    def test_sensitive_pages_ask_again_after_ten_minutes(self, client):
        manager = a_membership(Role.SENDER_HR, manages_unit=True)
        signed_in(client, manager)
        assert client.get("/accounts/members/add/").status_code == 200
        with time_machine.travel(clock.now() + timedelta(minutes=11), tick=False):
            asked = client.get("/accounts/members/add/")
            assert asked["Location"] == "/accounts/confirm/?next=%2Faccounts%2Fmembers%2Fadd%2F"
            form = {"secret": "wrong", "next": "/accounts/members/add/"}
            assert client.post("/accounts/confirm/", form).status_code == 422
            assert client.post("/accounts/confirm/", form | {"secret": PASSWORD})["Location"] == form["next"]
            assert client.get("/accounts/members/add/").status_code == 200

    def test_with_the_code_where_there_is_an_authenticator(self, client):
        member = a_membership(Role.DISTRICT_OFFICER)
        signed_in(client, member)
        device = Authenticator.objects.get(user=member.user)
        session = client.session
        session["confirmed_at"] = 0
        session.save()
        assert client.post("/accounts/confirm/", {"secret": PASSWORD}).status_code == 422
        device.refresh_from_db()
        device.throttle_reset()
        assert client.post("/accounts/confirm/", {"secret": code_of(device)}).status_code == 302

    def test_after_a_post_one_comes_back_to_the_page_with_the_button(self, client):
        manager = a_membership(Role.SENDER_HR, manages_unit=True)
        member = a_membership(Role.SENDER_HR, manager.institution)
        signed_in(client, manager)
        session = client.session
        session["confirmed_at"] = 0
        session.save()
        page = f"/accounts/members/{member.pk}/"
        answer = client.post(f"{page}password/", headers={"Referer": f"http://testserver{page}"})
        assert answer["Location"] == f"/accounts/confirm/?next=%2Faccounts%2Fmembers%2F{member.pk}%2F"


class TestDemonstration:
    @pytest.fixture
    def officer(self):
        return a_membership(Role.CITY_OFFICER, user=a_user("demo.city", is_demo=True))

    def test_without_the_demo_flag_a_demo_account_does_not_open(self, client, officer):
        assert enter(client, "demo.city").status_code == 422
        assert Event.objects.get().detail == {"reason": "demo"}

    def test_in_demo_mode_it_opens_on_this_machine_without_a_second_factor(self, client, officer, settings):
        settings.DEMO = True
        enter(client, "demo.city")
        assert client.get(PROBE).status_code == 200

    def test_but_not_from_elsewhere_nor_passed_on(self, officer, settings):
        settings.DEMO = True
        assert enter(Client(REMOTE_ADDR="10.0.0.7"), "demo.city").status_code == 422
        passed_on = Client(headers={"X-Forwarded-For": "127.0.0.1"})
        assert enter(passed_on, "demo.city").status_code == 422

    def test_and_its_session_does_not_travel(self, client, officer, settings):
        settings.DEMO = True
        enter(client, "demo.city")
        assert client.get(PROBE, REMOTE_ADDR="10.0.0.7").status_code == 302

    def test_an_ordinary_account_needs_its_second_factor_in_demo_mode_too(self, client, settings):
        settings.DEMO = True
        member = a_membership(Role.CITY_OFFICER)
        enter(client, member.user.username)
        assert client.get(PROBE)["Location"].startswith("/accounts/second-factor/set-up/")

    def test_a_demo_account_with_an_authenticator_is_asked_for_it(self, client, officer, settings):
        settings.DEMO = True
        a_device(officer.user)
        enter(client, "demo.city")
        assert client.get(PROBE)["Location"].startswith("/accounts/second-factor/code/")


class TestContext:
    def test_every_answer_names_its_request_and_the_record_knows_it(self, client):
        member = a_membership(Role.SENDER_HR)
        answer = enter(client, member.user.username, REMOTE_ADDR="10.9.8.7", headers={"User-Agent": "示范浏览器"})
        event = Event.objects.get(act="session.began")
        assert (event.ip, event.request_id) == ("10.9.8.7", answer["X-Request-ID"])

    def test_a_forwarded_address_is_believed_behind_the_proxy_only(self, client, settings, rf):
        forwarded = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "1.1.1.1, 10.5.5.5"}
        assert lockout.client_address(rf.get("/", **forwarded)) == "10.0.0.1"
        settings.BEHIND_PROXY = True
        assert lockout.client_address(rf.get("/", **forwarded)) == "10.5.5.5"

    def test_the_language_stays_with_the_account(self, client):
        member = a_membership(Role.SENDER_HR)
        signed_in(client, member)
        client.cookies["django_language"] = "en"
        client.get(PROBE)
        assert User.objects.get(pk=member.user_id).language == "en"
        elsewhere = signed_in(Client(), member)
        assert elsewhere.get(PROBE).wsgi_request.LANGUAGE_CODE == "en"

    def test_knowing_who_acts_costs_five_queries(self, client, django_assert_num_queries):
        signed_in(client, a_membership(Role.CITY_OFFICER))
        client.get(PROBE)
        with django_assert_num_queries(5):  # session, user, authenticator, capacities, their institutions
            assert client.get("/accounts/no-capacity/")["Location"] == "/"
