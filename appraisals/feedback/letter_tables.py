"""The table of a feedback letter: who, how many days, how much work, what it is worth; wide ones lie on their side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appraisals.feedback.values import SHEET, Told, codes_of, exact, pointed
from appraisals.states import ScoreState
from assignments.papers import words
from assignments.papers.matter import Group, Row, Table
from deploy_admin.policies.language import telling
from deploy_admin.registry.models import Indicator

#: So many indicators stand beside days and points; more get an annex of their own, so many to a table.
BESIDE, PER_TABLE = 9, 15
#: A table of so many columns still stands upright.
UPRIGHT = 9
_WHO = (("姓名", 11), ("科室/专业", 13), ("接收单位", 18))


@dataclass(frozen=True)
class Line:
    """One person's month as the table tells it."""

    score: Any
    told: Told
    name: str
    speciality: str
    unit: str
    remark: str


def labels_of(told: Iterable[Told]) -> dict[str, str]:
    """Return code and Chinese name of every indicator that anybody has a value for, in the order of the register."""
    codes = codes_of(told)
    rows = Indicator.objects.filter(code__in=codes).order_by("position", "code").values_list("code", "label_zh")
    known = dict(rows)
    return known | {code: code for code in sorted(codes - known.keys())}


def missing_words(codes: Iterable[str], document: Any, labels: Mapping[str, str], lang: str = "zh") -> list[str]:
    """Return in words what keeps a score from being known; values are called as the register calls them."""
    found = []
    for code in codes:
        word = telling.missing_words(code, lang, document)
        found.append(labels.get(word, word))
    return found


def tables(lines: Sequence[Line], title: str, labels: Mapping[str, str]) -> tuple[Table, ...]:
    """Return the annexes: one table, or a second one for the workload where there is much of it."""
    told = [line.told for line in lines]
    beside = list(labels) if len(labels) <= BESIDE else []
    days = [(key, head) for key, head in SHEET if key != "unchecked" or any(each.days.get(key) for each in told)]
    has_points = any(each.points is not None for each in told)
    has_factor = any(each.factor is not None for each in told)
    head = [*_WHO, *((text, 7) for _key, text in days), *((labels[code], 8) for code in beside)]
    head += [("得分", 8)] * has_points + [("绩效系数", 8)] * has_factor + [("备注", _remark_share(lines))]
    rows = []
    for line in lines:
        cells = [line.name, line.speciality, line.unit]
        cells += [exact(line.told.days.get(key)) for key, _text in days]
        cells += [exact(line.told.workload.get(code)) for code in beside]
        cells += [pointed(line.told.points)] * has_points + [exact(line.told.factor)] * has_factor + [line.remark]
        rows.append(_row(line, cells))
    found = [_table(title, head, rows)]
    if not beside:
        codes = list(labels)
        for start in range(0, len(codes), PER_TABLE):
            more = "（工作量，续）" if start else "（工作量）"
            found.append(_workload(lines, f"{title}{more}", codes[start : start + PER_TABLE], labels))
    return tuple(found)


def changed(line: Told, before: Told, labels: Mapping[str, str]) -> str:
    """Return “得分80→85；出勤20→19.5”: everything a correction moves."""
    moved = [(head, before.days.get(key), line.days.get(key)) for key, head in SHEET]
    names = dict(labels) | {code: code for code in before.workload if code not in labels}
    moved += [(name, before.workload.get(code), line.workload.get(code)) for code, name in names.items()]
    moved += [("得分", before.points, line.points), ("绩效系数", before.factor, line.factor)]
    return "；".join(f"{name}{exact(old)}→{exact(new)}" for name, old, new in moved if old != new)


def remark(score: Any, told: Told, missing: Sequence[str]) -> str:
    """Return what is said beside a result: what is missing, or why there are no points."""
    if told.state is ScoreState.UNDETERMINED:
        return f"待定，缺少：{words.listed(missing)}" if missing else "待定"
    if told.state is ScoreState.NO_RULE:
        return "本月无适用的考核规定"
    if told.state is ScoreState.UNWEIGHTED:
        return "只列指标，不计分"
    return "一票否决" if score.is_vetoed else ""


def _remark_share(lines: Sequence[Line]) -> int:
    """Return how broad the remarks are: they are long where something is put right or missing."""
    longest = max((len(line.remark) for line in lines), default=0)
    return 40 if longest > 40 else 22 if longest else 12


def _workload(lines: Sequence[Line], title: str, codes: Sequence[str], labels: Mapping[str, str]) -> Table:
    head = [("姓名", 11), ("接收单位", 18), *((labels[code], 8) for code in codes)]
    rows = [
        _row(line, [line.name, line.unit, *(exact(line.told.workload.get(code)) for code in codes)]) for line in lines
    ]
    return _table(title, head, rows)


def _table(title: str, head: Sequence[tuple[str, int]], rows: Sequence[Row]) -> Table:
    return Table(
        title=title,
        head=tuple(text for text, _share in head),
        widths=tuple(share for _text, share in head),
        groups=(Group("", tuple(rows)),),
        landscape=len(head) + 1 > UPRIGHT,
    )


def _row(line: Line, cells: Iterable[str]) -> Row:
    return Row(line.score.assignment_id, tuple(words.plain(cell) if cell else "" for cell in cells))
