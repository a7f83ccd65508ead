"""The pages and the REST answers of pairing support, speciality programmes and coordinates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

import openpyxl
import pytest
from django.urls import reverse

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.registry.models import InstitutionProfile, PairingSupport, ProfileRevision, SpecialityProgramme
from tests.accounts.factories import a_membership, signed_in
from tests.registry.factories import a_division, a_pairing, a_programme, an_authority, an_institution

pytestmark = pytest.mark.django_db
FIRST = date(2026, 1, 1)


@pytest.fixture
def units():
    city = a_division("示范市", level="province")
    first, second = a_division("示范甲区", parent=city), a_division("示范乙区", parent=city)
    centre = {"kind": "township_health_centre", "tier": "township", "level": 1}
    return {
        "commission": an_authority(city, "示范市卫生健康委员会", tier="municipal"),
        "authority": an_authority(first),
        "hospital": an_institution("示范市人民医院", division=second),
        "centre": an_institution("示范甲镇卫生院", division=first, **centre),
        "elsewhere": an_institution("示范乙镇卫生院", division=second, **centre),
    }


@pytest.fixture
def city(client, units):
    return signed_in(client, a_membership(Role.CITY_OFFICER, units["commission"]))


@pytest.fixture
def officer(client, units):
    return signed_in(client, a_membership(Role.DISTRICT_OFFICER, units["authority"]))


def page(name, *args, **query):
    return reverse(f"registry:{name}", args=args) + (f"?{urlencode(query)}" if query else "")


def listed(answer):
    return [row.texts()[:2] for row in answer.context["rows"]]


class TestLists:
    def test_what_holds_today_and_on_asking_what_is_over_or_to_come(self, city, units):
        a_pairing(units["hospital"], units["centre"], FIRST)
        a_pairing(units["hospital"], units["elsewhere"], FIRST, valid_to=date(2026, 6, 30))
        a_pairing(units["hospital"], units["elsewhere"], date(2027, 1, 1))
        assert listed(city.get(page("pairings"))) == [["示范市人民医院", "示范甲镇卫生院"]]
        shown = city.get(page("pairings", ended="yes")).context["rows"]
        assert [row.standing for row in shown] == ["now", "over", "coming"]
        assert [row.shape for row in shown] == ["ok", "mute", "und"]

    def test_it_narrows_by_either_unit_or_the_speciality(self, city, units):
        a_pairing(units["hospital"], units["centre"])
        assert (
            len(listed(city.get(page("pairings", q="甲镇")))) == len(listed(city.get(page("pairings", q="sfs")))) == 1
        )
        assert listed(city.get(page("pairings", q="乙镇"))) == []
        a_programme(units["centre"], "儿科")
        a_programme(units["elsewhere"], "骨科")
        assert listed(city.get(page("programmes", q="儿"))) == [["示范甲镇卫生院", "儿科"]]
        assert listed(city.get(page("programmes", q="乙镇"))) == [["示范乙镇卫生院", "骨科"]]

    def test_a_district_reads_all_opens_its_own_and_changes_its_own(self, officer, units):
        mine, other = a_pairing(units["hospital"], units["centre"]), a_pairing(units["hospital"], units["elsewhere"])
        rows = officer.get(page("pairings")).context["rows"]
        assert [(row.mine, [bool(unit.link) for unit in row.units]) for row in rows] == [
            (True, [False, True]),
            (False, [False, False]),
        ]
        assert officer.get(page("pairing_edit", mine.pk)).status_code == 200
        assert officer.get(page("pairing_edit", other.pk)).status_code == 404
        assert officer.post(page("pairing_remove", other.pk), {"version": 1, "reason": "示范"}).status_code == 404

    def test_the_export_holds_what_is_shown_and_is_recorded(self, city, units):
        a_programme(units["centre"], "儿科", FIRST, document="示范文件")
        answer = city.get(page("programmes", export="xlsx"))
        cells = [
            list(row) for row in openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
        ]
        assert any(row[:3] == ["示范甲镇卫生院", "儿科", "2026-01-01"] and row[4] == "示范文件" for row in cells)
        assert Event.objects.get(act="programmes.exported").detail["rows"] == 1

    def test_a_page_costs_the_same_for_any_number_of_rows(self, city, units, django_assert_max_num_queries):
        def cost():
            with django_assert_max_num_queries(30) as queries:
                city.get(page("pairings"))
            return len(queries)

        a_pairing(units["hospital"], units["centre"])
        cost()  # the first page of a session reads who asks
        few = cost()
        for _ in range(20):
            a_pairing(units["hospital"], an_institution())
        assert cost() == few


class TestForms:
    def test_one_is_recorded_by_name(self, city, units):
        said = {"supporting_unit": "示范市人民医院", "supported_unit": "示范甲镇卫生院", "valid_from": "2026-01-01"}
        assert city.post(page("pairing_add"), said).url == page("pairings")
        assert PairingSupport.objects.get().supported_unit == units["centre"]
        said = {"institution": "示范甲镇卫生院", "speciality": "儿科", "valid_from": "2026-01-01"}
        assert city.post(page("programme_add"), said).url == page("programmes")
        assert SpecialityProgramme.objects.get().speciality == "儿科"

    def test_the_form_comes_with_the_unit_from_whose_page_it_is_opened(self, city):
        form = city.get(page("pairing_add", supported_unit="示范甲镇卫生院")).context["form"]
        assert form["supported_unit"].value() == "示范甲镇卫生院"

    def test_a_district_may_name_any_hospital_as_supporter(self, officer, units):
        said = {"supporting_unit": "示范市人民医院", "supported_unit": "示范甲镇卫生院", "valid_from": "2026-01-01"}
        assert officer.post(page("pairing_add"), said).status_code == 302
        offers = page("institution_offers") + "?name=supporting_unit&supporting_unit=示范市人民"
        assert "示范市人民医院" in officer.get(offers).content.decode()
        wrong = said | {"supporting_unit": "示范乙镇卫生院"}
        answer = officer.post(page("pairing_add"), wrong)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["supporting_unit"])

    def test_a_refusal_stands_beside_its_field_or_above_the_form(self, city, units):
        a_pairing(units["hospital"], units["centre"])
        said = {"supporting_unit": "示范市人民医院", "supported_unit": "示范甲镇卫生院", "valid_from": "2026-01-01"}
        answer = city.post(page("pairing_add"), said)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["__all__"])
        early = {"institution": "示范甲镇卫生院", "speciality": "儿科", "valid_from": "1999-01-01"}
        assert "valid_from" in city.post(page("programme_add"), early).context["form"].errors

    def test_it_is_ended_on_its_page_and_an_older_version_shows_both_values(self, city, units):
        row = a_pairing(units["hospital"], units["centre"], FIRST)
        said = {"valid_from": "2026-01-01", "valid_to": "2026-12-31", "document": "", "version": 1}
        assert city.post(page("pairing_edit", row.pk), said).status_code == 302
        row.refresh_from_db()
        assert row.valid_to == date(2026, 12, 31)
        answer = city.post(page("pairing_edit", row.pk), said | {"valid_to": "2027-12-31"})
        assert answer.status_code == 409
        assert "2026-12-31" in answer.content.decode()

    def test_a_slip_is_removed_with_its_reason(self, city, units):
        row = a_programme(units["centre"])
        answer = city.post(page("programme_remove", row.pk), {"version": 1, "reason": ""})
        assert (answer.status_code, list(answer.context["removing"].errors)) == (422, ["reason"])
        assert city.post(page("programme_remove", row.pk), {"version": 1, "reason": "录入有误"}).status_code == 302
        assert not SpecialityProgramme.objects.exists()


class TestOnTheInstitutionsPage:
    def test_it_shows_what_ties_the_unit_and_offers_to_record_more(self, city, units):
        a_pairing(units["hospital"], units["centre"])
        a_programme(units["centre"], "儿科")
        context = city.get(page("institution_detail", units["centre"].pk)).context
        assert [row.texts()[0] for row in context["pairings"]] == ["示范市人民医院"]
        assert [row.speciality for row in context["programmes"]] == ["儿科"]
        assert len(city.get(page("institution_detail", units["hospital"].pk)).context["pairings"]) == 1
        assert city.get(page("institution_detail", units["elsewhere"].pk)).context["pairings"] == []

    def test_coordinates_are_changed_corrected_and_shown(self, city, units):
        unit = units["centre"]
        form = city.get(page("institution_change", unit.pk)).context["form"].initial
        said = {name: value for name, value in form.items() if value is not None}
        said |= {"on": "2026-03-01", "latitude": "30.8078049", "longitude": "108.4087"}
        assert city.post(page("institution_change", unit.pk), said).status_code == 302
        profile = InstitutionProfile.objects.get(institution=unit, valid_to=None)
        assert (profile.latitude, profile.longitude) == (Decimal("30.80780"), Decimal("108.40870"))
        assert "30.80780, 108.40870" in city.get(page("institution_detail", unit.pk)).content.decode()
        unit.refresh_from_db()
        said |= {"version": unit.version, "reason": "示范", "latitude": "30.9", "credit_code": ""}
        assert city.post(page("institution_correct", unit.pk, profile.pk), said).status_code == 302
        assert ProfileRevision.objects.get().facts["latitude"] == "30.80780"
        history = city.get(page("institution_history", unit.pk)).content.decode()
        assert "30.80780, 108.40870" in history
        assert "30.90000, 108.40870" in history

    @pytest.mark.parametrize(
        ("latitude", "longitude", "field"),
        [("30.8", "", "longitude"), ("", "108.4", "latitude"), ("60", "108.4", "latitude"), ("x", "108", "latitude")],
    )
    def test_half_a_place_or_one_abroad_is_refused_beside_its_field(self, city, units, latitude, longitude, field):
        form = city.get(page("institution_change", units["centre"].pk)).context["form"].initial
        said = {name: value for name, value in form.items() if value is not None}
        said |= {"on": "2026-03-01", "latitude": latitude, "longitude": longitude}
        answer = city.post(page("institution_change", units["centre"].pk), said)
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


class TestRest:
    def test_rows_of_a_day_for_everybody_who_reads_institutions(self, officer, units):
        row = a_pairing(units["hospital"], units["elsewhere"], FIRST, valid_to=date(2026, 6, 30))
        a_pairing(units["hospital"], units["centre"], FIRST)
        found = officer.get("/api/v1/pairings/", {"on": "2026-06-30", "supported_unit": units["elsewhere"].pk}).json()
        assert [(each["supporting_unit"], each["valid_to"]) for each in found["results"]] == [
            (units["hospital"].pk, "2026-06-30")
        ]
        assert len(officer.get("/api/v1/pairings/", {"on": "2026-07-01"}).json()["results"]) == 1
        assert officer.get(f"/api/v1/pairings/{row.pk}/").json()["id"] == row.pk

    def test_programmes_by_unit_and_speciality_and_nothing_is_written(self, city, units):
        a_programme(units["centre"], "儿科")
        a_programme(units["elsewhere"], "儿科")
        found = city.get("/api/v1/programmes/", {"speciality": "儿科", "institution": units["centre"].pk}).json()
        assert [each["institution"] for each in found["results"]] == [units["centre"].pk]
        assert city.post("/api/v1/programmes/", {}).status_code in {403, 405}

    def test_an_institution_carries_its_coordinates(self, city, units):
        InstitutionProfile.objects.filter(institution=units["centre"]).update(latitude="30.8", longitude="108.4")
        row = city.get(f"/api/v1/institutions/{units['centre'].pk}/").json()
        assert (row["latitude"], row["longitude"]) == ("30.80000", "108.40000")
        other = city.get(f"/api/v1/institutions/{units['hospital'].pk}/").json()
        assert (other["latitude"], other["longitude"]) == (None, None)
