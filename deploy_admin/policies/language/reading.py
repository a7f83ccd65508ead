"""A policy as articles with the citation beside each, in Chinese or English: data for a template to render."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from deploy_admin.policies.language import phrases_en, phrases_zh, sentences_en, sentences_zh
from deploy_admin.policies.language.amounts import Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.bases import Either, MeasureBase
from deploy_admin.policies.language.conditions import Compare
from deploy_admin.policies.language.eligibility import TARGETS, Eligibility
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.judging import leaves
from deploy_admin.policies.language.nodes import Binding, Citation
from deploy_admin.policies.language.quota import Quota
from deploy_admin.policies.language.types import NamedSet, PolicyDocument

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number or choice of a clause that an officer may be asked about."""

    label: str
    value: str
    unset: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """One article: its number, heading and sentences, and the source's own words beside it."""

    number: int
    number_text: str
    heading: str
    sentences: tuple[str, ...]
    clause_id: str | None = None
    citation: Citation | None = None
    source_title: str | None = None
    source_reference: str | None = None
    binding: Binding | None = None
    binding_label: str = ""
    parameters: tuple[Parameter, ...] = ()
    note: str | None = None

    @property
    def text(self) -> str:
        """The sentences in one piece."""
        joint = "" if self.number_text.startswith("第") else " "
        return joint.join(self.sentences)


def _as_written(code: str) -> str:
    return code


def articles(
    document: PolicyDocument, lang: Lang = "zh", names: phrases_zh.Names = _as_written
) -> tuple[Article, ...]:
    """Return the whole document as articles; `names` turns a division's code into its name where one is known."""
    words = phrases_zh if lang == "zh" else phrases_en
    found = [
        Article(
            1,
            words.ordinal(1),
            "总则" if lang == "zh" else "General",
            (sentences_zh if lang == "zh" else sentences_en).general_sentences(document, names),
            note=document.issued_note,
        )
    ]
    for clause in document.clauses:
        found.append(_clause_article(len(found) + 1, clause, document, lang, names))
    for named in document.sets:
        found.append(_set_article(len(found) + 1, named, document, lang))
    return tuple(found)


def clause_article(
    clause: Quota | Eligibility, document: PolicyDocument, lang: Lang = "zh", names: phrases_zh.Names = _as_written
) -> Article:
    """Return the article of one clause, numbered as in the whole document."""
    number = [each.id for each in document.clauses].index(clause.id) + 2
    return _clause_article(number, clause, document, lang, names)


def _clause_article(
    number: int, clause: Quota | Eligibility, document: PolicyDocument, lang: Lang, names: phrases_zh.Names
) -> Article:
    words = phrases_zh if lang == "zh" else phrases_en
    sources = {source.id: source for source in document.sources}
    source = sources.get(clause.cite.source or "")
    return Article(
        number,
        words.ordinal(number),
        clause.label_zh if lang == "zh" else clause.label_en,
        (sentences_zh if lang == "zh" else sentences_en).clause_sentences(clause, document, names),
        clause.id,
        clause.cite,
        source.title if source else None,
        source.reference if source else None,
        clause.binding,
        words.BINDING_LABEL[clause.binding],
        parameters(clause, lang),
        clause.note_zh if lang == "zh" else clause.note_en,
    )


def _set_article(number: int, named: NamedSet, document: PolicyDocument, lang: Lang) -> Article:
    words = phrases_zh if lang == "zh" else phrases_en
    labels = [str(value) for value in named.values]
    for fact in FACTS.values():
        if fact.values and set(labels) <= set(fact.codes):
            labels = [fact.word(value, lang) for value in labels]
            break
    label = named.label_zh if lang == "zh" else named.label_en
    said = f"{label}：{'、'.join(labels)}。" if lang == "zh" else f"{label}: {', '.join(labels)}."
    return Article(number, words.ordinal(number), label, (said,))


