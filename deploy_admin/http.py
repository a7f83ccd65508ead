"""Answers shared by every page: refusals that no form caught, htmx headers, downloads, one page of a list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from deploy_admin import spreadsheets
from deploy_admin.errors import Conflict, RuleViolation

PAGE_ROWS = 100


class RefusalMiddleware:
    """Turn a RuleViolation that no form caught into a 409 page, and mark htmx answers as varying."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RuleViolation):
            return render(request, "409.html", {"refusal": exception}, status=409)
        return None


@contextmanager
def refusals_shown_in(form: BaseForm) -> Iterator[None]:
    """Run a service under `form`: a refusal becomes the form's error, beside the field it names."""
    try:
        yield
    except Conflict:
        raise  # shown as its own page, with both values
    except RuleViolation as refusal:
        placed = False
        for field, sentence in refusal.fields.items():
            if field in form.fields:
                form.add_error(field, sentence)
                placed = True
        if not placed:
            form.add_error(None, refusal.message)


def page_of(request: HttpRequest, rows: QuerySet[Any] | list[Any], size: int = PAGE_ROWS) -> Page[Any]:
    """Return the page of `rows` that the address asks for; a page beyond the last is the last."""
    return Paginator(rows, size).get_page(request.GET.get("page"))


def attachment(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Return `content` as a download that no browser renders in place."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def exported(
    request: HttpRequest, name: str, table: Callable[[], tuple[Sequence[str], Iterable[Sequence[Any]]]], title: str
) -> HttpResponse | None:
    """Answer ?export=xlsx or csv with `table()`, which gives head and rows of exactly what is shown; else None."""
    kind = request.GET.get("export")
    if kind not in ("xlsx", "csv"):
        return None
    head, rows = table()
    content = spreadsheets.export(head, rows, kind, title=title)
    return attachment(content, f"{name}.{kind}", spreadsheets.CONTENT_TYPES[kind])


def is_part(request: HttpRequest) -> bool:
    """Whether htmx asks for the part only; a restored history entry wants the whole page."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers
