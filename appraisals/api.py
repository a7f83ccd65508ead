"""REST, room by room; imported here so that the routes are registered."""

from appraisals.entry import api as entry  # noqa: F401
from appraisals.feedback import api as feedback  # noqa: F401
from appraisals.review import api as review  # noqa: F401
from appraisals.scoring import api as scoring  # noqa: F401
from appraisals.trends import api as trends  # noqa: F401
from appraisals.workbooks import api as workbooks  # noqa: F401
from appraisals.workload import api as workload  # noqa: F401
