"""Addresses of entering the month."""

from __future__ import annotations

from django.urls import URLPattern, path

from appraisals.entry import views, views_list, views_mine, views_moving, views_row, views_saving

urlpatterns: list[URLPattern] = [
    path("months/", views_list.months, name="months"),
    path("months/now/", views_list.month_now, name="month_now"),
    path("months/sheets/<int:pk>/", views.sheet, name="sheet"),
    path("months/sheets/<int:pk>/cells/", views_saving.sheet_cells, name="sheet_cells"),
    path("months/sheets/<int:pk>/paste/", views_saving.sheet_paste, name="sheet_paste"),
    path("months/sheets/<int:pk>/workload/", views_saving.sheet_workload, name="sheet_workload"),
    path("months/sheets/<int:pk>/submit/", views_moving.sheet_submit, name="sheet_submit"),
    path("months/sheets/<int:pk>/withdraw/", views_moving.sheet_withdraw, name="sheet_withdraw"),
    path("months/rows/<int:pk>/", views_row.sheet_row, name="sheet_row"),
    path("months/rows/<int:pk>/shifts/", views_row.sheet_cycle, name="sheet_cycle"),
    path("my/months/", views_mine.my_months, name="my_months"),
    path("my/months/<int:pk>/", views_mine.my_month, name="my_month"),
    path("my/months/<int:pk>/answer/", views_mine.my_month_answer, name="my_month_answer"),
]
