"""The printed page: same context, own template, and nothing fetched but our own static files."""

from __future__ import annotations

import io

import pypdf
import pytest
from django.template import TemplateDoesNotExist, engines

from deploy_admin import documents
from deploy_admin.ui import samples

PAGE = (
    "{% extends 'print/base.html' %}{% block heading %}{{ heading }}{% endblock %}"
    "{% block content %}{% explanation explained links True sums=sums clauses=clauses basis=basis %}{% endblock %}"
)


def printed(monkeypatch, source, context):
    template = engines["django"].from_string(source)
    monkeypatch.setattr(documents, "html", lambda name, given: template.render(dict(given)))
    return pypdf.PdfReader(io.BytesIO(documents.pdf("any", context)))


def test_an_explanation_prints_on_one_page_with_every_part(monkeypatch):
    reader = printed(monkeypatch, PAGE, samples.explained())
    assert len(reader.pages) == 1
    text = reader.pages[0].extract_text()
    assert "25 × 40%" in text
    assert "17 + 8" in text


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "https://elsewhere.invalid/static/css/paper.css",
        "https://document.invalid/accounts/",
        "https://document.invalid/static/../manage.py",
        "https://document.invalid/static/%2e%2e/manage.py",
        "https://document.invalid/static/no-such.css",
        "data:text/css,x",
        "ftp://document.invalid/static/css/paper.css",
    ],
)
def test_a_printed_page_fetches_nothing_but_our_static_files(address):
    with pytest.raises(documents.Forbidden):
        documents.static_file(address)


def test_a_static_file_is_handed_out():
    assert documents.static_file("https://document.invalid/static/css/paper.css").name.startswith("paper")


def test_a_template_that_does_not_exist_is_an_error_and_no_empty_page():
    with pytest.raises(TemplateDoesNotExist):
        documents.pdf("print/no-such.html", {})
