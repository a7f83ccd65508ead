"""What the audit record calls the acts of this room: who goes where: plans, proposals, decisions."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTS: dict[str, Promise] = {
    "allocation.begun": _("Began an allocation plan"),
    "allocation.proposed": _("Had an allocation plan proposed"),
    "allocation.proposed_again": _("Had an allocation plan computed once more"),
    "allocation.computed": _("Computed an allocation plan"),
    "allocation.renamed": _("Renamed an allocation plan"),
    "allocation.discarded": _("Discarded an allocation plan"),
    "allocation.restored": _("Took a discarded allocation plan up again"),
    "allocation.placed": _("Placed somebody in an allocation plan"),
    "allocation.taken_out": _("Took somebody out of an allocation plan"),
    "allocation.pinned": _("Pinned a pairing"),
    "allocation.unpinned": _("Let go of a pinned pairing"),
    "allocation.banned": _("Ruled a pairing out"),
    "allocation.unbanned": _("Lifted the ban on a pairing"),
    "allocation.exported": _("Exported an allocation plan"),
    "allocation.decided": _("Decided who goes where"),
}
