"""Addresses of the life of an assignment: the list, one of them, every act, arrivals, and one's own service."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.views import (
    arrivals,
    assignments,
    assignments_acting,
    assignments_batch,
    assignments_page,
    my_service,
)
from assignments.views.assignments_acts import ACTS, ADDING, ROW_ACTS

urlpatterns: list[URLPattern] = [
    path("assignments/", assignments.assignments, name="assignments"),
    path("assignments/arrivals/", arrivals.arrivals, name="arrivals"),
    *(
        path(f"assignments/batch/{name}/", assignments_batch.page_for(act), name=f"assignments_{name}")
        for name, act in assignments_batch.BATCH.items()
    ),
    path("assignments/<int:pk>/", assignments_page.assignment, name="assignment"),
    path("assignments/<int:pk>/why/", assignments_page.why, name="assignment_why"),
    *(
        path(f"assignments/<int:pk>/{name}/", assignments_acting.page_for(act), name=f"assignment_{name}")
        for name, act in (ACTS | ADDING).items()
    ),
    *(
        path(f"assignments/<int:pk>/{name}/<int:row>/", assignments_acting.page_for(act), name=f"assignment_{name}")
        for name, act in ROW_ACTS.items()
    ),
    path("my/", my_service.my_service, name="my_service"),
    path("my/why/<int:pk>/", my_service.my_why, name="my_why"),
]
