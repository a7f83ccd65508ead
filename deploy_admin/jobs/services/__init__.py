"""What others call: start work, run it, store a file, notify and settle."""

from deploy_admin.jobs.services.files import store_file
from deploy_admin.jobs.services.inbox import hand_over, notify, settle
from deploy_admin.jobs.services.retention import remove_old
from deploy_admin.jobs.services.running import cancel, claim, put_back_stale, run, start

__all__ = [
    "cancel",
    "claim",
    "hand_over",
    "notify",
    "put_back_stale",
    "remove_old",
    "run",
    "settle",
    "start",
    "store_file",
]
