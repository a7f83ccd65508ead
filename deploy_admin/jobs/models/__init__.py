"""Long work, stored files, notices and uploads, one module per noun."""

from deploy_admin.jobs.models.file import StoredFile
from deploy_admin.jobs.models.job import Job, JobState
from deploy_admin.jobs.models.notice import Notice
from deploy_admin.jobs.models.upload import RowKind, Upload, UploadRow, UploadState

__all__ = ["Job", "JobState", "Notice", "RowKind", "StoredFile", "Upload", "UploadRow", "UploadState"]
