"""How a policy text is refused: every fault at once, each with its place, what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.translation import ngettext

from deploy_admin.errors import RuleViolation


class FaultLike(Protocol):
    """What the faults of the language and those found against the registry have in common."""

    @property
    def path(self) -> str: ...
    @property
    def line(self) -> int | None: ...
    @property
    def code(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remedy(self) -> str: ...


@dataclass(frozen=True)
class FoundFault:
    """One fault that only the rows could show: an unknown division, a topic that another policy holds."""

    path: str
    code: str
    message: str
    remedy: str
    line: int | None = None


def as_json(fault: FaultLike) -> dict[str, Any]:
    """Return the fault as JSON values."""
    return {
        "path": fault.path,
        "line": fault.line,
        "code": fault.code,
        "message": fault.message,
        "remedy": fault.remedy,
    }


class PolicyRefused(RuleViolation):
    """A text that cannot be taken as it is; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: Iterable[FaultLike], code: str = "policy_faults") -> None:
        self.faults: Sequence[FaultLike] = list(faults)
        first = self.faults[0]
        more = len(self.faults) - 1
        sentence = f"{first.path}: {first.message} {first.remedy}"
        if more:
            sentence += " " + ngettext("%(count)s more fault.", "%(count)s more faults.", more) % {"count": more}
        super().__init__(sentence, code, context={"faults": [as_json(fault) for fault in self.faults]})
