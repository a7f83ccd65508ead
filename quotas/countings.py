"""Which figures are counted from which lists, as data: a line for each."""

from __future__ import annotations

from dataclasses import dataclass

from deploy_admin.policies.language.measures import BUILT_IN
from quotas.models.lists import ListKind


@dataclass(frozen=True, slots=True)
class Counting:
    """One figure that is counted from a list: who of the list counts, by the values of a column of the row."""

    measure: str
    kind: str
    column: str
    values: frozenset[str]

    @property
    def dimensions(self) -> tuple[str, ...]:
        return BUILT_IN[self.measure].dimensions


#: The whole mapping. A figure that counts by appointment or by review year is another measure, with a line of its own.
COUNTINGS = (
    # 新晋升副主任医师: by the day the qualification was approved.
    Counting("promoted_associate_chief", ListKind.PROMOTIONS, "title_code", frozenset({"232"})),
    # 招聘执业医师类人员: whoever was recruited to a physician's post, licensed yet or not.
    Counting("recruited_physicians", ListKind.RECRUITS, "staff_category", frozenset({"physician"})),
    # 专业技术人员: everybody but management, as the scheme that asks for the figure breaks it down.
    Counting(
        "recruited_professionals",
        ListKind.RECRUITS,
        "staff_category",
        frozenset({"physician", "nursing", "pharmacy", "medical_technology", "other"}),
    ),
)
BY_MEASURE = {counting.measure: counting for counting in COUNTINGS}


def countings_of(kind: str) -> tuple[Counting, ...]:
    """Return the figures that are counted from lists of this kind."""
    return tuple(counting for counting in COUNTINGS if counting.kind == kind)
