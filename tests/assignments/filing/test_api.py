"""REST of requests, nominations and their lists: read, filtered, written whole and once, moved on."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisals.models import IdempotentWrite
from assignments.kinds import ListKind
from assignments.models import FiledList, Nomination, StaffingRequest
from deploy_admin import clock
from deploy_admin.access import Permission, Role
from deploy_admin.accounts.actors import MembershipActor
from deploy_admin.accounts.services.tokens import issue_token
from deploy_admin.audit.models import Event
from tests.accounts.factories import a_membership, signed_in
from tests.assignments.filing.factories import a_list, a_nomination, a_request
from tests.assignments.filing.nominating import World

pytestmark = pytest.mark.django_db
API = "/api/v1/"
WINDOW = {"requests_from": date(2026, 11, 1), "requests_to": date(2026, 11, 30)}


@pytest.fixture
def world():
    return World(**WINDOW)


def browser(role, unit):
    return signed_in(Client(), a_membership(role, unit))


@pytest.fixture
def clerk(world):
    return browser(Role.RECEIVER_CLERK, world.receiver)


@pytest.fixture
def hr(world):
    return browser(Role.SENDER_HR, world.hospital)


@pytest.fixture
def officer(world):
    return browser(Role.CITY_OFFICER, world.campaign.authority)


def got(client, path, **query):
    answer = client.get(API + path, query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def ids(client, path, **query):
    return [row["id"] for row in got(client, path, **query)["results"]]


def put(client, world, body, what="request-lists", key="k1"):
    headers = {"Idempotency-Key": key} if key else {}
    text = body if isinstance(body, str) else json.dumps(body)
    return client.put(f"{API}{what}/campaigns/{world.campaign.pk}/", text, "application/json", headers=headers)


def post(client, path, **body):
    return client.post(API + path, json.dumps(body), "application/json")


def asks(*lines, version=0, **more):
    return {"version": version, "lines": list(lines), **more}


# ------------------------------------------------------------ read


def test_a_request_is_told_with_its_list_and_narrowed(world, clerk, officer):
    filed = a_list(world.receiver, campaign=world.campaign, state="approved")
    first = a_request(filed=filed, speciality="儿科", number=2, also_accepts=["内科"], priority=1)
    struck = a_request(filed=filed, speciality="外科", state="struck")
    other = a_request(world.township, campaign=world.campaign, speciality="全科")
    row = got(clerk, f"staffing-requests/{first.pk}/")
    assert (row["filed_list"], row["list_state"], row["institution"]) == (filed.pk, "approved", world.receiver.pk)
    assert (row["speciality"], row["number"], row["also_accepts"], row["priority"]) == ("儿科", 2, ["内科"], 1)
    assert ids(clerk, "staffing-requests/") == [first.pk, struck.pk]
    assert ids(officer, "staffing-requests/", standing="true", campaign=world.campaign.pk) == [first.pk, other.pk]
    assert ids(officer, "staffing-requests/", standing="false") == [struck.pk]
    assert ids(officer, "staffing-requests/", speciality="全科") == [other.pk]
    assert ids(officer, "staffing-requests/", priority=1) == [first.pk]
    assert ids(officer, "staffing-requests/", institution=world.township.pk) == [other.pk]


def test_a_sending_unit_reads_approved_requests_and_no_others(world, hr):
    a_request(filed=a_list(world.receiver, campaign=world.campaign, state="submitted"))
    approved = a_request(world.township, campaign=world.campaign)
    assert ids(hr, "staffing-requests/") == [approved.pk]


def test_a_nomination_is_told_with_wishes_and_to_the_own_unit_alone(world, hr, officer):
    line = a_nomination(world.person, filed=world.filed, wishes=[world.township, world.receiver], remark="示范")
    row = got(hr, f"nominations/{line.pk}/")
    assert (row["worker"], row["person_number"], row["name"]) == (
        world.person.pk, world.person.number, world.person.name,
    )  # fmt: skip
    assert (row["wishes"], row["remark"], row["list_state"]) == (
        [world.township.pk, world.receiver.pk], "示范", "draft",
    )  # fmt: skip
    assert ids(officer, "nominations/", worker=world.person.pk) == [line.pk]
    stranger = browser(Role.SENDER_HR, world.second)
    assert ids(stranger, "nominations/") == []
    assert stranger.get(f"{API}nominations/{line.pk}/").status_code == 404


def test_lists_are_told_apart_by_kind_and_come_with_their_lines(world, hr, officer):
    asked = a_list(world.receiver, campaign=world.campaign, state="submitted")
    a_request(filed=asked, speciality="儿科")
    a_nomination(world.person, filed=world.filed)
    assert ids(officer, "request-lists/") == [asked.pk]
    assert ids(officer, "nomination-lists/") == [world.filed.pk]
    assert "lines" not in got(officer, "request-lists/")["results"][0]
    detail = got(officer, f"request-lists/{asked.pk}/")
    assert (detail["state"], [line["speciality"] for line in detail["lines"]]) == ("submitted", ["儿科"])
    assert [line["worker"] for line in got(hr, f"nomination-lists/{world.filed.pk}/")["lines"]] == [world.person.pk]
    assert ids(officer, "request-lists/", state="approved") == []


def test_a_delta_holds_what_was_written_since(world, officer):
    filed = a_list(world.receiver, campaign=world.campaign)
    old, new = a_request(filed=filed), a_request(filed=filed)
    now = clock.now()
    StaffingRequest.objects.filter(pk=old.pk).update(updated_at=now - timedelta(days=2))
    StaffingRequest.objects.filter(pk=new.pk).update(updated_at=now)
    since = (now - timedelta(days=1)).isoformat()
    assert ids(officer, "staffing-requests/", updated_since=since, ordering="updated_at") == [new.pk]
    FiledList.objects.filter(pk=filed.pk).update(updated_at=now - timedelta(days=2))
    assert ids(officer, "request-lists/", updated_since=since) == []


@pytest.mark.parametrize("path", ["staffing-requests/", "nominations/", "request-lists/", "nomination-lists/"])
def test_many_rows_cost_as_many_queries_as_few(world, officer, path):
    filed = a_list(world.receiver, campaign=world.campaign)
    a_request(filed=filed)
    a_nomination(world.person, filed=world.filed, wishes=[world.receiver])

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            got(officer, path)
        return len(queries)

    asked()
    few = asked()
    for number in range(5):
        a_request(filed=filed, speciality=f"专业{number}")
        a_nomination(filed=world.filed, wishes=[world.receiver, world.township])
    assert asked() == few


# ------------------------------------------------------------ written whole


def test_a_list_is_written_whole_and_what_is_missing_is_taken_off(world, clerk):
    answer = put(
        clerk, world, asks({"speciality": "儿科", "number": 2, "also_accepts": ["内科"]}, {"speciality": "全科"})
    )
    assert answer.status_code == 200, answer.content
    said = answer.json()
    assert [(line["rank"], line["speciality"], line["number"]) for line in said["lines"]] == [
        (1, "儿科", 2), (2, "全科", 1),
    ]  # fmt: skip
    kept = said["lines"][0]["id"]
    body = asks({"id": kept, "speciality": "儿科", "number": 3}, version=said["version"], remark="示范说明")
    again = put(clerk, world, body, key="k2").json()
    assert [(line["id"], line["number"], line["also_accepts"]) for line in again["lines"]] == [(kept, 3, [])]
    assert (again["remark"], again["state"]) == ("示范说明", "draft")


def test_the_same_key_and_body_write_once_and_another_body_is_refused(world, clerk):
    body = asks({"speciality": "儿科"})
    first, second = put(clerk, world, body), put(clerk, world, body)
    assert first.json() == second.json()
    assert (first.get("Idempotency-Replayed"), second.get("Idempotency-Replayed")) == (None, "true")
    assert IdempotentWrite.objects.count() == 1
    assert Event.objects.filter(act="lists.saved").count() == 1
    assert put(clerk, world, asks({"speciality": "内科"})).status_code == 422


def test_a_write_without_key_or_with_an_unknown_word_is_refused(world, clerk):
    assert put(clerk, world, asks(), key="").status_code == 400
    assert put(clerk, world, "[]").status_code == 400
    assert put(clerk, world, "{").status_code == 400
    assert put(clerk, world, asks(patients=3)).json()["errors"].keys() == {"patients"}
    assert put(clerk, world, asks({"number": 1})).status_code == 400
    assert put(clerk, world, {"lines": []}).json()["errors"].keys() == {"version"}
    assert FiledList.objects.filter(kind=ListKind.REQUESTS).count() == 0


def test_a_version_that_was_not_read_is_a_conflict_and_nothing_is_kept(world, clerk):
    put(clerk, world, asks({"speciality": "儿科"}))
    answer = put(clerk, world, asks({"speciality": "内科"}, version=0), key="k2")
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
    assert StaffingRequest.objects.get().speciality == "儿科"
    assert not IdempotentWrite.objects.filter(key="k2").exists()


def test_what_is_wrong_is_told_line_by_line_and_nothing_is_written(world, clerk):
    body = asks({"speciality": "儿科", "starts_on": "2029-01-01"}, {"speciality": "内科", "minimum_title": "院士"})
    answer = put(clerk, world, body)
    assert answer.status_code == 409
    assert answer.json()["errors"].keys() == {"rows.0.starts_on", "rows.1.minimum_title"}
    assert FiledList.objects.filter(kind=ListKind.REQUESTS).count() == 0


def test_nominations_are_written_whole_with_what_speaks_against_each(world, hr):
    body = asks({"worker": world.person.pk, "possible_from": "2027-06-01"}, version=world.filed.version)
    refused = put(hr, world, body, "nomination-lists")
    assert (refused.status_code, refused.json()["code"]) == (409, "later_than_start")
    body["lines"][0]["accept"] = ["later_than_start"]
    written = put(hr, world, body, "nomination-lists", key="k2")
    assert written.status_code == 200, written.content
    line = Nomination.objects.get()
    assert (line.worker, line.possible_from) == (world.person, date(2027, 6, 1))
    assert list(written.json()["lines"][0]["accepted"]) == ["later_than_start"]


def test_another_units_list_is_not_written(world, clerk, officer):
    body = asks({"speciality": "儿科"}, institution=world.township.pk)
    assert put(clerk, world, body).json()["code"] == "not_permitted"
    assert put(officer, world, body).json()["code"] == "not_permitted"  # on behalf needs the scan, and a page
    assert FiledList.objects.filter(kind=ListKind.REQUESTS).count() == 0


def test_a_campaign_one_does_not_see_is_not_there(world, clerk):
    world.campaign.pk += 1
    assert put(clerk, world, asks()).status_code == 404


# ------------------------------------------------------------ moved on


def test_a_list_goes_to_the_authority_back_and_is_approved(world, clerk, officer):
    put(clerk, world, asks({"speciality": "儿科"}))
    filed = FiledList.objects.get(kind=ListKind.REQUESTS)
    path = f"request-lists/{filed.pk}/"
    submitted = post(clerk, path + "submit/", version=filed.version)
    assert (submitted.status_code, submitted.json()["state"]) == (200, "submitted")
    assert post(clerk, path + "take-back/").json()["state"] == "draft"
    assert post(clerk, path + "submit/").json()["state"] == "submitted"
    assert post(officer, path + "send-back/").status_code == 400
    returned = post(officer, path + "send-back/", reason="人数过多").json()
    assert (returned["state"], returned["reason"]) == ("returned", "人数过多")
    assert post(clerk, path + "submit/").json()["state"] == "submitted"
    assert post(officer, path + "approve/").json()["state"] == "approved"


def test_a_step_that_does_not_fit_is_refused_with_its_code(world, clerk, officer):
    filed = a_list(world.receiver, campaign=world.campaign, state="draft")
    path = f"request-lists/{filed.pk}/"
    assert post(clerk, path + "submit/").json()["code"] == "list_empty"
    assert post(officer, path + "approve/").json()["code"] == "list_moved"
    assert post(clerk, path + "approve/").status_code == 403
    assert post(clerk, path + "submit/", version=99).json()["code"] == "stale_version"


def test_a_machine_of_the_unit_files_and_decides_nothing(world):
    maker = MembershipActor(a_membership(Role.RECEIVER_CLERK, world.receiver))
    scopes = (Permission.REQUESTS_VIEW, Permission.REQUESTS_ENTER)
    _token, secret = issue_token(name="对接系统", scopes=scopes, expires_on=clock.today() + timedelta(30), by=maker)
    machine = Client(headers={"Authorization": f"Bearer {secret}"})
    said = put(machine, world, asks({"speciality": "儿科"})).json()
    assert post(machine, f"request-lists/{said['id']}/submit/").json()["state"] == "submitted"
    assert post(machine, f"request-lists/{said['id']}/approve/").status_code == 403
    assert machine.get(f"{API}nomination-lists/").status_code == 403
