"""The pages of a collection: opened, workbooks sent out, files dropped, given to units, confirmed; who is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from deploy_admin.access import ActorRequest
from deploy_admin.http import is_part, page_of, refusals_shown_in
from deploy_admin.jobs.importing.batches import packages, services
from deploy_admin.jobs.importing.batches.standing import Standing, standing_of
from deploy_admin.jobs.importing.batches.unpacking import MAX_FILES, MAX_TOTAL
from deploy_admin.jobs.models import UploadBatch
from deploy_admin.spreadsheets.guard import MAX_BYTES, MEGABYTE

if TYPE_CHECKING:
    from deploy_admin.jobs.importing.pages import Pages


class ManyFiles(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Any number of files; each is looked at when it is unpacked."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = data if isinstance(data, (list, tuple)) else [data]
        return [super(ManyFilesField, self).clean(file, initial) for file in files or [None]]


class DropForm(forms.Form):
    """What came back: workbooks and ZIP files of them."""

    tables = ManyFilesField(
        label=gettext_lazy("Files"),
        max_length=200,
        widget=ManyFiles(attrs={"accept": ".xlsx,.xls,.csv,.zip", "class": "vh", "multiple": True}),
    )

    def clean_tables(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["tables"]
        if sum(file.size for file in files) > MAX_TOTAL:
            limit = MAX_TOTAL // MEGABYTE
            raise forms.ValidationError(
                _("The files are larger than %(limit)s MB together. Drop them in several goes.") % {"limit": limit}
            )
        return files


class CollectionPages:
    """The views of one column set's collections. Every collection is looked up through visible_to."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages

    def collections(self, request: ActorRequest) -> HttpResponse:
        """The collections so far, and the form that opens one."""
        column_set = self.pages.set
        asked = self.pages.params_form(request, request.POST if request.method == "POST" else request.GET or None)
        asked.fields.pop("unit", None)  # a collection asks every unit
        if request.method == "POST" and asked.is_valid():
            batch = services.open_collection(column_set=column_set, params=dict(asked.cleaned_data), by=request.actor)
            return redirect(self._detail(batch.pk))
        context = self.pages.context(request)
        rows = UploadBatch.objects.visible_to(request.actor).filter(column_set=column_set.key).order_by("-pk")
        page = page_of(request, rows, 20)
        collections = [
            {
                "batch": batch,
                "url": self._detail(batch.pk),
                "subtitle": column_set.subtitle(self._context(batch, request)),
            }
            for batch in page.object_list
        ]
        return render(
            request,
            "jobs/batch_list.html",
            {
                "set": column_set,
                "asked": asked,
                "subtitle": column_set.subtitle(context),
                "page": page,
                "collections": collections,
                "form_url": self.pages.url("import"),
            },
            status=422 if request.method == "POST" else 200,
        )

    def detail(self, request: ActorRequest, pk: int) -> HttpResponse:
        """One collection; its part asks itself again while something is under way."""
        batch = self._collection(request, pk)
        return self._show(request, batch, DropForm())

    def _show(self, request: ActorRequest, batch: UploadBatch, form: DropForm, status: int = 200) -> HttpResponse:
        column_set = self.pages.set
        standing = standing_of(batch, column_set, request.actor)
        job = batch.work
        values = {
            "set": column_set,
            "batch": batch,
            "subtitle": column_set.subtitle(self._context(batch, request)),
            "standing": standing,
            "figures": figures(standing),
            "job": job,
            "working": job is not None and not job.ended,
            "waiting": standing.waiting or (job is not None and not job.ended),
            "form": form,
            "missing_text": missing_text(standing),
            "mend_text": mend_text(standing),
            "choices": [(unit.id, unit.name) for unit in standing.units],
            "upload_route": f"{column_set.namespace}:{column_set.key}_upload",
            "assign_route": f"{column_set.namespace}:{column_set.key}_batch_assign",
            "urls": {
                name: self.pages.url(f"batch_{name}", batch.pk) for name in ("files", "package", "marked", "confirm")
            },
            "list_url": self.pages.url("batch"),
            "limits": {"files": MAX_FILES, "total": MAX_TOTAL // MEGABYTE, "each": MAX_BYTES // MEGABYTE},
        }
        template = "jobs/batch.html"
        return render(request, f"{template}#state" if is_part(request) else template, values, status=status)

    def files(self, request: ActorRequest, pk: int) -> HttpResponse:
        """Take in what was dropped."""
        batch = self._collection(request, pk)
        form = DropForm(request.POST, request.FILES)
        if form.is_valid():
            with refusals_shown_in(form):
                dropped = ((file.name, file.read()) for file in form.cleaned_data["tables"])
                services.take_in(batch=batch, files=dropped, by=request.actor)
                return redirect(self._detail(pk))
        return self._show(request, batch, form, status=422)

    def package(self, request: ActorRequest, pk: int) -> HttpResponse:
        """Have the prefilled workbooks made."""
        packages.make(batch=self._collection(request, pk), what="package", by=request.actor)
        return redirect(self._detail(pk))

    def marked(self, request: ActorRequest, pk: int) -> HttpResponse:
        """Have the marked workbooks collected."""
        packages.make(batch=self._collection(request, pk), what="marked", by=request.actor)
        return redirect(self._detail(pk))

    def assign(self, request: ActorRequest, pk: int, file_pk: int) -> HttpResponse:
        """Give a file to a unit, or put it aside."""
        batch = self._collection(request, pk)
        get_object_or_404(batch.files, pk=file_pk)
        chosen = request.POST.get("unit", "")
        if "aside" in request.POST:
            services.put_aside(batch=batch, file_id=file_pk, by=request.actor)
        elif chosen.isdigit():
            services.assign(batch=batch, file_id=file_pk, unit_id=int(chosen), by=request.actor)
        else:
            messages.error(request, _("Choose the unit first."))
        return redirect(self._detail(pk))

    def confirm(self, request: ActorRequest, pk: int) -> HttpResponse:
        """Have everything applied that was shown as ready."""
        batch = self._collection(request, pk)
        digests = {}
        for shown in request.POST.getlist("ready"):
            upload, _colon, digest = shown.partition(":")
            if upload.isdigit():
                digests[int(upload)] = digest
        confirmed, refused = services.confirm_ready(batch=batch, digests=digests, by=request.actor)
        if confirmed:
            said = ngettext("%(n)s table is being applied.", "%(n)s tables are being applied.", confirmed)
            messages.success(request, said % {"n": confirmed})
        for name, reason in refused:
            messages.error(request, f"{name}: {reason}")
        return redirect(self._detail(pk))

    def _collection(self, request: ActorRequest, pk: int) -> UploadBatch:
        rows = UploadBatch.objects.visible_to(request.actor).filter(column_set=self.pages.key)
        rows = rows.select_related("work", "package", "marked").defer("package__content", "marked__content")
        return get_object_or_404(rows, pk=pk)

    def _detail(self, pk: int) -> str:
        return self.pages.url("batch_detail", pk)

    @staticmethod
    def _context(batch: UploadBatch, request: ActorRequest) -> Any:
        return services.context_of(batch, request.actor)


def figures(standing: Standing) -> list[dict[str, Any]]:
    """Return the numbers above the table."""
    counts = standing.figures
    names = {
        "units": _("Units expected"),
        "missing": _("Still missing"),
        "to_mend": _("To be mended"),
        "by_hand": _("Waiting for a unit"),
        "ready": _("To be confirmed"),
        "applied": _("Applied"),
    }
    return [{"label": label, "value": counts[key]} for key, label in names.items()]


def missing_text(standing: Standing) -> str:
    """Return what is written into the group chat about those who have sent nothing."""
    if not standing.missing:
        return ""
    names = "、".join(unit.name for unit in standing.missing)
    said = ngettext(
        "%(n)s unit has still to send its table: %(names)s",
        "%(n)s units have still to send their tables: %(names)s",
        len(standing.missing),
    )
    return said % {"n": len(standing.missing), "names": names}


def mend_text(standing: Standing) -> str:
    """Return what is written into the group chat about those whose table was refused."""
    if not standing.to_mend:
        return ""
    names = "、".join(unit.name for unit in standing.to_mend)
    said = ngettext(
        "%(n)s unit has its table to mend: %(names)s",
        "%(n)s units have their tables to mend: %(names)s",
        len(standing.to_mend),
    )
    return said % {"n": len(standing.to_mend), "names": names}
