"""The eligibility clause: whom it speaks of, what it asks, who is excused, and what bars a person for a while."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, StrictBool, StrictInt, Tag, WithJsonSchema

from deploy_admin.policies.language.clauses import Clause
from deploy_admin.policies.language.conditions import Condition, ConditionNode, OnDay
from deploy_admin.policies.language.measures import Code
from deploy_admin.policies.language.nodes import Day, Duration, Node, Slug, Text


class Target(StrEnum):
    """What a person may or may not do: the question that a clause answers."""

    DISPATCH = "dispatch"
    DEPUTY_DIRECTOR = "deputy_director"
    TITLE_INTERMEDIATE = "title_application.intermediate"
    TITLE_ASSOCIATE_SENIOR = "title_application.associate_senior"
    TITLE_SENIOR = "title_application.senior"
    POST_APPOINTMENT = "post_appointment"


TARGETS: Mapping[Target, Code] = MappingProxyType(
    {
        Target(code.value): code
        for code in (
            Code("dispatch", "派出", "being sent"),
            Code("deputy_director", "挂职业务副院长", "a posting as deputy director"),
            Code("title_application.intermediate", "申报中级职称", "applying for an intermediate title"),
            Code("title_application.associate_senior", "申报副高级职称", "applying for an associate-senior title"),
            Code("title_application.senior", "申报正高级职称", "applying for a senior title"),
            Code("post_appointment", "聘任上一级专业技术职务", "appointment to the next technical post"),
        )
    }
)


class EventCode(StrEnum):
    """What may happen to a person that bars them for a while; the people's records use the same codes."""

    DISCIPLINARY_SANCTION = "disciplinary_sanction"
    APPRAISAL_UNQUALIFIED = "appraisal_unqualified"
    SERVICE_VOID = "service_void"
    REFUSED_DEPLOYMENT = "refused_deployment"
    MEDICAL_ACCIDENT = "medical_accident"


EVENTS: Mapping[EventCode, Code] = MappingProxyType(
    {
        EventCode(code.value): code
        for code in (
            Code("disciplinary_sanction", "受处分", "a disciplinary sanction"),
            Code("appraisal_unqualified", "考核不合格", "an appraisal of not qualified"),
            Code("service_void", "服务不计入", "service not counted"),
            Code("refused_deployment", "不服从派遣", "refusal of deployment"),
            Code("medical_accident", "负有医疗事故责任", "responsibility for a medical accident"),
        )
    }
)
#: Under this name a sheet carries the events of a person: a tuple of (code, date).
EVENTS_KEY = "events"


class Option(Node):
    """One of several ways to meet the requirement: `{id: degree, label_zh: …, label_en: …, requires: {…}}`.

    Each is judged wholly by itself; half of one and half of another is neither, unless the clause says `mixing: true`.
    """

    id: Slug
    label_zh: Text
    label_en: Text
    requires: Condition


class Exemption(Node):
    """Of whom the clause asks nothing: `{id: near_retirement, when: {age: {at_least: 55}}, from: …, to: …}`.

    It holds on every day from `from` to `to`, both inside; a side left out is open. Ages are part of the condition and
    are asked on the day, so the birthday itself counts. Without `when` it is for everybody within its days.
    """

    id: Slug
    label_zh: Text
    label_en: Text
    when: Condition | None = None
    from_: Annotated[Day | None, Field(alias="from")] = None
    to: Day | None = None


def _bar_tag(data: Any) -> str:
    return "@none" if data is None else "@ever" if data == "ever" else "@Duration"


#: How long a bar lasts: so many months or days, for good (`ever`), or not yet set (null).
BarLength = Annotated[
    Annotated[Duration, Tag("@Duration")] | Annotated[Literal["ever"], Tag("@ever")] | Annotated[None, Tag("@none")],
    Discriminator(_bar_tag),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": "^[0-9]{1,5} (months|days)$"}, {"const": "ever"}, {"type": "null"}]}
    ),
]


def _listed(data: Any) -> Any:
    return [data] if isinstance(data, str) else data


class Bar(Node):
    """What keeps a person out for a while: `{id: sanction, after: disciplinary_sanction, for: 12 months}`.

    The day of the event is not counted; the corresponding day, clipped to its month's last day, is the last one
    barred: a sanction of 31 August bars six months, to 28 or 29 February. `times: 2` needs two such events, the
    earlier of them within the time. `for: ever` is for good; `for: null` is unset, so that nothing can be told once
    there is such an event. `when` narrows whom it bars.
    """

    id: Slug
    label_zh: Text
    label_en: Text
    after: Annotated[
        tuple[EventCode, ...],
        BeforeValidator(_listed),
        WithJsonSchema(
            {
                "anyOf": [
                    {"enum": [str(code) for code in EventCode]},
                    {"type": "array", "items": {"enum": [str(code) for code in EventCode]}, "minItems": 1},
                ]
            }
        ),
    ]
    for_: Annotated[BarLength, Field(alias="for")]
    times: Annotated[StrictInt, Field(ge=1, le=20)] = 1
    when: Condition | None = None
    as_of: Literal["event"] | OnDay = "event"


class Eligibility(Clause):
    """Who may do something, and why not.

    `applies_to` says of whom the clause speaks at all; who does not fall under it is neither allowed nor refused. A
    clause that asks nothing more says that they may. `requires` and `documents` must hold, and one of `alternatives`
    where there are any; `mixing: true` lets each part of the requirement, numbered through the alternatives' `all`, be
    met by whichever of them. Of who is exempt the clause asks nothing. A bar stands before everything else. Facts are
    asked on the day of the event (the planned first day, or the day that is asked about), on a fixed day, or ever.
    """

    target: Target
    applies_to: Condition | None = None
    requires: Condition | None = None
    documents: tuple[Condition, ...] = ()
    alternatives: tuple[Option, ...] = ()
    mixing: StrictBool = False
    exemptions: tuple[Exemption, ...] = ()
    bars: tuple[Bar, ...] = ()

    @property
    def conditions(self) -> tuple[ConditionNode, ...]:
        """Every condition of the clause, in the order it is read."""
        found: list[ConditionNode | None] = [self.applies_to, self.requires, *self.documents]
        found += [option.requires for option in self.alternatives]
        found += [exemption.when for exemption in self.exemptions]
        found += [bar.when for bar in self.bars]
        return tuple(node for node in found if node is not None)
