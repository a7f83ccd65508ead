"""What the audit record calls the registry's acts."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "institution.established": _("Established an institution"),
    "institutions.registered": _("Registered institutions"),
    "institution.changed": _("Changed an institution's profile"),
    "institutions.changed": _("Changed institutions' profiles"),
    "institution.corrected": _("Corrected an institution's profile"),
    "institutions.corrected": _("Corrected institutions' profiles"),
    "institution.renamed": _("Renamed an institution"),
    "institution.moved": _("Moved an institution"),
    "institution.merged": _("Merged institutions"),
    "institution.split": _("Split an institution"),
    "institution.closed": _("Closed an institution"),
    "institutions.exported": _("Exported the list of institutions"),
    "jurisdiction.granted": _("Granted a jurisdiction"),
    "jurisdictions.granted": _("Granted jurisdictions"),
    "jurisdiction.ended": _("Ended a jurisdiction"),
    "calendar.loaded": _("Loaded the work calendar"),
    "calendar.proposed": _("Entered a provisional work calendar"),
    "calendar.published": _("Published a work calendar"),
    "calendar.corrected": _("Corrected a work calendar"),
    "calendar.exported": _("Exported a work calendar"),
    "indicators.loaded": _("Loaded the indicators"),
    "indicator.added": _("Added an indicator"),
    "indicator.changed": _("Changed an indicator"),
    "indicator.retired": _("Took an indicator out of use"),
    "indicator.restored": _("Put an indicator back into use"),
    "indicators.exported": _("Exported the indicators"),
    "registry.reference_loaded": _("Loaded the reference data"),
}