def parameters(clause: Quota | Eligibility, lang: Lang = "zh") -> tuple[Parameter, ...]:
    """The clause's adjustable numbers and choices, in words."""
    return _of_quota(clause, lang) if isinstance(clause, Quota) else _of_eligibility(clause, lang)


def _of_eligibility(clause: Eligibility, lang: Lang) -> tuple[Parameter, ...]:
    words = phrases_zh if lang == "zh" else phrases_en
    zh = lang == "zh"
    target = TARGETS[clause.target]
    found = [Parameter("事项" if zh else "For", target.label_zh if zh else target.label_en)]
    if clause.alternatives:
        found.append(Parameter("混合满足" if zh else "Mixing", words.ANSWERS[clause.mixing]))
    for bar in clause.bars:
        label = bar.label_zh if zh else bar.label_en
        if bar.for_ is None:
            found.append(Parameter(label, words.UNSET, True))
        elif bar.for_ == "ever":
            found.append(Parameter(label, "长期" if zh else "for good"))
        else:
            found.append(Parameter(label, words.duration(bar.for_)))
    for condition in clause.conditions:
        for leaf in leaves(condition):
            if isinstance(leaf, Compare) and leaf.value is None:
                fact = FACTS[leaf.fact]
                found.append(Parameter(fact.label_zh if zh else fact.label_en, words.UNSET, True))
    return tuple(found)


def _of_quota(clause: Quota, lang: Lang) -> tuple[Parameter, ...]:
    words = phrases_zh if lang == "zh" else phrases_en
    zh = lang == "zh"
    found: list[Parameter] = []
    amount = clause.amount
    if isinstance(amount, Share):
        if isinstance(amount.share, tuple):
            for category, ratio in amount.share:
                word = words.dimension_word(str(amount.by), category)
                name = f"比例（{word}）" if zh else f"Ratio ({word})"
                found.append(Parameter(name, words.percent(ratio), ratio is None))
        else:
            found.append(Parameter("比例" if zh else "Ratio", words.percent(amount.share), amount.share is None))
        found.append(Parameter("取整" if zh else "Rounding", words.ROUNDING[amount.rounding]))
    elif isinstance(amount, Fixed):
        number = words.UNSET if amount.fixed is None else str(amount.fixed)
        found.append(Parameter("人数" if zh else "Number", number, amount.fixed is None))
    elif isinstance(amount, PerUnit):
        each = words.UNSET if amount.per_unit is None else _plain(amount.per_unit)
        found.append(Parameter("每单位人数" if zh else "Per unit", each, amount.per_unit is None))
    elif isinstance(amount, Between):
        per = "" if amount.per == 1 else f"（每{amount.per}）" if zh else f" (per {amount.per})"
        found.append(Parameter("区间" if zh else "Range", f"{words.bounds(amount.between)}{per}"))
    else:
        for band in amount.bands:
            gives = words.UNSET if band.gives is None else str(band.gives)
            found.append(Parameter(words.bounds(band.bounds), gives, band.gives is None))
    base = None if isinstance(amount, Fixed) else amount.of
    if isinstance(base, MeasureBase):
        label = "基数年度" if zh else "Base year"
        if isinstance(base.year, Either):
            label += "（任一）" if zh else " (either)"
        found.append(Parameter(label, words.years(base.year)))
    if clause.minimum is not None:
        found.append(Parameter("最低人数" if zh else "Minimum", str(clause.minimum)))
    if clause.maximum is not None:
        found.append(Parameter("最高人数" if zh else "Maximum", str(clause.maximum)))
    if clause.counts.term is not None:
        term = clause.counts.term
        joint = "" if zh else " "
        value = f"{words.OP[term.op]}{joint}{words.duration(term.value)}"
        found.append(Parameter("最短期限" if zh else "Term", value))
    if clause.counts.measured == "flow":
        renewed = words.ANSWERS[clause.counts.renewals]
        found.append(Parameter("续派再计" if zh else "Renewals count", renewed))
    return tuple(found)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
