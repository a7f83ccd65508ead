"""What a feedback letter says: title, the plan and clause it rests on, what is told, the table; Chinese throughout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models.fields.json import KT
from django.utils import translation

from appraisals.feedback import letter_tables
from appraisals.feedback.letter_tables import Line
from appraisals.feedback.owing import Owed
from appraisals.feedback.values import Told
from appraisals.states import ReleaseKind, ScoreState
from assignments.kinds import PaperKind
from assignments.models import IssuedPaper
from assignments.papers import contents, words
from assignments.papers.contents import Content, Frame
from assignments.papers.matter import Body, Matter, Paragraph
from assignments.papers.matter import Line as Named
from deploy_admin.registry.models import Indicator, Institution

_VERBS = {ReleaseKind.FIRST: "反馈", ReleaseKind.SUPPLEMENT: "补充反馈", ReleaseKind.CORRECTION: "更正"}


def content(owed: Owed, frame: Frame) -> tuple[Content, list[Named]]:
    """Return what the letter says, and the assignments it names."""
    with translation.override("zh-hans"):
        letter = Letter(owed, frame.dated_on)
        said = contents.compose(PaperKind.FEEDBACK_LETTER, letter.body(), issuer=letter.issuer, frame=frame)
    return said, letter.named


class Letter:
    """One letter in the making. A constant number of queries, whatever the number of people."""

    def __init__(self, owed: Owed, dated_on: date) -> None:
        self.owed, self.dated_on = owed, dated_on
        self.scores = owed.scores
        self.named = [Named(pk) for pk in dict.fromkeys(score.assignment_id for score in self.scores)]
        self.matter = Matter(self.named, owed.authority_id, None, dated_on)

    @cached_property
    def _names(self) -> dict[int, str]:
        units = {score.release.institution_id for score in self.scores}
        units |= {self.owed.sending_unit_id, self.owed.authority_id}
        return Institution.objects.filter(pk__in=units).named(self.dated_on)

    @property
    def issuer(self) -> str:
        return self._names.get(self.owed.authority_id) or ""

    @property
    def to(self) -> str:
        return self._names.get(self.owed.sending_unit_id) or ""

    @property
    def month(self) -> str:
        first = self.owed.month.first
        return f"{first.year}年{first.month}月"

    @cached_property
    def noun(self) -> str:
        """Return what the schemes call their people: “市聘县用”人员."""
        nouns = [document.scheme.person_zh for document in self.matter.documents if document.scheme.person_zh]
        return words.listed(nouns) or self.matter.noun

    def title(self, kind: ReleaseKind) -> tuple[str, str]:
        return f"关于{_VERBS[kind]}{self.month}{self.noun}", "绩效考核结果的函"

    def body(self) -> Body:
        """Return the letter."""
        labels = letter_tables.labels_of(Told.of(score) for score in [*self.scores, *self.owed.before.values()])
        named = f"{self.month}绩效考核结果{'更正' if self.owed.kind is ReleaseKind.CORRECTION else '汇总'}表"
        shown = {
            code: label for code, label in labels.items() if any(code in line.told.workload for line in self.lines)
        }
        return Body(
            title=self.title(self.owed.kind),
            to=self.to,
            paragraphs=tuple(Paragraph(text) for text in self._paragraphs()),
            closing=(Paragraph("专此函达。"),),
            tables=letter_tables.tables(self._remarked(labels), named, shown),
        )

    @cached_property
    def lines(self) -> list[Line]:
        """Whom it tells of, by receiving unit and person as papers order them."""
        people = {row.pk: row for row in self.matter.rows}
        place = {pk: number for number, pk in enumerate(people)}
        found = []
        for score in sorted(self.scores, key=lambda each: (place.get(each.assignment_id, len(place)), each.pk)):
            row: Any = people.get(score.assignment_id) or score.assignment
            told = Told.of(score)
            found.append(
                Line(
                    score=score,
                    told=told,
                    name=row.worker.name,
                    speciality=row.speciality or row.worker.speciality or row.department,
                    unit=self._names.get(score.release.institution_id) or "",
                    remark=letter_tables.remark(score, told, self._missing(score)),
                )
            )
        return found

    def _remarked(self, labels: dict[str, str]) -> list[Line]:
        """Return the lines; of a correction each says what it moves."""
        found = []
        for line in self.lines:
            before = self.owed.before.get(line.score.pk)
            moved = letter_tables.changed(line.told, Told.of(before), labels) if before else ""
            remarks = [f"更正：{moved}" if moved else "", line.remark]
            found.append(replace(line, remark="；".join(text for text in remarks if text)))
        return found

    def _missing(self, score: Any) -> list[str]:
        return letter_tables.missing_words(score.missing, self._document(score), self._called)

    @cached_property
    def _called(self) -> dict[str, str]:
        """The Chinese names of the indicators of which a value is missing."""
        codes = {code.partition(":")[2] for score in self.scores for code in score.missing}
        return dict(Indicator.objects.filter(code__in=codes).values_list("code", "label_zh"))

    def _document(self, score: Any) -> Any:
        version = self.matter.held.versions.get(score.policy_version_id) if score.policy_version_id else None
        return version.document if version else None

    # ------------------------------------------------------------ the text

    def _paragraphs(self) -> Iterator[str]:
        basis, count = self._basis(), len({score.assignment_id for score in self.scores})
        rule = f"根据{basis}的规定，" if basis else ""
        earlier = self._earlier()
        if self.owed.kind is ReleaseKind.CORRECTION:
            yield f"{rule}现对{earlier}所列{count}人的{self.month}绩效考核结果予以更正（见附件），更正部分以本函为准。"
        else:
            after = f"在{earlier}之后，" if self.owed.kind is ReleaseKind.SUPPLEMENT and earlier else ""
            whom = f"你单位派出的{self.noun}{self.month}绩效考核结果"
            yield f"{rule}{after}现将{whom}予以{_VERBS[self.owed.kind]}（共{count}人，见附件）。"
        yield from self._reservations()
        yield (
            f"请你单位查收，并按照规定将考核结果与绩效工资挂钩。对考核结果有异议的，请及时与{self._we}联系；"
            "经核实需要更正的，另行函告。"
        )

    def _reservations(self) -> Iterator[str]:
        states = [ScoreState(score.state) for score in self.scores]
        if open_ones := states.count(ScoreState.UNDETERMINED):
            yield f"其中{open_ones}人的得分待定，所缺事项见附件备注；补齐后另行函告。"
        if unweighted := states.count(ScoreState.UNWEIGHTED):
            whose = "" if unweighted == len(states) else f"{unweighted}人"
            yield f"{whose}适用的方案未规定各项指标的权重，附件只列各项指标，不计总分和绩效系数。"

    def _basis(self) -> str:
        """Return “《方案》关于“…”” of every clause the results rest on; without one, the plans themselves."""
        quoted = []
        for version, clause_id in dict.fromkeys((score.policy_version_id, score.clause_id) for score in self.scores):
            held = self.matter.held.versions.get(version) if version else None
            clause = next((each for each in held.document.month if each.id == clause_id), None) if held else None
            if held is not None and clause is not None:
                cite = clause.cite
                phrase = cite.phrase.rstrip("。；，")
                quoted.append(f"{words.cited(held.document.title_zh)}{cite.article or ''}关于“{_inner(phrase)}”")
        return words.listed(quoted) or self.matter.basis

    def _earlier(self) -> str:
        """Return “《关于反馈…的函》（示〔2026〕3号）”: the unit's first letter about the month."""
        if self.owed.first is None:
            return ""
        paper = self.owed.first.paper
        title = IssuedPaper.objects.values_list(KT("content__title"), flat=True).get(pk=paper.pk)
        return f"{words.day(paper.dated_on)}{words.cited(title)}" + (f"（{paper.number}）" if paper.number else "")

    @property
    def _we(self) -> str:
        return "我委" if self.issuer.endswith(("委", "委员会")) else "我单位"


def _inner(phrase: str) -> str:
    """Return a phrase that stands within quotation marks: its own become single ones."""
    return phrase.replace("“", "‘").replace("”", "’")
