"""Short ways to load a policy, judge one person by one of its clauses, and write a clause of one's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from assignments.rules import EVER, Judge, Sheet, Standing, compiled
from deploy_admin.policies.language import PolicyDocument, load
from tests.policies.language.helpers import HEAD

ROOT = Path(__file__).resolve().parents[3]
SEEDS = ROOT / "fixtures" / "policies"
UNSEEN = ROOT / "tests" / "policies" / "language" / "documents"
DAY = date(2026, 3, 10)

CLAUSE = """\
eligibility:
  - id: one
    topic: municipal_county.who
    label_zh: 派出条件
    label_en: Who may be sent
    cite: 派出人员应当符合条件
    binding: mandatory
    target: dispatch
"""


def policy(name: str) -> PolicyDocument:
    """A shipped policy, or one of the documents nobody had seen while the language was made."""
    path = SEEDS / f"{name}.yaml"
    return load((path if path.exists() else UNSEEN / f"{name}.yaml").read_text("utf-8"))


def text(body: str, *, head: str = HEAD) -> str:
    """A whole document around the lines of one eligibility clause."""
    return head + CLAUSE + "".join(f"    {line}\n" for line in body.strip("\n").splitlines())


def judge(source: PolicyDocument | str, clause_id: str = "one", day: date = DAY) -> Judge:
    """A clause made ready for a day; a text stands for the lines of one clause."""
    document = load(text(source)) if isinstance(source, str) else source
    return compiled(document.eligibility_clause(clause_id), document, day)


def sheet(asked: Judge, facts: dict[str, Any], *, ever: dict[str, Any] | None = None, **on: dict[str, Any]) -> Sheet:
    """The same facts on every day asked; `on_20201231={…}` says otherwise for a day."""
    found: dict[date, dict[str, Any]] = {day: dict(facts) for day in asked.days | {asked.day}}
    for name, other in on.items():
        found[date.fromisoformat(name.removeprefix("on_"))] = dict(other)
    found[EVER] = dict(ever or {})
    return found


def standing(source: PolicyDocument | str, clause_id: str = "one", day: date = DAY, **facts: Any) -> Standing:
    """How a person of these facts stands under a clause on a day."""
    asked = judge(source, clause_id, day)
    return asked(sheet(asked, facts))
