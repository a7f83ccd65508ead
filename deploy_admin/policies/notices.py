"""What the inbox says about policies."""

from django.utils.translation import gettext_lazy as _

from deploy_admin.jobs import notices

notices.register(
    {
        "policies.draft_waits": _("Draft %(revision)s of “%(title)s” by %(name)s waits for adoption."),
        "policies.adopted": _("“%(title)s” (revision %(revision)s) is adopted: quotas from the period of %(from)s."),
        "policies.withdrawn": _("“%(title)s” (revision %(revision)s) is withdrawn: in force until %(to)s."),
    }
)
