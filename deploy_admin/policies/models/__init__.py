"""The policies' tables: a policy, its versions with their states, and the act of adopting one."""

from deploy_admin.policies.models.adoption import Adoption, OnPost
from deploy_admin.policies.models.policy import Level, Policy, Scheme
from deploy_admin.policies.models.version import PolicyVersion, PolicyVersionQuerySet, State, VersionTransition

__all__ = [
    "Adoption",
    "Level",
    "OnPost",
    "Policy",
    "PolicyVersion",
    "PolicyVersionQuerySet",
    "Scheme",
    "State",
    "VersionTransition",
]
