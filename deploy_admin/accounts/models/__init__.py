"""People, their second factors, their capacities and their machines' tokens, by noun."""

from deploy_admin.accounts.models.factors import Authenticator, RecoveryCodes
from deploy_admin.accounts.models.memberships import Membership, MembershipQuerySet
from deploy_admin.accounts.models.tokens import Token, TokenQuerySet
from deploy_admin.accounts.models.users import PasswordHistory, User, UserManager, UserQuerySet

__all__ = [
    "Authenticator",
    "Membership",
    "MembershipQuerySet",
    "PasswordHistory",
    "RecoveryCodes",
    "Token",
    "TokenQuerySet",
    "User",
    "UserManager",
    "UserQuerySet",
]
