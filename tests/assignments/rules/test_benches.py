"""Several clauses together: the nearest that applies speaks on each topic, the weightiest answer counts."""

from __future__ import annotations

from datetime import date

import pytest

from assignments.rules import EVER, Bench, Code
from deploy_admin.policies.language import PolicyDocument, Target, load
from deploy_admin.policies.layering import ELIGIBILITY, AdoptedVersion, Governing, govern
from tests.assignments.rules.helpers import DAY
from tests.policies.language.helpers import HEAD

CITY, DISTRICT, ELSEWHERE = 1, 2, 3


def clause(clause_id: str, body: str, topic: str = "municipal_county.who", target: str = "dispatch") -> str:
    head = (
        f"  - id: {clause_id}\n    topic: {topic}\n    label_zh: 条件\n    label_en: Conditions\n    cite: 条件\n"
        f"    binding: mandatory\n    target: {target}\n"
    )
    return head + "".join(f"    {line}\n" for line in body.splitlines())


def plan(slug: str, place: str, *clauses: str) -> PolicyDocument:
    head = HEAD.replace("policy: a-policy", f"policy: {slug}").replace('"500000"', f'"{place}"')
    return load(head + "eligibility:\n" + "".join(clauses))


def adopted(number: int, document: PolicyDocument, area: set[int], since: date = date(2025, 1, 1)) -> AdoptedVersion:
    return AdoptedVersion(
        version_id=number,
        policy=document.id,
        revision=1,
        scheme="municipal_county",
        level=document.level,
        area=frozenset(area),
        division_id=min(area),
        digest=str(number),
        quotas_from=date(2030, 1, 1),
        assignments_from=since,
        last_day=None,
        order=number,
        document=document,
    )


def governing(*versions: AdoptedVersion) -> Governing:
    return govern(versions, lambda clause: DAY, lambda codes: frozenset(), ELIGIBILITY)


CITY_PLAN = plan(
    "city",
    "500000",
    clause("doctors", "applies_to: {staff_category: physician}\nrequires: {title_level: {at_least: senior}}"),
    clause("nurses", "applies_to: {staff_category: nursing}\nrequires: {title_level: {at_least: intermediate}}"),
    clause("heads", "requires: {management_experience: true}", target="deputy_director"),
    clause(
        "healthy", "exemptions: [{id: ill, label_zh: 病, label_en: ill, when: {unavailability: long_illness}}]", "a.b"
    ),
)
DISTRICT_PLAN = plan(
    "district", "500101", clause("ours", "applies_to: {staff_category: physician}\nrequires: {licence: physician}")
)


@pytest.fixture
def bench():
    found = governing(adopted(1, CITY_PLAN, {CITY, DISTRICT, ELSEWHERE}), adopted(2, DISTRICT_PLAN, {DISTRICT}))
    return lambda place, target=Target.DISPATCH: Bench(found, place, target, DAY)


def answer(bench: Bench, **facts):
    verdict = bench({DAY: facts, EVER: {}})
    return verdict.code, [(each.clause.clause_id, each.standing.code) for each in verdict.rulings]


DOCTOR = {"staff_category": "physician", "licence": ("physician",), "title_level": "junior", "unavailability": ()}


def test_the_nearest_jurisdiction_speaks_on_its_topic(bench):
    assert answer(bench(DISTRICT), **DOCTOR) == (Code.MAY, [("healthy", Code.MAY), ("ours", Code.MAY)])
    assert answer(bench(ELSEWHERE), **DOCTOR) == (Code.MAY_NOT, [("healthy", Code.MAY), ("doctors", Code.MAY_NOT)])


def test_the_wider_one_speaks_of_those_of_whom_the_nearer_does_not(bench):
    nurse = {**DOCTOR, "staff_category": "nursing", "title_level": "intermediate"}
    assert answer(bench(DISTRICT), **nurse) == (Code.MAY, [("healthy", Code.MAY), ("nurses", Code.MAY)])


def test_where_it_is_unknown_whether_the_nearer_applies_the_wider_one_is_not_asked(bench):
    code, rulings = answer(bench(DISTRICT), title_level="senior", unavailability=())
    assert code is Code.UNDETERMINED
    assert ("ours", Code.UNDETERMINED) in rulings
    assert not {"doctors", "nurses"} & {clause_id for clause_id, _ in rulings}


def test_another_target_is_another_question(bench):
    heads = bench(DISTRICT, Target.DEPUTY_DIRECTOR)
    assert answer(heads, management_experience=True) == (Code.MAY, [("heads", Code.MAY)])
    assert heads.facts == {"management_experience"}
    assert bench(DISTRICT, Target.TITLE_SENIOR).clauses == ()
    assert answer(bench(DISTRICT, Target.TITLE_SENIOR)) == (Code.NOT_APPLICABLE, [])


def test_the_weightiest_answer_names_its_clause(bench):
    verdict = bench(ELSEWHERE)({DAY: {**DOCTOR, "unavailability": ("long_illness",)}})
    assert verdict.code is Code.MAY_NOT
    assert verdict.decisive.clause.clause_id == "doctors"
    ill = bench(DISTRICT)({DAY: {**DOCTOR, "unavailability": ("long_illness",)}})
    assert (ill.code, ill.decisive.standing.exemption) == (Code.EXEMPT, "ill")


def test_it_says_what_a_sheet_must_bring(bench):
    found = bench(DISTRICT)
    assert found.days == {DAY}
    assert not found.asks_ever
    assert found.facts == {"staff_category", "licence", "title_level", "unavailability"}


def test_of_two_at_one_level_the_one_that_is_overridden_steps_back():
    first = clause("first", "requires: {licence: physician}")
    second = clause("second", "requires: {age: {at_most: 60}}\noverrides: first")
    found = governing(adopted(1, plan("city", "500000", first, second), {CITY}))
    assert answer(Bench(found, CITY, Target.DISPATCH, DAY), licence=(), age=30) == (
        Code.MAY,
        [("second", Code.MAY)],
    )


def test_a_version_governs_from_the_day_of_assignments_on():
    early = govern(
        [adopted(1, CITY_PLAN, {CITY}, DAY)], lambda c: date(2026, 3, 9), lambda c: frozenset(), ELIGIBILITY
    )
    assert early.clauses == ()
    assert governing(adopted(1, CITY_PLAN, {CITY}, DAY)).clauses
