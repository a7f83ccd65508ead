"""Names of people: tidied for comparing, and the pinyin they are sorted and searched by, surnames read as surnames."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import lazy_pinyin

_DOTS = re.compile(r"\s*[·•‧∙・･⋅᛫．.]\s*")
_SPACE = re.compile(r"\s+")
_PARTS = re.compile(r"[\x21-\x7eÀ-ɏ]+|\S")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
#: Surnames that are read otherwise than the same character is elsewhere.
_SURNAMES = {
    "尉迟": "yu chi",
    "万俟": "mo qi",
    "令狐": "ling hu",
    "长孙": "zhang sun",
    "澹台": "tan tai",
    "单于": "chan yu",
    "单": "shan",
    "解": "xie",
    "曾": "zeng",
    "仇": "qiu",
    "任": "ren",
    "区": "ou",
    "查": "zha",
    "朴": "piao",
    "盖": "ge",
    "缪": "miao",
    "种": "chong",
    "冼": "xian",
    "洗": "xian",
    "乐": "yue",
    "翟": "zhai",
    "覃": "qin",
    "员": "yun",
    "折": "she",
    "繁": "po",
    "郗": "xi",
    "秘": "bi",
    "召": "shao",
    "车": "che",
    "薄": "bo",
    "柏": "bai",
    "祭": "zhai",
    "牟": "mou",
    "隗": "wei",
    "黑": "he",
    "宓": "mi",
    "佴": "nai",
    "晁": "chao",
    "逄": "pang",
    "阚": "kan",
    "句": "gou",
    "葛": "ge",
    "纪": "ji",
    "华": "hua",
    "宁": "ning",
    "燕": "yan",
    "应": "ying",
    "那": "na",
    "谌": "chen",
    "於": "yu",
}


@lru_cache(maxsize=50_000)
def tidy(name: str) -> str:
    """Return the name as it is stored and compared: one kind of dot, no spaces but between words of Latin letters."""
    text = name.strip()
    if _LATIN.search(text):
        return _SPACE.sub(" ", text)
    return _SPACE.sub("", _DOTS.sub("·", text))


@lru_cache(maxsize=50_000)
def keys(name: str) -> tuple[str, str]:
    """Return the sort key (toneless pinyin, a space after every syllable) and the initials of a person's name."""
    surname = next((name[:n] for n in (2, 1) if name[:n] in _SURNAMES), "")
    syllables = _SURNAMES[surname].split() if surname else []
    initials = [syllable[:1] for syllable in syllables]
    for part in _PARTS.findall(name[len(surname) :]):
        syllable = _reading(part)
        syllables.append(syllable)
        initials.append(syllable[:1] if syllable != part.lower() else syllable)
    return " ".join(syllables)[:400], "".join(initials)[:120]


@lru_cache(maxsize=20_000)
def _reading(part: str) -> str:
    return "".join(lazy_pinyin(part)).lower().strip()
