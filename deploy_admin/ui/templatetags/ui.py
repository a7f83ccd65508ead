"""Components as template tags, available in every template. /ui/ shows each with its states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django import template
from django.core.paginator import Page
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from deploy_admin.ui import charts, drawing, explaining, words

register = template.Library()


# ── Small words and shapes ──────────────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of static/icons.svg; it never speaks for itself, a word or an aria-label stands beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def status(shape: str, label: Any, title: str = "") -> SafeString:
    """A state as word and shape. `shape` is ok, run, warn, bad, mute or und."""
    if title:
        return format_html('<span class="st st-{}" title="{}">{}</span>', shape, title, label)
    return format_html('<span class="st st-{}">{}</span>', shape, label)


@register.simple_tag
def verdict(code: str, label: Any = "", binding: str = "mandatory", enforcement: str = "") -> SafeString:
    """A quota's verdict; what is merely encouraged or to be co-ordinated is never shown as a violation."""
    shape = words.verdict_shape(code, binding, enforcement)
    return status(shape, label or words.verdict_label(code))


@register.simple_tag
def binding(level: str, label: Any = "") -> SafeString:
    """A clause's binding level: mandatory is the plain case, the others wear a frame."""
    label = label or words.binding_label(level)
    if level == "mandatory":
        return format_html("{}", label)
    return format_html('<span class="lab{}">{}</span>', " lab-enc" if level == "encouraged" else "", label)


@register.simple_tag
def tag(label: Any, kind: str = "") -> SafeString:
    """A small framed word for a category; kind "encouraged" is dashed."""
    return format_html('<span class="lab{}">{}</span>', " lab-enc" if kind == "encouraged" else "", label)


@register.simple_tag
def due(day: Any, today: Any) -> SafeString:
    """A deadline as "3 days late", "today" or "4 days left", with its shape."""
    shape, label = words.deadline(day, today)
    return status(shape, label, title=day.isoformat() if day else "")


@register.filter
def cap(number: int, limit: int) -> str:
    """99+ instead of a number that would not fit its dot."""
    return f"{limit}+" if number > limit else str(number)


@register.filter
def signed(number: Any) -> str:
    """A change with its sign: +6, −3 (U+2212), or the word for unchanged."""
    return words.signed(number)


@register.filter
def percent(ratio: Decimal | None) -> str:
    """A share with one decimal: Decimal("0.808") is 80.8%."""
    return "—" if ratio is None else f"{ratio * 100:.1f}%"


@register.filter
def dash(value: Any) -> Any:
    """A value, or — where there is none. Never for what is undetermined: that has its own word and shape."""
    return "—" if value is None or value == "" else value


@register.filter
def day(when: Any) -> Any:
    """A date as 2026-11-22, a moment as 2026-11-22 09:30 in local time, words as they are."""
    if isinstance(when, datetime):
        return timezone.localtime(when).strftime("%Y-%m-%d %H:%M")
    return when.isoformat() if isinstance(when, date) else when


@register.filter
def who(name: str) -> str:
    """The name of whoever acted; the machine's own name in the reader's language."""
    return _("System") if name == "system" else name


@register.filter
def note_kind(level: str) -> str:
    """Django's message level as a kind of note."""
    return {"error": "bad", "warning": "warn", "success": "ok"}.get(level, "info")


@register.filter
def note_icon(level: str) -> str:
    """The icon beside a message or a note."""
    return {
        "error": "alert",
        "bad": "alert",
        "warning": "alert",
        "warn": "alert",
        "success": "check",
        "ok": "check",
    }.get(level, "info")


@register.filter
def is_path(text: Any) -> bool:
    """Whether a message's extra tags are the address of its next step."""
    return isinstance(text, str) and text.startswith("/") and not text.startswith("//")


# ── Drawings: attributes only, so that a strict policy on styles holds ───────────────────────────────────────────────


@register.simple_tag
def bar(
    required: int | None = None,
    counted: int | None = 0,
    nominated: int | None = None,
    forecast: int | None = None,
    undetermined: bool = False,
    pending: bool = False,
) -> SafeString:
    """Progress towards a number: counted, nominated beyond it, the gap dashed, a tick at what is required."""
    return drawing.bar(
        required, counted or 0, nominated, forecast, undetermined=undetermined or required is None, pending=pending
    )


@register.simple_tag
def spark(values: Sequence[Any], label: str, goal: Any = None) -> SafeString:
    """A trend without axes; `label` says in words what it shows."""
    return drawing.spark(values, label, goal)


@register.inclusion_tag("ui/chart.html")
def chart(chart: charts.Chart) -> dict[str, Any]:
    """A chart over time: its conclusion as title, the drawing with links, what is settled, and the same as a table."""
    return {"chart": chart, "axis": charts.axis(chart), "plot": charts.plot(chart)}


