"""Addresses of the review of months."""

from __future__ import annotations

from django.urls import URLPattern, path

from appraisals.review import views, views_corrections, views_released

urlpatterns: list[URLPattern] = [
    path("months/review/", views.review, name="review"),
    path("months/review/accept-all/", views.accept_all, name="review_accept_all"),
    path("months/review/begin/", views.begin, name="review_begin"),
    path("months/review/release/", views_released.release, name="review_release"),
    path("months/review/<int:pk>/", views.review_sheet, name="review_sheet"),
    path("months/review/<int:pk>/accept/", views.accept, name="review_accept"),
    path("months/review/<int:pk>/send-back/", views.send_back, name="review_send_back"),
    path("months/review/<int:pk>/more-time/", views.more_time, name="review_more_time"),
    path("months/released/<int:pk>/", views_released.released, name="released"),
    path("months/rows/<int:pk>/correct/", views_corrections.correct, name="correct"),
    path("months/corrections/", views_corrections.corrections, name="corrections"),
    path("months/corrections/<int:pk>/", views_corrections.correction, name="correction"),
    path("months/corrections/<int:pk>/approve/", views_corrections.approve, name="correction_approve"),
    path("months/corrections/<int:pk>/decline/", views_corrections.decline, name="correction_decline"),
    path("months/corrections/<int:pk>/withdraw/", views_corrections.withdraw, name="correction_withdraw"),
    path("my/months/released/<int:pk>/", views_released.my_released, name="my_released"),
]
