"""Charts: sharp at every width, honest about gaps and about what may still change, every point a way to its list."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from deploy_admin.ui import charts
from deploy_admin.ui.charts import Chart, Point


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def points(*values, **more):
    return [
        Point(f"2026-{n:02}", None if value is None else Decimal(value), short=str(n), group="2026", **more)
        for n, value in enumerate(values, 1)
    ]


def a_chart(*values, **more):
    held = {name: more.pop(name) for name in ("url", "settled", "note") if name in more}
    return Chart(title="More than before", what="Operations", points=points(*values, **held), **more)


def drawn(chart):
    template = engines["django"].from_string("{% chart c %}")
    return template.render({"c": chart}, RequestFactory().get("/"))


@pytest.mark.parametrize(
    ("highest", "marks"),
    [
        ("0", ["0", "1"]),
        ("1", ["0", "0.25", "0.50", "0.75", "1.00"]),
        ("4", ["0", "1", "2", "3", "4"]),
        ("7", ["0", "2", "4", "6", "8"]),
        ("96", ["0", "25", "50", "75", "100"]),
        ("101", ["0", "50", "100", "150"]),
        ("1234", ["0", "500", "1000", "1500"]),
        ("0.03", ["0", "0.01", "0.02", "0.03"]),
    ],
)
def test_the_axis_is_made_of_round_numbers_from_zero(highest, marks):
    assert charts.ticks(Decimal(highest)) == [Decimal(mark) for mark in marks]


@pytest.mark.parametrize(
    ("highest", "marks"), [("1", ["0", "1"]), ("2", ["0", "1", "2"]), ("9", ["0", "5", "10"]), ("0.4", ["0", "1"])]
)
def test_the_axis_of_counts_is_made_of_whole_numbers(highest, marks):
    assert charts.ticks(Decimal(highest), whole=True) == [Decimal(mark) for mark in marks]


@pytest.mark.parametrize("highest", ["1", "3.7", "9.99", "10", "33", "51", "99999", "0.2"])
def test_the_axis_reaches_the_highest_value_in_few_steps(highest):
    marks = charts.ticks(Decimal(highest))
    assert marks[-1] >= Decimal(highest) > marks[-2]
    assert len(marks) <= 5


def test_a_column_is_as_high_as_its_value():
    svg = charts.plot(a_chart("50", "100"))
    heights = [Decimal(height) for height in re.findall(r'class="ch-col[^>]*height="([\d.]+)"', svg)]
    assert heights == [Decimal(charts.PLOT) / 2, Decimal(charts.PLOT)]


def test_a_gap_is_no_zero():
    svg = charts.plot(a_chart("5", None, "7"))
    assert svg.count("ch-col") == 2
    assert charts.plot(a_chart("5", None, "7", kind="line")).count('class="ch-line') == 0
    assert "2026-02</th>" in drawn(a_chart("5", None, "7"))
    assert a_chart("5", None).rows[1][1] == "—"


def test_a_zero_is_drawn_and_written():
    svg = charts.plot(a_chart("0", "3"))
    assert svg.count("ch-col") == 2
    assert ">0</text>" in svg


def test_a_line_joins_neighbours_and_is_dashed_towards_what_may_change():
    chart = Chart("t", "w", [*points("1", "2"), Point("2026-03", Decimal(3), settled=False)], kind="line")
    svg = charts.plot(chart)
    assert svg.count('class="ch-line"') == 1
    assert svg.count('class="ch-line ch-open"') == 1
    assert svg.count('class="ch-dot ch-open"') == 1


def test_every_point_with_an_address_is_a_link_that_says_what_it_shows():
    chart = a_chart("12", None, url="/list/?month=1&x=2", note="released", unit="visits")
    svg = charts.plot(chart)
    assert svg.count('<a href="/list/?month=1&amp;x=2"') == 2
    assert 'aria-label="2026-01: 12 visits · released"' in svg
    assert 'aria-label="2026-02: nothing entered · released"' in svg
    assert "<a " not in charts.plot(a_chart("12"))


def test_the_year_stands_where_it_begins():
    chart = Chart("t", "w", [Point("2025-12", Decimal(1), "12", "2025"), *points("2", "3")])
    svg = charts.plot(chart)
    assert svg.count(">2025</text>") == 1
    assert svg.count(">2026</text>") == 1


def test_with_many_points_only_the_last_and_the_highest_are_written():
    chart = a_chart(*[str(n % 12 + 1) for n in range(24)])
    assert charts.plot(chart).count('class="ch-v') == 2
    assert charts.plot(a_chart(*["1"] * 12)).count('class="ch-v') == 12


def test_the_usual_range_lies_behind_and_within_the_axis():
    chart = a_chart("5", "6", band=(Decimal(10), Decimal(20)), band_label="usual")
    assert charts.ticks(Decimal(20))[-1] == 20
    svg = charts.plot(chart)
    (y, height) = re.search(r'ch-band" x="0" width="100%" y="([\d.]+)" height="([\d.]+)"', svg).groups()
    assert (Decimal(y), Decimal(height)) == (Decimal(charts.HEAD), Decimal(charts.PLOT) / 2)
    assert "usual" in drawn(chart)


def test_an_axis_of_a_line_may_begin_above_zero_and_that_of_columns_never_does():
    line = charts.plot(a_chart("60", "100", kind="line", floor=Decimal(60)))
    assert re.findall(r'cy="([\d.]+)"', line) == [f"{charts.HEAD + charts.PLOT}.0", f"{charts.HEAD}.0"]
    assert charts.plot(a_chart("50", "100", floor=Decimal(50))) == charts.plot(a_chart("50", "100"))


def test_nothing_at_all_still_has_an_axis():
    svg = charts.plot(a_chart(None, None)) + charts.axis(a_chart(None, None))
    assert "ch-base" in svg
    assert "ch-col" not in svg


def test_what_is_drawn_is_also_a_table():
    page = drawn(a_chart("1234.5", "3", url="/x/", note="released", decimals=1, settled=False))
    assert "As a table" in page
    assert '<td class="num"><a class="num-open" href="/x/">1,234.5</a></td><td>released</td>' in page
    assert "may still change" in page
    assert "may still change" not in drawn(a_chart("1"))


def test_text_from_outside_is_escaped_and_nothing_needs_a_style():
    page = drawn(Chart('<b>"', "<i>", [Point("<u>", Decimal(1), "<s>", "<g>", "/?a=1&b=2", note="<p>")]))
    assert "style=" not in page
    for raw in ('<b>"', "<i>", "<u>", "<s>", "<g>", "<p>", "a=1&b"):
        assert raw not in page.replace("<b>&lt;b&gt;", "")