# ── Opening numbers ─────────────────────────────────────────────────────────────────────────────────────────────────


@register.simple_tag
def opens(url: str, row: bool = True) -> SafeString:
    """Attributes for a link whose page opens in the drawer: <a class="num-open" {% opens url %}>10</a>."""
    return format_html(
        'href="{0}" hx-get="{0}" hx-target="#drawer" hx-swap="innerHTML"{1}',
        url,
        mark_safe(" data-open") if row else "",
    )


@register.simple_tag
def number(value: Any, url: str = "", label: str = "", undetermined: bool = False) -> SafeString:
    """A number that opens. None or undetermined shows the word and shape of undetermined, never a zero."""
    shown: Any = value
    if value is None or undetermined:
        shown = status("und", words.undetermined())
    if not url:
        return format_html("{}", shown)
    said = format_html(' aria-label="{}"', label) if label else ""
    return format_html('<a class="num-open" {}{}>{}</a>', opens(url), said, shown)


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@register.simple_tag(takes_context=True)
def sort_th(context: template.Context, field: str, label: Any, css: str = "", param: str = "sort") -> SafeString:
    """A column head that sorts; the order stands in the address as ?sort=field or ?sort=-field."""
    request = context["request"]
    query = request.GET.copy()
    now = query.get(param, "")
    query[param] = f"-{field}" if now == field else field
    query.pop("page", None)
    current = {field: "ascending", f"-{field}": "descending"}.get(now, "")
    return format_html(
        '<th scope="col" class="{}"{}><a href="?{}">{}{}</a></th>',
        css,
        format_html(' aria-sort="{}"', current) if current else "",
        query.urlencode(),
        label,
        icon("chevron-up" if current == "ascending" else "chevron-down") if current else "",
    )


@register.inclusion_tag("ui/chips.html", takes_context=True)
def chips(
    context: template.Context, param: str, choices: Iterable[Mapping[str, Any]], all_label: Any = ""
) -> dict[str, Any]:
    """Filter chips with counts: choices are {value, label, count, shape}; the choice stands in the address."""
    request = context["request"]
    now = request.GET.get(param, "")

    def link(value: str) -> str:
        query = request.GET.copy()
        query.pop("page", None)
        query[param] = value
        if not value:
            del query[param]
        return f"?{query.urlencode()}"

    shown: list[dict[str, Any]] = [{"shape": "", "count": None, **c, "value": str(c["value"])} for c in choices]
    if all_label:
        shown.insert(0, {"value": "", "label": all_label, "count": None, "shape": ""})
    return {"chips": [{**c, "current": c["value"] == now, "url": link(c["value"])} for c in shown]}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any], unit: Any = "") -> dict[str, Any]:
    """Which rows of how many, and the way to the others; the rest of the address is kept."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    kept = query.urlencode()
    return {"page": page, "kept": f"&{kept}" if kept else "", "unit": unit}


@register.inclusion_tag("ui/export_menu.html", takes_context=True)
def export_menu(context: template.Context, param: str = "export") -> dict[str, Any]:
    """The same list as XLSX or CSV: the present address with ?export=xlsx or ?export=csv."""
    query = context["request"].GET.copy()
    query.pop("page", None)

    def link(kind: str) -> str:
        query[param] = kind
        return f"?{query.urlencode()}"

    return {"xlsx": link("xlsx"), "csv": link("csv")}


@register.inclusion_tag("ui/figs.html")
def figs(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A strip of figures: {label, value, unit, note, url, shape, css}; value None is undetermined."""
    return {"items": items}


@register.inclusion_tag("ui/empty.html")
def empty(title: Any, text: Any = "", url: str = "", action: Any = "", symbol: str = "inbox") -> dict[str, Any]:
    """What is not there, under which condition, and one way out."""
    return {"title": title, "text": text, "url": url, "action": action, "symbol": symbol}


