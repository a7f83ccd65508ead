"""Uploading: ten thousand figures from the file's bytes to applied, as a commission officer sends them."""

from __future__ import annotations

from collections.abc import Iterator

from deploy_admin import spreadsheets
from deploy_admin.access import SYSTEM
from deploy_admin.jobs.models import Job, UploadState
from quotas.models import Run
from tests.bench.measure import Item, median, seconds
from tests.jobs.plans import confirmed, sent_in

HEADER = ("单位", "指标", "执业类别", "人数")
CATEGORIES = ("临床", "中医", "口腔", "公卫")
TIMES = 3


def figures(ids: list[int]) -> Iterator[Item]:
    """Read, planned, confirmed and applied, a different number in every row each time."""
    runs = iter(range(TIMES))
    files = [
        spreadsheets.export(
            HEADER,
            [
                (f"示范医院{unit}", "执业医师", category, (unit + n) % 300)
                for unit in ids[:2500]
                for category in CATEGORIES
            ],
            "xlsx",
        )
        for n in range(TIMES)
    ]

    def upload() -> None:
        content = files[next(runs)]
        applied = confirmed(sent_in(content, SYSTEM, year=2022), SYSTEM)
        assert applied.state == UploadState.APPLIED, applied.summary

    figure = median(TIMES, upload)
    yield seconds("upload-10000-figures", figure, 3)
    Run.objects.filter(state="queued").delete()
    Job.objects.filter(state="queued").delete()
