"""What officers decide: claims of earlier service, and two records that are one person's."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.people.models import HealthWorker, Merge, Recognition
from tests.people.factories import a_title, a_worker, an_id
from tests.people.pages.reading import filled, page, text, whole_ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(world):
    return Recognition.objects.create(
        worker=world.doctor,
        kind="tibet_xinjiang_aid",
        served_from=date(2021, 1, 1),
        served_to=date(2022, 6, 30),
        document="援藏工作证明（示范）",
        recorded_by_id=7001,
        recorded_by_name="示范人事",
    )


def test_the_unit_reads_the_claim_and_the_officer_decides(hr, district, claim):
    assert "援藏" in text(hr.get(page("recognitions")))
    assert page("recognition_decide", claim.pk) not in text(hr.get(page("recognitions")))
    assert hr.get(page("recognition_decide", claim.pk)).status_code == 403
    assert page("recognition_decide", claim.pk) in text(district.get(page("recognitions")))
    assert "援藏工作证明（示范）" in text(district.get(page("recognition_decide", claim.pk)))
    without = district.post(page("recognition_decide", claim.pk), {"decision": "decline"})
    assert without.context["form"].errors["remark"]
    assert district.post(page("recognition_decide", claim.pk), {"decision": "recognise"}).status_code == 302
    claim.refresh_from_db()
    assert claim.state == "recognised"
    assert "示范安" not in text(district.get(page("recognitions")))
    assert "示范安" in text(district.get(page("recognitions", state="recognised")))
    assert district.post(page("recognition_decide", claim.pk), {"decision": "recognise"}).status_code == 409


def test_another_districts_claim_is_not_there(other_hr, claim, world):
    from deploy_admin.access import Role
    from tests.accounts.factories import a_membership, signed_in
    from tests.registry.factories import an_authority

    authority = an_authority(world.other.profile.division)
    officer = signed_in(other_hr, a_membership(Role.DISTRICT_OFFICER, authority))
    assert officer.get(page("recognition_decide", claim.pk)).status_code == 404


@pytest.fixture
def twin(world):
    found = a_worker("示范安", at=world.hospital, number_of_id=an_id(901))
    a_title(found, "233", qualified_on=date(2019, 12, 1))
    return found


def test_possible_duplicates_are_listed_for_officers(city, hr, twin, world):
    shown = city.get(page("duplicates"))
    assert twin.number in text(shown)
    assert world.doctor.number in text(shown)
    assert whole_ids(shown) == []
    assert hr.get(page("duplicates")).status_code == 403


def test_no_duplicates_shows_the_way_out(city):
    assert f'href="{page("people")}"' in text(city.get(page("duplicates")))


def test_two_records_are_compared_and_merged_with_a_reason(city, twin, world):
    shown = city.get(page("merge", world.doctor.pk, twin.pk))
    assert whole_ids(shown) == []
    differing = {row["label"] for row in shown.context["compared"] if row["differs"]}
    assert len(differing) >= 3
    assert page("merge", twin.pk, world.doctor.pk) in text(shown)
    short = city.post(page("merge", world.doctor.pk, twin.pk), filled(shown, reason="同"))
    assert short.context["form"].errors["reason"]
    answer = city.post(page("merge", world.doctor.pk, twin.pk), filled(shown, reason="同一人重复登记"))
    assert answer.status_code == 302, answer.context["form"].errors
    assert Merge.objects.get().dropped == twin


def test_a_record_that_changed_meanwhile_is_looked_at_again(city, twin, world):
    shown = filled(city.get(page("merge", world.doctor.pk, twin.pk)), reason="同一人重复登记")
    HealthWorker.objects.filter(pk=twin.pk).update(version=twin.version + 1)
    assert city.post(page("merge", world.doctor.pk, twin.pk), shown).status_code == 409
    assert not Merge.objects.exists()


def test_the_other_record_is_named_by_its_number(city, district, twin, world):
    address = page("merge_with", world.doctor.pk)
    assert city.post(address, {"number": twin.number.lower()}).url == page("merge", world.doctor.pk, twin.pk)
    foreign = district.post(address, {"number": world.elsewhere.number})
    assert foreign.context["form"].errors["number"]
    assert city.get(page("merge", world.doctor.pk, world.doctor.pk)).status_code == 404
    assert district.get(page("merge", world.doctor.pk, world.elsewhere.pk)).status_code == 404
