"""Addresses of trends."""

from __future__ import annotations

from django.urls import URLPattern, path

from appraisals.trends import views

urlpatterns: list[URLPattern] = [
    path("trends/", views.trends, name="trends"),
    path("trends/rows/", views.rows, name="trend_rows"),
    path("trends/institutions/<int:pk>/", views.institution, name="trend_of_institution"),
    path("trends/people/<int:pk>/", views.person, name="person_trend"),
    path("my/trend/<int:pk>/", views.mine, name="my_trend"),
]
