"""The pages of every import: send in, look at the plan, confirm, watch, done. One factory, many column sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from deploy_admin import clock, spreadsheets
from deploy_admin.access import ActorRequest, Reach, requires
from deploy_admin.audit import services as audit
from deploy_admin.errors import RuleViolation
from deploy_admin.http import attachment, is_part, page_of, refusals_shown_in
from deploy_admin.jobs.importing import outgoing, services
from deploy_admin.jobs.importing.batches import pages as batch_pages
from deploy_admin.jobs.importing.columns import ColumnSet, Context, column_set_of
from deploy_admin.jobs.importing.showing import plan_context
from deploy_admin.jobs.models import Upload, UploadBatch, UploadState
from deploy_admin.spreadsheets.guard import MAX_BYTES, MEGABYTE

STAGES = (
    gettext_lazy("Choose a file"),
    gettext_lazy("Check the result"),
    gettext_lazy("Confirm and apply"),
    gettext_lazy("Done"),
)
STAGE_OF = {
    UploadState.READING: 1,
    UploadState.UNREADABLE: 1,
    UploadState.APPLYING: 3,
    UploadState.APPLIED: 4,
}


class FileForm(forms.Form):
    """The file; whatever else a column set asks for stands beside it."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv", "class": "vh"}),
        max_length=200,
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(str(spreadsheets.Unreadable("file_too_large", limit=MAX_BYTES // MEGABYTE)))
        return file


def urls_for(key: str, namespace: str, *, prefix: str) -> list[URLPattern]:
    """Return the addresses of one column set's pages, named after its key, for the app that has this namespace."""
    pages = Pages(key)
    assert column_set_of(key).namespace == namespace, key  # noqa: S101 -- jobs link to these pages without a request
    guarded = requires(column_set_of(key).permission)

    def at(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
        return path(prefix + route, guarded(view), name=f"{key}_{name}")

    collections = batch_pages.CollectionPages(pages)
    many = [
        at("collections/", collections.collections, "batch"),
        at("collections/<int:pk>/", require_GET(collections.detail), "batch_detail"),
        at("collections/<int:pk>/files/", require_POST(collections.files), "batch_files"),
        at("collections/<int:pk>/package/", require_POST(collections.package), "batch_package"),
        at("collections/<int:pk>/marked/", require_POST(collections.marked), "batch_marked"),
        at("collections/<int:pk>/assign/<int:file_pk>/", require_POST(collections.assign), "batch_assign"),
        at("collections/<int:pk>/confirm/", require_POST(collections.confirm), "batch_confirm"),
    ]
    return [
        *(many if column_set_of(key).per_unit else ()),
        at("", pages.send_in, "import"),
        at("template.xlsx", require_GET(pages.template), "import_template"),
        at("current.<str:format>", require_GET(pages.current), "import_current"),
        at("<int:pk>/", require_GET(pages.upload), "upload"),
        at("<int:pk>/confirm/", require_POST(pages.confirm), "upload_confirm"),
        at("<int:pk>/discard/", require_POST(pages.discard), "upload_discard"),
        at("<int:pk>/marked.xlsx", require_GET(pages.marked), "upload_marked"),
    ]


class Pages:
    """The views of one column set. Every upload is looked up through visible_to."""

    def __init__(self, key: str) -> None:
        self.key = key

    @property
    def set(self) -> ColumnSet:
        return column_set_of(self.key)

    def send_in(self, request: ActorRequest) -> HttpResponse:
        """The form and the recent uploads; a sent file leads to its plan."""
        asked = self.params_form(request, request.POST if request.method == "POST" else request.GET or None)
        form = FileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and asked.is_valid():
            file = form.cleaned_data["file"]
            with refusals_shown_in(form):
                upload = services.send_in(
                    column_set=self.set,
                    name=file.name,
                    content=file.read(),
                    params=dict(asked.cleaned_data),
                    by=request.actor,
                )
                return redirect(self.url("upload", upload.pk))
        context = self.context(request)
        uploads = Upload.objects.visible_to(request.actor).filter(column_set=self.key).for_list()
        return render(
            request,
            "jobs/import_form.html",
            {
                "set": self.set,
                "form": form,
                "asked": asked,
                "stages": STAGES,
                "subtitle": self.set.subtitle(context),
                "back": self.set.back(context),
                "page": page_of(request, uploads, 20),
                "template_url": self._with_params("import_template", context),
                "current_url": self._with_params("import_current", context, "xlsx"),
                "upload_route": f"{self.set.namespace}:{self.key}_upload",
                "limit": MAX_BYTES // MEGABYTE,
                "collections_url": self.url("batch") if self.set.per_unit and self._collects(request) else "",
            },
            status=422 if request.method == "POST" else 200,
        )

    def upload(self, request: ActorRequest, pk: int) -> HttpResponse:
        """One upload, whatever its state; the part asks itself again while work is under way."""
        upload = self._upload(request, pk)
        context = Context(request.actor, upload.params, clock.today())
        state = UploadState(upload.state)
        values = {
            "set": self.set,
            "upload": upload,
            "state": state,
            "stages": STAGES,
            "stage": STAGE_OF.get(state, 2),
            "waiting": state in (UploadState.READING, UploadState.APPLYING),
            "job": upload.plan_job if state == UploadState.READING else upload.apply_job,
            "subtitle": self.set.subtitle(context),
            "back": self.set.back(context),
            "next": self.set.next_step(context),
            "collection_url": self._collection_url(request, upload),
            "urls": {name: self.url(f"upload_{name}", pk) for name in ("confirm", "discard", "marked")},
            "form_url": self._with_params("import", context),
            **plan_context(request, upload, self.set, context),
        }
        template = "jobs/import_upload.html"
        return render(request, f"{template}#state" if is_part(request) else template, values)

    def confirm(self, request: ActorRequest, pk: int) -> HttpResponse:
        """Have the plan applied that the reader saw."""
        upload = self._upload(request, pk)
        services.confirm(upload=upload, digest=request.POST.get("digest", ""), by=request.actor)
        return redirect(self.url("upload", pk))

    def discard(self, request: ActorRequest, pk: int) -> HttpResponse:
        """Put the upload aside."""
        services.discard(upload=self._upload(request, pk), by=request.actor)
        return redirect(self.url("import"))

    def marked(self, request: ActorRequest, pk: int) -> HttpResponse:
        """The sent workbook with the wrong cells marked."""
        upload = self._upload(request, pk)
        if upload.state != UploadState.REFUSED:
            raise RuleViolation(_("No row of this upload is refused."), code="nothing_refused")
        if upload.rows_removed_at is not None:
            raise RuleViolation(
                _("The rows of this upload were deleted when the time for keeping them was over."), code="rows_removed"
            )
        stem = upload.file.name.rpartition(".")[0] or upload.file.name
        content = services.marked_workbook(upload)
        audit.record(act="files.read", by=request.actor, on=upload, label=upload.file.name)
        return attachment(content, _("%(name)s (marked).xlsx") % {"name": stem}, spreadsheets.CONTENT_TYPES["xlsx"])

    def template(self, request: ActorRequest) -> HttpResponse:
        """The year's template."""
        context = self.context(request)
        name = _("%(title)s template.xlsx") % {"title": f"{self.set.title} {self.set.subtitle(context)}".strip()}
        return attachment(outgoing.template(self.set, context), name, spreadsheets.CONTENT_TYPES["xlsx"])

    def current(self, request: ActorRequest, format: str) -> HttpResponse:
        """The rows as they stand, as a table that may be sent in again."""
        context = self.context(request)
        kind = "csv" if format == "csv" else "xlsx"
        content = outgoing.current(self.set, context, kind)
        name = f"{self.set.title} {self.set.subtitle(context)}".strip() + f".{kind}"
        audit.record(act="imports.exported", by=request.actor, label=name, detail=context.params)
        return attachment(content, name, spreadsheets.CONTENT_TYPES[kind])

    @staticmethod
    def _collects(request: ActorRequest) -> bool:
        return request.actor.reach in (Reach.ALL, Reach.DISTRICT)

    def _collection_url(self, request: ActorRequest, upload: Upload) -> str:
        """Return the page of the collection in which the file came, where there is one."""
        if upload.unit_id is None or not self.set.per_unit:
            return ""
        collections = UploadBatch.objects.visible_to(request.actor).filter(files__upload=upload)
        pk = collections.values_list("pk", flat=True).first()
        return self.url("batch_detail", pk) if pk is not None else ""

    def _upload(self, request: ActorRequest, pk: int) -> Upload:
        rows = Upload.objects.visible_to(request.actor).filter(column_set=self.key)
        return get_object_or_404(rows.select_related("file", "plan_job", "apply_job").defer("file__content"), pk=pk)

    def params_form(self, request: ActorRequest, data: Any) -> forms.Form:
        """Return the form of what the column set asks for beside the file."""
        return self.set.asked(data, request.actor)

    def context(self, request: ActorRequest) -> Context:
        """Return the context the address asks for, or the form's own first values."""
        asked = self.params_form(request, request.GET)
        if asked.is_valid():
            params = dict(asked.cleaned_data)
        else:
            params = {name: asked.get_initial_for_field(field, name) for name, field in asked.fields.items()}
        return Context(request.actor, params, clock.today())

    def url(self, name: str, *args: Any) -> str:
        """Return the address of one of this column set's pages."""
        return reverse(f"{self.set.namespace}:{self.key}_{name}", args=args)

    def _with_params(self, name: str, context: Context, *args: Any) -> str:
        query = QueryDict(mutable=True)
        query.update({key: str(value) for key, value in context.params.items() if value is not None})
        return f"{self.url(name, *args)}?{query.urlencode()}" if query else self.url(name, *args)
