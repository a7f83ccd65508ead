"""Long work, stored files, notices, uploads and collections, one module per noun."""

from deploy_admin.jobs.models.batch import BatchFile, Recognised, UploadBatch
from deploy_admin.jobs.models.file import StoredFile
from deploy_admin.jobs.models.job import Job, JobState
from deploy_admin.jobs.models.notice import Notice
from deploy_admin.jobs.models.upload import RowKind, Upload, UploadRow, UploadState

__all__ = [
    "BatchFile",
    "Job",
    "JobState",
    "Notice",
    "Recognised",
    "RowKind",
    "StoredFile",
    "Upload",
    "UploadBatch",
    "UploadRow",
    "UploadState",
]
