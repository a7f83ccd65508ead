"""Addresses of who goes where: plans, proposals, decisions."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.allocation import views, views_acts, views_deciding, views_lists, views_looking

urlpatterns: list[URLPattern] = [
    path("allocation/", views.campaigns_of, name="allocation"),
    path("campaigns/<int:pk>/allocation/", views.plans, name="plans"),
    path("campaigns/<int:pk>/allocation/new/", views.plan_new, name="plan_new"),
    path("allocation/<int:pk>/", views.plan, name="plan"),
    path("allocation/<int:pk>/left/", views_looking.plan_left, name="plan_left"),
    path("allocation/<int:pk>/compare/", views_looking.plan_compare, name="plan_compare"),
    path("allocation/<int:pk>/why/", views_looking.plan_why, name="plan_why"),
    path("allocation/<int:pk>/pick/", views_looking.plan_pick, name="plan_pick"),
    path("allocation/<int:pk>/lists/", views_lists.plan_lists, name="plan_lists"),
    path("allocation/<int:pk>/act/", views_acts.plan_act, name="plan_act"),
    path("allocation/<int:pk>/place/", views_acts.plan_place, name="plan_place"),
    path("allocation/<int:pk>/rename/", views_acts.plan_rename, name="plan_rename"),
    path("allocation/<int:pk>/propose/", views.plan_propose, name="plan_propose"),
    path("allocation/<int:pk>/try-again/", views.plan_try_again, name="plan_try_again"),
    path("allocation/<int:pk>/discard/", views.plan_discard, name="plan_discard"),
    path("allocation/<int:pk>/restore/", views.plan_restore, name="plan_restore"),
    path("allocation/<int:pk>/decide/", views_deciding.plan_decide, name="plan_decide"),
]
