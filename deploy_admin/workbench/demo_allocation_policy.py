"""How many each sending unit of one district owes in the round's year: invented for the demonstration, marked so."""

from __future__ import annotations

from datetime import date

from deploy_admin.access import SYSTEM
from deploy_admin.months import Period
from deploy_admin.policies import services as policies
from deploy_admin.policies.models import OnPost, Policy
from deploy_admin.policies.services import Transition
from deploy_admin.workbench.demo_bringing import FOLDER, actor_of
from quotas import services as quotas
from quotas.models import Run

SLUG = "wanzhou-senders-demo"


def quotas_of_senders(year: int, adopted_on: date) -> str:
    """Adopt the invented numbers of the district's sending units, and reckon what they owe in the year."""
    if not Policy.objects.filter(slug=SLUG).exists():
        officer = actor_of("wanzhou")
        text = (FOLDER / "policies" / f"{SLUG}.yaml").read_text(encoding="utf-8")
        draft = policies.import_document(text=text, by=officer).version
        first = date(year, 1, 1)
        policies.adopt(
            version=draft,
            number="示范（虚构）〔2026〕2号",
            adopted_on=adopted_on,
            deciding_body="万州区卫生健康委员会（示范）",
            transition=Transition(quotas_from=first, assignments_from=first, on_post=OnPost.NEW, adverse={}),
            version_read=draft.version,
            source_note="虚构，只用于演示，没有任何文件作此规定",
            by=officer,
        )
    run = quotas.recompute(Period.year(year), trigger=Run.Trigger.HAND, by=SYSTEM)
    return f"quotas of {year}: {run.counts.get('quotas', 0)}"
