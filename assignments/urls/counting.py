"""Addresses of what counts for which quota."""

from __future__ import annotations

from django.urls import path

from assignments.views import counting

urlpatterns = [
    path("counting/", counting.counted, name="counted"),
    path("counting/confirm/", counting.count_confirm, name="count_confirm"),
    path("counting/decline/", counting.count_decline, name="count_decline"),
    path("counting/reopen/", counting.count_reopen, name="count_reopen"),
    path("counting/quotas/<int:pk>/", counting.who_counts, name="who_counts"),
    path("counting/assignments/<int:pk>/", counting.count_choose, name="count_choose"),
]
