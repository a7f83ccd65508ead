"""Tasks belong to the project's Celery app before any test calls a service that sends one."""

import deploy_admin.celery  # noqa: F401
