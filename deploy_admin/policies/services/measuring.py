"""What a month clause measures has to be counted somewhere: on the month sheet, or by an indicator in use there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _

from deploy_admin.policies.language import MonthRule, strict_yaml
from deploy_admin.policies.language.month import SheetMeasure
from deploy_admin.policies.language.strict_yaml import Path
from deploy_admin.policies.models import PolicyVersion
from deploy_admin.policies.refusals import FoundFault, PolicyRefused
from deploy_admin.policies.services.governing import read_document
from deploy_admin.registry.models import Indicator


def check_measures(version: PolicyVersion) -> None:
    """Refuse a version that measures what nobody counts: every such place, with the nearest codes."""
    asked = [
        (path, measure)
        for n, rule in enumerate(read_document(version).month)
        for path, measure in _asked(rule, ("month", n))
    ]
    if not asked:
        return
    known = [*SheetMeasure, *_codes_for(version.policy.division_id)]
    missing = [(path, measure) for path, measure in asked if measure not in known]
    if missing:
        lines = strict_yaml.read(version.source_text)[1]
        raise PolicyRefused(
            [_fault(path, measure, known, lines.get(path)) for path, measure in missing], code="unknown_indicator"
        )


def _codes_for(division_id: int | None) -> list[str]:
    """Return the indicators in use that everybody has, and those that the policy's own authority keeps."""
    held = Indicator.objects.in_use().filter(Q(division__isnull=True) | Q(division_id=division_id))
    return list(held.order_by("position", "code").values_list("code", flat=True))


def _asked(rule: MonthRule, path: Path) -> Iterator[tuple[Path, str]]:
    """Every measure of the clause where it is written."""
    for n, indicator in enumerate(rule.indicators):
        yield (*path, "indicators", n, "measure"), indicator.measure
        if indicator.share_of is not None:
            yield (*path, "indicators", n, "share_of"), indicator.share_of
    for n, item in enumerate(rule.deductions.items if rule.deductions is not None else ()):
        yield (*path, "deductions", "items", n, "measure"), item.measure
    for n, veto in enumerate(rule.veto):
        yield (*path, "veto", n, "measure"), veto.measure


def _fault(path: Path, measure: str, known: list[str], line: int | None) -> FoundFault:
    near = difflib.get_close_matches(measure, known, n=3, cutoff=0.6)
    remedy = (
        _("Did you mean %(near)s? Otherwise add it to the indicators first.") % {"near": ", ".join(near)}
        if near
        else _("Add it to the indicators first, or use what the month sheet tells: %(known)s.")
        % {"known": ", ".join(SheetMeasure)}
    )
    message = _("Nothing counts “%(measure)s”: there is no indicator of this code in use.") % {"measure": measure}
    return FoundFault(strict_yaml.written_path(path), "unknown_indicator", message, remedy, line)
