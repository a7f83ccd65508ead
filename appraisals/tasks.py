"""Entry points of the worker, room by room; imported here so that the worker finds them."""

from appraisals.entry import tasks as entry  # noqa: F401
from appraisals.feedback import tasks as feedback  # noqa: F401
from appraisals.review import tasks as review  # noqa: F401
from appraisals.scoring import tasks as scoring  # noqa: F401
from appraisals.trends import tasks as trends  # noqa: F401
from appraisals.workbooks import tasks as workbooks  # noqa: F401
from appraisals.workload import tasks as workload  # noqa: F401
