"""The pages of the policies, in both languages: who sees what, what is kept, what is refused."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.accounts import stages
from deploy_admin.jobs.models import Notice
from deploy_admin.policies import tasks
from deploy_admin.policies.models import PolicyVersion, State
from tests.accounts.factories import a_membership, signed_in
from tests.policies.factories import a_city, a_clause, a_draft, a_part, a_rule, a_text, an_adopted
from tests.registry.factories import an_authority, an_institution

pytestmark = pytest.mark.django_db


@pytest.fixture
def places():
    return a_city()


@pytest.fixture
def officer(places) -> Client:
    """The city's scheme officer."""
    commission = an_authority(places["city"], tier="municipal")
    return signed_in(Client(), a_membership(Role.CITY_OFFICER, commission))


@pytest.fixture
def district(places) -> Client:
    """An officer of the first district."""
    return signed_in(Client(), a_membership(Role.DISTRICT_OFFICER, an_authority(places["first"])))


@pytest.fixture
def hospital(places) -> Client:
    """The personnel office of a hospital in the second district."""
    return signed_in(Client(), a_membership(Role.SENDER_HR, an_institution(division=places["second"])))


def page(name, slug="city-plan", revision=1, query=""):
    return reverse(f"policies:{name}", args=[slug, revision]) + query


def in_english(client):
    client.cookies["django_language"] = "en"
    return client


def adoption(**more):
    return {
        "number": "示范卫发〔2024〕1号",
        "adopted_on": "2024-12-01",
        "deciding_body": "示范卫生健康委员会",
        "quotas_from": "2025-01-01",
        "assignments_from": "2025-01-01",
        "on_post": "new",
        "version": 1,
    } | more


def test_the_list_shows_what_one_may_read(officer, hospital, places):
    an_adopted()
    a_draft(a_text("draft-plan", title="示范草案"))
    assert "示范草案" in officer.get(reverse("policies:list")).text
    seen = hospital.get(reverse("policies:list")).text
    assert "示范市方案" in seen
    assert "示范草案" not in seen


def test_filters_stand_in_the_address_and_the_export_is_what_is_shown(officer, places):
    an_adopted()
    an_adopted(a_text("first-plan", "500101", title="示范一区方案"))
    found = officer.get(reverse("policies:list"), {"level": "district"}).text
    assert "示范一区方案" in found
    assert "示范市方案" not in found
    export = officer.get(reverse("policies:list"), {"level": "district", "export": "csv"})
    content = b"".join(export.streaming_content) if export.streaming else export.content
    assert "示范一区方案" in content.decode("utf-8-sig")
    assert "示范市方案" not in content.decode("utf-8-sig")
    nothing = officer.get(reverse("policies:list"), {"q": "没有这样的"}).text
    assert reverse("policies:list") in nothing


def test_htmx_gets_the_list_only(officer, places):
    an_adopted()
    part = officer.get(reverse("policies:list"), headers={"HX-Request": "true"}).text
    assert "示范市方案" in part
    assert "<html" not in part


@pytest.mark.parametrize("name", ["list", "governing", "import", "schema"])
def test_the_fixed_pages_answer(officer, places, name):
    an_adopted()
    assert officer.get(reverse(f"policies:{name}")).status_code == 200


def test_a_version_reads_as_articles_with_the_citation_beside_each(officer, places):
    an_adopted()
    shown = officer.get(page("version")).text
    assert "每年派出不少于2名执业医师" in shown
    assert 'class="clause"' in shown
    assert "派出执业医师" in shown


def test_a_version_reads_in_english_too(officer, places):
    an_adopted()
    shown = in_english(officer).get(page("version"), headers={"Accept-Language": "en"}).text
    assert "Physicians to send" in shown
    assert "Model City" in shown
    assert "Where it governs in 2026" in shown


def test_policy_text_is_always_escaped(officer, places):
    an_adopted(a_text(title="'<script>alert(1)</script>'"))
    for address in (page("version"), page("source"), reverse("policies:list")):
        assert "<script>alert(1)" not in officer.get(address).text


def test_the_short_name_leads_to_the_adopted_version(officer, places):
    an_adopted()
    a_draft(a_text("city-plan", "500000", a_clause(n=3)))
    assert officer.get(reverse("policies:policy", args=["city-plan"])).url == page("version")


def test_an_unseen_draft_is_404_on_every_page(hospital, district, places):
    a_draft()
    for name in ("version", "source"):
        assert hospital.get(page(name)).status_code == 404
    for name in ("version", "source", "edit", "adopt", "discard", "withdraw"):
        assert district.get(page(name)).status_code == 404
    assert hospital.get(page("adopt")).status_code == 403


