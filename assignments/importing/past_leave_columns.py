"""The columns of the table of past leave and absence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from assignments.importing import people, words
from assignments.importing.units import SENDER_NAMES
from deploy_admin.jobs.importing.columns import Column, Type

#: So many days one leave is long at most.
LONGEST = 366

COLUMNS = (
    *people.columns(),
    Column(
        "sending_unit", "派出单位", "Sending unit", aliases=SENDER_NAMES, width=28,
        help=gettext_lazy("Needed only with a name that is not unique."),
    ),
    Column(
        "assignment", "派驻编号", "Assignment number", Type.INTEGER, minimum=1, width=10,
        aliases=("派驻ID",), help=gettext_lazy("Enough by itself; it stands on the page of the assignment."),
    ),
    Column(
        "starts_on", "派驻到岗日期", "First day of the assignment", Type.DATE, width=13,
        aliases=("到岗日期", "派驻开始日期", "派驻首日"),
        help=gettext_lazy("Empty: the assignment in which the leave lies."),
    ),
    Column(
        "kind", "请假类别", "Kind of leave", Type.CODE, codes=words.LEAVE, required=True, width=12,
        aliases=("假别", "请假类型", "假期类型", "类别", "请假种类"), example="personal",
    ),
    Column(
        "first_day", "开始日期", "First day", Type.DATE, required=True, width=13, example="2023-05-08",
        aliases=("请假开始日期", "起始日期", "请假起", "开始时间", "请假首日"),
    ),
    Column(
        "last_day", "结束日期", "Last day", Type.DATE, width=13, example="2023-05-12",
        aliases=("请假结束日期", "截止日期", "请假止", "结束时间", "请假末日"),
        help=gettext_lazy("Empty: one day only."),
    ),
    Column(
        "duty_days", "应出勤天数", "Duty days", Type.INTEGER, minimum=0, maximum=LONGEST, unit=("天", "日"), width=10,
        aliases=("排班天数", "出勤日天数", "应上班天数"), help=gettext_lazy("Of people who work shifts."),
    ),
    Column("filed_on", "备案日期", "Filed on", Type.DATE, aliases=("备案时间",), width=13),
    Column("filing_number", "备案编号", "Filing number", max_length=60, aliases=("备案号", "备案文号"), width=16),
    Column("document", "批准材料", "Document", aliases=("审批材料", "批准人", "审批单", "文件名称"), width=22),
    Column("document_number", "文号", "Document number", max_length=100, aliases=("审批编号",), width=16),
    Column("document_date", "文件日期", "Document date", Type.DATE, aliases=("审批日期", "批准日期"), width=13),
    Column("remark", "备注", "Remark", max_length=300, aliases=("说明", "请假事由", "事由"), width=24),
)  # fmt: skip
