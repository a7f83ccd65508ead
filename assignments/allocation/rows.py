"""What the pages, the REST and the papers are handed of a plan: plain rows, words only where a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

#: How a place differs from the plan that this one was made from.
NEW, MOVED, EMPTIED = "new", "moved", "emptied"


class Row(NamedTuple):
    """One place of one request, with nothing but keys: what is filtered, sorted and counted."""

    request_id: int
    seat: int
    unit_id: int
    district_id: int
    line_id: int | None
    nomination_id: int | None
    source: str
    pinned: bool
    changed: str

    @property
    def filled(self) -> bool:
        return self.nomination_id is not None


@dataclass(frozen=True)
class Mark:
    """What one criterion says of a pairing: `yes`, `relaxed`, `no` or `unknown`, with the sentence behind it."""

    criterion: str
    label: str
    verdict: str
    sentence: str = ""


@dataclass(frozen=True)
class Told:
    """Why something is as it is: the result, on what it rests, and the ways out."""

    result: str
    basis: str = ""
    ways: tuple[str, ...] = ()

    @property
    def way(self) -> str:
        """The first way out."""
        return self.ways[0] if self.ways else ""


@dataclass(frozen=True)
class Place:
    """One place as the board shows it: what was asked for, who has it, what speaks for it or why nobody has."""

    request_id: int
    seat: int
    speciality: str
    unit_id: int
    unit: str
    district_id: int
    district: str
    minimum_title: str
    months: int
    first_day: date
    number: int
    priority: int
    priority_label: str
    line_id: int | None = None
    source: str = ""
    nomination_id: int | None = None
    worker_id: int | None = None
    person: str = ""
    person_about: str = ""
    sender: str = ""
    pinned: bool = False
    changed: str = ""
    marks: tuple[Mark, ...] = ()
    told: Told | None = None

    @property
    def gap(self) -> str:
        """Why nobody has the place, in one sentence."""
        return self.told.result if self.told else ""

    @property
    def gap_detail(self) -> str:
        return self.told.basis if self.told else ""

    @property
    def way(self) -> str:
        return self.told.way if self.told else ""


@dataclass(frozen=True)
class LeftRow:
    """A nominated person without a place, and why."""

    nomination_id: int
    worker_id: int
    person: str
    person_about: str
    sender_id: int
    sender: str
    told: Told
    #: Where the person must not go, by hand.
    banned_at: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        return " ".join(part for part in (self.told.result, self.told.basis) if part)

    @property
    def way(self) -> str:
        return self.told.way


@dataclass(frozen=True)
class Change:
    """One place that two plans fill differently, and why."""

    request_id: int
    seat: int
    unit: str
    speciality: str
    was: str
    now: str
    why: str


@dataclass(frozen=True)
class Shown:
    """One answer with its shape: `ok`, `warn`, `bad` or `mute`."""

    word: str
    shape: str
    sentence: str = ""


@dataclass(frozen=True)
class Candidate:
    """One nominated person for a request: whether they may go there, and what speaks for and against it."""

    nomination_id: int
    worker_id: int
    person: str
    about: str
    sender: str
    possible: bool
    hindrance: str
    eligibility: Shown
    destination: Shown
    community: str
    distance_km: int | None
    balance: str
    marks: tuple[Mark, ...] = ()
    placed_at: str = ""
    placed_request_id: int | None = None
    pinned: bool = False
    banned: bool = False


@dataclass(frozen=True)
class RequestChoice:
    """One request for a nominated person: the same from the other side."""

    request_id: int
    unit_id: int
    unit: str
    speciality: str
    number: int
    filled: int
    #: Who has its places.
    people: tuple[str, ...]
    possible: bool
    hindrance: str
    eligibility: Shown
    destination: Shown
    community: str
    distance_km: int | None
    balance: str
    marks: tuple[Mark, ...] = ()
    pinned: bool = False
    banned: bool = False

    @property
    def full(self) -> bool:
        return self.filled >= self.number


@dataclass(frozen=True)
class Source:
    """The clause that orders the criteria, in the policy's own words."""

    title: str
    quote: str
    article: str
    document_number: str
    url: str


@dataclass(frozen=True)
class CriterionShown:
    """One criterion of the order with what its stage reached, where the plan was computed."""

    id: str
    by: str
    label: str
    value: int | None = None
    bound: int | None = None
    optimal: bool | None = None
    seconds: float | None = None
    sentence: str = ""


@dataclass(frozen=True)
class Cell:
    """What one criterion says of one of those compared."""

    verdict: str
    text: str


@dataclass(frozen=True)
class Compared:
    """One criterion with what it says of each of those compared."""

    label: str
    cells: tuple[Cell, ...]
    decides: bool = False


@dataclass(frozen=True)
class Why:
    """Why a place is filled as it is, or why it or a person is left over."""

    title: str
    about: str
    told: Told
    source: Source | None
    #: Who is compared: the one who has the place first.
    heads: tuple[str, ...] = ()
    compared: tuple[Compared, ...] = ()
    #: The last row: what became of each.
    results: tuple[str, ...] = ()
    checks: tuple[tuple[str, str], ...] = ()
    basis: tuple[tuple[str, str], ...] = ()
    solved_at: datetime | None = None
    request_id: int | None = None
    nomination_id: int | None = None
    pinned: bool = False
    banned: bool = False


@dataclass(frozen=True)
class Objection:
    """One thing that speaks against deciding a plan: it refuses, or it is a warning to be accepted knowingly."""

    code: str
    text: str
    refuses: bool
    request_id: int | None = None
    nomination_id: int | None = None
    url: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as the API's answer carries it."""
        return {
            "code": self.code, "message": self.text, "refuses": self.refuses, "request": self.request_id,
            "nomination": self.nomination_id,
        }  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """The numbers in the head of a plan."""

    requests: int = 0
    places: int = 0
    receivers: int = 0
    people: int = 0
    senders: int = 0
    filled: int = 0
    unfilled: int = 0
    left: int = 0
    pins: int = 0
    bans: int = 0
    changed: int = 0
    before: Mapping[str, int] | None = field(default=None)
