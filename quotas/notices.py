"""The sentences of this app's notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from deploy_admin.jobs import notices

notices.register(
    {
        "figures.owed": _("%(count)s figures of %(period)s are still missing."),
        "figures.to_sign_off": _("%(count)s figures of %(period)s wait to be signed off."),
        "figures.signed_off": _("%(count)s of your figures of %(period)s were signed off."),
        "lists.promotions_to_confirm": _(
            "The commission's list of promotions of %(period)s names %(count)s of your people."
        ),
        "lists.recruits_to_confirm": _(
            "The commission's list of recruits of %(period)s names %(count)s of your people."
        ),
        "lists.objected": _("%(count)s objections to lists of %(period)s are to be decided on."),
        "lists.objection_accepted": _("Your objection to a list of %(period)s was accepted: the row was taken off."),
        "lists.objection_declined": _("Your objection to a list of %(period)s was declined: the row stays."),
        "quotas.released": _("The quotas of %(period)s were released: %(number)s."),
        "quotas.reason_to_decide": _("A unit gave the reason for a shortfall of %(period)s; decide on it."),
        "quotas.reason_decided": _("Your reason for a shortfall of %(period)s was decided on."),
    }
)
