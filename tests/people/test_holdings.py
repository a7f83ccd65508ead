"""Titles, licences, documents, what keeps away, recognised service, events: entered, corrected, ended, withdrawn."""

from __future__ import annotations

from datetime import date

import pytest

from deploy_admin.access import Role
from deploy_admin.audit.models import Event
from deploy_admin.errors import Conflict
from deploy_admin.jobs.models import Notice
from deploy_admin.people import services
from deploy_admin.people.models import HeldDocument, Licence, Recognition, Title
from deploy_admin.people.services import LicenceFacts, Paper, TitleFacts
from tests.people.factories import a_licence, a_title, a_worker, an_id, away, refused
from tests.registry.factories import FakeActor, a_division, an_authority, an_institution, district_officer

pytestmark = pytest.mark.django_db

DAY = date(2026, 5, 1)
TODAY = date(2026, 11, 22)
PAPER = Paper("示范决定", "示〔2026〕1号", DAY)


def acts():
    return list(Event.objects.order_by("pk").values_list("act", flat=True))


# ---------------------------------------------------------------- titles


def test_a_title_brings_its_series_and_level(unit, own_hr):
    worker = a_worker(at=unit)
    title = services.add_title(
        worker=worker, facts=TitleFacts("252", DAY, scope="grassroots_targeted"), version=1, by=own_hr
    )
    assert (title.series, title.level, title.recorded_by_name) == ("nursing", "associate_senior", "示范人事")
    assert worker.version == 2
    with refused("title_twice"):
        services.add_title(
            worker=worker, facts=TitleFacts("252", DAY, scope="grassroots_targeted"), version=2, by=own_hr
        )
    assert acts() == ["people.title_added"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (TitleFacts("999", DAY), "title_unknown"),
        (TitleFacts("233", DAY, scope="everywhere"), "code_unknown"),
        (TitleFacts("233", date(2027, 1, 1)), "day_in_future"),
        (TitleFacts("233", DAY, appointed_on=date(2026, 4, 30)), "title_days_reversed"),
    ],
    ids=["code", "scope", "future", "order"],
)
def test_a_title_that_cannot_be_is_refused(unit, own_hr, facts, code):
    with refused(code):
        services.add_title(worker=a_worker(at=unit), facts=facts, version=1, by=own_hr)
    assert not Title.objects.exists()


def test_a_title_is_corrected_its_level_with_its_code(unit, own_hr):
    title = a_title(a_worker(at=unit))
    with refused("reason_missing"):
        services.correct_title(title=title, facts={"code": "232"}, reason=" ", version=1, by=own_hr)
    services.correct_title(title=title, facts={"code": "232"}, reason="录入有误", version=1, by=own_hr)
    title.refresh_from_db()
    assert (title.code, title.level) == ("232", "associate_senior")
    with refused("nothing_to_change"):
        services.correct_title(title=title, facts={"code": "232"}, reason="录入有误", version=2, by=own_hr)


def test_a_title_is_revoked_once(unit, own_hr):
    title = a_title(a_worker(at=unit))
    services.revoke_title(title=title, on=DAY, reason="评审舞弊", version=1, by=own_hr)
    assert Title.objects.get().revoked_on == DAY
    with refused("revoked_already"):
        services.revoke_title(title=title, on=DAY, reason="评审舞弊", version=2, by=own_hr)
    with refused("title_days_reversed"):
        services.revoke_title(
            title=a_title(a_worker(at=unit)), on=date(2019, 1, 1), reason="评审舞弊", version=1, by=own_hr
        )


# ---------------------------------------------------------------- licences and documents


def test_the_id_within_a_qualification_number_is_masked(unit, own_hr):
    number = an_id()
    licence = services.add_licence(
        worker=a_worker(at=unit), facts=LicenceFacts("physician", f"202050110{number}"), version=1, by=own_hr
    )
    assert number not in licence.number
    assert licence.number.endswith(number[14:])
    assert number not in str(Event.objects.get().detail)


