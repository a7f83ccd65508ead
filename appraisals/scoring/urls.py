"""Addresses of scores."""

from __future__ import annotations

from django.urls import URLPattern, path

from appraisals.scoring import views

urlpatterns: list[URLPattern] = [
    path("months/scores/", views.scores, name="scores"),
    path("months/scores/compute/", views.scores_compute, name="scores_compute"),
    path("months/scores/<int:pk>/", views.score, name="score"),
    path("months/effect/<int:pk>/", views.draft_effect, name="draft_effect"),
]
