"""Addresses of inspections, corrective orders, sanctions and the cross-check."""

from __future__ import annotations

from django.urls import URLPattern, path

from assignments.views import crosscheck, inspection_orders, inspection_presence, inspections, sanctions

urlpatterns: list[URLPattern] = [
    path("inspections/", inspections.inspections, name="inspections"),
    path("inspections/new/", inspections.inspection_open, name="inspection_open"),
    path("inspections/both-ends/", crosscheck.both_ends, name="both_ends"),
    path("inspections/sanctions/", sanctions.sanctions, name="sanctions"),
    path("inspections/sanctions/new/", sanctions.sanction_record, name="sanction_record"),
    path("inspections/sanctions/<int:pk>/withdraw/", sanctions.sanction_withdraw, name="sanction_withdraw"),
    path("inspections/orders/<int:pk>/answer/", inspection_orders.order_answer, name="order_answer"),
    path("inspections/orders/<int:pk>/return/", inspection_orders.order_return, name="order_return"),
    path("inspections/orders/<int:pk>/settle/", inspection_orders.order_settle, name="order_settle"),
    path("inspections/<int:pk>/", inspections.inspection, name="inspection"),
    path("inspections/<int:pk>/change/", inspections.inspection_change, name="inspection_change"),
    path("inspections/<int:pk>/close/", inspections.inspection_close, name="inspection_close"),
    path("inspections/<int:pk>/discard/", inspections.inspection_discard, name="inspection_discard"),
    path("inspections/<int:pk>/presence/", inspection_presence.inspection_presence, name="inspection_presence"),
    path("inspections/<int:pk>/rest/", inspection_presence.inspection_rest, name="inspection_rest"),
    path(
        "inspections/<int:pk>/absence/<int:assignment_pk>/",
        inspection_presence.inspection_absence,
        name="inspection_absence",
    ),
    path("inspections/<int:pk>/findings/new/", inspection_orders.inspection_finding, name="inspection_finding"),
    path(
        "inspections/<int:pk>/findings/<int:finding_pk>/remove/",
        inspection_orders.inspection_finding_remove,
        name="inspection_finding_remove",
    ),
]