def test_a_licence_is_corrected_and_ended_once(unit, own_hr):
    licence = a_licence(a_worker(at=unit))
    services.correct_licence(licence=licence, facts={"number": "示001"}, reason="补录", version=1, by=own_hr)
    services.end_licence(licence=licence, on=DAY, version=2, by=own_hr)
    found = Licence.objects.get()
    assert (found.number, found.ended_on) == ("示001", DAY)
    with refused("ended_already"):
        services.end_licence(licence=licence, on=DAY, version=3, by=own_hr)
    with refused("code_unknown"):
        services.add_licence(worker=a_worker(at=unit), facts=LicenceFacts("barber"), version=1, by=own_hr)
    with refused("licence_twice"):
        services.add_licence(
            worker=a_licence(a_worker(at=unit)).worker, facts=LicenceFacts("physician"), version=1, by=own_hr
        )


def test_a_document_is_entered_and_removed_with_a_reason(unit, own_hr):
    worker = a_worker(at=unit)
    paper = services.add_document(worker=worker, name="全科医生转岗培训合格证", number="示1", version=1, by=own_hr)
    with refused("document_twice"):
        services.add_document(worker=worker, name=paper.name, number="示1", version=2, by=own_hr)
    with refused("document_without_name"):
        services.add_document(worker=worker, name=" ", version=2, by=own_hr)
    with refused("reason_missing"):
        services.remove_document(document=paper, reason="", version=2, by=own_hr)
    services.remove_document(document=paper, reason="录入有误", version=2, by=own_hr)
    assert not HeldDocument.objects.exists()
    assert Event.objects.get(act="people.document_removed").detail["document"]["name"] == "全科医生转岗培训合格证"


# ---------------------------------------------------------------- what keeps away


def test_an_unavailability_is_entered_ended_and_withdrawn(unit, own_hr):
    worker = a_worker(at=unit)
    row = services.enter_unavailability(
        worker=worker, kind="further_study", valid_from=DAY, paper=PAPER, version=1, by=own_hr
    )
    assert (row.document_number, row.valid_to) == ("示〔2026〕1号", None)
    with refused("unavailable_twice"):
        services.enter_unavailability(worker=worker, kind="further_study", valid_from=TODAY, version=2, by=own_hr)
    services.end_unavailability(unavailability=row, last_day=TODAY, version=2, by=own_hr)
    with refused("period_reversed"):
        services.end_unavailability(unavailability=row, last_day=date(2026, 4, 30), version=3, by=own_hr)
    services.withdraw_unavailability(unavailability=row, reason="录入有误", version=3, by=own_hr)
    row.refresh_from_db()
    assert row.withdrawn_by_name == "示范人事"
    with refused("withdrawn_already"):
        services.end_unavailability(unavailability=row, last_day=TODAY, version=4, by=own_hr)
    assert acts() == [
        "people.unavailability_entered",
        "people.unavailability_ended",
        "people.unavailability_withdrawn",
    ]


def test_the_record_does_not_say_that_somebody_is_ill_or_pregnant(unit, own_hr):
    worker = a_worker(at=unit)
    services.enter_unavailability(worker=worker, kind="pregnancy_nursing", valid_from=DAY, version=1, by=own_hr)
    assert Event.objects.get().detail["kind"] == "personal"
    with refused("code_unknown"):
        services.enter_unavailability(worker=worker, kind="tired", valid_from=DAY, version=2, by=own_hr)


# ---------------------------------------------------------------- recognised service


@pytest.fixture
def authority():
    return an_authority(a_division())


@pytest.fixture
def claimed(authority):
    """A claim entered by the unit's own HR, and the officer who decides."""
    from tests.people.factories import hr

    unit = an_institution(division=authority.profile.division)
    worker = a_worker("示范李四", at=unit)
    claim = services.claim_recognition(
        worker=worker,
        kind="foreign_aid",
        served_from=date(2022, 1, 1),
        served_to=date(2022, 12, 31),
        place="示范国",
        paper=PAPER,
        version=1,
        by=hr(unit),
    )
    return claim, district_officer(authority, TODAY)


