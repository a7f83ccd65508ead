"""The neutral month clause that has no source: what it says, and how it is put at the end of a draft's text."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from deploy_admin.errors import RuleViolation
from deploy_admin.policies.language import PolicyFaults, strict_yaml
from deploy_admin.policies.refusals import PolicyRefused

_FILE = settings.BASE_DIR / "fixtures" / "policies" / "templates" / "month-neutral.yaml"
#: Stands where a draft's own scheme is put.
_TOPIC = "topic: scheme.month"


def template_text() -> str:
    """Return the clause as it is shipped, under its section."""
    return _FILE.read_text(encoding="utf-8")


def fits(text: str) -> bool:
    """Whether the clause may be put into the text: it can be read, and says nothing of the month yet."""
    data = strict_yaml.read(text)[0] if text.strip() else None
    return not isinstance(data, dict) or "month" not in data


def with_month(text: str) -> str:
    """Return the text with the clause at its end, on the topic of its scheme; refuse a text that cannot take it."""
    data, _lines, faults = strict_yaml.read(text)
    if faults:
        raise PolicyRefused(PolicyFaults(faults).faults)
    if not isinstance(data, dict) or not (code := _scheme(data)):
        raise _refusal(_("The text does not name its scheme, so the clause would have no topic."), "scheme_missing")
    if "month" in data:
        raise _refusal(_("The text has a month section already; edit the clause there."), "month_said")
    added = text.rstrip("\n") + "\n" + template_text().replace(_TOPIC, f"topic: {code.replace('-', '_')}.month")
    read_back = strict_yaml.read(added)[0]
    if not isinstance(read_back, dict) or {key: held for key, held in read_back.items() if key != "month"} != data:
        raise _refusal(_("The clause cannot be put at the end of this text. Write the section by hand."), "not_added")
    return added


def _scheme(data: dict[str, Any]) -> str:
    scheme = data.get("scheme")
    code = scheme.get("code") if isinstance(scheme, dict) else None
    return code if isinstance(code, str) else ""


def _refusal(sentence: str, code: str) -> RuleViolation:
    return RuleViolation(sentence, code, fields={"text": sentence})
