"""Credit and obligations with every step that led to them: codes and values, never prose. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from assignments.rules.adding import Purse, Until, amount, groups
from assignments.rules.asked import Ask
from assignments.rules.credit import Credit, Life, State
from assignments.rules.eligibility import Parts
from assignments.rules.lengths import Amount, Length, span
from assignments.rules.requirements import Outcome, Requiring
from assignments.rules.requirements import State as Standing
from assignments.rules.service import Piece
from deploy_admin.policies.language.explained import Explained, Input, Step, Undetermined
from deploy_admin.policies.language.judging import Sheet
from deploy_admin.policies.language.nodes import Duration, TermThreshold

_DAY = timedelta(days=1)


def length_code(length: Length) -> str:
    """Return a length as a step keeps it: `length:11+30`."""
    return f"length:{length.months}+{length.days}"


def explained_credit(credit: Credit, on: date, earlier: Iterable[Credit] = ()) -> Explained[str]:
    """Return what an assignment is credited with as of `on`, piece by piece, and why the rest is not.

    `earlier` are the person's assignments before it: what they took from a cap is gone.
    """
    purse = Purse()
    for before in earlier:
        if before.counts:
            amount(before.pieces, _so_far(on), purse)
    service = credit.service
    until = min(on, service.through) if service.through is not None else service.starts_on - _DAY
    steps = [_on_post(credit)]
    steps += [_passed(each.first, min(each.last, until), each.unit, each.why, each.clause_id)
              for each in credit.passed if each.first <= until]  # fmt: skip
    for first, days in service.extensions:
        off = min(days, max((until - first).days + 1, 0))
        if off:
            steps.append(Step("", "credit.leave_off", (Input("credit.from", first.isoformat()),), f"days:{off}"))
    if credit.pieces:
        steps += _pieces(credit, service.credited_until(until), on, purse)
        steps += [Step(_clause(credit), f"credit.{warning}", (), "") for warning in credit.warnings]
        if credit.term != credit.now.length:
            steps.append(
                Step("", "credit.term", (Input("credit.to", service.ends_on.isoformat()),), length_code(credit.term))
            )
    if credit.why:
        steps.append(
            Step(_clause(credit), "credit.nothing", (Input("credit.why", f"why:{credit.why}"),), "length:0+0")
        )
    steps.append(Step(_clause(credit), "credit.state", (), f"credit_state:{credit.state}"))
    if credit.state is State.UNDETERMINED:
        return Explained(Undetermined(credit.missing), tuple(steps))
    return Explained(length_code(credit.now.length), tuple(steps))


def _clause(credit: Credit) -> str:
    return credit.rule.clause_id if credit.rule is not None else ""


def _on_post(credit: Credit) -> Step:
    service = credit.service
    days = [Input("credit.from", service.starts_on.isoformat()), Input("credit.to", service.ends_on.isoformat())]
    if service.through is None:
        return Step("", "credit.not_begun", tuple(days), "length:0+0")
    last = Input("credit.until", service.through.isoformat())
    return Step("", "credit.on_post", (*days, last), length_code(span(service.starts_on, service.through)))


def _passed(first: date, last: date, unit: int, why: str, clause_id: str) -> Step:
    said = (
        *_days(first, last),
        Input("credit.at", unit, ref=f"institution:{unit}"),
        Input("credit.why", f"why:{why}"),
    )
    return Step(clause_id, "credit.passed", said, "length:0+0")


def _days(first: date, last: date) -> tuple[Input, Input]:
    return Input("credit.from", first.isoformat()), Input("credit.to", last.isoformat())


def _so_far(on: date) -> Until:
    return lambda service: min(on, service.through) if service.through is not None else service.starts_on - _DAY


def _pieces(credit: Credit, until: date, on: date, purse: Purse) -> Iterator[Step]:
    """Yield each run of days that is reckoned as one, what a conversion makes of it, and the sum."""
    lengths: list[Length] = []
    for group in groups(credit.pieces, lambda _service: until):
        worth, clause_id = group[0].worth, _rule_of(group[0])
        first, last = group[0].first, group[-1].last
        places = tuple(
            Input("credit.at", unit, ref=f"institution:{unit}")
            for unit in dict.fromkeys(piece.unit for piece in group)
        )
        yield Step(clause_id, "credit.piece", (*_days(first, last), *places), length_code(span(first, last)))
        # Cut already at what leave takes off: it must not be taken off once more.
        cut = [each._replace(service=each.service._replace(extensions=())) for each in group]
        found = amount(cut, lambda service: min(on, service.ends_on), purse)
        if worth.by != "corresponding_day":
            asked = (Input("credit.per_month", str(worth.per) if worth.per is not None else None),)
            yield Step(clause_id, "credit.by_duty_days", asked, f"duty_days:{found.duty_days}")
        if not worth.is_plain:
            yield Step(clause_id, "credit.worth", tuple(_worth(group[0])), length_code(found.length))
        lengths.append(found.length)
    if len(lengths) > 1:
        said = tuple(Input("credit.part", length_code(each)) for each in lengths)
        yield Step("", "credit.sum", said, length_code(credit.now.length))


def _rule_of(piece: Piece) -> str:
    return piece.worth.rule.clause_id if piece.worth.rule is not None else ""


def _worth(piece: Piece) -> Iterator[Input]:
    worth = piece.worth
    if worth.conversion is not None:
        yield Input("credit.conversion", f"conversion:{worth.conversion.id}")
    if worth.ratio != 1:
        yield Input("credit.ratio", str(worth.ratio))
    for name, cap in (("credit.cap", worth.cap), ("credit.whole_cap", worth.whole)):
        if cap is not None:
            yield Input(name, _duration(cap))


def _duration(duration: Duration) -> str:
    return f"{duration.unit}:{duration.number}"


# ------------------------------------------------------------ obligations


def explained_obligation(asked: Requiring, parts: Parts, sheet: Sheet, life: Life, outcome: Outcome) -> Explained[str]:
    """Return how somebody stands to a requirement, with the conditions, the service and the clock behind it."""
    steps = [*asked.judge.explain_parts(sheet)]
    clause = asked.clause
    if outcome.state is not Standing.EXEMPT:
        steps += _service(asked, life)
    steps += _clock(asked, outcome)
    if outcome.met_on is not None:
        steps.append(Step(clause.id, "owed.met_on", (), outcome.met_on.isoformat()))
    steps.append(Step(clause.id, "owed.state", (), f"owed_state:{outcome.state}"))
    if outcome.state is Standing.UNDETERMINED:
        return Explained(Undetermined(outcome.missing), tuple(steps))
    return Explained(str(outcome.state), tuple(steps))


def _service(asked: Requiring, life: Life) -> Iterator[Step]:
    """Yield all service that may count, then each amount that is asked with what is there of it."""
    on = asked.day
    for piece in life.pieces:
        until = piece.service.credited_until(min(on, piece.service.through or piece.service.starts_on - _DAY))
        last = min(piece.last, until)
        state = "counts" if piece.service.id in life.firm else "proposed"
        if last < piece.first:
            state, last = "to_come", piece.last
        place = () if piece.service.recognised else (Input("credit.at", piece.unit, ref=f"institution:{piece.unit}"),)
        said = (*_days(piece.first, last), *place, Input("owed.how", f"how:{state}"))
        yield Step(_rule_of(piece), "owed.piece", said, length_code(span(piece.first, last)))
    options = zip(asked.clause.alternatives, asked.options, strict=True)
    for name, ask in (("", asked.main), *((option.id, ask) for option, ask in options)):
        if ask is not None:
            yield from _asked(asked.clause.id, name, ask, life, on)


def _asked(clause_id: str, option: str, ask: Ask, life: Life, on: date) -> Iterator[Step]:
    held = ask.held(life.pieces, _so_far(on), life.breaks, life.unknown)
    named = (Input("alternative", f"alternative:{option}"),) if option else ()
    yield Step(clause_id, "owed.asked", (*named, *_threshold(ask.asked.length)), _have(ask.asked.length, held.amount))
    for part, (have, left) in zip(ask.asked.subtotals, held.parts, strict=True):
        said = (Input("owed.part", f"subtotal:{part.id}"), *_threshold(part.length))
        yield Step(clause_id, "owed.of_which", said, _have(part.length, have))
        if left:
            yield Step(clause_id, "owed.left", (), length_code(left))
    if held.left:
        least = ask.asked.minimum_segment
        said = (Input("owed.minimum", _duration(least)),) if least is not None else ()
        yield Step(
            clause_id, "owed.left", said, f"duty_days:{held.left.days}" if ask.by_duty else length_code(held.left)
        )


def _threshold(threshold: TermThreshold | None) -> Iterable[Input]:
    if threshold is None:
        return (Input("at_least", None),)
    return (Input(str(threshold.op), _duration(threshold.value)),)


def _have(threshold: TermThreshold | None, amount: Amount) -> str | None:
    unit = threshold.value.unit if threshold is not None else "months"
    if unit == "days":
        return f"days:{amount.days}"
    if unit == "duty_days":
        return None if amount.duty_days is None else f"duty_days:{amount.duty_days}"
    return length_code(amount.length)


def _clock(asked: Requiring, outcome: Outcome) -> Iterator[Step]:
    due = asked.clause.due
    if due is None:
        return
    since = Input("owed.since", outcome.since.isoformat() if outcome.since else None, on=None)
    within = Input("owed.within", _duration(due.within) if due.within is not None else None)
    yield Step(asked.clause.id, "owed.due", (since, within), outcome.due_on.isoformat() if outcome.due_on else None)
    if outcome.latest_start_on is not None and outcome.left is not None:
        said = (Input("owed.left", length_code(outcome.left)),)
        yield Step(asked.clause.id, "owed.latest_start", said, outcome.latest_start_on.isoformat())
