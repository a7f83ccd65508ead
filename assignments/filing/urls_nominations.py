"""Addresses of nominations."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.filing import views_nominating as nominating
from assignments.filing import views_nominations as views

urlpatterns: list[URLPattern] = [
    path("nominations/", views.nomination_lists, name="nomination_lists"),
    path("nominations/lists/new/", views.nomination_list_new, name="nomination_list_new"),
    path("nominations/lists/<int:pk>/", views.nomination_list, name="nomination_list"),
    path("nominations/lists/<int:pk>/head/", views.nomination_head, name="nomination_head"),
    path("nominations/lists/<int:pk>/move/", views.nomination_list_move, name="nomination_list_move"),
    path("nominations/lists/<int:pk>/people/", nominating.nomination_people, name="nomination_people"),
    path("nominations/lists/<int:pk>/wishes/", nominating.nomination_wishes, name="nomination_wishes"),
    path("nominations/lists/<int:pk>/withdraw/", nominating.nomination_withdraw, name="nomination_withdraw"),
    path("nominations/<int:pk>/strike/", views.nomination_strike, name="nomination_strike"),
]
