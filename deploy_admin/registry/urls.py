"""The registry's addresses."""

from __future__ import annotations

from django.urls import path

from deploy_admin.jobs.importing.pages import urls_for
from deploy_admin.registry.views import acts, calendar, detail, indicators, lists, support

app_name = "registry"
urlpatterns = [
    path("divisions/", lists.divisions, name="divisions"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<int:year>/propose/", calendar.calendar_propose, name="calendar_propose"),
    path("calendar/<int:year>/edit/", calendar.calendar_edit, name="calendar_edit"),
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/new/", indicators.indicator_add, name="indicator_add"),
    path("indicators/<int:pk>/", indicators.indicator_edit, name="indicator_edit"),
    path("indicators/<int:pk>/use/", indicators.indicator_use, name="indicator_use"),
    path("pairings/", support.pairings, name="pairings"),
    path("pairings/new/", support.pairing_add, name="pairing_add"),
    path("pairings/<int:pk>/", support.pairing_edit, name="pairing_edit"),
    path("pairings/<int:pk>/remove/", support.pairing_remove, name="pairing_remove"),
    path("programmes/", support.programmes, name="programmes"),
    path("programmes/new/", support.programme_add, name="programme_add"),
    path("programmes/<int:pk>/", support.programme_edit, name="programme_edit"),
    path("programmes/<int:pk>/remove/", support.programme_remove, name="programme_remove"),
    path("institutions/", lists.institutions, name="institutions"),
    path("institutions/new/", acts.establish, name="institution_establish"),
    path("institutions/<int:pk>/", detail.detail, name="institution_detail"),
    path("institutions/<int:pk>/history/", detail.history, name="institution_history"),
    path("institutions/<int:pk>/change/", acts.change, name="institution_change"),
    path("institutions/<int:pk>/correct/<int:profile_pk>/", acts.correct, name="institution_correct"),
    path("institutions/<int:pk>/rename/", acts.rename, name="institution_rename"),
    path("institutions/<int:pk>/move/", acts.move, name="institution_move"),
    path("institutions/<int:pk>/merge/", acts.merge, name="institution_merge"),
    path("institutions/<int:pk>/split/", acts.split, name="institution_split"),
    path("institutions/<int:pk>/close/", acts.close, name="institution_close"),
    path("institutions/<int:pk>/jurisdictions/", acts.grant, name="jurisdiction_grant"),
    path(
        "institutions/<int:pk>/jurisdictions/<int:jurisdiction_pk>/end/",
        acts.end_jurisdiction,
        name="jurisdiction_end",
    ),
    path("offers/divisions/", lists.division_offers, name="division_offers"),
    path("offers/institutions/", lists.institution_offers, name="institution_offers"),
    *urls_for("institutions", "registry", prefix="institutions/import/"),
    *urls_for("pairings", "registry", prefix="pairings/import/"),
    *urls_for("programmes", "registry", prefix="programmes/import/"),
]
