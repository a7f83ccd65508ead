"""What papers are written from: the assignments they name, with people, units, licences and clauses, read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from assignments import posting_rows
from assignments.kinds import Kind
from assignments.models import Assignment, Campaign, Leave
from assignments.papers import words
from deploy_admin.people import codes
from deploy_admin.people.models import Licence
from deploy_admin.policies.language import PolicyDocument
from deploy_admin.policies.language.nodes import Citation
from deploy_admin.policies.services import governing
from deploy_admin.policies.services.at_post import AtPost
from deploy_admin.registry.codes import PRIMARY_CARE
from deploy_admin.registry.models import InstitutionProfile

#: Licences under which somebody practises with a category.
PRACTISING = ("physician", "assistant_physician", "rural_gp_assistant")


@dataclass(frozen=True)
class Line:
    """One assignment, or one leave of it, that a paper names."""

    assignment_id: int
    leave_id: int | None = None


@dataclass(frozen=True)
class Row:
    """One row of a printed table: whose it is, and its cells; the running number is put before them in printing."""

    assignment_id: int
    cells: tuple[str, ...]
    leave_id: int | None = None


@dataclass(frozen=True)
class Group:
    """Rows under one line of their own; without words the rows stand by themselves."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Table:
    """A table of the paper, on a page of its own (`annex`) or within the text; widths are shares of the line."""

    title: str
    head: tuple[str, ...]
    widths: tuple[int, ...]
    groups: tuple[Group, ...]
    annex: bool = True
    #: Many columns: the annex lies on its side.
    landscape: bool = False


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; its head is set in another face."""

    text: str
    head: str = ""


@dataclass(frozen=True)
class Body:
    """What one kind of paper says."""

    #: In the pieces a long title is broken into.
    title: tuple[str, ...]
    to: str
    paragraphs: tuple[Paragraph, ...]
    tables: tuple[Table, ...]
    #: What stands below a table within the text.
    closing: tuple[Paragraph, ...] = ()
    quotes: tuple[tuple[str, str], ...] = ()
    copies: str = ""


@dataclass
class Matter:
    """Everything one paper is written from; a constant number of queries, whatever the number of its lines."""

    lines: Sequence[Line]
    issuer_id: int
    campaign: Campaign | None
    #: Names of units, titles and licences are those of the paper's day.
    on: date
    _documents: dict[int, PolicyDocument | None] = field(default_factory=dict, repr=False)

    @cached_property
    def rows(self) -> list[Any]:
        """The assignments by receiving unit and person, both by pinyin."""
        ids = {line.assignment_id for line in self.lines}
        found = posting_rows.dressed(Assignment.objects.filter(pk__in=ids), self.on).defer(None)
        return sorted(
            found, key=lambda row: (self._pinyin(row.receiving_unit_id), row.sort_key, row.starts_on, row.pk)
        )

    @cached_property
    def leaves(self) -> dict[int, list[Leave]]:
        """The leaves named, by assignment, in the order of their days."""
        ids = [line.leave_id for line in self.lines if line.leave_id is not None]
        found: dict[int, list[Leave]] = defaultdict(list)
        for leave in Leave.objects.filter(pk__in=ids).order_by("first_day", "pk"):
            found[leave.assignment_id].append(leave)
        return found

    @cached_property
    def _units(self) -> dict[int, tuple[str, str, int]]:
        """Name, pinyin and division of every unit on the paper."""
        columns = ("sending_unit_id", "receiving_unit_id")
        ids = {unit for row in Assignment.objects.filter(pk__in=[line.assignment_id for line in self.lines])
               .values_list(*columns) for unit in row}  # fmt: skip
        if self.campaign is not None:
            ids.add(self.campaign.authority_id)
        profiles = InstitutionProfile.objects.standing(self.on).filter(institution__in=ids | {self.issuer_id})
        rows = profiles.order_by().values_list("institution_id", "name", "pinyin", "division_id")
        return {pk: (name, pinyin, division) for pk, name, pinyin, division in rows}

    def name(self, unit_id: int) -> str:
        """Return what the unit is called on the paper's day."""
        return self._units[unit_id][0] if unit_id in self._units else ""

    def _pinyin(self, unit_id: int) -> str:
        return self._units[unit_id][1] if unit_id in self._units else ""

    @property
    def issuer(self) -> str:
        return self.name(self.issuer_id)

    def by_pinyin(self, unit_ids: Iterable[int]) -> list[int]:
        """Return units, each once, in the order lists are read in."""
        return sorted(set(unit_ids), key=lambda pk: (self._pinyin(pk), pk))

    def by_receiver(self) -> list[tuple[int, list[Any]]]:
        """Return the rows by receiving unit, in order."""
        found: dict[int, list[Any]] = defaultdict(list)
        for row in self.rows:
            found[row.receiving_unit_id].append(row)
        return list(found.items())

    # ------------------------------------------------------------ people

    def title(self, row: Any) -> str:
        """Return the highest professional title that counts."""
        return posting_rows.highest_title(row.titles, self.on, primary_care=row.sending_kind in PRIMARY_CARE)

    def sex(self, row: Any) -> str:
        return codes.label(codes.SEXES, row.worker.sex) if row.worker.sex in {"1", "2"} else ""

    def licence(self, row: Any) -> Licence | None:
        """Return the licence under which the person practises."""
        held = self._licences.get(row.worker_id, [])
        return min(held, key=lambda each: PRACTISING.index(each.kind)) if held else None

    @cached_property
    def _licences(self) -> dict[int, list[Licence]]:
        found: dict[int, list[Licence]] = defaultdict(list)
        held = Licence.objects.filter(worker__in={row.worker_id for row in self.rows}, kind__in=PRACTISING)
        for licence in held.order_by("worker_id", "pk"):
            if licence.ended_on is None or licence.ended_on >= self.on:
                found[licence.worker_id].append(licence)
        return found

    # ------------------------------------------------------------ the scheme's own words

    @cached_property
    def held(self) -> AtPost:
        return governing.at_post()

    def document(self, row: Any) -> PolicyDocument | None:
        """Return the nearest policy of the scheme that is in force for the assignment."""
        if row.pk not in self._documents:
            division = self._units[row.receiving_unit_id][2] if row.receiving_unit_id in self._units else None
            near = [
                version
                for version in self.held.versions.values()
                if row.scheme and version.scheme == row.scheme
                and division in version.area
                and version.assignments_from <= row.starts_on
                and (version.last_day is None or version.last_day >= row.starts_on)
            ]  # fmt: skip
            best = max(near, key=lambda each: (each.level.nearness, each.order), default=None)
            self._documents[row.pk] = best.document if best else None
        return self._documents[row.pk]

    @property
    def documents(self) -> list[PolicyDocument]:
        """The policies behind the paper, each once."""
        found = {held.id: held for row in self.rows if (held := self.document(row)) is not None}
        return list(found.values())

    @property
    def basis(self) -> str:
        """Return “《甲》《乙》”."""
        return "".join(words.cited(document.title_zh) for document in self.documents)

    @property
    def noun(self) -> str:
        """Return what the scheme calls its people."""
        for document in self.documents:
            if document.scheme.person_zh:
                return document.scheme.person_zh
        kinds = {row.kind for row in self.rows}
        return f"{Kind(kinds.pop()).label}人员" if len(kinds) == 1 else "派驻人员"


def quoted(cite: Citation, document: PolicyDocument) -> tuple[str, str]:
    """Return a clause's own words and where they stand."""
    return cite.phrase.rstrip("。；，"), f"{words.cited(document.title_zh)}{cite.article or ''}"


def each_once(quotes: Collection[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys(quotes))