def test_a_claim_waits_at_the_authority_and_counts_once_it_is_recognised(claimed):
    claim, by = claimed
    assert "示范李四" in str(Notice.objects.visible_to(by).open().get())
    assert not Recognition.objects.recognised().exists()
    services.decide_recognition(recognition=claim, recognise=True, remark="材料齐全", by=by)
    assert Recognition.objects.recognised().get().decided_by_name == by.name
    assert not Notice.objects.visible_to(by).open().exists()
    with refused("decided_meanwhile") as refusal:
        services.decide_recognition(recognition=claim, recognise=False, remark="材料不全", by=by)
    assert isinstance(refusal.value, Conflict)


def test_declining_needs_a_reason(claimed):
    claim, by = claimed
    with refused("reason_missing"):
        services.decide_recognition(recognition=claim, recognise=False, by=by)
    services.decide_recognition(recognition=claim, recognise=False, remark="材料不全", by=by)
    claim.refresh_from_db()
    assert (claim.state, claim.remark) == ("declined", "材料不全")


def test_nobody_decides_on_a_claim_of_their_own(unit, own_hr, officer):
    worker = a_worker(at=unit)
    days = {"served_from": date(2022, 1, 1), "served_to": date(2022, 12, 31)}
    claim = services.claim_recognition(worker=worker, kind="foreign_aid", **days, paper=PAPER, version=1, by=officer)
    with refused("second_person"):
        services.decide_recognition(recognition=claim, recognise=True, by=officer)
    with refused("not_permitted"):
        services.decide_recognition(recognition=claim, recognise=True, by=own_hr)
    with refused("recognition_twice"):
        services.claim_recognition(worker=worker, kind="foreign_aid", **days, paper=PAPER, version=2, by=own_hr)
    with refused("document_missing"):
        services.claim_recognition(worker=worker, kind="pairing_support", **days, paper=Paper(), version=2, by=own_hr)


# ---------------------------------------------------------------- events


def test_an_event_is_recorded_by_a_document_and_withdrawn_with_a_reason(unit, own_hr):
    worker = a_worker(at=unit)
    kind = {"kind": "disciplinary_sanction", "happened_on": DAY}
    with refused("document_missing"):
        services.record_event(worker=worker, **kind, paper=Paper(" "), version=1, by=own_hr)
    event = services.record_event(worker=worker, **kind, paper=PAPER, version=1, by=own_hr)
    with refused("event_twice"):
        services.record_event(worker=worker, **kind, paper=PAPER, version=2, by=own_hr)
    with refused("day_in_future"):
        services.record_event(
            worker=worker, kind="refused_deployment", happened_on=date(2027, 1, 1), paper=PAPER, version=2, by=own_hr
        )
    services.withdraw_event(event=event, reason="处分已撤销", version=2, by=own_hr)
    assert not type(event).objects.standing().exists()
    with refused("withdrawn_already"):
        services.withdraw_event(event=event, reason="处分已撤销", version=3, by=own_hr)


def test_rows_of_another_units_people_are_out_of_reach(unit, other_hr):
    worker = a_worker(at=unit)
    with refused("person_unknown"):
        services.revoke_title(title=a_title(worker), on=DAY, reason="评审舞弊", version=1, by=other_hr)
    with refused("person_unknown"):
        services.withdraw_unavailability(
            unavailability=away(worker, valid_from=DAY), reason="录入有误", version=1, by=other_hr
        )
    with refused("not_permitted"):
        services.add_title(
            worker=worker, facts=TitleFacts("232", DAY), version=1, by=FakeActor(role=Role.PRIMARY_HEALTH_SECTION)
        )
    assert acts() == []


def test_every_act_on_a_row_asks_for_the_version_that_was_read(unit, own_hr):
    title = a_title(a_worker(at=unit))
    with refused("stale_version"):
        services.revoke_title(title=title, on=DAY, reason="评审舞弊", version=7, by=own_hr)
