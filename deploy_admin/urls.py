"""Every address: pages by app, the REST interface under /api/v1/, health."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from appraisals import api as appraisals_api  # noqa: F401 -- registers its routes
from assignments import api as assignments_api  # noqa: F401 -- registers its routes
from deploy_admin import health
from deploy_admin.api import SchemaView, router
from deploy_admin.people import api as people_api  # noqa: F401
from deploy_admin.policies import api as policies_api  # noqa: F401 -- registers its routes
from deploy_admin.registry import api as registry_api  # noqa: F401
from quotas import api as quotas_api  # noqa: F401

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/v1/", include(([*router.urls, path("schema/", SchemaView.as_view(), name="schema")], "api"))),
    path("accounts/", include("deploy_admin.accounts.urls")),
    path("audit/", include("deploy_admin.audit.urls")),
    path("jobs/", include("deploy_admin.jobs.urls")),
    path("ui/", include("deploy_admin.ui.urls")),
    path("registry/", include("deploy_admin.registry.urls")),
    path("people/", include("deploy_admin.people.urls")),
    path("policies/", include("deploy_admin.policies.urls")),
    path("quotas/", include("quotas.urls")),
    path("", include("assignments.urls")),
    path("", include("appraisals.urls")),
    path("", include("deploy_admin.workbench.urls")),
]
