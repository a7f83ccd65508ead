"""Addresses of who may go."""

from __future__ import annotations

from django.urls import path

from assignments.views import corrections, eligibility, own

_CLAUSE = "<slug:policy>/<slug:clause>/"
urlpatterns = [
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("eligibility/refresh/", eligibility.refresh, name="refresh"),
    path("eligibility/check/", eligibility.check, name="check"),
    path("eligibility/mine/", own.my_record, name="my_record"),
    path("eligibility/mine/correction/", own.ask_correction, name="ask_correction"),
    path(f"eligibility/mine/{_CLAUSE}", own.my_explained, name="my_explained"),
    path("eligibility/corrections/", corrections.corrections, name="corrections"),
    path("eligibility/corrections/<int:pk>/", corrections.correction_answer, name="correction_answer"),
    path("eligibility/people/<int:pk>/", eligibility.eligibility_of, name="eligibility_of"),
    path(f"eligibility/people/<int:pk>/{_CLAUSE}", eligibility.explained, name="explained"),
    path(f"eligibility/people/<int:pk>/{_CLAUSE}paper/", eligibility.explained_paper, name="explained_paper"),
    path(f"eligibility/people/<int:pk>/{_CLAUSE}why.pdf", eligibility.explained_pdf, name="explained_pdf"),
]
