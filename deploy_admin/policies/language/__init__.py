"""The language of the rules: pure types, loading, validation and reading of policy documents, without any row."""

from deploy_admin.policies.language.explained import Explained, Input, Known, Maybe, Step, Truth, Undetermined, Unknown
from deploy_admin.policies.language.faults import Fault, PolicyFaults
from deploy_admin.policies.language.loading import dump, from_json, load, to_json
from deploy_admin.policies.language.periods import Span
from deploy_admin.policies.language.schema import json_schema
from deploy_admin.policies.language.types import Binding, Enforcement, Level, PolicyDocument, Quota

__all__ = [
    "Binding",
    "Enforcement",
    "Explained",
    "Fault",
    "Input",
    "Known",
    "Level",
    "Maybe",
    "PolicyDocument",
    "PolicyFaults",
    "Quota",
    "Span",
    "Step",
    "Truth",
    "Undetermined",
    "Unknown",
    "dump",
    "from_json",
    "json_schema",
    "load",
    "to_json",
]
