"""Figures as a table: one row for each number, or the wide form that hospitals keep, one row for each unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from deploy_admin import clock
from deploy_admin.access import Permission, Reach
from deploy_admin.jobs.handlers import Claim
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import (
    Code,
    Column,
    ColumnSet,
    Context,
    Spread,
    Type,
    Unit,
    register,
    speaks_chinese,
)
from deploy_admin.jobs.importing.plans import Entry
from deploy_admin.jobs.importing.records import Record
from deploy_admin.months import Period
from deploy_admin.policies.language.measures import DIMENSIONS, Measure
from deploy_admin.registry.codes import HOSPITALS
from deploy_admin.registry.models import Institution
from quotas import services
from quotas.models import Figure
from quotas.named_units import Units, expected, named
from quotas.services.measures import known_measures

ALIASES = {
    "practice_category": ("类别", "医师类别", "category"),
    "military_status": ("是否军籍", "身份"),
    "employment_mode": ("用工方式", "编制类型", "聘用方式"),
    "staff_category": ("岗位类别", "专业类别"),
}

findings.register(
    {
        "dimension_not_of_measure": (
            gettext_lazy("“%(measure)s” is not broken down by this"),
            gettext_lazy("Leave the cell empty."),
        ),
        "figure_signed": (
            gettext_lazy("this figure is signed off as %(value)s"),
            gettext_lazy("To correct it, write the reason into “%(column)s”."),
        ),
    }
)


def _last_year() -> int:
    return clock.today().year - 1


def _measure_choices() -> list[tuple[str, str]]:
    return [("", _("Named in the table")), *((m.id, _label(m)) for m in known_measures().values() if m.dimensions)]


def _label(measure: Measure) -> str:
    return measure.label_zh if speaks_chinese() else measure.label_en


class FiguresForm(forms.Form):
    """Which year the table speaks of, and of what, where its headers name the categories only."""

    year = forms.IntegerField(
        label=gettext_lazy("Year of the figures"),
        min_value=2000,
        max_value=2100,
        initial=_last_year,
        help_text=gettext_lazy("Where the table has a year column, that holds."),
    )
    measure = forms.ChoiceField(
        label=gettext_lazy("Measure"),
        choices=_measure_choices,
        required=False,
        help_text=gettext_lazy("Only for tables whose headers name nothing but the categories."),
    )


class Figures(ColumnSet):
    """Yearly figures, by the unit for itself or by the commission for everyone it sees."""

    key = "figures"
    namespace = "quotas"
    permission = Permission.FIGURES_ENTER
    title = gettext_lazy("Figures")
    lead = gettext_lazy(
        "One row for each number; a row without a number says nothing. The wide form is read too: one row for each "
        "unit, one column for each measure and category. Zero is written as 0."
    )
    compared = ("value",)
    spread_value = "value"
    skipped_without = "value"
    applies_from_rows = True
    params_form = FiguresForm
    per_unit = True

    def columns(self, context: Context) -> Sequence[Column]:
        example = {"measure": "promoted_associate_chief", "practice_category": "clinical"}
        return (
            Column("unit", "单位", "Unit", aliases=UNIT_NAMES, width=32, example="示范市第一医院（示范）"),
            Column(
                "credit_code", "社会信用代码", "Social credit code", Type.CREDIT_CODE, aliases=CODE_NAMES, width=22
            ),
            Column(
                "measure",
                "基数项目",
                "Measure",
                Type.CODE,
                required=not context.params.get("measure"),
                aliases=("指标", "指标名称", "填报指标", "项目"),
                codes=self._measure_codes(context),
                width=26,
                example=example["measure"],
            ),
            Column("year", "年度", "Year", Type.YEAR, aliases=("年份", "所属年度", "填报年度"), width=10),
            *(
                Column(
                    dimension.id,
                    dimension.label_zh,
                    dimension.label_en.capitalize(),
                    Type.CODE,
                    aliases=ALIASES.get(dimension.id, ()),
                    codes=_DIMENSION_CODES[dimension.id],
                    help=gettext_lazy("Leave empty where the number is not broken down by it."),
                    example=example.get(dimension.id),
                )
                for dimension in DIMENSIONS.values()
            ),
            Column(
                "value",
                "人数",
                "Number",
                Type.INTEGER,
                required=True,
                aliases=("数量", "数值", "人数（人）", "人数合计"),
                unit=("人", "名", "个", "张"),
                minimum=0,
                maximum=1_000_000_000,
                width=10,
                example=3,
            ),
            Column(
                "reason",
                "说明",
                "Remark",
                aliases=("备注", "更正原因", "更正说明"),
                max_length=1000,
                width=30,
                help=gettext_lazy("Needed only to correct a figure that is signed off: the reason."),
            ),
        )

    def one_of(self, context: Context) -> Sequence[tuple[str, ...]]:
        for_many = context.actor.reach is not Reach.UNIT and not context.params.get("unit")
        return (("unit", "credit_code"),) if for_many else ()

    def spreads(self, context: Context) -> Sequence[Spread]:
        chosen = context.params.get("measure") or ""
        found = []
        for measure in self._measures(context).values():
            for values, names in _cells(measure):
                whole = [f"{name}{words}" for name in (measure.label_zh, measure.label_en) for words in names]
                turned = [f"{words}{measure.label_zh}" for words in names]
                bare = [words for words in names if words] if measure.id == chosen else []
                found.append(Spread((*whole, *turned, *bare), {"measure": measure.id, **values}))
        return found

    def scope(self, context: Context) -> str:
        owner = context.params.get("unit") or context.actor.institution_id
        return f"figures:{context.params['year']}:{context.params.get('measure') or ''}:{owner}"

    def subtitle(self, context: Context) -> str:
        return str(context.params.get("year") or "")

    def label(self, record: Record) -> str:
        words = [_DIMENSION_LABELS[d].get(record.values.get(d) or "", "") for d in DIMENSIONS]
        unit = record.refs.get("unit_name") or record.values.get("unit") or record.values.get("credit_code") or ""
        return " · ".join(filter(None, (str(unit), record.refs.get("measure_label", ""), *words)))

    def resolve(self, records: Sequence[Record], context: Context) -> None:
        units = Units(context)
        measures = self._measures(context)
        for record in records:
            record.values.setdefault("year", None)
            record.values["year"] = record.values["year"] or context.params["year"]
            record.values["measure"] = record.values.get("measure") or context.params.get("measure") or None
            units.find(record)
            measure = measures.get(record.values.get("measure") or "")
            if measure is None:
                continue
            record.refs["measure_label"] = measure.label_zh
            for dimension in DIMENSIONS:
                if record.values.get(dimension) and dimension not in measure.dimensions:
                    record.refuse(dimension, "dimension_not_of_measure", measure=measure.label_zh)

    def identity(self, record: Record) -> Hashable | None:
        if "unit_id" not in record.refs or not record.values.get("measure"):
            return None
        period = Period.year(record.values["year"])
        dimensions = (record.values.get(dimension) or "" for dimension in DIMENSIONS)
        return (record.refs["unit_id"], record.values["measure"], period.first, period.last, *dimensions)

    def current(self, records: Sequence[Record], context: Context) -> Mapping[Hashable, Mapping[str, Any]]:
        years = {record.values["year"] for record in records}
        names = ("institution_id", "measure", "period_start", "period_end", *DIMENSIONS)
        rows = (
            Figure.objects.visible_to(context.actor)
            .current()
            .filter(
                institution_id__in={record.refs["unit_id"] for record in records},
                measure__in={record.values["measure"] for record in records},
                period_start__in={Period.year(year).first for year in years},
            )
            .values_list(*names, "value", "revision", "state")
        )
        standing = {
            row[: len(names)]: {"value": row[-3], "revision": row[-2], "signed": row[-1] == Figure.State.SIGNED_OFF}
            for row in rows
        }
        context.store["standing"] = standing
        return standing

    def check(self, entries: Sequence[Entry], context: Context) -> None:
        for entry in entries:
            there = context.store["standing"].get(entry.identity)
            if entry.changes and there and there["signed"] and not entry.record.values.get("reason"):
                entry.refuse("value", "figure_signed", value=there["value"], column="说明")

    def apply(self, entries: Sequence[Entry], context: Context, claim: Claim) -> dict[str, Any]:
        standing = context.store["standing"]
        plain: list[services.FigureEntry] = []
        corrections: dict[str, list[services.FigureEntry]] = defaultdict(list)
        for entry in entries:
            values, there = entry.record.values, standing.get(entry.identity)
            row = services.FigureEntry(
                institution_id=entry.record.refs["unit_id"],
                measure=values["measure"],
                period=Period.year(values["year"]),
                value=values["value"],
                version=there["revision"] if there else 0,
                **{dimension: values.get(dimension) or "" for dimension in DIMENSIONS},
            )
            (corrections[values["reason"]] if there and there["signed"] else plain).append(row)
        job: dict[str, Any] = {"source": Figure.Source.UPLOADED, "job_id": claim.job_id, "by": context.actor}
        done = [services.enter_figures(plain, **job)]
        done += [services.correct_figures(rows, reason=reason, **job) for reason, rows in corrections.items()]
        return {"created": sum(each.created for each in done), "replaced": sum(each.replaced for each in done)}

    def rows_for_export(self, context: Context) -> Iterable[Mapping[str, Any]]:
        figures = (
            Figure.objects.visible_to(context.actor)
            .current()
            .filter(period_start=Period.year(context.params["year"]).first)
            .filter(period_end=Period.year(context.params["year"]).last)
        )
        if context.params.get("measure"):
            figures = figures.filter(measure=context.params["measure"])
        if context.params.get("unit"):
            figures = figures.filter(institution_id=context.params["unit"])
        rows = list(
            figures.order_by("institution_id", "measure", *DIMENSIONS).values(
                "institution_id", "measure", *DIMENSIONS, "value"
            )
        )
        names = named(context, {row["institution_id"] for row in rows})
        for row in rows:
            name, code = names.get(row.pop("institution_id"), ("", ""))
            yield {"unit": name, "credit_code": code, "year": context.params["year"], **row}

    def rows_for_template(self, context: Context) -> Iterable[Mapping[str, Any]]:
        year = Period.year(context.params["year"])
        owed: dict[tuple[int, str], set[str]] = defaultdict(set)
        for period in (year, year.next):  # a base is most often the year before
            for row in services.missing_units(period, actor=context.actor):
                if row.period == year:
                    owed[row.institution_id, row.measure].update(row.cells)
        if context.params.get("unit"):
            owed = {key: cells for key, cells in owed.items() if key[0] == context.params["unit"]}
        names = named(context, {unit for unit, _measure in owed})
        for (unit, measure), cells in sorted(owed.items()):
            name, code = names.get(unit, ("", ""))
            base = {"unit": name, "credit_code": code, "measure": measure, "year": context.params["year"]}
            for cell in sorted(cells):
                yield {**base, **_asked(cell)}

    def units(self, context: Context) -> Sequence[Unit]:
        """The units on whose figures quotas rest; every hospital, as long as no quota is computed."""
        year = Period.year(context.params["year"])
        day, seen = min(year.last, context.today), Institution.objects.visible_to(context.actor)
        asked = services.reporting_units(year, actor=context.actor)
        hospitals = seen.as_of(day).filter(profile__kind__in=HOSPITALS)
        return expected(seen.standing(context.today).filter(pk__in=asked) if asked else hospitals)

    def next_step(self, context: Context) -> tuple[str, str] | None:
        return _("See the figures"), f"{reverse('quotas:figures')}?period={context.params.get('year') or ''}"

    def back(self, context: Context) -> tuple[str, str] | None:
        return _("Figures"), reverse("quotas:figures")

    def _measures(self, context: Context) -> dict[str, Measure]:
        if "measures" not in context.store:
            context.store["measures"] = known_measures()
        return context.store["measures"]

    def _measure_codes(self, context: Context) -> tuple[Code, ...]:
        if "measure_codes" not in context.store:
            context.store["measure_codes"] = tuple(
                Code(m.id, m.label_zh, m.label_en) for m in self._measures(context).values()
            )
        return context.store["measure_codes"]


UNIT_NAMES = ("单位名称", "机构名称", "机构", "填报单位", "派出单位", "医疗机构", "医疗机构名称", "医院名称", "医院")
CODE_NAMES = ("统一社会信用代码", "信用代码", "机构代码", "组织机构代码", "credit code")
_MORE_WORDS = {
    "public_health": ("公共卫生",),
    "tcm": ("中医类", "中医师"),
    "clinical": ("临床类", "临床医师"),
    "dental": ("口腔类", "口腔医学"),
    "military": ("军队", "现役"),
    "civilian": ("地方", "非现役"),
    "establishment": ("编内",),
    "off_establishment": ("非编", "合同制"),
    "headcount_filing": ("备案制", "总量备案"),
    "medical_technology": ("技师",),
    "pharmacy": ("药师",),
    "nursing": ("护士",),
}
_DIMENSION_CODES = {
    dimension.id: tuple(
        Code(code.value, code.label_zh, code.label_en, _MORE_WORDS.get(code.value, ())) for code in dimension.values
    )
    for dimension in DIMENSIONS.values()
}
_DIMENSION_LABELS = {d: {code.value: code.zh for code in codes} for d, codes in _DIMENSION_CODES.items()}


def _cells(measure: Measure) -> Iterable[tuple[dict[str, str], list[str]]]:
    """Yield what a column of the wide form may stand for: the whole measure, or each cell it breaks down into."""
    yield {}, [""]
    for size in range(1, len(measure.dimensions) + 1):
        for chosen in combinations(measure.dimensions, size):
            for codes in product(*(_DIMENSION_CODES[dimension] for dimension in chosen)):
                written = list(product(*((c.zh, *c.aliases) for c in codes)))
                words = ["".join(each) for each in written] + ["".join(reversed(each)) for each in written]
                english = " ".join(code.en for code in codes)
                yield dict(zip(chosen, (code.value for code in codes), strict=True)), [*words, english]


def _asked(cell: str) -> dict[str, str]:
    """Return the dimensions that a missing part names: `practice_category=clinical,military_status=civilian`."""
    named_parts = (part.partition("=") for part in cell.split(",") if part)
    return {dimension: value for dimension, _equals, value in named_parts if dimension in DIMENSIONS}


FIGURES = register(Figures())
