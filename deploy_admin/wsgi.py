"""The web process's entry point."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_admin.settings")

from deploy_admin.celery import app as celery_app  # noqa: F401 -- so that delay() finds our broker

application = get_wsgi_application()
