"""What may be wrong with a row of a month's workbook: the sentence and the remedy."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from deploy_admin.jobs.importing import findings

findings.register(
    {
        "month_row_unknown": (
            _("nobody on this unit's sheet of the month has this number"),
            _("Take the number from the workbook of this month; whoever came later is in a fresh download."),
        ),
        "month_name_other": (
            _("the number belongs to %(name)s"),
            _("Give every row its own number; rows may be sorted, but number and name stay together."),
        ),
        "month_sign_unknown": (
            _("is no sign of the code list"),
            _("Choose from the list; half a day is ½ and the sign, such as ½%(sign)s."),
        ),
        "month_day_shut": (
            _("the person is not at this unit on this day"),
            _("Leave the grey days empty; first and last days are changed in the assignment."),
        ),
        "month_count_not_asked": (
            _("this is not asked of this person in this month"),
            _("Leave the grey cells empty."),
        ),
        "month_refused": (_("%(message)s"), _("Change the cell, or leave it as it was.")),
        "month_shut": (_("%(message)s"), _("The file was not read. Ask the district for more time if you need it.")),
    }
)
