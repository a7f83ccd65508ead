"""Addresses of leave and absence."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.views import leave, leave_absences, leave_asking

urlpatterns: list[URLPattern] = [
    path("leave/", leave.leave_list, name="leaves"),
    path("leave/approve/", leave.approve_chosen, name="leaves_approve"),
    path("leave/file/", leave.file_chosen, name="leaves_file"),
    path("leave/ask/<int:pk>/", leave_asking.ask, name="leave_ask"),
    path("leave/ask/<int:pk>/preview/", leave_asking.ask_preview, name="leave_preview"),
    path("leave/<int:pk>/", leave.leave, name="leave"),
    path("leave/<int:pk>/approve/", leave.approve, name="leave_approve"),
    path("leave/<int:pk>/decline/", leave.decline, name="leave_decline"),
    path("leave/<int:pk>/withdraw/", leave.withdraw, name="leave_withdraw"),
    path("leave/<int:pk>/file/", leave.file_one, name="leave_file"),
    path("my/leave/", leave_asking.my_leave, name="my_leave"),
    path("my/leave/preview/", leave_asking.my_leave_preview, name="my_leave_preview"),
    path("my/leave/<int:pk>/withdraw/", leave_asking.my_leave_withdraw, name="my_leave_withdraw"),
    path("my/absences/<int:pk>/", leave_asking.my_absence, name="my_absence"),
    path("absences/", leave_absences.absence_list, name="absences"),
    path("absences/report/<int:pk>/", leave_absences.report, name="absence_report"),
    path("absences/proposals/", leave_absences.proposal_list, name="proposals"),
    path("absences/proposals/<int:pk>/", leave_absences.proposal, name="proposal"),
    path("absences/<int:pk>/", leave_absences.absence, name="absence"),
    path("absences/<int:pk>/answer/", leave_absences.answer, name="absence_answer"),
    path("absences/<int:pk>/confirm/", leave_absences.confirm, name="absence_confirm"),
    path("absences/<int:pk>/excuse/", leave_absences.excuse, name="absence_excuse"),
    path("absences/<int:pk>/withdraw/", leave_absences.withdraw, name="absence_withdraw"),
]
