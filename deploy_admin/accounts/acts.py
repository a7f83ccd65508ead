"""What happens to accounts and sessions, in words for the audit record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

ACTS = {
    "session.began": _("Signed in"),
    "session.ended": _("Signed out"),
    "session.refused": _("Tried to sign in"),
    "session.locked": _("Was locked out after failed sign-ins"),
    "session.expired": _("Was signed out by the time limit"),
    "session.confirmed": _("Confirmed their identity"),
    "session.switched": _("Changed capacity"),
    "password.changed": _("Changed the password"),
    "password.handed_out": _("Handed out a one-time password"),
    "factor.enrolled": _("Set up the second factor"),
    "factor.verified": _("Gave the second factor"),
    "factor.refused": _("Gave a wrong second factor"),
    "factor.codes_renewed": _("Renewed the recovery codes"),
    "factor.reset": _("Reset a second factor"),
    "account.opened": _("Opened an account"),
    "account.disabled": _("Disabled an account"),
    "account.enabled": _("Enabled an account"),
    "account.unlocked": _("Unlocked an account"),
    "account.disabled_unused": _("Disabled unused accounts"),
    "member.granted": _("Gave a capacity"),
    "member.ended": _("Ended a capacity"),
    "member.replaced": _("Replaced a person"),
    "member.substituted": _("Named a substitute"),
    "member.made_manager": _("Made somebody the unit's manager"),
    "member.linked": _("Linked a capacity to a health worker"),
    "member.unlinked": _("Took the health worker off a capacity"),
    "member.followed": _("Let a capacity follow its health worker"),
    "member.manager_ended": _("Ended somebody's management of the unit"),
    "members.exported": _("Exported the list of members"),
    "token.issued": _("Issued a token"),
    "token.revoked": _("Revoked a token"),
    "token.refused": _("Used a token that no longer holds"),
}
