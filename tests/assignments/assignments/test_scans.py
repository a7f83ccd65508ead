"""Who reads the scan of a statement that names a whole list: whoever knows of everybody on it."""

from __future__ import annotations

import pytest

from assignments import scans
from assignments.models import PracticeSuspension
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from tests.assignments.postings import CITY_OFFICER, on_post, oneself, receiver_clerk, sender_hr

pytestmark = pytest.mark.django_db


def test_a_scan_of_a_list_is_read_by_whoever_knows_of_everybody_on_it():
    row = on_post()
    other = on_post(sender=row.sending_unit)
    assert other.receiving_unit_id != row.receiving_unit_id
    scan = jobs.store_file(
        name="名单.pdf", content=b"%PDF-1.7", content_type="application/pdf", by=CITY_OFFICER,
        owner_institution_id=row.sending_unit_id, kind=scans.KIND, sealed=True,
    )  # fmt: skip

    def reads(actor):
        return StoredFile.objects.visible_to(actor).filter(pk=scan.pk).exists()

    PracticeSuspension.objects.filter(assignment=row).update(scan=scan)
    assert reads(sender_hr(row.sending_unit))
    assert reads(receiver_clerk(row.receiving_unit))
    assert reads(oneself(row))
    PracticeSuspension.objects.filter(assignment=other).update(scan=scan)
    assert reads(sender_hr(row.sending_unit))
    assert not reads(receiver_clerk(row.receiving_unit))
    assert not reads(oneself(row))
