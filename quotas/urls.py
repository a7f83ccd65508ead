"""Addresses of the quota pages."""

from __future__ import annotations

from django.urls import path

from deploy_admin.jobs.importing.pages import urls_for
from quotas.views import board, figures, releases, runs

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
    path("runs/", runs.runs, name="runs"),
    path("runs/start/", runs.start, name="run_start"),
    path("runs/<int:pk>/", runs.run, name="run"),
    path("releases/", releases.releases, name="releases"),
    path("releases/new/", releases.release_new, name="release_new"),
    path("releases/<int:pk>/", releases.release, name="release"),
    path("releases/quotas/<int:pk>/", releases.released_quota, name="released_quota"),
    *urls_for("figures", "quotas", prefix="figures/import/"),
]
