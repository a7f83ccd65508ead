"""How a collection stands: what became of each file, which units are still missing, which have something to mend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy_admin.access import Actor
from deploy_admin.jobs.importing.batches import words
from deploy_admin.jobs.importing.batches.services import STANDING, context_of
from deploy_admin.jobs.importing.columns import ColumnSet, Unit
from deploy_admin.jobs.models import BatchFile, Upload, UploadBatch, UploadState


@dataclass(frozen=True)
class Line:
    """One file as the page shows it."""

    file: BatchFile
    sentence: str
    counts: dict[str, int]
    assignable: bool

    @property
    def state(self) -> str:
        return self.file.upload.state if self.file.upload is not None and not self.file.problem else ""

    @property
    def ready(self) -> bool:
        return self.state == UploadState.PLANNED


@dataclass(frozen=True)
class Standing:
    """The whole collection: every expected unit is done, underway, to mend or missing, and only one of these."""

    lines: list[Line]
    units: Sequence[Unit]
    missing: list[Unit]
    to_mend: list[Unit]

    @property
    def ready(self) -> list[Line]:
        return [line for line in self.lines if line.ready]

    @property
    def refused(self) -> list[Line]:
        return [line for line in self.lines if line.state == UploadState.REFUSED]

    @property
    def waiting(self) -> bool:
        """Whether something is under way that will change the page by itself."""
        busy = (UploadState.READING, UploadState.APPLYING)
        return any(line.state in busy or line.file.problem == words.WAITING for line in self.lines)

    @property
    def figures(self) -> dict[str, int]:
        applied = sum(line.state == UploadState.APPLIED for line in self.lines)
        return {
            "units": len(self.units),
            "missing": len(self.missing),
            "to_mend": len(self.to_mend),
            "ready": len(self.ready),
            "applied": applied,
            "by_hand": sum(line.assignable and line.file.problem != words.ASIDE for line in self.lines),
        }


def _waits(line: Line) -> int:
    """Order by what somebody has to do: give to a unit, have mended, and the rest, each newest first."""
    if line.assignable and line.file.problem != words.ASIDE:
        return 0
    return 1 if line.state == UploadState.REFUSED else 2


def standing_of(batch: UploadBatch, column_set: ColumnSet, actor: Actor) -> Standing:
    """Return how the collection stands for whoever looks at it, in a handful of queries for any number of files."""
    context = context_of(batch, actor)
    units = column_set.units(context)
    files = batch.files.select_related("file", "upload").defer("file__content").order_by("-pk")
    lines = sorted((_line(file) for file in files), key=_waits)
    scopes = {column_set.scope(column_set.context_for_unit(context, unit.id)): unit.id for unit in units}
    sent: dict[int, set[str]] = {}
    uploads = Upload.objects.filter(column_set=column_set.key, scope__in=scopes, created_at__gte=batch.created_at)
    for scope, state in uploads.values_list("scope", "state"):
        sent.setdefault(scopes[scope], set()).add(state)
    there = {unit for unit, states in sent.items() if states & set(STANDING)}
    wrong = {unit for unit, states in sent.items() if unit not in there and states & _WRONG}
    return Standing(
        lines,
        units,
        [unit for unit in units if unit.id not in there | wrong],
        [unit for unit in units if unit.id in wrong],
    )


_WRONG = {UploadState.REFUSED.value, UploadState.UNREADABLE.value}


def _line(file: BatchFile) -> Line:
    summary: dict[str, Any] = file.upload.summary if file.upload is not None else {}
    return Line(
        file,
        words.sentence(file.problem, file.problem_params),
        summary.get("counts", {}),
        file.problem in words.ASSIGNABLE,
    )
