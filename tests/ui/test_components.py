"""The components render what they promise, as attributes and classes only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from deploy_admin.access import Permission
from deploy_admin.errors import Conflict
from deploy_admin.ui import drawing, shell

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def render(source, address="/list/", **context):
    request = RequestFactory().get(address)
    return engines["django"].from_string(source).render(context, request)


def test_an_undetermined_bar_is_dashed_and_never_empty():
    svg = drawing.bar(None, 2, 2, None, undetermined=True)
    assert "bar-und" in svg
    assert "bar-goal" not in svg
    assert 'aria-label="Required is undetermined, 2 counted"' in svg


def test_a_bar_shows_the_gap_between_what_is_named_and_what_is_owed():
    svg = drawing.bar(10, 8, 9, None, undetermined=False)
    assert svg.count("<rect") == 4
    assert "bar-gap" in svg
    assert "bar-gap" not in drawing.bar(5, 5, 6, None, undetermined=False)


def test_while_nothing_is_counted_a_bar_shows_no_gap():
    svg = drawing.bar(10, 0, 0, None, undetermined=False, pending=True)
    assert "bar-gap" not in svg
    assert "bar-goal" in svg


def test_a_bar_with_nothing_owed_does_not_divide_by_zero():
    assert "bar-goal" in drawing.bar(0, 0, 0, None, undetermined=False)


def test_a_trend_starts_at_zero():
    assert "0.0,34.0" in drawing.spark([0, 10], "from 0 to 10")
    assert drawing.spark([], "nothing") == ""


def test_a_number_that_is_not_known_shows_a_word_instead_of_zero():
    shown = render('{% number n "/why/" "why" %}', n=None)
    assert "st-und" in shown
    assert ">0<" not in shown
    assert 'href="/why/" hx-get="/why/" hx-target="#drawer"' in shown


def test_a_sorted_column_turns_round_and_keeps_the_filter():
    shown = render('{% sort_th "name" "Name" %}', "/list/?q=x&sort=name&page=3")
    assert 'aria-sort="ascending"' in shown
    assert "sort=-name" in shown
    assert "q=x" in shown
    assert "page" not in shown


def test_chips_say_which_one_holds():
    choices = [{"value": "short", "label": "Short", "count": 3, "shape": "bad"}]
    shown = render('{% chips "state" choices "All" %}', "/list/?state=short&q=x", choices=choices)
    assert shown.count('aria-current="true"') == 1
    assert 'href="?q=x"' in shown


def test_a_pager_keeps_the_rest_of_the_address():
    page = Paginator(range(240), 100).page(2)
    shown = render("{% pager page %}", "/list/?q=x&page=2", page=page)
    assert "101–200 of 240" in shown
    assert "?page=3&amp;q=x" in shown


def test_the_export_is_the_present_filter():
    shown = render("{% export_menu %}", "/list/?state=short&page=2")
    assert "?state=short&amp;export=xlsx" in shown
    assert "page" not in shown


def test_a_refused_field_names_its_reason_to_a_screen_reader():
    from deploy_admin.ui.samples import SampleForm

    shown = render("{% form_fields form %}", form=SampleForm({"name": ""}))
    assert 'aria-invalid="true"' in shown
    assert 'aria-describedby="id_name-hint id_name-err"' in shown
    assert 'id="id_name-err"' in shown


def test_a_dialog_repeats_the_verb():
    shown = render('{% confirm "ask" "Release?" "Release" danger=True %}<p>{{ x }}</p>{% endconfirm %}', x="<b>")
    assert '<dialog class="dlg" id="ask"' in shown
    assert 'btn-danger">Release</button>' in shown
    assert "&lt;b&gt;" in shown


def test_a_note_keeps_its_actions_apart():
    shown = render('{% note "bad" %}{{ x }}<div class="acts"><a href="/">Go</a></div>{% endnote %}', x="<i>")
    assert 'role="alert"' in shown
    assert '<div class="grow">&lt;i&gt;</div><div class="acts">' in shown


def test_both_sides_of_a_conflict_are_shown():
    refusal = Conflict("changed", "changed", context={"yours": {"value": 12}, "theirs": {"value": 13}})
    shown = render("{% conflict refusal %}", refusal=refusal)
    assert "12" in shown
    assert "13" in shown


@pytest.mark.parametrize("before", ["https://elsewhere.invalid//evil/", "", "javascript:x"])
def test_the_way_back_stays_on_this_site(before):
    request = RequestFactory().get("/x/", headers={"Referer": before})
    back = engines["django"].from_string("{% way_back '' %}").render({}, request)
    assert back == "/"


class Reader:
    """Somebody who may read policies and nothing else."""

    def can(self, permission):
        return permission is Permission.POLICIES_VIEW


def test_the_navigation_shows_what_the_actor_may_open_and_nothing_without_an_address():
    request = RequestFactory().get("/ui/explained/")
    request.actor = Reader()
    groups = (
        shell.Group("a", (shell.Item("gallery", "home", "ui:gallery", Permission.POLICIES_VIEW),)),
        shell.Group("b", (shell.Item("hidden", "home", "ui:gallery", Permission.AUDIT_VIEW),)),
        shell.Group("c", (shell.Item("absent", "home", "ui:no_such_page", Permission.POLICIES_VIEW),)),
    )
    shown = shell.navigation(request, groups)
    assert [(g.label, [i.label for i in g.items]) for g in shown] == [("a", ["gallery"])]
    assert shown[0].items[0].current


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons.svg").read_text()))
    named = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text()
        named |= set(re.findall(r'{% icon "([\w-]+)"', text)) | set(re.findall(r'symbol="([\w-]+)"', text))
    assert named <= drawn, named - drawn


def test_no_sheet_names_another_host():
    for path in [
        *(ROOT / "static").rglob("*.css"),
        *(ROOT / "static").rglob("*.js"),
        *(ROOT / "templates").rglob("*.html"),
    ]:
        assert not re.search(r"(?:src|href|url|import)\W{1,3}https?://", path.read_text()), path
