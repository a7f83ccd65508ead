"""Collections in the test's own process: files dropped, ZIP files made, workbooks filled in as their units do."""

from __future__ import annotations

import io
import zipfile

from openpyxl import load_workbook

from deploy_admin.jobs.importing.batches import packages, services
from deploy_admin.jobs.models import BatchFile, UploadBatch
from tests.jobs.scratch import HEAD, run_jobs
from tests.registry.factories import CITY

NAMES = ("示范市第一医院", "示范市第一医院分院", "示范县中医院", "示范县妇幼保健院")


def dropped(batch: UploadBatch, *files: tuple[str, bytes], by=CITY) -> list[BatchFile]:
    """Drop files into the collection, have them recognised and planned; return all its files in order."""
    services.take_in(batch=batch, files=files, by=by)
    run_jobs()
    return list(batch.files.select_related("upload").order_by("pk"))


def told(files: list[BatchFile]) -> list[tuple[str, str, str, str]]:
    return [(f.name, f.unit_name if not f.problem else "", f.recognised_by, f.problem) for f in files]


def zipped(files: dict[str, bytes], *, encoding: str = "utf-8") -> bytes:
    """Return a ZIP file; with another encoding as old programs write it, without saying so."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, held in files.items():
            if encoding == "utf-8":
                archive.writestr(name, held)
            else:
                info = OldName("x")
                info.filename = name
                archive.writestr(info, held)
    return content.getvalue()


class OldName(zipfile.ZipInfo):
    """A member whose name is written in GBK without the flag for UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def package(batch: UploadBatch) -> dict[str, bytes]:
    packages.make(batch=batch, what="package", by=CITY)
    run_jobs()
    batch.refresh_from_db()
    with zipfile.ZipFile(io.BytesIO(batch.package.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def filled(workbook: bytes, *rows) -> bytes:
    """Fill in a workbook from the package and save it again, as its unit does."""
    book = load_workbook(io.BytesIO(workbook))
    page = book.worksheets[0]
    heads = {str(cell.value).rstrip("*"): cell.column for cell in page[3]}
    for at, row in enumerate(rows, 5):
        for head, value in zip(HEAD, row, strict=True):
            page.cell(at, heads[head]).value = value
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
