"""A policy as articles with the citation beside each, in Chinese or English: data for a template to render."""

from __future__ import annotations

import re
from dataclasses import dataclass

from deploy_admin.policies.language import phrases_en, phrases_zh, sentences_en, sentences_zh
from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.facts import FACTS
from deploy_admin.policies.language.nodes import DIVISION, Binding, Citation
from deploy_admin.policies.language.parameters import Lang, Parameter, parameters
from deploy_admin.policies.language.types import NamedSet, PolicyDocument


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
        found.append(_set_article(len(found) + 1, named, lang, names))
    return tuple(found)


def clause_article(
    clause: Clause, document: PolicyDocument, lang: Lang = "zh", names: phrases_zh.Names = _as_written
) -> Article:
    """Return the article of one clause, numbered as in the whole document."""
    number = [each.id for each in document.clauses].index(clause.id) + 2
    return _clause_article(number, clause, document, lang, names)


def _clause_article(
    number: int, clause: Clause, document: PolicyDocument, lang: Lang, names: phrases_zh.Names
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
        parameters(clause, lang, names),
        clause.note_zh if lang == "zh" else clause.note_en,
    )


def _set_article(number: int, named: NamedSet, lang: Lang, names: phrases_zh.Names) -> Article:
    words = phrases_zh if lang == "zh" else phrases_en
    labels = [str(value) for value in named.values]
    for fact in FACTS.values():
        if fact.values and set(labels) <= set(fact.codes):
            labels = [fact.word(value, lang) for value in labels]
            break
    else:
        labels = [names(label) if re.fullmatch(DIVISION, label) else label for label in labels]
    label = named.label_zh if lang == "zh" else named.label_en
    said = f"{label}：{'、'.join(labels)}。" if lang == "zh" else f"{label}: {', '.join(labels)}."
    return Article(number, words.ordinal(number), label, (said,))
