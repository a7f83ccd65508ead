"""Who exists: divisions, institutions with their dated profiles, jurisdictions, successions."""

from deploy_admin.registry.models.authorities import Jurisdiction
from deploy_admin.registry.models.divisions import Division
from deploy_admin.registry.models.institutions import Institution, InstitutionProfile, ProfileRevision
from deploy_admin.registry.models.successions import Succession

__all__ = ["Division", "Institution", "InstitutionProfile", "Jurisdiction", "ProfileRevision", "Succession"]
