"""Reading a quota back: the explanation derived from what it rests on, and what one run changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from deploy_admin.policies.language import Explained, PolicyDocument
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.services.governing import read_document
from quotas.models import Quota, ReleasedQuota, Run
from quotas.rules import compile_quota
from quotas.services import basis


@dataclass(frozen=True)
class Explainer:
    """The documents behind some quotas, read once; explains any of them."""

    documents: dict[int, PolicyDocument]

    @classmethod
    def of(cls, quotas: Iterable[Quota]) -> Explainer:
        """Read the documents of these quotas' versions: one query."""
        versions = PolicyVersion.objects.filter(pk__in={quota.version_id for quota in quotas}).defer("source_text")
        return cls({version.pk: read_document(version) for version in versions})

    def explain(self, quota: Quota) -> Explained[Any]:
        """Derive the explanation again from what the quota rests on."""
        document = self.documents[quota.version_id]
        bound = compile_quota(document.clause(quota.clause_id), document).for_period(quota.period)
        case = basis.case_from_json(quota.basis["case"], bound.needs)
        return bound.explain(case, basis.replayed(quota.basis.get("surroundings")))


def explain(quota: Quota) -> Explained[Any]:
    """Derive the explanation again from what the quota rests on: the same for page, REST and paper."""
    return Explainer.of([quota]).explain(quota)


def explain_released(quota: ReleasedQuota) -> Explained[Any]:
    """Return the explanation as it was frozen."""
    return Explained.from_json(quota.explanation)


@dataclass(frozen=True, slots=True)
class Difference:
    """One quota before and after: either side may be missing."""

    before: Quota | ReleasedQuota | None
    after: Quota | None

    @property
    def kind(self) -> str:
        """`added`, `removed` or `changed`."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def row(self) -> Quota | ReleasedQuota:
        """Whichever side is there, the later one first."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 -- a difference has at least one side
        return found


def differences(run: Run, *, rows: Any = None) -> Iterator[Difference]:
    """Return what the run changed: its own rows beside those it superseded. Two queries; `rows` narrows both sides."""
    visible = Quota.objects.all() if rows is None else rows
    before = {
        quota.key: quota for quota in visible.filter(superseded_by=run).select_related("institution").defer("basis")
    }
    for quota in (
        visible.filter(run=run).select_related("institution").defer("basis").order_by("institution_id", "topic")
    ):
        yield Difference(before.pop(quota.key, None), quota)
    for quota in before.values():
        yield Difference(quota, None)
