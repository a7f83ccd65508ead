"""What a reviewer would have to remember: each rule of the house that a machine can watch, one test each."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("deploy_admin", "quotas", "assignments", "appraisals")
LAYERS = [
    "audit", "jobs", "registry", "people", "policies", "accounts", "quotas", "assignments", "appraisals", "workbench",
]  # fmt: skip
FOREIGN_URLS = ("admin:", "axes:")


def tracked(pattern: str = "") -> list[Path]:
    """Return the files of the project: what git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    return [ROOT / name for name in listed if name and re.search(pattern, name) and (ROOT / name).exists()]


def python_files() -> list[Path]:
    return [p for p in tracked(r"\.py$") if p.relative_to(ROOT).parts[0] in PACKAGES and "migrations" not in p.parts]


def url_patterns(resolver=None, prefix="", namespace=""):
    """Yield (route, name with namespace, callback) of every page and API action outside Django's own admin."""
    for item in (resolver or get_resolver()).url_patterns:
        if isinstance(item, URLResolver):
            inner = f"{namespace}{item.namespace}:" if item.namespace else namespace
            yield from url_patterns(item, prefix + str(item.pattern), inner)
        elif isinstance(item, URLPattern):
            yield prefix + str(item.pattern), f"{namespace}{item.name}", item.callback


OWN_URLS = [(r, n, c) for r, n, c in url_patterns() if not n.startswith(FOREIGN_URLS) and not r.startswith("admin/")]


@pytest.mark.parametrize(("route", "name", "callback"), OWN_URLS, ids=[f"{n} {r}" for r, n, _ in OWN_URLS])
def test_every_page_and_action_names_its_permission(route, name, callback):
    if hasattr(callback, "cls") and hasattr(callback, "actions"):
        actions = set(callback.actions.values())
        named = getattr(callback.cls, "permissions", {})
        assert actions <= set(named), f"{name} has actions without a permission: {actions - set(named)}"
    else:
        view = getattr(callback, "cls", None) or getattr(callback, "view_class", None) or callback
        assert getattr(callback, "permission", None) or getattr(view, "permission", None), f"{route} names none"


def test_every_template_is_used():
    texts = "\n".join(p.read_text() for p in [*python_files(), *tracked(r"^templates/")])
    names = [str(p.relative_to(ROOT / "templates")) for p in tracked(r"^templates/")]
    known_by_django = {"400.html", "403.html", "404.html", "500.html", "403_csrf.html"}
    unused = [n for n in names if n not in known_by_django and f'"{n}' not in texts and f"'{n}" not in texts]
    assert unused == []


PURE = [
    "deploy_admin/policies/language/.*",
    "deploy_admin/people/rules",
    "deploy_admin/national_ids",
    "quotas/rules/.*",
    "assignments/rules/.*",
]


@pytest.mark.parametrize("files", PURE)
def test_rules_are_pure(files):
    """Rule modules know no model, no clock and no database; translation marks are all they take from Django."""
    impure = []
    for path in tracked(rf"^{files}\.py$"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [a.name for a in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            impure += [
                f"{path.name}: {n}"
                for n in names
                if (n.startswith("django") and not n.startswith("django.utils."))
                or n in {"deploy_admin.clock", "time", "random"}
                or n.endswith(".models")
            ]
    assert impure == []


def test_tasks_take_json_only():
    allowed = {"str", "int", "bool", "None", "list[int]", "list[str]", "dict[str, str]"}
    wrong = []
    for name, task in current_app.tasks.items():
        if not name.startswith("celery."):
            for parameter in inspect.signature(task.run).parameters.values():
                kinds = {k.strip() for k in str(parameter.annotation).replace("'", "").split("|")}
                if not kinds <= allowed:
                    wrong.append(f"{name}({parameter.name}: {parameter.annotation})")
    assert wrong == []


def test_every_scheduled_task_exists():
    missing = {e["task"] for e in settings.CELERY_BEAT_SCHEDULE.values()} - set(current_app.tasks)
    assert missing == set()


def test_foreign_keys_and_migrations_run_downhill():
    place = {label: i for i, label in enumerate(LAYERS)}
    uphill = [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation and field.many_to_one and field.concrete and field.related_model
        and model._meta.app_label in place and field.related_model._meta.app_label in place
        and place[field.related_model._meta.app_label] > place[model._meta.app_label]
    ]  # fmt: skip
    for path in tracked(r"migrations/\d+.*\.py$"):
        own = path.parent.parent.name
        uphill += [
            f"{path.relative_to(ROOT)} depends on {label}"
            for label in re.findall(r"\(['\"](\w+)['\"],\s*['\"]\d{4}", path.read_text())
            if label in place and own in place and place[label] > place[own]
        ]
    assert uphill == []


def test_every_constraint_has_a_code_and_a_sentence():
    bare = [
        f"{model._meta.label}: {constraint.name}"
        for model in apps.get_models()
        if model._meta.app_label in LAYERS
        for constraint in model._meta.constraints
        if not constraint.violation_error_code
        or constraint.violation_error_message == constraint.default_violation_error_message
    ]
    assert bare == []


def test_every_file_says_in_its_first_line_what_belongs_in_it():
    silent = [
        str(p.relative_to(ROOT))
        for p in python_files()
        if p.read_text().strip() and not ast.get_docstring(ast.parse(p.read_text()))
    ]
    assert silent == []


def test_every_dependency_says_why_it_is_there():
    block = re.search(r"^dependencies = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.M | re.S)
    assert block
    assert [line for line in block[1].splitlines() if line.strip() and "#" not in line] == []


def test_no_page_has_inline_script_or_style_and_none_loads_from_another_host():
    wrong = []
    for path in tracked(r"^(templates/.*\.html|static/.*\.(css|js|svg))$"):
        text = path.read_text()
        if path.suffix == ".html" and "print" not in path.parts:
            inline = r"<style|\sstyle=|<script>|\son\w+=\"|javascript:"
            wrong += [f"{path.name}: {m}" for m in re.findall(inline, text)]
        text = re.sub(r"http://www\.w3\.org/\S+", "", text)
        wrong += [f"{path.name}: {m}" for m in re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}[^\s\"']*", text)]
    assert wrong == []


def test_no_file_names_a_registry_host():
    hosts = re.compile(
        "|".join(["py" + r"pi\.org", "python" + "hosted", "registry" + r"\.npm", "npm" + "mirror", "deb" + r"\.deb"])
    )
    named = [p for p in tracked() if hosts.search(p.read_bytes().decode("utf-8", "ignore"))]
    assert [str(p.relative_to(ROOT)) for p in named] == []


def test_the_root_holds_nothing_but_the_plan():
    planned = {
        "manage.py", "pyproject.toml", "deploy_admin", "quotas", "assignments", "appraisals", "templates", "fixtures",
        "tests", "docker-compose.yml", "README.md", "Makefile", "Procfile", "Dockerfile", "package.json", "docs",
        "locale", "static", "package-lock.json",
    }  # fmt: skip
    found = {p.relative_to(ROOT).parts[0] for p in tracked()}
    assert {n for n in found if not n.startswith(".") and not n.endswith(".lock")} - planned == set()
