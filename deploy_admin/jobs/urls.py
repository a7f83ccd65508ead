"""Addresses of background work and stored files."""

from django.urls import path

from deploy_admin.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.job_list, name="list"),
    path("<int:pk>/", views.job_detail, name="job"),
    path("<int:pk>/cancel/", views.job_cancel, name="cancel"),
    path("<int:pk>/noted/", views.job_noted, name="noted"),
    path("files/<int:pk>/", views.download, name="download"),
]
