"""A city's months, written by INSERT … SELECT: 1,400 receiving units, 10,000 people, so many months."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import F

from appraisals.models import Score, Workload
from assignments.models import AssignmentMonth, MonthSheet
from assignments.rules.attendance import rostered
from deploy_admin import clock
from deploy_admin.access import SYSTEM
from deploy_admin.db import analyze, copy_rows
from deploy_admin.months import Month
from deploy_admin.registry.calendar import work_calendar
from deploy_admin.registry.models import Indicator, InstitutionProfile
from deploy_admin.registry.reference import load_indicators
from tests.bench import at_post, eligibility, world
from tests.policies.factories import a_part, a_text, an_adopted

UNITS, PEOPLE, MONTHS = 1_400, 10_000, 120
UNIT, PERSON, POSTING = 2_000_000, 40_000_000, 50_000_000
SHEET, ROW = 60_000_000, 70_000_000
#: One unit more, with so many people that its month has 20,000 days.
BIG, PERSON_DAYS = UNIT + UNITS, 20_000
SCHEME = "bench_months"
#: Four indicators, one of each form: a target, a share, bands, points per piece. A fifth count is only shown.
INDICATORS = """
      - {id: visits, measure: outpatient_emergency_visits, weight: "40", target: {fixed: "160"}}
      - {id: present, measure: attendance_days, weight: "40", share_of: duty_days}
      - id: teaching
        measure: teaching_sessions
        bands: [{less_than: "2", points: "0"}, {at_least: "2", points: "10"}]
      - {id: rounds, measure: rounds, per_unit: {points: "1", each: "1", most: "10"}}"""
COUNTS = {"outpatient_emergency_visits": 210, "teaching_sessions": 5, "rounds": 13, "case_discussions": 7}
#: Exceptions by kind of row, on the n-th duty day: outreach, official duty, training, duty on a Saturday, leave.
EXCEPTIONS = ({3: "R", 4: "R"}, {}, {8: "G"}, {}, {10: "T"}, {}, {}, {5: "S"}, {}, {12: "Sh"})
#: The last month that is over, by unit: submitted until the load begins, still to be submitted (for two uses), clean,
#: odd, accepted; the rest sent back.
LOADED, SUBMITTING, WAITING = range(300), range(300, 315), range(315, 320)
CLEAN, ODD, ACCEPTED = range(320, 1_120), range(1_120, 1_250), range(1_250, 1_350)
#: The first eight are those of two in three.
SPECIALITIES = (
    *("内科", "外科", "妇产科", "儿科", "急诊医学科", "麻醉科", "中医科", "护理") * 5,
    "口腔科", "眼科", "耳鼻咽喉科", "皮肤科", "精神科", "康复医学科", "影像科", "检验科", "药学", "全科",
    "公共卫生", "病理科",
    "感染科", "肿瘤科", "老年医学科", "超声科", "重症医学科", "疼痛科", "营养科", "院感科",
)  # fmt: skip
_BY = "示范文员"


@dataclass(frozen=True)
class City:
    """The months there are, from the first to the one that is running."""

    months: tuple[Month, ...]

    @classmethod
    def running(cls, count: int) -> City:
        """Return the city with so many months, the running one the last."""
        return cls(tuple(_last(count)))

    @property
    def last(self) -> int:
        """The number of the last month that is over."""
        return len(self.months) - 2

    def sheets(self, first: int, count: int = 1) -> list[int]:
        """Return the sheets of so many months from one on."""
        return [SHEET + n * 2_000 + unit for n in range(first, first + count) for unit in range(UNITS)]

    def sheet(self, unit: int) -> int:
        """Return the last month of one unit."""
        return SHEET + self.last * 2_000 + unit

    @property
    def big(self) -> int:
        """The large unit's sheet."""
        return SHEET + self.last * 2_000 + UNITS


