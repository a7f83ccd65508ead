"""A PDF is a page: a template and the page's own context become A4; WeasyPrint may fetch only our static files."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

#: The base of every relative address in a print template. It is resolved by `_fetch` and never looked up.
BASE = "https://document.invalid/"


class Forbidden(ValueError):
    """A print template asked for something that is not one of our static files."""


def html(template: str, context: Mapping[str, Any]) -> str:
    """Return the printed page as HTML: what `pdf` prints, for the page that shows it."""
    return render_to_string(template, {**context, "paper": True})


def pdf(template: str, context: Mapping[str, Any]) -> bytes:
    """Return the printed page as PDF. WeasyPrint is imported here: it takes half a second and needs Pango."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyStatic(URLFetcher):
        """Hands out static files and refuses every other address, file: and data: included."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = static_file(url)
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    document = HTML(string=html(template, context), base_url=BASE, url_fetcher=OnlyStatic())
    return bytes(document.write_pdf())


def static_file(url: str) -> Path:
    """Return the file behind a static address of ours; refuse everything else."""
    parts = urlsplit(url)
    prefix = urlsplit(settings.STATIC_URL).path
    if f"{parts.scheme}://{parts.netloc}/" != BASE or not parts.path.startswith(prefix):
        raise Forbidden(f"A printed page may not fetch {url}.")
    name = unquote(parts.path.removeprefix(prefix))
    if ".." in Path(name).parts:
        raise Forbidden(f"A printed page may not fetch {url}.")
    found = finders.find(name)
    if isinstance(found, str):
        return Path(found)
    root = Path(settings.STATIC_ROOT).resolve()
    collected = (root / name).resolve()  # by its name with a hash in it
    if not collected.is_relative_to(root) or not collected.is_file():
        raise Forbidden(f"There is no static file {name}.")
    return collected
