"""The code lists of the tables about assignments, with the words people write; and what is wrong with a row."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from assignments.kinds import CompletionResult, EndReason, Evidence, Kind, RosterPattern
from assignments.states import AssignmentState
from deploy_admin.jobs.importing import findings
from deploy_admin.jobs.importing.columns import Code
from deploy_admin.policies.language.leave import LEAVE_KINDS

#: Who is still at the post, in the column of the actual last day; and the words people write for it.
RUNNING = "至今"
RUNNING_WORDS = (
    "至今",
    "在岗",
    "仍在岗",
    "现在岗",
    "在派",
    "派驻中",
    "服务中",
    "现在",
    "present",
    "running",
    "on post",
)
ABSENCE = "unapproved_absence"
TOTAL = "合计"

KINDS = (
    Code(Kind.MUNICIPAL_COUNTY, "市聘县用", "Municipally engaged, county-deployed", ("市聘", "市派县用", "市聘县管")),
    Code(Kind.COUNTY_TOWNSHIP, "县聘乡用", "County-engaged, township-deployed", ("县聘", "县派乡用", "县聘乡管")),
    Code(Kind.GROUP_SUPPORT, "组团式帮扶", "Group-style support", ("组团式支援", "组团帮扶", "组团式")),
    Code(Kind.TIDAL_SUPPORT, "潮汐式支援", "Tidal support", ("潮汐式", "潮汐支援", "潮汐式帮扶")),
    Code(Kind.DISEASE_CONTROL_SUPERVISOR, "疾控监督员", "Disease-control supervisor", ("疾控监督",)),
    Code(Kind.EQUAL_EXCHANGE, "等额跟班学习", "Equal exchange", ("跟班学习", "等额交流")),
)
PATTERNS = (
    Code(RosterPattern.FIVE_DAY, "五天工作制", "Five-day week", ("五天制", "双休", "5天", "周五制", "行政班")),
    Code(RosterPattern.SIX_DAY, "六天工作制", "Six-day week", ("六天制", "单休", "6天")),
    Code(RosterPattern.SHIFT, "轮班", "Shifts", ("倒班", "排班", "三班倒", "轮值")),
)
END_REASONS = (
    Code(EndReason.CALLED_AWAY, "组织调离", "Called away by the organisation", ("组织调动", "组织安排")),
    Code(EndReason.FORCE_MAJEURE, "不可抗力", "Force majeure"),
    Code(EndReason.GRAVE_ILLNESS, "重大疾病", "Grave illness", ("重病", "因病", "疾病")),
    Code(EndReason.DEATH, "死亡", "Death", ("去世", "病故")),
    Code(EndReason.RESIGNED, "离开派出单位", "Left the sending unit", ("辞职", "离职", "调离", "退休")),
    Code(EndReason.RECALLED_BY_SENDER, "派出单位抽回", "Recalled by the sending unit", ("抽回", "召回", "单位召回")),
    Code(EndReason.REFUSED, "本人拒绝继续", "Refused to go on", ("本人拒绝", "拒绝")),
    Code(EndReason.UNFIT, "不适应岗位", "Not fit for the post", ("不适岗", "不胜任")),
    Code(EndReason.RECEIVER_ASKED, "接收单位要求", "At the receiving unit's request", ("受援单位要求", "退回")),
    Code(EndReason.OTHER, "其他", "Other", ("其它", "其他原因")),
)
OUTCOMES = (
    Code(AssignmentState.RETURNED, "期满返回", "Returned", ("返回", "期满", "返回原单位", "已结束", "完成")),
    Code(AssignmentState.RENEWED, "续派", "Renewed", ("续聘", "延续")),
    Code(AssignmentState.TRANSFERRED, "调入接收单位", "Transferred", ("调动", "留任", "调入", "调入受援单位")),
    Code(AssignmentState.ENDED_EARLY, "提前终止", "Ended early", ("提前结束", "中途退出", "中止")),
    Code(AssignmentState.VOID, "不计入", "Not counted", ("不予计入", "不予认定", "作废", "无效")),
)
RESULTS = (
    Code(CompletionResult.QUALIFIED, "合格", "Qualified", ("考核合格", "通过", "优秀", "良好", "称职", "达标")),
    Code(CompletionResult.NOT_QUALIFIED, "不合格", "Not qualified", ("考核不合格", "未通过", "不称职", "不达标")),
)
EVIDENCE = (
    Code(Evidence.ORIGINAL, "原始文件", "Original document", ("原件", "文件", "红头文件", "有文件")),
    Code(Evidence.ARCHIVE, "单位档案记录", "Record in a unit's archive", ("档案", "档案记录", "单位台账", "台账")),
    Code(Evidence.STATEMENT, "单位证明", "Statement of a unit", ("证明", "情况说明", "说明")),
    Code(Evidence.NONE, "无凭据", "No document", ("无", "没有", "无证明")),
)
LEAVE = (
    *(Code(str(kind), code.label_zh, code.label_en.capitalize()) for kind, code in LEAVE_KINDS.items()),
    Code(ABSENCE, "旷工", "Unapproved absence", ("无故缺勤", "擅自离岗", "未经批准缺勤", "脱岗")),
)

findings.register(
    {
        # people
        "post_person_missing": (
            _("nobody is named: neither by number nor by name"),
            _("Write the person number, the ID number, or the name with the sending unit."),
        ),
        "post_person_unknown": (
            _("nobody of this name or number is on a roster that you see"),
            _("Enter the person into the roster of the sending unit first, then send this table in again."),
        ),
        "post_person_ambiguous": (
            _("several people of this name are on the unit's roster"),
            _("Write the person number, or the ID number."),
        ),
        "post_number_of_another": (
            _("person number and ID number belong to different people"),
            _("Correct one of the two; one is enough."),
        ),
        "post_name_other": (
            _("the record of this person bears another name"),
            _("Compare name and number."),
        ),
        # units
        "post_unit_missing": (_("no unit is named"), _("Write the name or the social credit code.")),
        "post_unit_unknown": (
            _("no unit of this name or code is registered"),
            _("Write the full name or the social credit code as registered."),
        ),
        "post_unit_unknown_close": (_("no unit of this name is registered"), _("Perhaps: %(close)s.")),
        "post_unit_ambiguous": (
            _("several units bear this name"),
            _("Write the social credit code. Candidates: %(candidates)s."),
        ),
        "post_unit_not_yours": (
            _("%(name)s is not a unit whose people you enter"),
            _("Enter only people whom your own unit sent, or units that answer to you."),
        ),
        "post_same_unit": (_("sending and receiving unit are the same"), _("Correct one of the two.")),
        "post_unit_not_there": (
            _("%(name)s did not exist on %(day)s"),
            _("Name the predecessor where there was one; nothing is known of the unit on these days."),
        ),
        # placing
        "placement_refused": (
            _("cannot be placed so: %(message)s"),
            _("Place somebody else, or change the unit, the day or the term."),
        ),
        "placement_warned": (
            _("to be accepted knowingly: %(message)s"),
            _("Confirming the plan accepts this knowingly."),
        ),
        "placement_begun": (
            _("this person already left for %(unit)s in this campaign"),
            _("Whoever has begun is changed on the page of the assignment."),
        ),
        # the past
        "past_entered_here": (
            _("an assignment from this day on is kept here already, with its whole life"),
            _("Delete the row; nothing of it needs taking on."),
        ),
        "past_confirmed_already": (
            _("this entry is confirmed and says something else"),
            _("Have an officer take the confirmation back on the page of past service, or leave it as it is."),
        ),
        "past_elsewhere": (
            _("this person is assigned to %(unit)s from %(first)s to %(last)s"),
            _("Nobody is in two places on one day: compare the days of both."),
        ),
        "past_twice": (
            _("these days overlap with those of row %(row)s"),
            _("Nobody is in two places on one day: compare the days of both rows."),
        ),
        "past_last_day": (
            _("is neither a date nor “至今”"),
            _("Write it as YYYY-MM-DD; of somebody who is still there write “至今”."),
        ),
        "past_amount_alone": (_("an amount and its purpose stand together"), _("Fill in both, or neither.")),
        "past_amount_twice": (_("the same amount stands there twice"), _("Delete one of the two.")),
        "past_certificate_number": (_("a certificate has a number"), _("Write the number of the certificate.")),
        "past_total_other": (
            _("the amounts add up to %(sum)s"),
            _("Compare; the single amounts are taken."),
        ),
        "past_longer_than_term": (
            _("the last day is %(days)s days after the end of the term, %(last)s"),
            _("If leave lengthened the term, take the leave on with its own table."),
        ),
        "past_result_day_assumed": (
            _("the day of the result is missing; the last day is taken"),
            _("Write the day where it is known."),
        ),
        "past_not_employed": (
            _("by the roster this person did not work at %(unit)s on %(day)s"),
            _("Compare unit and day; mend the employment in the roster where that is wrong."),
        ),
        "past_no_document": (
            _("nothing says what this rests on"),
            _("Write title or number of the document, or choose “无凭据”."),
        ),
        # leave of the past
        "past_leave_nowhere": (
            _("no assignment taken on from the past holds this day"),
            _("Take on the assignment first, or write its first day."),
        ),
        "past_leave_not_imported": (
            _("this assignment is kept here: its leave is asked for and decided here"),
            _("Enter the leave on the page of the assignment."),
        ),
        "past_leave_confirmed": (
            _("the assignment is confirmed: only its authority takes leave on"),
            _("Have the authority enter it, or the confirmation taken back."),
        ),
        "past_leave_outside": (
            _("these days are not all within the assignment, from %(first)s to %(last)s"),
            _("Compare the days with the assignment."),
        ),
        "past_leave_overlaps": (
            _("leave or absence from %(first)s to %(last)s covers some of these days"),
            _("Correct the days of one of the two."),
        ),
        "past_leave_too_long": (_("one leave is at most %(n)s days long"), _("Correct the days.")),
        "past_leave_no_duty_day": (_("none of these days is a duty day"), _("Compare the days with the roster.")),
        "past_leave_duty_days": (
            _("from 1 to %(n)s duty days can lie in it"),
            _("Correct the number of duty days."),
        ),
        "past_leave_duty_unknown": (
            _("of shifts, the number of duty days is not given"),
            _("Write how many duty days lie in it, as the roster has them."),
        ),
        "past_leave_future": (_("these days have not come yet"), _("Take on only what has happened.")),
        "past_leave_other_kind": (
            _("leave and absence do not become one another here"),
            _("Withdraw the entry on its own page, then send this row in again."),
        ),
        "past_leave_absence_filed": (_("an absence is not filed"), _("Empty the cells of the filing.")),
        "past_leave_number_alone": (
            _("a filing number has a day"),
            _("Write on which day it was filed."),
        ),
    }
)  # fmt: skip
