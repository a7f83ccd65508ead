"""Nobody meets another unit's people: not in files, not in ZIPs, not by typing a name, not in what waits for them."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assignments import services as assignments
from assignments.models import CorrectionRequest
from deploy_admin.access import SYSTEM, Role
from deploy_admin.jobs.models import StoredFile, Upload, UploadBatch
from deploy_admin.people import services
from tests.accounts.factories import a_membership, signed_in
from tests.jobs.plans import run_jobs
from tests.people.factories import a_worker, an_id, hr
from tests.people.pages.world import a_world
from tests.people.rosters.sheets import row, sheet
from tests.policies.factories import a_rule, a_text, an_adopted
from tests.registry.factories import an_authority

pytestmark = pytest.mark.django_db
#: Nobody in these tests was born on that day.
NOBODYS = an_id(1, born_on=date(1961, 5, 6))
#: Whoever is not of the unit, its district's authority or the city's commission.
OUTSIDE = ("other_hr", "other_district")
#: Of the district and the unit, and without people's tables all the same.
INSIDE = (
    "auditor", "primary", "finance", "clerk", "deployed", "system", "security", "audit_admin",
)  # fmt: skip


@pytest.fixture
def world():
    return a_world()


@pytest.fixture
def browsers(world) -> SimpleNamespace:
    other = an_authority(world.other.profile.division, "示范乙区卫生健康委员会")
    desks = {
        "hr": (Role.SENDER_HR, world.hospital),
        "other_hr": (Role.SENDER_HR, world.other),
        "district": (Role.DISTRICT_OFFICER, world.authority),
        "other_district": (Role.DISTRICT_OFFICER, other),
        "city": (Role.CITY_OFFICER, world.commission),
        "auditor": (Role.AUDITOR, world.authority),
        "primary": (Role.PRIMARY_HEALTH_SECTION, world.authority),
        "finance": (Role.FINANCE_SECTION, world.authority),
        "clerk": (Role.RECEIVER_CLERK, world.hospital),
        "deployed": (Role.DEPLOYED_PERSON, world.hospital),
        "system": (Role.SYSTEM_ADMIN, None),
        "security": (Role.SECURITY_ADMIN, None),
        "audit_admin": (Role.AUDIT_ADMIN, None),
    }
    return SimpleNamespace(
        **{name: signed_in(Client(), a_membership(role, unit)) for name, (role, unit) in desks.items()}
    )


def status(browsers: SimpleNamespace, who: str, name: str, *args: object) -> int:
    return getattr(browsers, who).get(reverse(name, args=args)).status_code


def sent(browser: Client, *rows: dict[str, object]) -> Upload:
    file = SimpleUploadedFile("名册.xlsx", sheet(*rows))
    assert browser.post(reverse("people:roster_import"), {"file": file}).status_code == 302
    run_jobs()
    return Upload.objects.latest("pk")


def test_a_units_roster_and_its_marked_copy_are_its_own(browsers):
    """The file as sent, the plan, the workbook with the wrong cells marked: the unit's, and the commission's."""
    refused = sent(browsers.hr, row("示范错", an_id(3)[:17] + "!"))
    assert (refused.state, refused.file.sealed) == ("refused", True)
    for who in ("hr", "city"):
        assert status(browsers, who, "jobs:download", refused.file_id) == 200
        assert status(browsers, who, "people:roster_upload", refused.pk) == 200
        assert status(browsers, who, "people:roster_upload_marked", refused.pk) == 200
    for who in (*OUTSIDE, *INSIDE, "district"):
        assert status(browsers, who, "jobs:download", refused.file_id) == 404, who
        for page in ("people:roster_upload", "people:roster_upload_marked"):
            assert status(browsers, who, page, refused.pk) in {403, 404}, who


def test_the_zips_of_a_collection_are_of_whoever_collects(browsers, world):
    """The prefilled workbooks hold the names of every unit; the marked ones what was wrong with them."""
    browsers.district.post(reverse("people:roster_batch"))
    batch = UploadBatch.objects.get()
    bad = SimpleUploadedFile("示范甲区医院.xlsx", sheet(row("示范错", an_id(3)[:17] + "!")))
    browsers.district.post(reverse("people:roster_batch_files", args=[batch.pk]), {"tables": [bad]})
    run_jobs()
    for what in ("package", "marked"):
        assert browsers.district.post(reverse(f"people:roster_batch_{what}", args=[batch.pk])).status_code == 302
        run_jobs()
    batch.refresh_from_db()
    files = [batch.package_id, batch.marked_id, *batch.files.values_list("file", flat=True)]
    assert len(files) == 3
    for pk in files:
        assert StoredFile.objects.get(pk=pk).sealed
        assert [who for who in ("district", "city") if status(browsers, who, "jobs:download", pk) != 200] == []
        assert [w for w in (*OUTSIDE, *INSIDE, "hr") if status(browsers, w, "jobs:download", pk) != 404] == []
    assert status(browsers, "hr", "people:roster_batch_detail", batch.pk) == 404
    assert status(browsers, "other_district", "people:roster_batch_detail", batch.pk) == 404


def test_an_authoritys_collection_goes_over_its_own_district(browsers, world):
    browsers.other_district.post(reverse("people:roster_batch"))
    page = browsers.other_district.get(reverse("people:roster_batch_detail", args=[UploadBatch.objects.get().pk]))
    text = page.content.decode()
    assert "示范乙区医院" in text
    assert "示范甲区医院" not in text


#: Lists, boxes and offers that a name can be typed into, or that show who is there.
ASKED = {
    "workbench:home": {},
    "workbench:search": {"q": "示范安"},
    "people:people": {"q": "示范安"},
    "people:unit_offers": {"q": "示范甲"},
    "people:duplicates": {},
    "people:transfers": {"state": "all"},
    "people:recognitions": {"state": "all"},
    "people:rosters": {},
    "people:roster_import": {},
    "people:roster_import_current": {},
    "people:roster_import_template": {},
    "assignments:eligibility": {"q": "示范安"},
    "assignments:corrections": {},
    "quotas:lists": {},
    "jobs:list": {},
    "api:people-list": {"q": "示范安"},
    "api:eligibility-list": {},
    "api:listed-people-list": {},
}  # fmt: skip


@pytest.fixture
def busy(world):
    """Everything that may name the people of the first hospital does."""
    here = world.authority.profile.division.code
    an_adopted(a_text("who", here, a_rule(topic="municipal_county.who"), section="eligibility"))
    a_worker("示范安", at=world.hospital)
    services.claim_recognition(
        worker=world.doctor, kind="foreign_aid", served_from=date(2020, 1, 1), served_to=date(2020, 12, 31),
        paper=services.Paper(document="示范文件"), version=world.doctor.version, by=hr(world.hospital),
    )  # fmt: skip
    CorrectionRequest.objects.create(worker=world.doctor, text="示范", asked_by_name="示范安")
    assignments.refresh(on=date(2026, 11, 22), by=SYSTEM)


@pytest.mark.parametrize("who", OUTSIDE)
def test_no_name_comes_by_typing_it(browsers, busy, who):
    """The own side finds the person on each of these pages or may not see it; the other finds nobody anywhere."""
    found, leaked = set(), []
    for name, query in ASKED.items():
        args = ["csv"] if name == "people:roster_import_current" else []
        for desk in ("hr", "district", who):
            answer = getattr(browsers, desk).get(reverse(name, args=args), query)
            text = answer.content.decode("utf-8", "ignore")
            # the box gives back what was typed into it
            named = text.count("示范安") > (1 if query.get("q") == "示范安" and name.startswith("people:") else 0)
            if desk == who and ("示范甲区医院" in text or "示范白" in text or (named and "P0" in text)):
                leaked.append(name)
            elif desk != who and ("示范安" in text or "示范甲区医院" in text):
                found.add(name)
    assert leaked == []
    assert found >= {"workbench:search", "people:people", "assignments:eligibility", "api:people-list"}


@pytest.mark.parametrize("who", OUTSIDE)
def test_a_number_typed_in_a_search_box_is_no_oracle(browsers, busy, world, who):
    """Whole ID numbers find people of one's own only: whoever is known elsewhere looks like nobody."""
    number = services.identity.opened(world.doctor).number
    text = f"{number}\n{NOBODYS}"
    asked = {"text": text, "target": "dispatch", "day": "2026-11-22"}
    for desk in (who, "hr"):
        answer = getattr(browsers, desk).post(reverse("assignments:check"), asked).content.decode()
        assert (world.doctor.number in answer) is (desk == "hr")
    for page in ("workbench:search", "people:people"):
        texts = []
        for typed in (number, NOBODYS):
            answer = getattr(browsers, who).get(reverse(page), {"q": typed}).content.decode()
            texts.append(answer.replace(typed, "").replace(typed[:6] + "********" + typed[14:], ""))
        assert [len(re.findall(r"\bP\d{8}\b", text)) for text in texts] == [0, 0]
        assert world.doctor.number not in texts[0]
