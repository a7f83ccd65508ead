"""Addresses of the policies. Texts lie under their own prefix, so that no short name hides a page."""

from __future__ import annotations

from django.urls import path

from deploy_admin.policies import views

app_name = "policies"
urlpatterns = [
    path("", views.version_list, name="list"),
    path("schema.json", views.schema, name="schema"),
    path("import/", views.import_text, name="import"),
    path("governing/", views.governing_where, name="governing"),
    path("texts/<slug:slug>/", views.policy, name="policy"),
    path("texts/<slug:slug>/<int:revision>/", views.version, name="version"),
    path("texts/<slug:slug>/<int:revision>/yaml/", views.source, name="source"),
    path("texts/<slug:slug>/<int:revision>/edit/", views.edit, name="edit"),
    path("texts/<slug:slug>/<int:revision>/compare/", views.compare, name="compare"),
    path("texts/<slug:slug>/<int:revision>/adopt/", views.adopt, name="adopt"),
    path("texts/<slug:slug>/<int:revision>/withdraw/", views.withdraw, name="withdraw"),
    path("texts/<slug:slug>/<int:revision>/discard/", views.discard, name="discard"),
]
