"""The pages of the policies: lists, reading, drafting, deciding."""

from deploy_admin.policies.views.deciding import adopt, discard, withdraw
from deploy_admin.policies.views.drafting import edit, import_text
from deploy_admin.policies.views.listing import governing_where, version_list
from deploy_admin.policies.views.reading import compare, policy, schema, source, version

__all__ = [
    "adopt",
    "compare",
    "discard",
    "edit",
    "governing_where",
    "import_text",
    "policy",
    "schema",
    "source",
    "version",
    "version_list",
    "withdraw",
]
