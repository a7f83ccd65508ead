"""Who exists: divisions, institutions with dated profiles and their ties; successions; work calendar; indicators."""

from deploy_admin.registry.models.authorities import Jurisdiction
from deploy_admin.registry.models.calendar import CalendarState, CalendarYear, DayKind, SpecialDay
from deploy_admin.registry.models.divisions import Division
from deploy_admin.registry.models.indicators import Indicator
from deploy_admin.registry.models.institutions import Institution, InstitutionProfile, ProfileRevision
from deploy_admin.registry.models.successions import Succession
from deploy_admin.registry.models.support import PairingSupport, SpecialityProgramme

__all__ = [
    "CalendarState", "CalendarYear", "DayKind", "Division", "Indicator", "Institution", "InstitutionProfile",
    "Jurisdiction", "PairingSupport", "ProfileRevision", "SpecialDay", "SpecialityProgramme", "Succession",
]  # fmt: skip
