"""Words and shapes that every page says alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import override

from deploy_admin.ui import words
from deploy_admin.ui.templatetags import ui

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("day", "shape", "said"),
    [
        (date(2026, 11, 19), "bad", "3 days late"),
        (date(2026, 11, 21), "bad", "1 day late"),
        (date(2026, 11, 22), "warn", "Today"),
        (date(2026, 11, 26), "run", "4 days left"),
        (date(2026, 12, 31), "mute", "39 days left"),
        (None, "mute", "No deadline"),
    ],
)
def test_a_deadline_is_word_and_shape(day, shape, said):
    assert words.deadline(day, TODAY) == (shape, said)


@pytest.mark.parametrize(
    ("code", "binding", "enforcement", "shape"),
    [
        ("short", "mandatory", "", "bad"),
        ("short", "mandatory", "command", "bad"),
        ("short", "mandatory", "coordinate", "mute"),
        ("short", "in_principle", "", "warn"),
        ("short", "encouraged", "", "mute"),
        ("met", "encouraged", "", "ok"),
        ("undetermined", "mandatory", "", "und"),
    ],
)
def test_only_a_mandatory_duty_falls_red(code, binding, enforcement, shape):
    assert words.verdict_shape(code, binding, enforcement) == shape


@pytest.mark.parametrize(
    ("number", "said"), [(6, "+6"), (-3, "−3"), (0, "unchanged"), (None, "—"), (Decimal("0.5"), "+0.5")]
)
def test_a_change_carries_its_sign(number, said):
    assert words.signed(number) == said


def test_a_share_is_shown_with_one_decimal():
    assert ui.percent(Decimal("0.808")) == "80.8%"
    assert ui.percent(None) == "—"


def test_a_conflict_shows_both_values_of_every_field():
    pairs = words.versus({"yours": {"value": 12, "reason": "a"}, "theirs": {"value": 13, "reason": "a"}})
    assert [(p["name"], p["yours"], p["theirs"], p["differs"]) for p in pairs] == [
        ("value", 12, 13, True),
        ("reason", "a", "a", False),
    ]
    assert words.versus({"yours": 3, "theirs": 4}) == [{"name": "", "yours": 3, "theirs": 4}]


@pytest.mark.parametrize("address", ["//elsewhere.invalid/x", "javascript:alert(1)", "", "next"])
def test_a_next_step_is_an_address_of_ours(address):
    assert not ui.is_path(address)
