"""The writing side of the registry: every change of who exists goes through these."""

from deploy_admin.registry.services.authorities import end_jurisdiction, grant_all, grant_jurisdiction
from deploy_admin.registry.services.facts import (
    KEEP,
    Change,
    Correction,
    Document,
    Grant,
    Part,
    ProfileFacts,
    Registration,
)
from deploy_admin.registry.services.profiles import (
    change_all,
    change_profile,
    correct_all,
    correct_profile,
    establish,
    register_all,
)
from deploy_admin.registry.services.successions import close, merge, move, rename, split

__all__ = [
    "KEEP",
    "Change",
    "Correction",
    "Document",
    "Grant",
    "Part",
    "ProfileFacts",
    "Registration",
    "change_all",
    "change_profile",
    "close",
    "correct_all",
    "correct_profile",
    "end_jurisdiction",
    "establish",
    "grant_all",
    "grant_jurisdiction",
    "merge",
    "move",
    "register_all",
    "rename",
    "split",
]
