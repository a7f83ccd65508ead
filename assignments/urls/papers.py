"""Addresses of issued papers."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.papers.contents import BUILDERS
from assignments.views import paper_issuing, papers

urlpatterns: list[URLPattern] = [
    path("papers/", papers.paper_list, name="papers"),
    path("papers/check/", papers.paper_check, name="paper_check"),
    *(
        path(f"papers/issue/{kind.value}/", paper_issuing.page_for(kind), name=f"paper_issue_{kind.value}")
        for kind in BUILDERS
    ),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("papers/<int:pk>/extract/", papers.paper_extract, name="paper_extract"),
    path("papers/<int:pk>/number/", papers.paper_number, name="paper_number"),
    path("papers/<int:pk>/stamped/", papers.paper_stamped, name="paper_stamped"),
    path("papers/<int:pk>/withdraw/", papers.paper_withdraw, name="paper_withdraw"),
]
