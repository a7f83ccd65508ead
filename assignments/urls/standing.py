"""Addresses of service credit and obligations."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.views import standing

_CLAUSE = "<slug:policy>/<slug:clause>/"
urlpatterns: list[URLPattern] = [
    path("service/obligations/", standing.obligations, name="obligations"),
    path(f"service/obligations/<int:pk>/{_CLAUSE}", standing.obligation, name="obligation"),
    path(f"service/obligations/<int:pk>/{_CLAUSE}paper/", standing.obligation_paper, name="obligation_paper"),
    path(f"service/obligations/<int:pk>/{_CLAUSE}why.pdf", standing.obligation_pdf, name="obligation_pdf"),
    path("service/credits/", standing.credits_list, name="credits"),
    path("service/credits/<int:pk>/", standing.credit, name="credit"),
    path("service/credits/<int:pk>/file/", standing.credit_file, name="credit_file"),
    path("service/people/<int:pk>/", standing.service_of, name="service_of"),
    path("service/reckon/", standing.reckon, name="reckon"),
    path("my/credit/<int:pk>/", standing.my_credit, name="my_credit"),
    path(f"my/obligations/{_CLAUSE}", standing.my_obligation, name="my_obligation"),
]
