"""Health workers and everything dated about them."""

from deploy_admin.people.models.absences import Unavailability
from deploy_admin.people.models.employments import Employment
from deploy_admin.people.models.history import Merge, TransferRequest
from deploy_admin.people.models.recognitions import Recognition, RecordedEvent
from deploy_admin.people.models.titles import HeldDocument, Licence, Title
from deploy_admin.people.models.told_apart import ToldApart
from deploy_admin.people.models.workers import HealthWorker

__all__ = [
    "Employment",
    "HealthWorker",
    "HeldDocument",
    "Licence",
    "Merge",
    "Recognition",
    "RecordedEvent",
    "Title",
    "ToldApart",
    "TransferRequest",
    "Unavailability",
]
