"""So that delay() finds our broker, as in wsgi.py and manage.py."""

import deploy_admin.celery  # noqa: F401
