"""Who reads the scan of a statement that names a whole list: the sending side, not each unit and person it names."""

from __future__ import annotations

from datetime import date

import pytest

from assignments import scans
from assignments.models import PracticeSuspension
from deploy_admin.jobs import services as jobs
from deploy_admin.jobs.models import StoredFile
from tests.assignments.postings import CITY_OFFICER, on_post, oneself, receiver_clerk, sender_hr

pytestmark = pytest.mark.django_db


def test_a_scan_of_a_list_is_read_by_the_sending_side_only():
    row = on_post()
    scan = jobs.store_file(
        name="名单.pdf", content=b"%PDF-1.7", content_type="application/pdf", by=CITY_OFFICER,
        owner_institution_id=row.sending_unit_id, kind=scans.KIND, sealed=True,
    )  # fmt: skip
    PracticeSuspension.objects.filter(assignment=row).delete()
    PracticeSuspension.objects.create(assignment=row, valid_from=date(2026, 3, 1), scan=scan)

    def reads(actor):
        return StoredFile.objects.visible_to(actor).filter(pk=scan.pk).exists()

    assert reads(sender_hr(row.sending_unit))
    assert not reads(receiver_clerk(row.receiving_unit))
    assert not reads(oneself(row))
