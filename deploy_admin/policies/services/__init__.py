"""What others call: import, edit and discard drafts; adopt and withdraw versions. Reads are in `governing`."""

from deploy_admin.policies.services.adopting import Transition, adopt, preview, withdraw
from deploy_admin.policies.services.drafting import Imported, discard_draft, import_document, read_text, update_draft

__all__ = [
    "Imported",
    "Transition",
    "adopt",
    "discard_draft",
    "import_document",
    "preview",
    "read_text",
    "update_draft",
    "withdraw",
]
