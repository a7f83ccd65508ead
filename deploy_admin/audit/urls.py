"""Addresses of the record."""

from __future__ import annotations

from django.urls import path

from deploy_admin.audit import views

app_name = "audit"

urlpatterns = [
    path("", views.event_list, name="list"),
    path("verify/", views.verify, name="verify"),
    path("<int:pk>/", views.event, name="event"),
]
