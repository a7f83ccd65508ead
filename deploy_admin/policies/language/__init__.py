"""The language of the rules: pure types, loading, validation and reading of policy documents, without any row."""

from deploy_admin.policies.language.explained import Explained, Input, Known, Maybe, Step, Truth, Undetermined, Unknown
from deploy_admin.policies.language.faults import Fault, PolicyFaults
from deploy_admin.policies.language.loading import dump, from_json, load, to_json
from deploy_admin.policies.language.periods import Span
from deploy_admin.policies.language.schema import json_schema
from deploy_admin.policies.language.types import (
    AbsenceRule,
    AllocationRule,
    Binding,
    Clause,
    Eligibility,
    Enforcement,
    EventCode,
    LeaveRule,
    Level,
    MonthRule,
    PolicyDocument,
    PostingRule,
    Quota,
    Requirement,
    ServiceRule,
    Target,
)

__all__ = [
    "AbsenceRule",
    "AllocationRule",
    "Binding",
    "Clause",
    "Eligibility",
    "Enforcement",
    "EventCode",
    "Explained",
    "Fault",
    "Input",
    "Known",
    "LeaveRule",
    "Level",
    "Maybe",
    "MonthRule",
    "PolicyDocument",
    "PolicyFaults",
    "PostingRule",
    "Quota",
    "Requirement",
    "ServiceRule",
    "Span",
    "Step",
    "Target",
    "Truth",
    "Undetermined",
    "Unknown",
    "dump",
    "from_json",
    "json_schema",
    "load",
    "to_json",
]
