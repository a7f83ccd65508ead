"""Month clauses as written, for tests: one with every node, and short ways to bend a small one."""

from __future__ import annotations

from tests.policies.language.helpers import clause_text

EVERYTHING = """
applies_to: {all: [{affiliation: municipal}, {staff_category: physician}]}
submit: {working_day: 5}
feed_back: {working_day: 10}
indicators:
  - {id: attendance, measure: attendance_days, weight: "20", share_of: duty_days}
  - {id: visits, measure: outpatient_emergency_visits, label_zh: 门急诊, label_en: visits, weight: "15",
     target: {by: speciality, values: {内科: "200", 外科: null}, otherwise: "160"}, cap: "1.2"}
  - {id: rounds, measure: rounds, weight: "10", target: {own_history: 6, of: median, at_least: 3, times: "1.1"}}
  - {id: consultation, measure: consultation, weight: "5", target: {fixed: null}}
  - id: teaching
    measure: teaching_sessions
    label_zh: 教学
    label_en: teaching
    bands:
      - {at_least: "2", less_than: "4", points: "5"}
      - {less_than: "2", points: "0"}
      - {at_least: "4", points: "10"}
  - {id: lectures, measure: lectures, per_unit: {points: "2", each: "1", steps: started, most: "5"}}
  - {id: style, measure: style, label_zh: 作风, label_en: style, judged: {most: "15", reason_from: "3"},
     applies_to: {staff_category: physician}}
  - {id: techniques, measure: new_techniques, per_unit: {points: "1", most: null}, extra: true}
  - {id: nights, measure: night_duties}
open_list: true
partial_month: as_is
full: "100"
most: "110"
deductions:
  from: "20"
  floor: "5"
  items:
    - {id: leave, label_zh: 事假, label_en: Leave, measure: personal_leave_days, above: "2", each: "1", points: "2",
       most: "6"}
    - {id: more_leave, label_zh: 长事假, label_en: Long leave, measure: personal_leave_days, above: "5", each: "0.5",
       steps: started, points: null}
    - {id: absent, label_zh: 旷工, label_en: Absence, measure: absent_days, points: "10"}
veto:
  - {id: often_absent, label_zh: 多次旷工, label_en: Often absent, measure: absent_times, when: {more_than: "3"}}
  - {id: absent_thrice, label_zh: 三次旷工, label_en: Absent thrice, measure: absent_times,
     when: {at_least: "3", at_most: "3"}, gives: "60"}
pay_factor:
  bands:
    - {less_than: "60", factor: "0.8"}
    - {at_least: "60", less_than: "90", factor: "1"}
    - {at_least: "90", factor: null}
rated_by: receiving_unit
fed_back_by: city_authority
"""
#: One indicator that is only shown: what is added to it stands alone.
SHOWN = "indicators: [{id: visits, measure: outpatient_emergency_visits}]\n"
BY_SHARE = "indicators: [{id: attendance, measure: attendance_days, weight: '100', share_of: duty_days}]\n"
FULL_SUM = "full: '40'\n"
LATE = "{id: late, label_zh: 迟, label_en: Late, measure: personal_leave_days%s}"
VETO = "{id: %s, label_zh: 否决, label_en: Veto, measure: absent_times, when: %s, gives: '%s'}"


def month(body: str) -> str:
    """A whole document around the lines of one month clause."""
    return clause_text("month", body)


def indicator(said: str) -> str:
    """A document with one indicator of which this is said."""
    return month(f"indicators: [{{id: visits, measure: outpatient_emergency_visits, {said}}}]")


def deducting(*items: str, floor: str = "") -> str:
    """A document with nothing but deductions from 40 points."""
    return month(SHOWN + FULL_SUM + f"deductions: {{from: '40'{floor}, items: [{', '.join(items)}]}}")


def bands(*steps: str) -> str:
    """A document with one table of points that adds up to the full sum of 10."""
    return month(f"indicators: [{{id: visits, measure: rounds, bands: [{', '.join(steps)}]}}]\nfull: '10'")
