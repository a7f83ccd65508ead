"""The addresses of people's pages."""

from __future__ import annotations

from django.urls import path

from deploy_admin.jobs.importing.pages import urls_for
from deploy_admin.people.views import acts, duplicates, lists, person, recognitions, registering, rosters, transfers

app_name = "people"
urlpatterns = [
    path("", lists.people, name="people"),
    path("new/", registering.register, name="register"),
    path("offers/units/", lists.unit_offers, name="unit_offers"),
    path("duplicates/", duplicates.duplicates, name="duplicates"),
    path("duplicates/told-apart/<int:pk>/withdraw/", duplicates.take_back, name="told_apart_withdraw"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/ask/", transfers.ask, name="transfer_ask"),
    path("transfers/<int:pk>/", transfers.answer, name="transfer_answer"),
    path("transfers/<int:pk>/withdraw/", transfers.withdraw, name="transfer_withdraw"),
    path("recognitions/", recognitions.recognitions, name="recognitions"),
    path("recognitions/<int:pk>/", recognitions.decide, name="recognition_decide"),
    path("rosters/", rosters.rosters, name="rosters"),
    path("rosters/whole/", rosters.whole, name="roster_whole"),
    *urls_for("roster", "people", prefix="rosters/upload/"),
    path("<int:pk>/", person.person, name="person"),
    path("<int:pk>/id/", person.reveal, name="reveal"),
    path("<int:pk>/correct/", acts.PAGES["correct"], name="correct"),
    path("<int:pk>/correct-id/", acts.PAGES["correct_id"], name="correct_id"),
    path("<int:pk>/post/", acts.PAGES["change_post"], name="change_post"),
    path("<int:pk>/employments/<int:row>/", acts.PAGES["employment_correct"], name="employment_correct"),
    path("<int:pk>/leave/", acts.PAGES["leave"], name="leave"),
    path("<int:pk>/transfer/", acts.PAGES["transfer"], name="transfer"),
    path("<int:pk>/titles/", acts.PAGES["title_add"], name="title_add"),
    path("<int:pk>/titles/<int:row>/", acts.PAGES["title_correct"], name="title_correct"),
    path("<int:pk>/titles/<int:row>/revoke/", acts.PAGES["title_revoke"], name="title_revoke"),
    path("<int:pk>/licences/", acts.PAGES["licence_add"], name="licence_add"),
    path("<int:pk>/licences/<int:row>/", acts.PAGES["licence_correct"], name="licence_correct"),
    path("<int:pk>/licences/<int:row>/end/", acts.PAGES["licence_end"], name="licence_end"),
    path("<int:pk>/documents/", acts.PAGES["document_add"], name="document_add"),
    path("<int:pk>/documents/<int:row>/remove/", acts.PAGES["document_remove"], name="document_remove"),
    path("<int:pk>/unavailability/", acts.PAGES["unavailability_enter"], name="unavailability_enter"),
    path("<int:pk>/unavailability/<int:row>/end/", acts.PAGES["unavailability_end"], name="unavailability_end"),
    path(
        "<int:pk>/unavailability/<int:row>/withdraw/",
        acts.PAGES["unavailability_withdraw"],
        name="unavailability_withdraw",
    ),
    path("<int:pk>/recognitions/", acts.PAGES["recognition_claim"], name="recognition_claim"),
    path("<int:pk>/events/", acts.PAGES["event_record"], name="event_record"),
    path("<int:pk>/events/<int:row>/withdraw/", acts.PAGES["event_withdraw"], name="event_withdraw"),
    path("<int:pk>/merge/", duplicates.merge_with, name="merge_with"),
    path("<int:pk>/merge/<int:other>/", duplicates.merge, name="merge"),
    path("<int:pk>/not-the-same/<int:other>/", duplicates.tell_apart, name="tell_apart"),
]
