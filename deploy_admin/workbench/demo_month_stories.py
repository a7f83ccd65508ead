"""What does not go smoothly in the demonstration's months: things to look at, a late unit, corrections, reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from appraisals.feedback import services as feedback
from appraisals.models import ReleasedScore, Workload
from appraisals.review import services as review
from appraisals.scoring import services as scoring
from assignments.models import AssignmentMonth, MonthSheet
from assignments.services import months_findings, months_moving
from assignments.states import MonthAnswer, SheetState
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.months import Month, add_months
from deploy_admin.registry.authority import authority_over
from deploy_admin.workbench.demo_bringing import actor_of
from deploy_admin.workbench.demo_campaigns import DIANJIANG, QINGXI, WANZHOU

if TYPE_CHECKING:
    from deploy_admin.workbench.demo_months import Telling

Story = Callable[[MonthSheet], None]
VISITS = "outpatient_emergency_visits"
#: On which working day of the month after a late unit is released, and a correction is told.
SUPPLEMENT, CORRECTED = 12, 20


def tell(told: Telling, last: Month) -> list[str]:
    """Tell what is not as it should be: of the last month in review, of earlier ones corrected."""
    done = [_in_review(told, last), _late_unit(told, last.previous)]
    done += [_corrections(told, last.previous), _reports(told, last)]
    return done


# ------------------------------------------------------------ the month in review


def _in_review(told: Telling, month: Month) -> str:
    """Leave the month as a district finds it: one heap of each sort in Wanzhou, other districts further on."""
    sheets = list(MonthSheet.objects.of(month).order_by("pk"))
    offices = authority_over({sheet.institution_id for sheet in sheets}, told.today)
    wanzhou, dianjiang = told.units[WANZHOU], told.units[DIANJIANG]
    own = [each for each in sheets if offices[each.institution_id] == wanzhou]
    at_work = set(AssignmentMonth.objects.of(month).filter(days__contains=["P"]).values_list("sheet", flat=True))
    odd = [each for each in own if each.institution_id != told.units[QINGXI]]
    odd.sort(key=lambda each: each.pk not in at_work)  # where everybody is away there is nothing to set
    for sheet in [each for each in odd if _away_on(each)][:1]:
        odd.remove(sheet)
        odd.insert(STORIES.index(_contradicts), sheet)  # somebody's leave or absence is what the sheet contradicts
    elsewhere = [each for each in sheets if offices[each.institution_id] != wanzhou]
    for story, sheet in zip(STORIES, odd, strict=False):
        story(sheet)
    missing = [sheet.pk for sheet in odd[len(STORIES) : len(STORIES) + 1]]
    missing += [sheet.pk for place, sheet in enumerate(elsewhere) if place % 11 == 5]
    _missing(missing)
    scoring.compute(list(MonthSheet.objects.of(month).handed_in().values_list("pk", flat=True)), by=SYSTEM)
    _further_on(told, month, [each for each in elsewhere if each.pk not in missing], offices, dianjiang)
    _looked_at(month)
    rest = odd[len(STORIES) + 1 :]
    _on_their_way(told, month, rest)
    return f"{month}: in review"


def _further_on(
    told: Telling, month: Month, sheets: list[MonthSheet], offices: dict[int, int | None], dianjiang: int
) -> None:
    """One district has released and fed back, some units wait to be released, the others for a look."""
    done = {each.pk: each.institution_id for each in sheets if offices[each.institution_id] == dianjiang}
    others = [each for each in sheets if each.pk not in done]
    released = {each.pk: each.institution_id for place, each in enumerate(others) if place % 3 == 0}
    told.accepted([*done, *released], month)
    told.released(done, month)
    told.fed_back(month)
    told.released(released, month)
    told.accepted([each.pk for place, each in enumerate(others) if place % 3 == 1], month)


def _on_their_way(told: Telling, month: Month, sheets: list[MonthSheet]) -> None:
    """One of the district's units is open on its desk, one came back to the unit, the others are accepted."""
    officer = actor_of("wanzhou")
    told.accepted([sheet.pk for sheet in sheets[2:]], month)
    for sheet in sheets[:1]:
        months_moving.open_review(sheet=sheet, by=officer)
    for sheet in sheets[1:2]:
        review.send_back(sheet=sheet, reason="12日至14日的出勤与请假备案不符，请核对后再报", by=officer)


def _looked_at(month: Month) -> None:
    """Write down what there is to look at, as the submission of a sheet would."""
    sheets = MonthSheet.objects.of(month).filter(state=SheetState.SUBMITTED)
    found = months_findings.find(list(sheets.values_list("pk", flat=True)))
    rows = list(sheets.filter(pk__in=found))
    for sheet in rows:
        sheet.findings = sorted({finding.code for finding in found[sheet.pk]})
    MonthSheet.objects.bulk_update(rows, ["findings"])


def _missing(sheet_ids: list[int]) -> None:
    MonthSheet.objects.filter(pk__in=sheet_ids).update(
        state=SheetState.DRAFT, submitted_at=None, submitted_by_name="", is_late=False
    )


def _late(sheet: MonthSheet) -> None:
    late = (sheet.submitted_at or clock.now()) + timedelta(days=3)
    MonthSheet.objects.filter(pk=sheet.pk).update(is_late=True, submitted_at=late)


def _disputed(sheet: MonthSheet) -> None:
    row = _row(sheet)
    row.answer, row.answered_at = MonthAnswer.DISPUTED, clock.now() - timedelta(days=6)
    row.answer_remark = "20日参加区里培训，表上记成了休息"
    row.save(update_fields=["answer", "answered_at", "answer_remark"])


