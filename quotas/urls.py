"""Addresses of the quota pages."""

from __future__ import annotations

from django.urls import path

from deploy_admin.jobs.importing.pages import urls_for
from quotas.views import board, figures, list_rows, lists, releases, runs

app_name = "quotas"
urlpatterns = [
    path("", board.board, name="board"),
    path("districts/", board.districts, name="districts"),
    path("<int:pk>/", board.detail, name="detail"),
    path("<int:pk>/why/", board.why, name="why"),
    path("<int:pk>/why.pdf", board.why_pdf, name="why_pdf"),
    path("<int:pk>/reason/", board.give_reason, name="give_reason"),
    path("reasons/<int:pk>/decide/", board.decide_reason, name="decide_reason"),
    path("figures/", figures.figures, name="figures"),
    path("figures/missing/", figures.missing, name="missing"),
    path("figures/remind/", figures.remind, name="remind"),
    path("figures/sign-off/", figures.sign_off, name="sign_off"),
    path("figures/<int:pk>/", figures.history, name="figure_of"),
    path("figures/<int:pk>/withdraw/", figures.withdraw, name="withdraw"),
    path("figures/<int:institution>/<slug:measure>/<str:period>/", figures.enter, name="enter"),
    path("figures/lists/", lists.lists, name="lists"),
    path("figures/lists/rows/<int:pk>/", list_rows.list_row, name="list_row"),
    path("figures/lists/rows/<int:pk>/withdraw/", list_rows.list_withdraw, name="list_withdraw"),
    path("figures/lists/rows/<int:pk>/object/", list_rows.list_object, name="list_object"),
    path("figures/lists/rows/<int:pk>/decide/", list_rows.list_decide, name="list_decide"),
    path("figures/lists/<slug:kind>/<int:institution>/<str:period>/", lists.unit_list, name="list"),
    path("figures/lists/<slug:kind>/<int:institution>/<str:period>/add/", lists.list_add, name="list_add"),
    path("figures/lists/<slug:kind>/<int:institution>/<str:period>/confirm/", lists.list_confirm, name="list_confirm"),
    path("figures/lists/<slug:kind>/<int:institution>/<str:period>/nobody/", lists.list_nobody, name="list_nobody"),
    path("figures/lists/<slug:kind>/<int:institution>/<str:period>/awaited/", lists.list_awaited, name="list_awaited"),
    path(
        "figures/lists/<slug:kind>/<int:institution>/<str:period>/results-in/",
        lists.list_results_in,
        name="list_results_in",
    ),
    path(
        "figures/lists/<slug:kind>/<int:institution>/<str:period>/take/<slug:measure>/",
        lists.list_take,
        name="list_take",
    ),
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.start, name="run_start"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("releases/", releases.releases, name="releases"),
    path("releases/new/", releases.release_new, name="release_new"),
    path("releases/<int:pk>/", releases.release, name="release"),
    path("releases/quotas/<int:pk>/", releases.released_quota, name="released_quota"),
    *urls_for("figures", "quotas", prefix="figures/import/"),
    *urls_for("promotions", "quotas", prefix="figures/lists/promotions/import/"),
    *urls_for("recruits", "quotas", prefix="figures/lists/recruits/import/"),
]
