"""Addresses of feedback letters and situation reports."""

from __future__ import annotations

from django.urls import URLPattern, path

from appraisals.feedback import views, views_issue, views_reports

urlpatterns: list[URLPattern] = [
    path("feedback/", views.letters, name="letters"),
    path("feedback/issue/", views_issue.feedback_issue, name="feedback_issue"),
    path("feedback/receive/", views.letters_receive, name="letters_receive"),
    path("feedback/pay/", views.pay_list, name="pay_list"),
    path("feedback/summary/", views.feedback_summary, name="feedback_summary"),
    path("feedback/<int:pk>/", views.letter, name="letter"),
    path("feedback/<int:pk>/summary/", views.letter_summary, name="letter_summary"),
    path("feedback/<int:pk>/receive/", views.letter_receive, name="letter_receive"),
    path("reports/", views_reports.reports, name="reports"),
    path("reports/new/", views_reports.report_new, name="report_new"),
    path("reports/<int:pk>/", views_reports.report, name="report"),
    path("reports/<int:pk>/save/", views_reports.report_save, name="report_save"),
    path("reports/<int:pk>/take-back/", views_reports.report_take_back, name="report_take_back"),
    path("reports/<int:pk>/send-back/", views_reports.report_send_back, name="report_send_back"),
    path("reports/<int:pk>/note/", views_reports.report_note, name="report_note"),
]
