"""The Celery app, and the chains of tasks that cross apps."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "deploy_admin.settings")

app = Celery("deploy_admin")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
