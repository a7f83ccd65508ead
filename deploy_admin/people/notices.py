"""The sentences of this app's notices."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from deploy_admin.jobs import notices

notices.register(
    {
        "people.transfer_asked": _("%(unit)s asks to take on %(name)s from %(day)s; answer."),
        "people.transfer_agreed": _("The transfer of %(name)s to your unit from %(day)s was agreed."),
        "people.transfer_declined": _("The transfer of %(name)s to your unit was declined."),
        "people.recognition_to_decide": _("Service of %(name)s waits to be recognised."),
        "people.recognition_decided": _("The claim of service of %(name)s was decided on."),
        "people.unit_gone": _("%(count)s people of %(unit)s have no unit any more; enter where each of them went."),
        "people.drift": _("The nightly check found %(count)s health workers' records that contradict themselves."),
    }
)
