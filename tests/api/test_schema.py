"""The description of the interface: a committed snapshot that says what is served, for whoever is known."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from deploy_admin.access import Role
from tests.accounts.factories import a_membership, signed_in
from tests.api.test_lists import LISTS
from tests.test_consistency import OWN_URLS, ROOT

SNAPSHOT = ROOT / "docs" / "openapi.yaml"
HOW = "manage.py spectacular --lang en --file docs/openapi.yaml --validate --fail-on-warn"


def fresh() -> dict:
    with translation.override("en"):
        document = SchemaGenerator().get_schema(request=None, public=True)
        return yaml.safe_load(OpenApiYamlRenderer().render(document, renderer_context={}))


def test_the_snapshot_is_what_is_served():
    assert yaml.safe_load(SNAPSHOT.read_text()) == fresh(), f"The interface changed; look at it, then: {HOW}"


def test_the_description_is_valid_and_nothing_is_guessed(tmp_path: Path):
    validate_schema(fresh())
    call_command("spectacular", lang="en", file=str(tmp_path / "openapi.yaml"), validate=True, fail_on_warn=True)
    assert (tmp_path / "openapi.yaml").read_text() == SNAPSHOT.read_text()


#: What takes orders: months and lists from a connected system, the steps of a list, a letter's receipt, a proposal.
WRITES = {
    "/api/v1/months/{month}/attendance/": "put",
    "/api/v1/months/{month}/workload/": "put",
    "/api/v1/feedback-letters/{id}/receive/": "post",
    "/api/v1/allocation-plans/{id}/propose/": "post",
    **{f"/api/v1/{kind}-lists/campaigns/{{campaign}}/": "put" for kind in ("request", "nomination")},
    **{
        f"/api/v1/{kind}-lists/{{id}}/{step}/": "post"
        for kind in ("request", "nomination")
        for step in ("submit", "take-back", "approve", "send-back")
    },
}


def test_every_action_is_described_with_its_refusals_and_its_ways_of_signing_in():
    paths = fresh()["paths"]
    described = {operation["operationId"] for path in paths.values() for operation in path.values()}
    actions = [callback for _, _, callback in OWN_URLS if hasattr(callback, "actions")]
    assert len(described) == len(actions)
    for path, operations in paths.items():
        assert set(operations) == {WRITES.get(path, "get")}, f"{path} takes other orders"
        [operation] = operations.values()
        assert {"200", "400", "401", "403"} <= set(operation["responses"])
        assert ("404" in operation["responses"]) == ("{" in path)
        assert operation["security"] == [{"token": []}, {"session": []}]
        assert operation["description"]


def test_lists_are_paged_ordered_and_dated():
    paths = fresh()["paths"]
    for name in LISTS:
        asked = {p["name"]: p for p in paths[f"/api/v1/{name}/"]["get"]["parameters"]}
        assert {"cursor", "page_size", "ordering", "updated_since"} <= set(asked)
        assert asked["page_size"]["schema"]["maximum"] == 1000
        assert "-id" in asked["ordering"]["schema"]["enum"]


@pytest.mark.django_db
def test_whoever_is_known_gets_the_description(client):
    url = reverse("api:schema")
    assert client.get(url).status_code == 401
    known = signed_in(client, a_membership(Role.DEPLOYED_PERSON))
    answer = known.get(url, headers={"Accept": "application/vnd.oai.openapi+json"})
    assert answer.status_code == 200
    assert set(answer.json()["paths"]) == set(fresh()["paths"])
    assert known.get(url, {"lang": "../x"}).status_code == 200
    assert known.post(url).status_code in {403, 405}
