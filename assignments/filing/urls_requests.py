"""Addresses of staffing requests and of the authority's page of one campaign's lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.filing import views_acts, views_lists, views_requests

urlpatterns: list[URLPattern] = [
    path("campaigns/<int:pk>/lists/", views_lists.lists, name="lists"),
    path("campaigns/<int:pk>/lists/approve/", views_lists.approve_several, name="lists_approve"),
    path("campaigns/<int:pk>/lists/more-time/", views_lists.more_time, name="lists_more_time"),
    path("requests/", views_requests.request_lists, name="request_lists"),
    path("requests/lists/new/", views_requests.request_list_new, name="request_list_new"),
    path("requests/lists/<int:pk>/", views_requests.request_list, name="request_list"),
    path("requests/lists/<int:pk>/lines/", views_requests.request_lines, name="request_lines"),
    path("requests/lists/<int:pk>/move/", views_acts.request_list_move, name="request_list_move"),
    path("requests/<int:pk>/strike/", views_acts.request_strike, name="request_strike"),
    path("lists/<int:pk>/decide/", views_acts.list_decide, name="list_decide"),
]