def test_the_text_is_handed_out_as_it_was_written(officer, places):
    version = an_adopted()
    answer = officer.get(page("source", query="?download"))
    assert answer.content.decode() == version.source_text
    assert "city-plan-1.yaml" in answer["Content-Disposition"]


def test_the_schema_is_json(officer):
    assert json.loads(officer.get(reverse("policies:schema")).content)["$schema"]


def test_a_pasted_text_becomes_a_draft(officer, places):
    answer = officer.post(reverse("policies:import"), {"text": a_text().replace("\n", "\r\n")})
    assert answer.url == page("version")
    assert "\r" not in PolicyVersion.objects.get().source_text


def test_an_uploaded_file_becomes_a_draft(officer, places, tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(a_text(), encoding="utf-8")
    with path.open("rb") as file:
        assert officer.post(reverse("policies:import"), {"file": file}).status_code == 302


def test_faults_stand_in_a_table_and_what_was_typed_is_kept(officer, places):
    text = a_text().replace("{fixed: 2}", "{fixed: 0.5}")
    answer = officer.post(reverse("policies:import"), {"text": text})
    assert answer.status_code == 422
    assert "quotas[0].amount.fixed" in answer.text
    assert "{fixed: 0.5}" in answer.text
    assert not PolicyVersion.objects.exists()


def test_a_new_version_begins_with_the_text_of_another(officer, hospital, places):
    an_adopted()
    assert "policy: city-plan" in officer.get(reverse("policies:import"), {"from": "city-plan/1"}).text
    assert hospital.get(reverse("policies:import")).status_code == 403


def test_a_draft_is_edited_and_a_stale_edit_is_409(officer, places):
    a_draft()
    new = a_text("city-plan", "500000", a_clause(n=4))
    assert officer.post(page("edit"), {"text": new, "version": 1}).status_code == 302
    stale = officer.post(page("edit"), {"text": a_text(), "version": 1})
    assert stale.status_code == 409


def test_adopting_asks_everything_and_defaults_nothing(officer, places):
    a_draft()
    shown = officer.get(page("adopt")).text
    assert "checked" not in shown
    answer = officer.post(page("adopt"), {"version": 1})
    assert answer.status_code == 422
    assert PolicyVersion.objects.get().state == State.DRAFT


def test_an_officer_adopts(officer, places):
    a_draft()
    assert officer.post(page("adopt"), adoption()).url == page("version")
    version = PolicyVersion.objects.get()
    assert (version.state, version.adoption.number) == (State.ADOPTED, "示范卫发〔2024〕1号")


def test_adopting_shows_first_what_changes(officer, places):
    an_adopted(a_text("first-plan", "500101"))
    a_draft()
    part = officer.get(page("adopt"), {"quotas_from": "2025-01-01"}, headers={"HX-Request": "true"}).text
    assert "first-plan" in part
    assert "<html" not in part
    whole = officer.post(page("adopt"), adoption(preview="1"))
    assert whole.status_code == 200
    assert PolicyVersion.objects.get(policy__slug="city-plan").state == State.DRAFT


def test_a_collision_is_shown_with_both_names(officer, places):
    an_adopted()
    a_draft(a_text("other-plan"))
    answer = officer.post(page("adopt", "other-plan"), adoption())
    assert answer.status_code == 422
    assert "city-plan#physicians" in answer.text


def test_adoption_asks_again_who_one_is(officer, places):
    a_draft()
    session = officer.session
    session[stages.SIGNED_IN_AT] = session[stages.CONFIRMED_AT] = session[stages.SIGNED_IN_AT] - 3600
    session.save()
    assert reverse("accounts:confirm") in officer.post(page("adopt"), adoption()).url
    assert PolicyVersion.objects.get().state == State.DRAFT


def test_a_district_adopts_its_own_and_not_the_citys(district, places):
    a_draft(a_text("first-plan", "500101"))
    assert district.post(page("adopt", "first-plan"), adoption()).status_code == 302
    an_adopted()
    assert district.get(page("version")).status_code == 200
    assert district.get(page("withdraw")).status_code == 403


def test_withdrawing_asks_for_the_last_day_and_the_reason(officer, places):
    version = an_adopted()
    assert officer.post(page("withdraw"), {"version": version.version}).status_code == 422
    officer.post(page("withdraw"), {"version": version.version, "last_day": "2026-12-31", "reason": "废止"})
    version.refresh_from_db()
    assert version.state == State.WITHDRAWN


def test_a_draft_is_put_aside(officer, places):
    draft = a_draft()
    officer.post(page("discard"), {"version": 1, "reason": "不再需要"})
    draft.refresh_from_db()
    assert draft.state == State.WITHDRAWN


def test_two_versions_are_compared_field_by_field(officer, places):
    an_adopted()
    a_draft(a_text("city-plan", "500000", a_clause(n=3), a_clause("nurses", "municipal_county.nurses")))
    shown = officer.get(page("compare", query="?with=2")).text
    assert "<del>2</del>" in shown
    assert "<ins>3</ins>" in shown
    assert "nurses" in shown
    assert officer.get(page("compare", query="?with=9")).status_code == 404
    assert officer.get(page("compare")).status_code == 404


def test_what_governs_where_says_why(officer, places):
    an_adopted()
    an_adopted(a_text("first-plan", "500101"))
    shown = officer.get(reverse("policies:governing"), {"division": places["first"].pk, "day": "2026-01-01"}).text
    assert "first-plan #1" in shown
    assert "city-plan #1" in shown


def test_the_news_of_an_adoption_reaches_the_inboxes(places):
    version = an_adopted()
    tasks.announce_change(version.pk)
    assert Notice.objects.open().get().roles == ["city_officer", "district_officer", "sender_hr"]
    tasks.announce_change(version.pk)
    assert Notice.objects.open().count() == 1
    assert tasks.settle_old_news() == 0


def counted(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("address", ["list", "version", "governing"])
def test_the_number_of_queries_does_not_grow(officer, places, address):
    an_adopted()
    where = {
        "list": reverse("policies:list"),
        "version": page("version"),
        "governing": reverse("policies:governing") + f"?division={places['first'].pk}&day=2026-01-01",
    }[address]
    counted(officer, where)
    few = counted(officer, where)
    for n in range(5):
        an_adopted(a_text(f"plan-{n}", "500000", a_clause(topic=f"topic_{n}.physicians")))
        a_draft(a_text("city-plan", "500000", a_clause(n=n + 10)))
    assert counted(officer, where) == few


def test_the_api_lists_and_shows_versions(officer, hospital, places):
    version = an_adopted()
    a_draft(a_text("draft-plan"))
    rows = hospital.get("/api/v1/policies/").json()["results"]
    assert [row["policy"] for row in rows] == ["city-plan"]
    assert rows[0]["adoption"]["quotas_from"] == "2025-01-01"
    assert "document" not in rows[0]
    shown = hospital.get(f"/api/v1/policies/{version.pk}/").json()
    assert shown["document"]["policy"] == "city-plan"
    assert shown["articles_zh"]
    assert shown["articles_en"]
    assert len(officer.get("/api/v1/policies/").json()["results"]) == 2
    assert officer.get("/api/v1/policies/", {"state": "draft"}).json()["results"][0]["policy"] == "draft-plan"
    assert officer.get("/api/v1/policies/", {"updated_since": "2100-01-01T00:00:00Z"}).json()["results"] == []
    draft = PolicyVersion.objects.get(policy__slug="draft-plan")
    assert hospital.get(f"/api/v1/policies/{draft.pk}/").status_code == 404


def test_the_api_counts_its_queries(officer, places):
    an_adopted()
    counted(officer, "/api/v1/policies/")
    few = counted(officer, "/api/v1/policies/")
    for n in range(5):
        an_adopted(a_text(f"plan-{n}", "500000", a_clause(topic=f"topic_{n}.physicians")))
    assert counted(officer, "/api/v1/policies/") == few


# ---------------------------------------------------------------- who may go


def test_a_version_shows_its_eligibility_and_where_it_governs(officer, places):
    an_adopted(a_text("who-may-go", "500000", section="eligibility"))
    an_adopted(a_text("first-plan", "500101", section="eligibility"))
    shown = officer.get(page("version", "who-may-go")).text
    assert "执业医师类人员派出的，应当为执业医师。" in shown
    assert "派出人员应当具备执业医师资格" in shown
    english = in_english(officer).get(page("version", "who-may-go"), headers={"Accept-Language": "en"}).text
    assert "For being sent, physicians must be licensed physicians." in english
    assert "Model District One" in english


def test_a_policy_of_eligibility_alone_is_not_asked_for_a_period(officer, places):
    a_draft(a_text("who-may-go", "500000", section="eligibility"))
    asked = officer.get(page("adopt", "who-may-go")).text
    assert 'name="quotas_from"' not in asked
    assert 'name="assignments_from"' in asked
    answers = adoption(assignments_from="2025-03-10")
    del answers["quotas_from"]
    assert officer.post(page("adopt", "who-may-go"), answers).status_code == 302
    held = PolicyVersion.objects.get(state=State.ADOPTED).adoption
    assert (held.quotas_from.isoformat(), held.assignments_from.isoformat()) == ("2025-03-10", "2025-03-10")


def test_what_adopting_eligibility_changes_is_shown_for_the_day_of_assignments(officer, places):
    an_adopted(a_text("who-may-go", "500000", section="eligibility"))
    a_draft(a_text("first-plan", "500101", section="eligibility"))
    part = officer.get(
        page("adopt", "first-plan", query="?assignments_from=2026-01-01"), headers={"HX-Request": "true"}
    ).text
    assert "municipal_county.who" in part
    assert "who-may-go" in part


def test_what_governs_where_tells_who_may_go_beside_the_quotas(officer, places):
    an_adopted()
    an_adopted(a_text("who-may-go", "500000", a_rule(topic="municipal_county.physicians"), section="eligibility"))
    query = {"division": places["first"].pk, "day": "2026-01-01"}
    shown = officer.get(reverse("policies:governing"), query).text
    assert shown.count("municipal_county.physicians") >= 2
    assert "派出执业医师" in shown
    assert "派出条件" in shown


def test_two_versions_of_eligibility_are_compared(officer, places):
    an_adopted(a_text("who-may-go", "500000", section="eligibility"))
    a_draft(a_text("who-may-go", "500000", a_rule(licence="registered_nurse"), section="eligibility"))
    shown = officer.get(page("compare", "who-may-go", 2, "?with=1")).text
    assert "registered_nurse" in shown
    assert "派出条件" in shown


def test_a_refused_eligibility_clause_names_its_place(officer, places):
    text = a_text("who-may-go", "500000", a_rule(licence="doctor"), section="eligibility")
    refused = officer.post(reverse("policies:import"), {"text": text})
    assert refused.status_code == 422
    assert "eligibility[0].requires.licence" in refused.text


# ---------------------------------------------------------------- at the post


def on_post(*, days=5, slug="on-post", place="500000"):
    text = a_text(slug, place, a_part("leave-of-days", filing=f"{{at_least: {days}}}"), section="leave")
    return text + "requirements:\n" + a_part("a-year", service="{length: {at_least: 12 months}}")


def test_a_version_shows_what_holds_on_post_and_where_it_governs(officer, places):
    an_adopted(on_post())
    an_adopted(on_post(slug="first-plan", place="500101"))
    shown = officer.get(page("version", "on-post")).text
    assert "派驻人员请假5天以上（含5天）的，应当向项目办公室备案。" in shown
    assert "人员应当具有服务时间累计不少于12个月。" in shown
    english = in_english(officer).get(page("version", "on-post"), headers={"Accept-Language": "en"}).text
    assert "Leave of 5 or more days by people on post must be filed" in english
    assert english.count("Model District One") == 2


def test_what_governs_where_tells_every_section(officer, places):
    an_adopted(on_post())
    query = {"division": places["first"].pk, "day": "2026-01-01"}
    shown = officer.get(reverse("policies:governing"), query).text
    assert "规定leave-of-days" in shown
    assert "规定a-year" in shown


def test_two_versions_of_what_holds_on_post_are_compared(officer, places):
    an_adopted(on_post())
    a_draft(on_post(days=3))
    shown = officer.get(page("compare", "on-post", 2, "?with=1")).text
    assert "<del>5</del>" in shown
    assert "<ins>3</ins>" in shown


def test_a_policy_of_people_on_post_alone_is_adopted_and_its_topics_are_previewed(officer, places):
    a_draft(on_post())
    part = officer.get(
        page("adopt", "on-post", query="?assignments_from=2026-01-01"), headers={"HX-Request": "true"}
    ).text
    assert part.count("municipal_county.part") == 2
    answers = adoption(assignments_from="2026-01-01", on_post="more_favourable")
    del answers["quotas_from"]
    assert officer.post(page("adopt", "on-post"), answers).status_code == 302
    assert PolicyVersion.objects.get(state=State.ADOPTED).adoption.on_post == "more_favourable"


def test_a_refused_clause_of_people_on_post_names_its_place(officer, places):
    refused = officer.post(reverse("policies:import"), {"text": on_post().replace("at_least: 5", "at_most: 5")})
    assert refused.status_code == 422
    assert "leave[0].filing.at_most" in refused.text


@pytest.mark.parametrize("address", ["version", "governing"])
def test_the_number_of_queries_does_not_grow_with_the_sections(officer, places, address):
    an_adopted(on_post())
    where = {
        "version": page("version", "on-post"),
        "governing": reverse("policies:governing") + f"?division={places['first'].pk}&day=2026-01-01",
    }[address]
    counted(officer, where)
    few = counted(officer, where)
    for n in range(3):
        topic = f"topic_{n}.part"
        an_adopted(a_text(f"plan-{n}", "500000", a_part(topic=topic, full_time="true"), section="posting"))
        an_adopted(a_text(f"more-{n}", "500000", a_part(topic=topic, full_time="true"), section="service"))
    assert counted(officer, where) == few
