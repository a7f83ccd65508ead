"""What a connected system sends as a whole list: read and checked for its form; the services check what it says."""

from __future__ import annotations

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers
from rest_framework.request import Request

from assignments.filing.nomination_rows import NominationRow
from assignments.filing.services_requests import RequestRow
from assignments.kinds import Priority

_VERSION = "The `version` that was read; 0 where the unit has no list in the campaign yet."


class RequestLineWrite(serializers.Serializer[Any]):
    """One request; `id` names the line it was."""

    id = serializers.IntegerField(required=False, allow_null=True, default=None)
    speciality = serializers.CharField(max_length=100)
    number = serializers.IntegerField(min_value=1, max_value=99, default=1)
    also_accepts = serializers.ListField(child=serializers.CharField(max_length=100), default=list)
    staff_category = serializers.CharField(allow_blank=True, default="", max_length=30)
    minimum_title = serializers.CharField(allow_blank=True, default="", max_length=20)
    starts_on = serializers.DateField(allow_null=True, default=None)
    priority = serializers.ChoiceField(choices=Priority.choices, default=Priority.NORMAL.value)
    reason = serializers.CharField(allow_blank=True, default="", max_length=500)


class NominationLineWrite(serializers.Serializer[Any]):
    """One person; `accept` names the codes of the warnings that are accepted knowingly."""

    worker = serializers.IntegerField(help_text="The person's `id` in the resource `people`.")
    speciality = serializers.CharField(allow_blank=True, default="", max_length=100)
    possible_from = serializers.DateField(allow_null=True, default=None)
    possible_to = serializers.DateField(allow_null=True, default=None)
    remark = serializers.CharField(allow_blank=True, default="", max_length=300)
    wishes = serializers.ListField(child=serializers.IntegerField(), default=list)
    accept = serializers.ListField(child=serializers.CharField(max_length=60), default=list)


class _ListWrite(serializers.Serializer[Any]):
    institution = serializers.IntegerField(required=False, help_text="Only for who files for several units.")
    version = serializers.IntegerField(min_value=0, help_text=_VERSION)
    nothing = serializers.BooleanField(default=False, help_text="Nobody this time; then there are no lines.")
    remark = serializers.CharField(allow_blank=True, default="", max_length=500)


class RequestListWrite(_ListWrite):
    """A unit's whole list of requests, in its order; lines that are not in it are removed."""

    lines = RequestLineWrite(many=True)


class NominationListWrite(_ListWrite):
    """A unit's whole nomination list; whoever is not in it is taken off."""

    lines = NominationLineWrite(many=True)


class MoveWrite(serializers.Serializer[Any]):
    """One step of a list, of the version that was read."""

    version = serializers.IntegerField(required=False, min_value=1)


class SendBackWrite(MoveWrite):
    """Sending back says why."""

    reason = serializers.CharField(max_length=500)


def request_row(said: dict[str, Any]) -> RequestRow:
    return RequestRow(**{**said, "also_accepts": tuple(said["also_accepts"])})


def nomination_row(said: dict[str, Any]) -> NominationRow:
    wishes, accept = tuple(said["wishes"]), frozenset(said["accept"])
    left = {name: said[name] for name in ("speciality", "possible_from", "possible_to", "remark")}
    return NominationRow(worker_id=said["worker"], wishes=wishes, accept=accept, **left)


def body_of(request: Request) -> bytes:
    """Return the body as it was sent: the key stands for these very bytes."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise exceptions.UnsupportedMediaType(kind)
    body: bytes = request._request.body
    return body


def said_in(body: bytes, form: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """Return what the body says, in its form; refuse what is no JSON, and keys that nobody asked for."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise exceptions.ParseError(_("The body is not JSON.")) from error
    if not isinstance(data, dict):
        raise exceptions.ValidationError({"lines": [_("Send the list with its lines.")]})
    checked: Any = form(data=data)
    checked.is_valid(raise_exception=True)
    unknown = sorted(map(str, data.keys() - checked.fields.keys()))
    if unknown:
        raise exceptions.ValidationError({name: [_("This is not known here.")] for name in unknown})
    said: dict[str, Any] = checked.validated_data
    return said