def _unchanged(sheet: MonthSheet) -> None:
    """The unit sent the same counts as the month before."""
    before = {
        (row.assignment_id, value.indicator_id): value.value
        for row in AssignmentMonth.objects.of(sheet.period.previous).prefetch_related("workload")
        for value in row.workload.all()
    }
    values = list(Workload.objects.filter(row__sheet=sheet).select_related("row"))
    for value in values:
        value.value = before.get((value.row.assignment_id, value.indicator_id), value.value)
    Workload.objects.bulk_update(values, ["value"])


def _out_of_range(sheet: MonthSheet) -> None:
    values = Workload.objects.filter(row__sheet=sheet, indicator__code=VISITS)
    for value in values[:1]:
        value.value = (value.value or Decimal(0)) * 4
        value.save(update_fields=["value"])


def _without_record(sheet: MonthSheet) -> None:
    """Sick leave stands on the sheet, and nobody filed any."""
    _put(_row(sheet), "B", 2)


def _unchecked(sheet: MonthSheet) -> None:
    _put(_row(sheet), "U", 1)


def _incomplete(sheet: MonthSheet) -> None:
    Workload.objects.filter(row=_row(sheet)).update(value=None, said=None, said_at=None, is_confirmed=False)


def _contradicts(sheet: MonthSheet) -> None:
    """Somebody stands as present on the days of an absence that was confirmed, or of leave."""
    for row, away in _away_on(sheet)[:1]:
        row.days = [cell if place not in away else "P" for place, cell in enumerate(row.days)]
        row.save(update_fields=["days"])


def _away_on(sheet: MonthSheet) -> list[tuple[AssignmentMonth, list[int]]]:
    """Return who is away on recorded leave or absence on the sheet, with the days."""
    found = []
    for row in AssignmentMonth.objects.filter(sheet=sheet).order_by("pk"):
        away = [place for place, cell in enumerate(row.days) if cell[0] in "SBAMCEFVWQK"]
        if away:
            found.append((row, away))
    return found


STORIES: tuple[Story, ...] = (
    _late, _disputed, _unchanged, _out_of_range, _without_record, _unchecked, _incomplete, _contradicts,
)  # fmt: skip


def _row(sheet: MonthSheet) -> AssignmentMonth:
    """Return somebody who was there all the month."""
    rows = AssignmentMonth.objects.filter(sheet=sheet).order_by("-attended_halves", "pk")
    row: AssignmentMonth = rows[:1].get()
    return row


def _put(row: AssignmentMonth, cell: str, days: int) -> None:
    """Set some of the days at the post to another code."""
    places = [place for place, held in enumerate(row.days) if held in "PR"][-days:]
    row.days = [cell if place in places else held for place, held in enumerate(row.days)]
    row.touched |= sum(1 << place for place in places)
    row.save(update_fields=["days", "touched"])


# ------------------------------------------------------------ earlier months


def _late_unit(told: Telling, month: Month) -> str:
    """A district's unit handed in after the letters had gone: it is released and told in a supplement."""
    told.closed(month, nth=SUPPLEMENT)
    return f"{month}: a supplement"


def _corrections(told: Telling, month: Month) -> str:
    """One released month is corrected, of another somebody asks."""
    clerk, officer = actor_of("qingxi"), actor_of("wanzhou")
    unit = told.units[QINGXI]
    rows = ReleasedScore.objects.standing().filter(release__institution=unit, month=month.first)
    found = list(rows.select_related("row").order_by("pk")[:2])
    for place, score in enumerate(found):
        workload = dict(score.values["workload"])
        workload["rounds"] = str(int(workload.get("rounds") or 0) + 2)
        asked = review.ask_correction(
            row=score.row, days=score.values["days"], workload=workload, by=clerk,
            reason="漏记两次巡诊，附村卫生室签字的巡诊登记" if place == 0 else "一次巡诊由两人同去，各记一次",
        )  # fmt: skip
        if place == 0:
            review.approve_correction(correction=asked, remark="经核对登记属实", by=officer)
    scoring.compute([score.row.sheet_id for score in found], by=SYSTEM)
    told.fed_back(month, CORRECTED)
    return f"{len(found)} corrections asked for"


def _reports(told: Telling, last: Month) -> str:
    """The central township's reports: one taken note of, one on the desk of the district."""
    unit = told.units[QINGXI]
    clerk, officer = actor_of("qingxi"), actor_of("wanzhou")
    texts = {
        "work": "派驻人员承担全科门诊、每周教学查房和村卫生室巡诊，指导规范电子病历书写。",
        "results": "门诊量比上一季度增长，开展动态血压监测一项新技术，带教本院医师两名。",
        "difficulties": "周末值班人手紧，部分村卫生室路途较远。",
        "proposals": "建议下一批次增派一名儿科医师。",
    }
    quarters = [Month(add_months(last.first, -n)) for n in (6, 3)]
    for place, first in enumerate(quarters):
        report = feedback.begin_report(
            institution_id=unit, first=first, last=Month(add_months(first.first, 2)), texts=texts,
            by=clerk,
        )  # fmt: skip
        report = feedback.submit_report(report=report, by=clerk)
        if place == 0:
            feedback.take_note_of_report(report=report, answer="已阅，儿科需求请在年度需求中报送。", by=officer)
    return f"{len(quarters)} situation reports"
