"""The sum and the ratio as a list shows them in one line: codes and numbers only, the same in every language."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from deploy_admin.policies.language.amounts import Bands, Between, Fixed, PerUnit, Share
from deploy_admin.policies.language.quota import Quota as Clause
from quotas.rules import Outcome


def ratio(clause: Clause) -> str:
    """Return `40%`, `10%`, `10%/20%` per category, `1.2–1.7 ‰`, `×2`; `?` where the document leaves it open."""
    match clause.amount:
        case Share(share=None):
            return "?"
        case Share(share=tuple() as table):
            return "/".join(dict.fromkeys("?" if held is None else _percent(held) for _name, held in table))[:60]
        case Share(share=Decimal() as held):
            return _percent(held)
        case PerUnit(per_unit=None):
            return "?"
        case PerUnit(per_unit=Decimal() as number, per=per):
            return f"{_plain(number)}/{per}" if per > 1 else f"×{_plain(number)}"
        case Between(between=bounds, per=per):
            low, high = bounds.low, bounds.high
            text = f"{_plain(low[0]) if low else ''}–{_plain(high[0]) if high else ''}"
            return f"{text}/{per}" if per > 1 else text
        case Fixed() | Bands():
            return ""
    return ""


def base(outcome: Outcome) -> str:
    """Return the base of each way: `12`, or `30 / 25` where either year will do; `—` for one that is not known."""
    if all(way.base is None for way in outcome.ways):
        return ""
    return " / ".join("—" if way.base is None else str(way.base) for way in outcome.ways)[:100]


def contributions(outcome: Outcome) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Return what each unit brings into a total, need by need."""
    found: dict[int, list[dict[str, Any]]] = {}
    for each in outcome.contributions:
        found.setdefault(each.unit, []).append({"need": each.need, "value": each.value, "missing": list(each.missing)})
    yield from found.items()


def _percent(number: Decimal) -> str:
    return f"{_plain(number * 100)}%"


def _plain(number: Decimal) -> str:
    """Return the number without trailing zeros and without an exponent."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
