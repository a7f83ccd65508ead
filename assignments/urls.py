"""Addresses of who may go."""

from __future__ import annotations

from django.urls import path

from assignments.views import corrections, eligibility, own

app_name = "assignments"
_CLAUSE = "<slug:policy>/<slug:clause>/"
urlpatterns = [
    path("", eligibility.eligibility, name="eligibility"),
    path("refresh/", eligibility.refresh, name="refresh"),
    path("check/", eligibility.check, name="check"),
    path("mine/", own.my_record, name="my_record"),
    path("mine/correction/", own.ask_correction, name="ask_correction"),
    path(f"mine/{_CLAUSE}", own.my_explained, name="my_explained"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/<int:pk>/", corrections.correction_answer, name="correction_answer"),
    path("people/<int:pk>/", eligibility.eligibility_of, name="eligibility_of"),
    path(f"people/<int:pk>/{_CLAUSE}", eligibility.explained, name="explained"),
    path(f"people/<int:pk>/{_CLAUSE}paper/", eligibility.explained_paper, name="explained_paper"),
    path(f"people/<int:pk>/{_CLAUSE}why.pdf", eligibility.explained_pdf, name="explained_pdf"),
]
