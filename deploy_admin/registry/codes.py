"""The code lists of the registry. Each code is a fact's value in the policies; the label is for people."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What an institution is, whatever its grade, owner or place."""

    GENERAL_HOSPITAL = "general_hospital", _("General hospital")
    TCM_HOSPITAL = "tcm_hospital", _("TCM hospital")
    INTEGRATED_HOSPITAL = "integrated_hospital", _("Integrated TCM and Western medicine hospital")
    SPECIALIST_HOSPITAL = "specialist_hospital", _("Specialist hospital")
    MATERNAL_CHILD_HOSPITAL = "maternal_child_hospital", _("Maternal and child health hospital")
    CDC = "cdc", _("Centre for disease control and prevention")
    BLOOD_CENTRE = "blood_centre", _("Blood centre")
    EMERGENCY_CENTRE = "emergency_centre", _("Emergency medical centre")
    HEALTH_SUPERVISION = "health_supervision", _("Health supervision institution")
    PUBLIC_HEALTH_INSTITUTION = "public_health_institution", _("Other public health institution")
    MEDICAL_SUB_CENTRE = "medical_sub_centre", _("County medical sub-centre")
    CENTRAL_TOWNSHIP_HEALTH_CENTRE = "central_township_health_centre", _("Central township health centre")
    TOWNSHIP_HEALTH_CENTRE = "township_health_centre", _("Township health centre")
    CHSC = "chsc", _("Community health service centre")
    CHS_STATION = "chs_station", _("Community health service station")
    VILLAGE_CLINIC = "village_clinic", _("Village clinic")
    OTHER_HEALTH_INSTITUTION = "other_health_institution", _("Other health institution")
    HEALTH_AUTHORITY = "health_authority", _("Health authority")


#: The class of WS 218-2002 for a kind, where the standard has one; the standard is older than some kinds.
WS_218: dict[Kind, str] = {
    Kind.GENERAL_HOSPITAL: "A100",
    Kind.TCM_HOSPITAL: "A210",
    Kind.INTEGRATED_HOSPITAL: "A300",
    Kind.CENTRAL_TOWNSHIP_HEALTH_CENTRE: "C210",
    Kind.TOWNSHIP_HEALTH_CENTRE: "C220",
}

HOSPITALS = frozenset(
    {
        Kind.GENERAL_HOSPITAL,
        Kind.TCM_HOSPITAL,
        Kind.INTEGRATED_HOSPITAL,
        Kind.SPECIALIST_HOSPITAL,
        Kind.MATERNAL_CHILD_HOSPITAL,
    }
)
PRIMARY_CARE = frozenset(
    {
        Kind.CENTRAL_TOWNSHIP_HEALTH_CENTRE,
        Kind.TOWNSHIP_HEALTH_CENTRE,
        Kind.CHSC,
        Kind.CHS_STATION,
        Kind.VILLAGE_CLINIC,
    }
)


class Tier(models.TextChoices):
    """The layer of administration an institution belongs to."""

    MUNICIPAL = "municipal", _("Municipal")
    COUNTY = "county", _("District or county")
    TOWNSHIP = "township", _("Township")
    VILLAGE = "village", _("Village")


class Level(models.IntegerChoices):
    """The grade of a hospital, 1 to 3; none where an institution is not graded."""

    PRIMARY = 1, _("Grade 1")
    SECONDARY = 2, _("Grade 2")
    TERTIARY = 3, _("Grade 3")


class Ownership(models.TextChoices):
    """Who owns it."""

    PUBLIC = "public", _("Public")
    PRIVATE = "private", _("Private")
    COLLECTIVE = "collective", _("Collective")


class Affiliation(models.TextChoices):
    """To whom it belongs, which need not be where it stands."""

    MUNICIPAL = "municipal", _("Municipal health commission")
    DISTRICT = "district", _("District or county")
    MILITARY = "military", _("Military")
    UNIVERSITY = "university", _("University")
    OTHER = "other", _("Other")


class AreaGroup(models.TextChoices):
    """Chongqing's one area and two clusters, the area in its two parts."""

    CENTRAL_URBAN = "central_urban", _("Central urban area")
    MAIN_CITY_NEW = "main_city_new", _("New districts of the main city")
    NORTHEAST = "northeast", _("North-east")
    SOUTHEAST = "southeast", _("South-east")


class Settlement(models.TextChoices):
    """Street or township: the township allowance, for one, is paid only in the latter."""

    STREET = "street", _("Street")
    TOWNSHIP = "township", _("Township or town")


class DivisionLevel(models.TextChoices):
    """The rung of a division. A development zone stands beside districts and may have no code."""

    PROVINCE = "province", _("Province or municipality")
    PREFECTURE = "prefecture", _("Prefecture-level city")
    COUNTY = "county", _("District or county")
    ZONE = "zone", _("Development zone")
    TOWNSHIP = "township", _("Street, town or township")
    VILLAGE = "village", _("Community or village")


#: What counts as a district or county wherever one is asked for.
DISTRICT_LEVELS = frozenset({DivisionLevel.COUNTY, DivisionLevel.ZONE})


class SuccessionKind(models.TextChoices):
    """How one unit, or one state of it, came out of another."""

    RENAME = "rename", _("Renamed")
    MOVE = "move", _("Moved")
    MERGE = "merge", _("Merged")
    SPLIT = "split", _("Split")


class State(models.TextChoices):
    """Whether an institution exists on the day asked about."""

    OPEN = "open", _("Existing")
    CLOSED = "closed", _("Closed")
    UPCOMING = "upcoming", _("Not yet open")
