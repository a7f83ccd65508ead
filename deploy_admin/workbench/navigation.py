"""The side navigation as data: label, icon, URL name, the permission that shows it. Absent addresses are left out."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from deploy_admin.access import Permission
from deploy_admin.ui.shell import Group, Item

GROUPS = (
    Group("", (Item(_("Home"), "home", "workbench:home", Permission.HOME_VIEW),)),
    Group(
        _("Quotas"),
        (
            Item(_("Quota board"), "table", "quotas:board", Permission.QUOTAS_VIEW),
            Item(_("District totals"), "map", "quotas:districts", Permission.QUOTAS_VIEW),
            Item(_("What counts"), "check", "assignments:counted", Permission.QUOTAS_VIEW),
            Item(_("Figures"), "clipboard", "quotas:figures", Permission.FIGURES_VIEW),
            Item(_("Releases"), "release", "quotas:releases", Permission.RELEASES_VIEW),
            Item(_("Runs"), "run", "quotas:runs", Permission.RUNS_VIEW),
        ),
    ),
    Group(
        _("People"),
        (
            Item(_("Health workers"), "users", "people:people", Permission.PEOPLE_VIEW),
            Item(_("Rosters"), "upload", "people:rosters", Permission.PEOPLE_VIEW),
            Item(_("Promotion and recruitment lists"), "sheet", "quotas:lists", Permission.PEOPLE_VIEW),
            Item(_("Who may go"), "check", "assignments:eligibility", Permission.ELIGIBILITY_VIEW),
            Item(_("My record"), "user", "assignments:my_record", Permission.OWN_RECORD_VIEW),
        ),
    ),
    Group(
        _("At the post"),
        (
            Item(_("My service"), "user", "assignments:my_service", Permission.OWN_SERVICE),
            Item(_("My leave"), "calendar", "assignments:my_leave", Permission.OWN_SERVICE),
            Item(_("Campaigns"), "release", "assignments:campaigns", Permission.ASSIGNMENTS_VIEW),
            Item(_("Allocation"), "route", "assignments:allocation", Permission.ALLOCATION_VIEW),
            Item(
                _("Requests and nominations"),
                "clipboard",
                "assignments:request_lists",
                Permission.REQUESTS_VIEW,
                ("assignments:nomination_lists",),
            ),
            Item(_("Assignments"), "arrow-right", "assignments:assignments", Permission.ASSIGNMENTS_VIEW),
            Item(_("Arrivals"), "check", "assignments:arrivals", Permission.POST_MANAGE),
            Item(_("Leave"), "calendar", "assignments:leaves", Permission.ASSIGNMENTS_VIEW),
            Item(_("Absences"), "alert", "assignments:absences", Permission.ASSIGNMENTS_VIEW),
            Item(_("Inspections"), "search", "assignments:inspections", Permission.INSPECTIONS_VIEW),
            Item(_("Past service"), "history", "assignments:past", Permission.ASSIGNMENTS_VIEW),
            Item(_("Obligations"), "history", "assignments:obligations", Permission.ELIGIBILITY_VIEW),
            Item(_("Papers"), "file", "assignments:papers", Permission.ASSIGNMENTS_VIEW),
        ),
    ),
    Group(
        pgettext_lazy("navigation", "Month"),
        (
            Item(
                _("Month sheets"), "calendar", "appraisals:months", Permission.MONTHS_VIEW, ("appraisals:month_now",)
            ),
            Item(_("My months"), "calendar", "appraisals:my_months", Permission.OWN_SERVICE),
            Item(_("Month review"), "check", "appraisals:review", Permission.MONTHS_REVIEW),
            Item(_("Monthly scores"), "table", "appraisals:scores", Permission.MONTHS_VIEW),
            Item(_("Corrections of months"), "edit", "appraisals:corrections", Permission.MONTHS_VIEW),
            Item(_("Feedback letters"), "inbox", "appraisals:letters", Permission.FEEDBACK_VIEW),
            Item(_("Pay list"), "sheet", "appraisals:pay_list", Permission.FEEDBACK_VIEW),
            Item(_("Situation reports"), "file", "appraisals:reports", Permission.MONTHS_VIEW),
            Item(_("Trends"), "chart", "appraisals:trends", Permission.MONTHS_VIEW),
        ),
    ),
    Group(
        _("Rules and registry"),
        (
            Item(_("Policies"), "policy", "policies:list", Permission.POLICIES_VIEW),
            Item(_("Institutions"), "building", "registry:institutions", Permission.INSTITUTIONS_VIEW),
            Item(_("Pairing support"), "arrow-right", "registry:pairings", Permission.INSTITUTIONS_VIEW),
            Item(_("Speciality programmes"), "check", "registry:programmes", Permission.INSTITUTIONS_VIEW),
            Item(_("Indicators"), "adjust", "registry:indicators", Permission.HOME_VIEW),
            Item(_("Work calendar"), "calendar", "registry:calendar", Permission.HOME_VIEW),
        ),
    ),
    Group(
        _("Administration"),
        (
            Item(_("Members"), "lock", "accounts:members", Permission.MEMBERS_VIEW),
            Item(_("Access tokens"), "key", "accounts:tokens", Permission.TOKENS_MANAGE),
            Item(_("Audit record"), "shield", "audit:list", Permission.AUDIT_VIEW),
            Item(_("Background jobs"), "jobs", "jobs:list", Permission.SYSTEM_VIEW),
            Item(_("Read-only tables"), "settings", "admin:index", Permission.SYSTEM_VIEW),
            Item(_("Components"), "gallery", "ui:gallery", Permission.SYSTEM_VIEW),
        ),
    ),
)

#: The menu of the person, beside the capacities: label, icon, URL name.
ACCOUNT = (
    (_("My account"), "user", "accounts:my_account"),
    (_("Change my password"), "lock", "accounts:password"),
    (_("Second factor"), "shield", "accounts:second_factor"),
    (_("My background jobs"), "jobs", "jobs:list"),
)
