"""A count of work as people write it, as an exact number within its bounds; what is wrong is said in a sentence."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext as _

from appraisals.rules.written import plain
from appraisals.workload.asked import Asked
from deploy_admin.errors import RuleViolation
from deploy_admin.registry.models import Indicator
from deploy_admin.spreadsheets.cells import half_width

Written = Decimal | int | str | None
_NUMBER = re.compile(r"^[+-]?\d{1,10}(\.\d{1,10})?$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
_EMPTY = frozenset({"", "-", "—", "－", "/"})


def parse(written: Written, indicator: Indicator) -> Decimal | None:
    """Return the value; None where nothing is written. Full-width digits, thousands and the unit are understood."""
    number = _number(written, indicator)
    if number is None:
        return None
    if number != number.quantize(Decimal(1).scaleb(-indicator.decimals)):
        sentence = (
            _("“%(indicator)s” is counted in whole numbers.")
            if indicator.decimals == 0
            else _("Places after the point of “%(indicator)s”: at most %(count)s.")
        )
        raise RuleViolation(
            sentence % {"indicator": indicator.label, "count": indicator.decimals}, "too_many_decimals"
        )
    if number < indicator.lowest:
        raise RuleViolation(
            _("“%(indicator)s” is at least %(bound)s.")
            % {"indicator": indicator.label, "bound": plain(indicator.lowest)},
            "below_lowest",
        )
    if number > indicator.highest:
        raise RuleViolation(
            _("“%(indicator)s” is at most %(bound)s in a month.")
            % {"indicator": indicator.label, "bound": plain(indicator.highest)},
            "above_highest",
        )
    return number


def parse_asked(written: Written, asked: Asked) -> Decimal | None:
    """Return the value of what is asked; judged points stay within the clause's cap."""
    number = parse(written, asked.indicator)
    if number is not None and asked.judged_most is not None and number > asked.judged_most:
        raise RuleViolation(
            _("The policy gives at most %(bound)s points for “%(indicator)s”.")
            % {"indicator": asked.label, "bound": plain(asked.judged_most)},
            "above_cap",
        )
    return number


def _number(written: Written, indicator: Indicator) -> Decimal | None:
    if written is None:
        return None
    if isinstance(written, bool):
        raise _not_a_number(str(written), indicator)
    if isinstance(written, Decimal | int):
        number = Decimal(written)
        if not number.is_finite() or abs(number) >= Decimal(10) ** 10:
            raise _not_a_number(str(written), indicator)
        return number
    text = re.sub(r"\s", "", half_width(written))
    if text in _EMPTY:
        return None
    for unit in (indicator.unit_zh, indicator.unit_en):
        text = text.removesuffix(unit) if unit else text
    if _THOUSANDS.match(text):
        text = text.replace(",", "")
    if not _NUMBER.match(text):
        raise _not_a_number(written, indicator)
    return Decimal(text)


def _not_a_number(written: str, indicator: Indicator) -> RuleViolation:
    return RuleViolation(
        _("“%(value)s” is not a number. Write “%(indicator)s” in digits, such as 12.")
        % {"value": written[:40], "indicator": indicator.label},
        "not_a_number",
    )