# ── Forms ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@register.inclusion_tag("ui/field.html")
def field(bound: Any, css: str = "") -> dict[str, Any]:
    """One field with label, hint and its error beside it."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    group = kind == "radio" or type(widget).__name__ == "CheckboxSelectMultiple"
    described = [f"{bound.id_for_label}-hint"] if bound.help_text else []
    attrs: dict[str, Any] = {}
    if bound.errors:
        described.append(f"{bound.id_for_label}-err")
        attrs["aria-invalid"] = "true"
    if described and not group:
        attrs["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attrs),
        "check": kind == "checkbox" and not group,
        "group": group,
        "css": css,
    }


@register.inclusion_tag("ui/form_errors.html")
def form_errors(form: Any) -> dict[str, Any]:
    """The refusals that belong to no single field, above the form."""
    return {"errors": form.non_field_errors(), "form": form}


@register.inclusion_tag("ui/form.html")
def form_fields(form: Any) -> dict[str, Any]:
    """All fields of a form: refusals first, hidden fields last."""
    return {"form": form}


@register.simple_block_tag(end_name="endconfirm")
def confirm(content: str, id: str, title: Any, verb: Any, danger: bool = False) -> SafeString:
    """A dialog around the body and fields of a form, its button repeating the verb; opened by data-dialog="id"."""
    return format_html(
        '<dialog class="dlg" id="{id}" aria-labelledby="{id}-t"><h2 id="{id}-t">{title}</h2>{content}'
        '<div class="acts"><button class="btn" type="button" data-cancel>{back}</button>'
        '<button class="btn {kind}">{verb}</button></div></dialog>',
        id=id,
        title=title,
        content=content,
        back=_("Go back"),
        kind="btn-danger" if danger else "btn-primary",
        verb=verb,
    )


@register.simple_block_tag(end_name="endnote")
def note(content: str, kind: str = "info") -> SafeString:
    """A conclusion about the whole page; at most one per page. Actions inside go in <div class="acts">."""
    body, split, acts = content.partition('<div class="acts">')
    return format_html(
        '<div class="note note-{}"{}>{}<div class="grow">{}</div>{}</div>',
        kind,
        mark_safe(' role="alert"') if kind == "bad" else "",
        icon(note_icon(kind)),
        mark_safe(body),  # noqa: S308 -- what the template engine rendered and escaped
        mark_safe(split + acts),  # noqa: S308
    )


@register.inclusion_tag("ui/copy.html")
def copy_text(id: str, text: str, title: Any = "") -> dict[str, Any]:
    """A text to paste into the group chat, with a button that copies it."""
    return {"id": id, "text": text, "title": title}


@register.inclusion_tag("ui/conflict.html")
def conflict(refusal: Any) -> dict[str, Any]:
    """Both values of an edit that met a newer version. `refusal.context` holds yours and theirs."""
    return {"refusal": refusal, "pairs": words.versus(refusal.context)}


# ── Progress through work and time ──────────────────────────────────────────────────────────────────────────────────


@register.inclusion_tag("ui/stages.html")
def stages(labels: Sequence[Any], current: int) -> dict[str, Any]:
    """The steps of a flow, `current` counted from 1."""
    steps = [{"n": n, "label": label, "past": n < current, "now": n == current} for n, label in enumerate(labels, 1)]
    return {"steps": steps}


@register.inclusion_tag("ui/timeline.html")
def timeline(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What happened and what comes: {when, text, detail, url, kind}; kind is done, attn or next."""
    return {"items": items}


@register.inclusion_tag("ui/job.html")
def job_progress(job: Any, url: str = "") -> dict[str, Any]:
    """A background job with its counts; while it is under way the part asks `url` again every two seconds."""
    return {"job": job, "url": url}


@register.inclusion_tag("ui/explanation.html")
def explanation(
    explained: Mapping[str, Any],
    inputs: Mapping[str, str] | None = None,
    paper: bool = False,
    sums: Iterable[Mapping[str, Any]] = (),
    clauses: Iterable[Mapping[str, Any]] = (),
    basis: Iterable[Mapping[str, Any]] = (),
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Why a number is what it is: quote, inputs, steps, version and run.

    `explained` is the JSON of an Explained, `inputs` maps an input's ref or name to its address; `sums` are
    {label, value, css}, `clauses` {quote, source, article, binding, url}, `basis` {label, value, url}; `names` are
    what the policy calls its own parts: alternatives, exemptions, bars, sets.
    """
    parts = explaining.present(
        explained, inputs or {}, sums=sums or (), clauses=clauses or (), basis=basis or (), names=names or {}
    )
    return {"ex": parts, "paper": paper}


@register.simple_tag
def options(pairs: Iterable[tuple[Any, Any]], chosen: Any = "") -> SafeString:
    """The <option>s of a plain select in a filter."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, mark_safe(" selected") if str(value) == str(chosen) else "", label) for value, label in pairs),
    )


@register.simple_tag(takes_context=True)
def way_back(context: template.Context, preferred: str = "") -> str:
    """The address of ours to go back to: the preferred one, the page before, or the home page."""
    request = context.get("request")
    before = request.headers.get("Referer", "") if request is not None else ""
    for url in (preferred, before):
        parts = urlsplit(str(url or ""))
        if parts.path.startswith("/") and not parts.path.startswith("//"):
            return parts.path + (f"?{parts.query}" if parts.query else "")
    return "/"
