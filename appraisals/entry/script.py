"""What the page hands to its script: cells, codes, sentences and addresses, as JSON in the page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from appraisals.entry import words
from appraisals.entry.page import SheetPage
from deploy_admin.access import Actor


def for_page(page: SheetPage, actor: Actor) -> dict[str, Any]:
    """Return everything the script of a sheet needs; nothing in it that the page does not show."""
    return {
        "sheet": page.pk,
        #: Whose unsent changes this browser keeps.
        "keeper": actor.membership_id or 0,
        "editable": page.editable,
        "lead": page.lead,
        "days": [{"d": day.d, "label": day.label} for day in page.days],
        "rows": [row.for_script() for row in page.rows],
        "codes": words.codes_for_script(),
        "others": list(words.OTHERS),
        "keys": [*words.PALETTE, *words.OTHERS],
        "digits": list(words.DIGITS),
        "urls": {
            "cells": reverse("appraisals:sheet_cells", args=[page.pk]),
            "paste": reverse("appraisals:sheet_paste", args=[page.pk]),
            "workload": reverse("appraisals:sheet_workload", args=[page.pk]),
            "submit": reverse("appraisals:sheet_submit", args=[page.pk]),
        },
        "words": words.for_script(),
    }
