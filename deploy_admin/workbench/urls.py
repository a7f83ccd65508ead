"""Addresses of the home page and of the search."""

from __future__ import annotations

from django.urls import path

from deploy_admin.workbench import views

app_name = "workbench"
urlpatterns = [
    path("", views.home, name="home"),
    path("noted/<int:pk>/", views.noted, name="noted"),
    path("search/", views.search, name="search"),
]
