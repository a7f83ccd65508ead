"""The columns of the table of past assignments, and which of them are compared with what is recorded."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from assignments.importing import people, units, words
from deploy_admin.jobs.importing.columns import Code, Column, Type

PAIRS = (1, 2, 3)
LONGEST_MONTHS, LONGEST_DAYS = 120, 366
#: What a later table may correct; person and first day tell which entry is meant.
COMPARED = (
    "sending_unit", "receiving_unit", "kind", "scheme", "months", "days", "last_day", "full_time", "end_reason",
    "outcome", "result", "result_on", "roster_pattern", "department", "speciality", "evidence", "document",
    "document_number", "document_date", "decided_by", "remark",
    *(f"{name}_{n}" for n in PAIRS for name in ("purpose", "amount")),
    "amount_total", "certificate_number", "certificate_on", "certificate_issuer",
)  # fmt: skip


def columns(schemes: Sequence[Code], *, kind_needed: bool) -> tuple[Column, ...]:
    """Return the columns in the template's order."""
    return (
        *people.columns(),
        Column(
            "sending_unit", "派出单位", "Sending unit", aliases=units.SENDER_NAMES, width=28,
            help=_("Name or social credit code; empty: where the person worked on the first day."),
        ),
        Column(
            "receiving_unit", "接收单位", "Receiving unit", aliases=units.RECEIVER_NAMES, required=True, width=28,
            example="示范镇卫生院（示范）", help=_("Name or social credit code."),
        ),
        Column(
            "kind", "派驻类型", "Kind", Type.CODE, codes=words.KINDS, required=kind_needed, width=14,
            aliases=("类型", "项目", "派出类型", "帮扶类型", "服务类型"), example="municipal_county",
        ),
        Column(
            "scheme", "项目方案", "Scheme", Type.CODE, codes=tuple(schemes), aliases=("方案",), width=14,
            help=_("Empty: that of the kind."),
        ),
        Column(
            "starts_on", "到岗日期", "First day", Type.DATE, required=True, width=13, example="2023-03-01",
            aliases=("开始日期", "起始日期", "派驻开始时间", "开始时间", "起始时间", "到岗时间", "派出时间", "首日"),
        ),
        Column(
            "months", "计划月数", "Planned months", Type.INTEGER, minimum=0, maximum=LONGEST_MONTHS, width=10,
            unit=("个月", "月"), example=12,
            aliases=("月数", "派驻月数", "计划服务月数", "服务期限（月）", "服务月数"),
            help=_("Empty where the last day is given: as long as it was served."),
        ),
        Column(
            "days", "另加天数", "And days", Type.INTEGER, minimum=0, maximum=LONGEST_DAYS, unit=("天", "日"), width=10,
            aliases=("计划天数", "天数"),
        ),
        Column(
            "last_day", "实际结束日期", "Actual last day", width=13, example="2024-02-29",
            aliases=("结束日期", "结束时间", "截止日期", "截止时间", "离岗日期", "离岗时间", "派驻结束时间", "末日"),
            help=_("A date; “至今” of whoever is still there; empty: the term was served whole."),
        ),
        Column(
            "full_time", "是否全脱产", "Full-time", Type.YES_NO, width=10,
            aliases=("全脱产", "是否脱产", "脱产", "是否全职", "全职"), help=_("Empty: yes."),
        ),
        Column(
            "end_reason", "提前终止原因", "Why it ended early", Type.CODE, codes=words.END_REASONS, width=16,
            aliases=("提前结束原因", "中止原因", "终止原因"),
        ),
        Column(
            "outcome", "结束方式", "How it ended", Type.CODE, codes=words.OUTCOMES, width=14,
            aliases=("结束情况", "去向", "状态", "办理结果"), help=_("Empty: as the days say."),
        ),
        Column(
            "result", "期满考核结果", "Completion result", Type.CODE, codes=words.RESULTS, width=12,
            example="qualified",
            aliases=("考核结果", "期满考核", "考核等次", "结论"),
        ),
        Column(
            "result_on", "考核日期", "Result of", Type.DATE, aliases=("考核时间", "结果日期"), width=13,
        ),
        Column(
            "roster_pattern", "排班方式", "Roster pattern", Type.CODE, codes=words.PATTERNS, width=12,
            aliases=("工作制", "班制", "上班方式"), help=_("Empty: five-day week."),
        ),
        Column(
            "department", "服务科室", "Department at the receiving unit", max_length=100,
            aliases=("派驻科室", "科室", "所在科室"),
        ),
        Column("speciality", "专业", "Speciality", max_length=100, aliases=("从事专业", "专业方向")),
        Column(
            "evidence", "凭据等级", "Evidence", Type.CODE, codes=words.EVIDENCE, width=14, example="original",
            aliases=("凭据", "证明材料", "佐证", "材料类型", "依据类型"),
            help=_("What the row rests on; empty: as chosen beside the file."),
        ),
        Column("document", "文件名称", "Document", aliases=("依据文件", "材料名称", "依据"), width=24),
        Column(
            "document_number", "文号", "Document number", max_length=100, aliases=("文件编号", "依据文号"), width=18,
        ),
        Column("document_date", "文件日期", "Document date", Type.DATE, aliases=("发文日期", "落款日期"), width=13),
        Column(
            "decided_by", "决定机关", "Deciding body", aliases=("决定单位", "批准机关", "审批单位"),
            help=_("Needed where the assignment is not counted."),
        ),
        Column("remark", "备注", "Remark", max_length=500, aliases=("说明", "情况说明"), width=24),
        *_amounts(),
        Column(
            "certificate_number", "基层服务证明编号", "Certificate number", max_length=100,
            aliases=("证书编号", "证明编号", "基层服务证书编号"), width=18,
        ),
        Column("certificate_on", "证明日期", "Certificate of", Type.DATE, aliases=("发证日期", "证书日期"), width=13),
        Column("certificate_issuer", "证明出具单位", "Certificate issued by", aliases=("发证单位", "发证机关")),
    )  # fmt: skip


def _amounts() -> tuple[Column, ...]:
    found: list[Column] = []
    for n in PAIRS:
        found += [
            Column(
                f"purpose_{n}", f"补助项目{n}", f"Payment {n}: purpose", max_length=100, width=14,
                aliases=(f"发放项目{n}", *(("补助项目", "发放项目") if n == 1 else ())),
            ),
            Column(
                f"amount_{n}", f"补助金额{n}", f"Payment {n}: amount", Type.DECIMAL, minimum=0, unit=("元",), width=12,
                maximum=99_999_999, aliases=(f"发放金额{n}", *(("补助金额", "发放金额") if n == 1 else ())),
            ),
        ]  # fmt: skip
    return (
        *found,
        Column(
            "amount_total", "补助合计", "Payments in all", Type.DECIMAL, minimum=0, maximum=99_999_999, unit=("元",),
            aliases=("已发金额", "补助总额", "发放合计", "已发放金额"), width=12,
            help=_("Where the single amounts are not known."),
        ),
    )  # fmt: skip
