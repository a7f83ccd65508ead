"""Writing many people at once: registered, brought up to date, taken on; few statements for any number of rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from deploy_admin import clock
from deploy_admin.access import Actor, Reach
from deploy_admin.audit import services as audit
from deploy_admin.db import copy_rows, refusals, update_rows
from deploy_admin.errors import Conflict, RuleViolation
from deploy_admin.jobs.importing.secrecy import scrubbed
from deploy_admin.people import codes, names
from deploy_admin.people.models import Employment, HealthWorker, HeldDocument, Licence, Title, Unavailability
from deploy_admin.people.services import bulk_posts as posts
from deploy_admin.people.services.bulk_reading import rows_of
from deploy_admin.people.services.bulk_rows import (
    DocumentRow,
    LicenceRow,
    PersonRow,
    Saved,
    TitleRow,
    UnavailabilityRow,
)
from deploy_admin.people.services.facts import KEEP
from deploy_admin.people.services.identity import sealed_columns
from deploy_admin.registry.models import Institution

__all__ = ["KEEP", "DocumentRow", "LicenceRow", "PersonRow", "Saved", "TitleRow", "UnavailabilityRow", "save_all"]

PLAIN = ("ethnicity", "education", "degree", "major", "speciality", "clinical_since", "management_experience")
PERSON = ("name", "pinyin", "initials", "sex", "born_on", "id_sealed", "id_digest", "id_masked", *PLAIN)
NOBODY: dict[str, Any] = {
    "name": "", "pinyin": "", "initials": "", "sex": "0", "born_on": None, "id_sealed": None, "id_digest": None,
    "id_masked": "", "ethnicity": "", "education": "", "degree": "", "major": "", "speciality": "",
    "clinical_since": None, "management_experience": None,
}  # fmt: skip
TITLE = ("code", "series", "level", "scope", "qualified_on", "appointed_on", "review_year", "document_number")
LICENCE = ("kind", "number", "practice_category", "issued_on")
DOCUMENT = ("name", "number", "issued_on", "valid_to")
UNAVAILABILITY = ("kind", "valid_from", "valid_to")


def save_all(rows: Iterable[PersonRow], *, job_id: int | None = None, act: str = "", by: Actor) -> Saved:
    """Write what the rows say, all or nothing; the record keeps counts and units, no personal data."""
    rows = list(rows)
    if not rows:
        return Saved(0, 0, 0, [])
    with transaction.atomic(), refusals():
        _check(rows, by)
        saved = _Writing(rows, by).write()
        if saved.created or saved.changed:
            units = sorted({row.institution_id for row in rows})
            audit.record(
                act=act or ("people.registered" if job_id is None else "people.uploaded"),
                by=by,
                detail={
                    "created": saved.created,
                    "changed": saved.changed,
                    "unchanged": saved.unchanged,
                    "institutions": units[:100],
                    "job": job_id,
                },
            )
    return saved


def _check(rows: Sequence[PersonRow], by: Actor) -> None:
    known = [row.worker_id for row in rows if row.worker_id is not None]
    if len(known) != len(set(known)):
        raise RuleViolation(_("The same person stands in two rows."), "same_person_twice")
    if by.reach is not Reach.ALL:
        units = {row.institution_id for row in rows}
        if Institution.objects.visible_to(by).filter(pk__in=units).count() != len(units):
            raise RuleViolation(_("No institution known to you has this name or code."), "unit_unknown")
    met: set[str] = set()
    for row in rows:
        if row.worker_id is None and (row.name is KEEP or not row.name):
            raise RuleViolation(_("A health worker has a name."), "name_missing")
        said = {
            row.name, row.major, row.speciality, row.department,
            *(text for licence in row.licences for text in (licence.number,)),
            *(text for title in row.titles for text in (title.document_number,)),
            *(text for paper in row.documents for text in (paper.name, paper.number)),
        }  # fmt: skip
        for text in said:
            if isinstance(text, str) and len(text) > 17 and text not in met:
                met.add(text)
                if scrubbed(text) != text:
                    raise RuleViolation(_("A text holds a whole ID number; leave it out."), "id_in_text")


@dataclass(slots=True)
class _Batch:
    """What one table gets: rows to be added (with the person's id first) and rows to be changed (own id first)."""

    model: type[models.Model]
    columns: tuple[str, ...]
    fixed: dict[str, Any]
    added: list[tuple[Any, ...]] = field(default_factory=list)
    changed: list[tuple[Any, ...]] = field(default_factory=list)

    def write(self) -> None:
        """One UPDATE, then one COPY: what is closed makes room for what is opened."""
        update_rows(self.model, self.columns, self.changed)
        if self.added:
            fixed = tuple(self.fixed.values())
            copy_rows(
                self.model._meta.db_table,
                ("worker_id", *self.columns, *self.fixed),
                (row + fixed for row in self.added),
            )


class _Writing:
    """One call of `save_all`: reads what stands once, settles every row in memory, writes each table at once."""

    def __init__(self, rows: Sequence[PersonRow], by: Actor) -> None:
        self.rows, self.by = rows, by
        self.today, self.now = clock.today(), clock.now()
        entered = {"recorded_by_id": by.user_id, "recorded_by_name": by.name[:150], "recorded_at": self.now}
        paper = {"document": "", "document_number": ""}
        self.posts = _Batch(Employment, posts.COLUMNS[2:], entered)
        self.titles = _Batch(Title, TITLE, entered)
        self.licences = _Batch(Licence, LICENCE, entered)
        self.documents = _Batch(HeldDocument, DOCUMENT, entered)
        self.away = _Batch(Unavailability, UNAVAILABILITY, {**entered, **paper, "remark": "", "withdrawn_by_name": ""})
        self.created: list[tuple[Any, ...]] = []
        self.changed: list[tuple[Any, ...]] = []
        self.versions: dict[int, int] = {}

    def write(self) -> Saved:
        """Return what was done."""
        known = [row.worker_id for row in self.rows if row.worker_id is not None]
        self._read(known)
        fresh = iter(_new_numbers(len(self.rows) - len(known)))
        ids: list[int] = []
        touched = 0
        for row in self.rows:
            worker = row.worker_id
            if worker is None:
                worker, number = next(fresh)
                self._register(row, worker, number)
                self._settle(row, worker)
            else:
                before = self._written
                person = self._person(row, worker)
                self._settle(row, worker)
                if person is not None or self._written != before:
                    touched += 1
                    held = person or self.held[worker]
                    self.changed.append((worker, *held, self.versions[worker] + 1, self.now))
            ids.append(worker)
        update_rows(HealthWorker, (*PERSON, "version", "updated_at"), self.changed)
        if self.created:
            copy_rows(
                HealthWorker._meta.db_table,
                ("id", "number", *PERSON, "version", "created_at", "updated_at"),
                self.created,
            )
        for batch in (self.posts, self.titles, self.licences, self.documents, self.away):
            batch.write()
        return Saved(len(self.created), touched, len(known) - touched, ids)

    @property
    def _written(self) -> int:
        return sum(
            len(batch.added) + len(batch.changed)
            for batch in (self.posts, self.titles, self.licences, self.documents, self.away)
        )

    def _read(self, known: list[int]) -> None:
        """Lock the known people and read what stands of them: six queries, none where all are new."""
        self.held: dict[int, tuple[Any, ...]] = {}
        self.standing_posts: dict[int, list[posts.Post]] = defaultdict(list)
        self.standing: dict[str, dict[int, list[tuple[Any, ...]]]] = {}
        self.seen: frozenset[int] | None = None  # the units whose people may be written about; None: all
        if not known:
            return
        for worker, version, merged, *person in rows_of(
            HealthWorker, ("version", "merged_into_id", *PERSON), known, lock=True
        ):
            if merged is not None:
                raise RuleViolation(_("This record was merged into another."), "merged_away")
            self.versions[worker], self.held[worker] = version, tuple(person)
        for row in self.rows:
            if row.worker_id is None:
                continue
            if row.worker_id not in self.versions:
                raise RuleViolation(_("This person is not in the system."), "person_unknown")
            if row.version is not None and self.versions[row.worker_id] != row.version:
                raise Conflict(
                    _("Somebody changed this person's record meanwhile. Look at it again."),
                    code="changed_meanwhile",
                    context={"worker": row.worker_id, "yours": row.version, "theirs": self.versions[row.worker_id]},
                )
        for found in rows_of(Employment, posts.COLUMNS[1:], known, order="worker_id, valid_from"):
            post = posts.Post(*found)
            self.standing_posts[post.worker_id].append(post)
        if self.by.reach is not Reach.ALL:
            units = {there[-1].institution_id for there in self.standing_posts.values()}
            seen = Institution.objects.visible_to(self.by).filter(pk__in=units)
            self.seen = frozenset(seen.order_by().values_list("pk", flat=True))
        for name, model, columns, condition in (
            ("titles", Title, TITLE, "revoked_on IS NULL"),
            ("licences", Licence, LICENCE, "ended_on IS NULL"),
            ("documents", HeldDocument, DOCUMENT, ""),
            ("away", Unavailability, UNAVAILABILITY, "withdrawn_at IS NULL"),
        ):
            by_worker: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
            if any(getattr(row, "unavailabilities" if name == "away" else name) for row in self.rows):
                for pk, worker, *values in rows_of(model, ("worker_id", *columns), known, condition=condition):
                    by_worker[worker].append((pk, *values))
            self.standing[name] = by_worker

    def _register(self, row: PersonRow, worker: int, number: str) -> None:
        person = {**NOBODY, **_stated(row)}
        self.created.append((worker, number, *(person[name] for name in PERSON), 1, self.now, self.now))

    def _person(self, row: PersonRow, worker: int) -> tuple[Any, ...] | None:
        """Return the person's own columns where the row changes any."""
        held = self.held[worker]
        has_id = held[PERSON.index("id_masked")] != ""
        if row.national_id is not None and has_id:
            raise RuleViolation(_("This person's ID number is recorded already."), "id_recorded")
        stated = _stated(row)
        if has_id:
            stated.pop("sex", None)
            stated.pop("born_on", None)
        new = tuple(stated.get(name, was) for name, was in zip(PERSON, held, strict=True))
        return new if new != held else None

    def _settle(self, row: PersonRow, worker: int) -> None:
        standing: Sequence[posts.Post] = self.standing_posts.get(worker, ())
        settled = posts.settled(row, worker, standing, self.today) if posts.is_spoken_of(row) else []
        unseen = bool(standing) and self.seen is not None and standing[-1].institution_id not in self.seen
        if unseen and all(post.id is not None for post in settled):  # not taken on after having left there
            raise RuleViolation(_("This person is not in the system."), "person_unknown")
        for post in settled:
            values = (
                post.institution_id, post.department, post.staff_category, post.employment_mode, post.military,
                post.hired_on, post.began_as, post.valid_from, post.valid_to, post.ended_as, post.is_current,
            )  # fmt: skip
            if post.id is None:
                self.posts.added.append((worker, *values))
            else:
                self.posts.changed.append((post.id, *values))
        if row.titles:
            self._hold(worker, self.titles, "titles", map(_title, row.titles), _same_title, _new_title)
        if row.licences:
            self._hold(worker, self.licences, "licences", row.licences, _same_kind, _with_defaults("", "", "", None))
        if row.documents:
            self._hold(
                worker, self.documents, "documents", row.documents, _same_paper, _with_defaults("", "", None, None)
            )
        if row.unavailabilities:
            self._hold(worker, self.away, "away", row.unavailabilities, _same_days, lambda said: said)

    def _hold(
        self,
        worker: int,
        batch: _Batch,
        name: str,
        rows: Iterable[tuple[Any, ...]],
        same: Callable[[tuple[Any, ...], tuple[Any, ...]], bool],
        new: Callable[[tuple[Any, ...]], tuple[Any, ...]],
    ) -> None:
        """Add what the person does not hold yet; bring up to date what it does."""
        held = self.standing[name].get(worker, []) if name in self.standing else []
        if not held:
            batch.added += [(worker, *new(said)) for said in rows]
            return
        for said in rows:
            there = next((one for one in held if same(one[1:], said)), None)
            if there is None:
                batch.added.append((worker, *new(said)))
                continue
            now = tuple(was if value is KEEP else value for value, was in zip(said, there[1:], strict=True))
            if now != there[1:]:
                batch.changed.append((there[0], *now))


def _stated(row: PersonRow) -> dict[str, Any]:
    """Return the columns of the person that the row speaks of; with an ID, what it says of birth and sex."""
    stated: dict[str, Any] = {}
    if row.name is not KEEP:
        stated["name"] = name = names.tidy(row.name)
        stated["pinyin"], stated["initials"] = names.keys(name)
    for column in ("sex", "born_on", *PLAIN):
        if (value := getattr(row, column)) is not KEEP:
            stated[column] = value
    if row.national_id is not None:
        stated |= sealed_columns(row.national_id)
    return stated


def _title(said: TitleRow) -> tuple[Any, ...]:
    known = codes.TITLE_BY_CODE.get(said.code)
    if known is None:
        raise RuleViolation(_("This title is not in the code list."), "title_unknown")
    return (
        said.code, known.series, known.level, said.scope, said.qualified_on, said.appointed_on, said.review_year,
        said.document_number,
    )  # fmt: skip


def _new_title(said: tuple[Any, ...]) -> tuple[Any, ...]:
    if said[TITLE.index("qualified_on")] is KEEP:
        raise RuleViolation(_("Write the day on which the title was qualified for."), "title_day_missing")
    defaults = ("", "", "", "general", None, None, None, "")
    return tuple(default if value is KEEP else value for value, default in zip(said, defaults, strict=True))


def _with_defaults(*defaults: Any) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
    return lambda said: tuple(
        default if value is KEEP else value for value, default in zip(said, defaults, strict=True)
    )


def _same_title(held: tuple[Any, ...], said: tuple[Any, ...]) -> bool:
    return bool(held[0] == said[0] and held[3] == said[3])


def _same_kind(held: tuple[Any, ...], said: tuple[Any, ...]) -> bool:
    return bool(held[0] == said[0])


def _same_paper(held: tuple[Any, ...], said: tuple[Any, ...]) -> bool:
    return bool(held[:2] == said[:2])


def _same_days(held: tuple[Any, ...], said: tuple[Any, ...]) -> bool:
    """Whether both name the same reason for some of the same days."""
    (kind, first, last), (said_kind, said_first, said_last) = held, said
    return bool(kind == said_kind and first <= (said_last or date.max) and said_first <= (last or date.max))


def _new_numbers(count: int) -> list[tuple[int, str]]:
    """Return so many new ids with their person numbers, in one query."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('people_healthworker', 'id')), 'P' || nextval('people_number_seq')"
            " FROM generate_series(1, %s)",
            [count],
        )
        return cursor.fetchall()
