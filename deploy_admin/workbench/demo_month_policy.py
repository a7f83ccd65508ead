"""One district's own weights, invented for the demonstration and marked so: an indicator of its own and a clause."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from deploy_admin.policies import services as policies
from deploy_admin.policies.models import OnPost
from deploy_admin.policies.services import Transition
from deploy_admin.registry.models import Division
from deploy_admin.registry.services import indicators
from deploy_admin.registry.services.indicators import IndicatorFacts
from deploy_admin.workbench.demo_bringing import FOLDER, actor_of

#: What the units of the district judge: points, with a reason where they are few.
JUDGED = "service_evaluation"
_WANZHOU = "500101"


def adopt(since: date) -> str:
    """Adopt the invented clause for months from `since` on."""
    officer = actor_of("wanzhou")
    indicators.add_indicator(
        code=JUDGED,
        facts=IndicatorFacts(
            label_zh="服务评价（示范）",
            label_en="judged service (demonstration)",
            unit_zh="分",
            unit_en="points",
            highest=Decimal(20),
            position=90,
        ),
        division_id=Division.objects.get(code=_WANZHOU).pk,
        by=officer,
    )
    text = (FOLDER / "policies" / "wanzhou-month-demo.yaml").read_text(encoding="utf-8")
    draft = policies.import_document(text=text, by=officer).version
    policies.adopt(
        version=draft,
        number="示范（虚构）〔2025〕1号",
        adopted_on=date(2025, 1, 2),
        deciding_body="万州区卫生健康委员会（示范）",
        transition=Transition(
            quotas_from=since.replace(month=1), assignments_from=since, on_post=OnPost.NEW, adverse={}
        ),
        version_read=draft.version,
        source_note="虚构，只用于演示，没有任何文件作此规定",
        by=officer,
    )
    return "a fictional month policy of Wanzhou"
