"""What the audit record calls what is done to people's records."""

from django.utils.translation import gettext_lazy as _

ACTS = {
    "people.registered": _("Entered health workers"),
}
