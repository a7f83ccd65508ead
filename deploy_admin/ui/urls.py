"""Addresses of the component gallery and the language switch."""

from __future__ import annotations

from django.urls import path

from deploy_admin.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("explained/", views.explained, name="explained"),
    path("job/<int:done>/", views.job, name="job"),
    path("language/", views.language, name="language"),
]
