"""The page on which an officer says that two records are of two people, and takes it back."""

from __future__ import annotations

import pytest

from deploy_admin.people.models import ToldApart
from tests.people.factories import a_worker, an_id
from tests.people.pages.reading import filled, page, text, whole_ids

pytestmark = pytest.mark.django_db


@pytest.fixture
def twin(world):
    return a_worker("示范安", at=world.hospital, number_of_id=an_id(901))


def test_a_pair_told_apart_leaves_the_list_and_stands_under_a_filter(city, twin, world):
    address = page("tell_apart", world.doctor.pk, twin.pk)
    assert address in text(city.get(page("duplicates")))
    shown = city.get(address)
    assert whole_ids(shown) == []
    assert {row["label"] for row in shown.context["compared"] if row["differs"]}
    short = city.post(address, filled(shown, reason="否"))
    assert short.status_code == 422
    assert short.context["form"].errors["reason"]
    answer = city.post(address, filled(shown, reason="同名，已核实为两人"))
    assert answer.url == page("duplicates")
    assert twin.number not in text(city.get(page("duplicates")))
    apart = city.get(page("duplicates", show="told_apart"))
    assert twin.number in text(apart)
    assert "同名，已核实为两人" in text(apart)
    again = city.post(address, filled(shown, reason="同名，已核实为两人"))
    assert again.context["form"].non_field_errors()


def test_it_can_be_taken_back_there(city, twin, world):
    pair = ToldApart.objects.create(first=world.doctor, second=twin, reason="同名，已核实为两人")
    assert city.get(page("told_apart_withdraw", pair.pk)).status_code == 405
    assert city.post(page("told_apart_withdraw", pair.pk)).url == page("duplicates", show="told_apart")
    assert twin.number in text(city.get(page("duplicates")))
    assert city.post(page("told_apart_withdraw", pair.pk)).status_code == 404
    assert f'href="{page("duplicates")}"' in text(city.get(page("duplicates", show="told_apart")))


def test_only_who_may_merge_says_so_and_only_of_people_they_see(hr, district, city, twin, world):
    address = page("tell_apart", world.doctor.pk, twin.pk)
    assert hr.get(address).status_code == 403
    assert district.get(page("tell_apart", world.doctor.pk, world.elsewhere.pk)).status_code == 404
    assert city.get(page("tell_apart", world.doctor.pk, world.doctor.pk)).status_code == 404
    pair = ToldApart.objects.create(first=world.doctor, second=world.elsewhere, reason="同名，已核实为两人")
    assert hr.post(page("told_apart_withdraw", pair.pk)).status_code == 403
    assert district.post(page("told_apart_withdraw", pair.pk)).status_code == 404
    assert world.elsewhere.number not in text(district.get(page("duplicates", show="told_apart")))


def test_the_filtered_list_costs_the_same_for_any_number_of_pairs(city, world, django_assert_max_num_queries):
    for at in range(12):
        ToldApart.objects.create(first=world.doctor, second=a_worker(at=world.hospital), reason=f"示范理由{at}")
    with django_assert_max_num_queries(22):
        assert len(city.get(page("duplicates", show="told_apart")).context["page"].object_list) == 12
