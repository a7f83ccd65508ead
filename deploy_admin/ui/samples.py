"""Invented data for the gallery: every component with every state, and nothing that could be taken for a real row."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse

from deploy_admin.errors import Conflict
from deploy_admin.ui.charts import Chart, Point


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="单位名称 Unit", help_text="与登记证书一致 As on the certificate.")
    number = forms.IntegerField(label="新晋升人数 Promoted", required=False)
    day = forms.DateField(label="自何日起 From", widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(label="类别 Kind", choices=[("hospital", "医院 Hospital"), ("centre", "卫生院 Centre")])
    basis = forms.ChoiceField(
        label="依据 Basis", widget=forms.RadioSelect, choices=[("typed", "填写 Typed"), ("counted", "清点 Counted")]
    )
    agree = forms.BooleanField(label="已核对 Checked", required=False)
    reason = forms.CharField(label="理由 Reason", widget=forms.Textarea(attrs={"rows": 2}))
    file = forms.FileField(label="扫描件 Scan", required=False)


def job_at(done: int) -> dict[str, Any]:
    """A job that has done so many of 240 rows."""
    state = "done" if done >= 240 else "running"
    return {
        "job": {"title": "示范市第二医院名册 Roster", "state": state, "progress_done": done, "progress_total": 240},
        "url": reverse("ui:job", args=[done]),
    }


def _input(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, **more}


def explained() -> dict[str, Any]:
    """The worked example of the design: 25 promoted, 40 %, ten owed. All four parts of an explanation."""
    clinical = _input("临床 clinical", 17, ref="figure:1", state="signed", revision=2, on="2025")
    tcm = _input("中医 TCM", 8, ref="figure:2", state="expected", on="2025")
    return {
        "heading": "示范市第一医院 · 执业医师 Physicians",
        "sub": "市聘县用 · 2026",
        "links": {"figure:1": reverse("ui:gallery")},
        "explained": {
            "value": 10,
            "steps": [
                {"clause": "physicians", "operation": "sum", "inputs": [clinical, tcm], "result": 25},
                {
                    "clause": "physicians",
                    "operation": "share",
                    "inputs": [_input("base", 25), _input("ratio", "0.40")],
                    "result": "10.00",
                },
                {
                    "clause": "physicians",
                    "operation": "round",
                    "inputs": [_input("number", "10.00"), _input("rounding", "up")],
                    "result": 10,
                },
                {
                    "clause": "physicians",
                    "operation": "minimum",
                    "inputs": [_input("number", None), _input("minimum", 2)],
                    "result": None,
                },
            ],
        },
        "sums": [
            {"label": {"zh": "应派", "en": "Required"}, "value": 10},
            {"label": {"zh": "年末认定", "en": "Recognised"}, "value": 8},
            {"label": {"zh": "缺口", "en": "Shortfall"}, "value": 2, "css": "short"},
            {"label": {"zh": "年底预计", "en": "Forecast"}, "value": None},
        ],
        "clauses": [
            {
                "quote": "每年按照不低于上年度本单位新晋升副主任医师数量的40%，派出中级及以上职称的执业医师。",
                "source": "《示范市实施方案》",
                "article": "第二条第一款",
                "binding": "in_principle",
                "url": reverse("ui:gallery"),
            }
        ],
        "basis": [
            {"label": {"zh": "政策版本", "en": "Policy version"}, "value": "V3", "url": reverse("ui:gallery")},
            {"label": {"zh": "测算批次", "en": "Run"}, "value": "2026-11-22 02:10"},
        ],
    }


def _months(*values: str | None) -> list[Point]:
    """Twelve months up to October 2026, the last one not released yet."""
    names = ["2025-11", "2025-12", *(f"2026-{n:02}" for n in range(1, 11))]
    return [
        Point(
            label=name,
            value=None if value is None else Decimal(value),
            short=str(int(name[5:])),
            group=name[:4],
            url=reverse("ui:explained"),
            settled=name != "2026-10",
            note="已发布 released" if name != "2026-10" else "",
        )
        for name, value in zip(names, values, strict=True)
    ]


def charts() -> list[Chart]:
    """Columns with a gap and a value that may still change, and a line before its usual range."""
    counts = _months("182", "176", "204", "88", None, "231", "240", "255", "249", "262", "258", "271")
    rates = _months("96.2", "95.1", "97", "91.4", "93", "96", "95.5", "97.2", "96.4", "98", "97.5", "96.8")
    return [
        Chart("10 月 271 台，比前 11 个月平均多 23% 271 in October", "手术 Operations", counts, unit="台 operations"),
        Chart(
            "出勤率一直在平常范围内 Within the usual range all along",
            "出勤率 Attendance",
            rates,
            kind="line",
            unit="%",
            decimals=1,
            band=(Decimal(90), Decimal(99)),
            band_label="平常范围 usual range",
        ),
    ]


def gallery(request: HttpRequest, today: date) -> dict[str, Any]:
    """Everything the gallery page shows."""
    bound = SampleForm({"name": "", "number": "x", "day": "", "kind": "hospital"}, prefix="bad")
    return {
        "verdicts": [
            "met",
            "short",
            "explained",
            "target_gap",
            "pending",
            "undetermined",
            "not_applicable",
            "no_whole_number",
        ],
        "bindings": ["mandatory", "in_principle", "encouraged"],
        "shapes": [
            ("ok", "达标 Met"),
            ("run", "进行中 Under way"),
            ("warn", "请核对 Check"),
            ("bad", "逾期 Late"),
            ("mute", "不适用 Not applicable"),
            ("und", "待定 Undetermined"),
        ],
        "today": today,
        "days": [today - timedelta(days=3), today, today + timedelta(days=4), today + timedelta(days=40), None],
        "figs": [
            {
                "label": "应派 Required",
                "value": 52,
                "unit": "人",
                "note": "15 项 clauses",
                "url": reverse("ui:explained"),
            },
            {"label": "缺口 Shortfall", "value": 11, "css": "short", "note": "7 个单位 units"},
            {"label": "年底预计 Forecast", "value": None, "note": "缺：比例 Missing: ratio"},
        ],
        "chips": [
            {"value": "short", "label": "未达 Short", "count": 3, "shape": "bad"},
            {"value": "met", "label": "达标 Met", "count": 8, "shape": "ok"},
            {"value": "und", "label": "待定 Undetermined", "count": 1, "shape": "und"},
        ],
        "page": Paginator(range(1, 241), 100).get_page(request.GET.get("page")),
        "rows": [
            {
                "unit": "示范市第一医院",
                "required": 10,
                "counted": 8,
                "nominated": 9,
                "verdict": "short",
                "binding": "mandatory",
            },
            {
                "unit": "示范市第二医院",
                "required": 5,
                "counted": 5,
                "nominated": 6,
                "verdict": "met",
                "binding": "mandatory",
            },
            {
                "unit": "示范市肿瘤医院",
                "required": None,
                "counted": 2,
                "nominated": 2,
                "verdict": "undetermined",
                "binding": "mandatory",
            },
            {
                "unit": "示范军队医院",
                "required": 2,
                "counted": 1,
                "nominated": 1,
                "verdict": "target_gap",
                "binding": "encouraged",
            },
        ],
        "charts": charts(),
        "trend": [12, 18, 25, 36, 40, 47, 53, 58, 63, 69, 75, 81],
        "form": SampleForm(initial={"name": "示范市第一医院", "basis": "typed"}, prefix="good"),
        "bound": bound,
        "steps": ["选择文件 Choose", "核对结果 Check", "确认导入 Confirm", "完成 Done"],
        "times": [
            {"when": today - timedelta(days=30), "text": "提名 Nominated", "detail": "示范市第一医院"},
            {"when": today - timedelta(days=3), "text": "旷工 1 次 Absent once", "kind": "attn"},
            {
                "when": today + timedelta(days=90),
                "text": "期满 Completion",
                "kind": "next",
                "url": reverse("ui:explained"),
            },
        ],
        "jobs": [
            job_at(60)["job"] | {"state": "queued"},
            job_at(240)["job"],
            job_at(60)["job"]
            | {"state": "failed", "get_state_display": "未完成 Not completed", "error": "第 4 行 Row 4"},
        ],
        "live": job_at(0),
        "refusal": Conflict(
            "已由他人修改。",
            "changed",
            context={
                "yours": {"人数 Number": 12, "理由 Reason": "A"},
                "theirs": {"人数 Number": 13, "理由 Reason": "A"},
            },
        ),
        "sample": explained(),
    }
