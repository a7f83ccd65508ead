"""What may be wrong with a row of a roster, and what would be right."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from deploy_admin.jobs.importing import findings

findings.register(
    {
        # the unit
        "roster_unit_unknown": (
            _("no unit of this name or code is known here, or it is not yours"),
            _("Write the full name or the social credit code as registered."),
        ),
        "roster_unit_ambiguous": (
            _("several units bear this name"),
            _("Write the social credit code."),
        ),
        "roster_unit_missing": (
            _("the unit is missing"),
            _("Name the unit in the row, or choose the unit before sending the file in."),
        ),
        "roster_unit_other": (
            _("this file is sent in for “%(name)s”"),
            _("Move the row to the file of its own unit."),
        ),
        "roster_unit_closed": (
            _("this unit is closed"),
            _("Name the unit that has taken it over."),
        ),
        # who is meant
        "person_number_foreign": (
            _("is no person number of this system and is passed over"),
            _("Leave the column empty; people are told apart by the ID number."),
        ),
        "person_number_unknown": (
            _("nobody of yours has this person number"),
            _("Leave the cell empty and write the whole ID number."),
        ),
        "person_number_merged": (
            _("this record was merged into %(number)s"),
            _("Write the number %(number)s from now on."),
        ),
        "id_of_another": (
            _("the person with this number is recorded with another ID number: %(masked)s"),
            _("Correct the number here, or the ID number on the person's page."),
        ),
        "id_masked_unknown": (
            _("is masked, and nobody of this name and ID number is on the unit's roster"),
            _("Write the whole ID number, or the person number beside it."),
        ),
        "name_of_another": (
            _("the person with this ID number is recorded under another name"),
            _("Compare name and ID number with the identity card."),
        ),
        "on_another_roster": (
            _("is on the roster of another unit"),
            _("Have that unit enter the leaving first, or ask for a transfer on the page of transfers."),
        ),
        "on_the_roster_of": (
            _("is on the roster of “%(unit)s”"),
            _("Have that unit enter the leaving first, or enter the transfer on the person's page."),
        ),
        "left_already": (
            _("left this unit on %(day)s"),
            _("To take the person on again, write a later day of hire; if that is wrong, mend the leaving."),
        ),
        "hire_day_missing": (
            _("the person left another unit, and the day of hire here is missing"),
            _("Write the day of hire, a day after the leaving."),
        ),
        "employed_elsewhere": (
            _("the person is recorded as employed elsewhere on some of these days"),
            _("Correct the day, or the other unit's entry on the person's page."),
        ),
        # what the ID number says
        "id_says_male": (
            _("does not agree with the ID number, which says male"),
            _("Correct the sex or the ID number."),
        ),
        "id_says_female": (
            _("does not agree with the ID number, which says female"),
            _("Correct the sex or the ID number."),
        ),
        "birth_month_differs": (
            _("does not agree with the ID number, which says %(month)s"),
            _("Correct the month or the ID number."),
        ),
        "age_differs": (
            _("does not agree with the ID number: %(age)s years today"),
            _("Compare the ID number with the identity card."),
        ),
        "id_in_text": (
            _("holds a whole ID number"),
            _("Leave it out here; it belongs in the column of ID numbers only."),
        ),
        "licence_number_holds_id": (
            _("is the number of the qualification, which holds the ID number"),
            _("Write the number of the licence to practise: 15 digits of a physician, 12 of a nurse."),
        ),
        # days
        "hired_too_young": (
            _("the person was %(age)s years old on this day"),
            _("Compare the day of hire with the ID number."),
        ),
        "day_in_future": (_("lies in the future"), _("Enter it once the day has come.")),
        "days_reversed": (
            _("comes before %(column)s"),
            _("Correct one of the two days."),
        ),
        "hired_after_start": (
            _("comes after the first day of the employment as recorded"),
            _("Correct the employment on the person's page."),
        ),
        "changed_after_leaving": (
            _("comes after the leaving"),
            _("Correct one of the two days."),
        ),
        "taken_as_correction": (
            _("is recorded as “%(was)s”; without a day of change the entry is corrected from its beginning"),
            _("If it changed on a day, write that day into “%(column)s”."),
        ),
        # titles, licences
        "title_day_missing": (
            _("the day on which the title was qualified for is missing"),
            _("Write the day: clocks run from it."),
        ),
        "title_missing": (_("a day or scope stands here without a title"), _("Write the title, or empty the cell.")),
        "title_taken_away": (
            _("“%(title)s” is recorded"),
            _("A title is taken away on the person's page, with its reason."),
        ),
        "title_scope_differs": (
            _("the title is recorded with another scope: %(scope)s"),
            _("For a title gained anew write its own day; a wrong scope is mended on the person's page."),
        ),
        "title_of_other_category": (
            _("is not usual for the staff category “%(category)s”"),
            _("Compare title and staff category."),
        ),
        "title_targeted_at_hospital": (
            _("a grassroots-targeted title does not count at a hospital"),
            _("Compare the scope with the certificate."),
        ),
        "qualified_before_licence": (
            _("comes before the licence of %(day)s"),
            _("Compare both days with the certificates."),
        ),
        "licence_missing": (
            _("stands here without a licence"),
            _("Write the licence into “%(column)s”, or empty the cell."),
        ),
        "licence_taken_away": (
            _("“%(licence)s” is recorded"),
            _("A licence is ended on the person's page."),
        ),
        # absences, leaving
        "away_kind_missing": (
            _("days stand here without a reason"),
            _("Write the reason into “%(column)s”, or empty the cell."),
        ),
        "away_from_missing": (_("the first day is missing"), _("Write the first day into “%(column)s”.")),
        "leaving_kind_missing": (_("how the person left is missing"), _("Write it into “%(column)s”.")),
        "leaving_day_missing": (_("the last day is missing"), _("Write it into “%(column)s”.")),
    }
)