def build(senders: Sequence[int], months: int = MONTHS) -> City:
    """Write units, people, postings, a rule in force all along, sheets, rows and four counts each."""
    city = City.running(months)
    _units()
    load_indicators(by=SYSTEM)
    head = {"code: municipal_county, names_zh: [市聘县用], name_en: Municipally engaged": f"code: {SCHEME}, "
            "names_zh: [示范月度], name_en: Bench months"}  # fmt: skip
    text = a_text("bench-months", "500000", a_part("month", f"{SCHEME}.month", indicators=INDICATORS), section="month",
                  since="2010-01-01")  # fmt: skip
    for was, now in head.items():
        assert was in text
        text = text.replace(was, now)
    an_adopted(text, date(2010, 1, 1))
    crowd = -(-PERSON_DAYS // city.months[city.last].last.day)
    eligibility.people(list(senders), PEOPLE + crowd, PERSON, SPECIALITIES)
    at_post.write(list(_postings(senders, city.months[0].first, crowd)), SCHEME, months=120)
    with connection.cursor() as cursor:
        _sheets(cursor, city)
        _patterns(cursor, city)
    _on_both_cores(lambda half: [_rows(city, crowd, half), _counts(half)])
    analyze(MonthSheet, AssignmentMonth, Workload, Score)
    return city


def reopen(sheet_ids: Sequence[int]) -> None:
    """Let these sheets be with their units again, with more time, as nobody has touched them."""
    MonthSheet.objects.filter(pk__in=sheet_ids).update(
        state="draft",
        submitted_at=None,
        submitted_by_id=None,
        submitted_by_name="",
        exempt_until=_until(),
        exemption_reason="示范延期",
        updated_at=clock.now(),
    )
    Score.objects.filter(row__sheet__in=sheet_ids).delete()
    MonthSheet.objects.filter(pk__in=sheet_ids).update(scored_revision=None)


def as_if_scored() -> None:
    """Say that every score is right, where scoring is not what is measured: nothing old is owed then."""
    MonthSheet.objects.handed_in().update(scored_revision=F("revision"))
    analyze(MonthSheet)


def clear_scores(sheet_ids: Sequence[int]) -> None:
    """Forget the scores of these sheets, so that each has to be written again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM appraisals_score s USING assignments_assignmentmonth r"
            " WHERE r.id = s.row_id AND r.sheet_id = ANY(%s)",
            [list(sheet_ids)],
        )
    MonthSheet.objects.filter(pk__in=sheet_ids).update(scored_revision=None)


def _last(count: int) -> Iterator[Month]:
    month = Month.of(clock.today())
    found = [month]
    for _n in range(count - 1):
        found.append(found[-1].previous)
    yield from reversed(found)


def _units() -> None:
    places = InstitutionProfile.objects.filter(pk__lt=UNIT).order_by("division_id").distinct()
    divisions = list(places.values_list("division_id", flat=True).distinct())
    ids = range(UNIT, UNIT + UNITS + 1)
    world.institutions(ids, "示范卫生院", "township_health_centre", "township", 1, "district", divisions)


def _unit_of(n: int) -> int:
    return UNIT + (n * UNITS // PEOPLE if n < PEOPLE else UNITS)


def _postings(senders: Sequence[int], first: date, crowd: int) -> Iterator[tuple[int, int, int, int, str, date, int]]:
    for n in range(PEOPLE + crowd):
        yield POSTING + n, PERSON + n, senders[n % len(senders)], _unit_of(n), "on_post", first, 1


def _sheets(cursor: object, city: City) -> None:
    """Released long ago, the last month in every state, the running one with its unit."""
    names = (
        "id", "institution_id", "month", "state", "submitted_at", "submitted_by_id", "submitted_by_name", "is_late",
        "on_behalf", "opened_at", "accepted_at", "accepted_by_id", "accepted_by_name", "released_at", "reason",
        "exempt_until", "exemption_reason", "findings", "remark", "revision", "version", "updated_at",
    )  # fmt: skip
    copy_rows("assignments_monthsheet", names, _sheet_rows(city))


def _sheet_rows(city: City) -> Iterator[tuple[object, ...]]:
    for n, month in enumerate(city.months):
        for unit in range(UNITS + 1):
            if unit == UNITS and n != city.last:
                continue
            yield SHEET + n * 2_000 + unit, UNIT + unit, month.first, *_standing(city, n, unit)


def _standing(city: City, n: int, unit: int) -> tuple[object, ...]:
    now = clock.now()
    state = "released" if n < city.last else "draft"
    if n == city.last:
        state = (
            "submitted"
            if unit in LOADED or unit in CLEAN or unit in ODD
            else "accepted"
            if unit in ACCEPTED
            else "returned"
        )
        state = "draft" if unit in SUBMITTING or unit in WAITING or unit == UNITS else state
    handed, done = state in ("submitted", "accepted", "released"), state in ("accepted", "released")
    odd = n == city.last and unit in ODD
    open_ = n == city.last and not handed
    return (
        state, now if handed else None, 7101 if handed else None, _BY if handed else "", odd and unit % 2 == 0, False,
        now if done else None, now if done else None, 8001 if done else None, "示范区县" if done else "",
        now if state == "released" else None, "请核对出勤" if state == "returned" else "",
        _until() if open_ else None, "示范延期" if open_ else "",
        ["unchanged", "both_ends"] if odd and unit % 2 else [], "", 1, 1, now,
    )  # fmt: skip


def _until() -> date:
    return clock.today().replace(year=clock.today().year + 1, day=1)


def _patterns(cursor: object, city: City) -> None:
    """Write ten patterns a month; what differs from the roster counts as set by hand."""
    cursor.execute(  # type: ignore[attr-defined]
        "CREATE UNLOGGED TABLE bench_days (n int, k int, month date, days varchar(2)[], touched int, duty int)"
    )
    calendar = work_calendar()
    patterns = []
    for n, month in enumerate(city.months):
        base = list(rostered(month, "five_day", calendar, ()))
        duty = [day for day, cell in enumerate(base) if cell == "P"]
        for k, exceptions in enumerate(EXCEPTIONS):
            days, touched = list(base), 0
            for at, cell in exceptions.items():
                days[duty[at]] = cell
                touched |= 1 << duty[at]
            patterns.append((n, k, month.first, days, touched, len(duty)))
    copy_rows("bench_days", ("n", "k", "month", "days", "touched", "duty"), patterns)


def _rows(city: City, crowd: int, half: int) -> str:
    """Return the statement that writes the rows of every second month; of the last also the large unit's."""
    return (
        "INSERT INTO assignments_assignmentmonth (id, sheet_id, assignment_id, month, days, touched,"  # noqa: S608
        " duty_days, answer, answer_remark, version, updated_at, updated_by_name)"
        f" SELECT {ROW} + d.n * 20000 + p, {SHEET} + d.n * 2000 + least(p * {UNITS} / {PEOPLE}, {UNITS}),"
        f" {POSTING} + p, d.month, d.days, d.touched, d.duty, '', '', 1, now(), ''"
        f" FROM bench_days d JOIN generate_series(0, {PEOPLE + crowd - 1}) p ON p % {len(EXCEPTIONS)} = d.k"
        f" WHERE d.n % 2 = {half} AND (p < {PEOPLE} OR d.n = {city.last}) ORDER BY d.n, p"
    )


def _counts(half: int) -> str:
    """Return the statement that writes four counts for each of these rows."""
    numbers = dict(Indicator.objects.filter(code__in=COUNTS).values_list("code", "pk"))
    values = ", ".join(f"({numbers[code]}, {most})" for code, most in COUNTS.items())
    return (
        "INSERT INTO appraisals_workload (row_id, indicator_id, value, is_confirmed, reason, source,"  # noqa: S608
        " version,"
        " updated_at, updated_by_name)"
        " SELECT r.id, i.id, (r.id * 7 + r.id / 20000) % i.most, true, '', 'clerk', 1, now(), ''"
        f" FROM assignments_assignmentmonth r CROSS JOIN (VALUES {values}) i (id, most)"
        f" WHERE (r.id - {ROW}) / 20000 % 2 = {half} AND r.id % 20000 < {PEOPLE} ORDER BY r.id, i.id"
    )  # fmt: skip


def _on_both_cores(statements: Callable[[int], list[str]]) -> None:
    """Run the statements of either half at once, each on a connection of its own.

    The rows are right by construction: that each refers to something is not checked, it is not what is measured.
    """

    def work(half: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET session_replication_role = replica")
                for statement in statements(half):
                    cursor.execute(statement)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        list(both.map(work, (0, 1)))
