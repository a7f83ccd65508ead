"""Addresses of campaigns, checklists, and of placing people."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.views import campaigns, placing

urlpatterns: list[URLPattern] = [
    path("campaigns/", campaigns.campaigns_list, name="campaigns"),
    path("campaigns/new/", campaigns.campaign_new, name="campaign_new"),
    path("campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path("campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("campaigns/<int:pk>/state/", campaigns.campaign_move, name="campaign_move"),
    path("campaigns/<int:pk>/duties/<int:unit>/<slug:item>/", campaigns.duty, name="duty"),
    path("campaigns/duties/<int:pk>/undo/", campaigns.duty_undo, name="duty_undo"),
    path("campaigns/<int:pk>/place/", placing.place, name="place"),
    path("campaigns/<int:pk>/place/check/", placing.place_check, name="place_check"),
    path("campaigns/<int:pk>/place/list/", placing.place_list, name="place_list"),
    path("campaigns/plans/<int:pk>/change/", placing.plan_change, name="plan_change"),
    path("campaigns/plans/<int:pk>/withdraw/", placing.plan_withdraw, name="plan_withdraw"),
]
